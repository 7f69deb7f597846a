"""How wide a table's columns are on a terminal: words and ids stay whole as long as there is room for them."""

import re
from collections.abc import Sequence

# UUIDs, also without dashes, and webhook-ids: cut or wrapped they could not be copied.
_ID = re.compile(r"(msg_)?[0-9a-fA-F-]{32,36}")
# Dates, states and numbers are short words; what is longer may be broken down to the second width, then all to the
# third.
_SHORT_WORD, _LONG_WORD, _NARROWEST = 10, 8, 3


def column_widths(columns: Sequence[str], rows: Sequence[Sequence[str]], *, room: int) -> list[int]:
    """In terminal cells, together at most ``room`` where that is possible with every id on one line."""
    texts = [[column, *(row[index] for row in rows)] for index, column in enumerate(columns)]
    widths = [max(text_width(text) for text in column) for column in texts]
    for least in ([_whole_words(column) for column in texts], [_whole_ids(column) for column in texts]):
        widths = _shrunk(widths, least, room)
    return widths


def _whole_words(column: Sequence[str]) -> int:
    longest = max((text_width(word) for text in column for word in text.split()), default=0)
    return max(longest if longest <= _SHORT_WORD else _LONG_WORD, _whole_ids(column))


def _whole_ids(column: Sequence[str]) -> int:
    return max((len(text) for text in column if _ID.fullmatch(text)), default=_NARROWEST)


def _shrunk(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widest column that can gives way first."""
    shrunk = [max(min(width, room), min(width, narrow)) for width, narrow in zip(widths, least, strict=True)]
    while sum(shrunk) > room:
        spare = [(w, i) for i, w in enumerate(shrunk) if w > least[i]]
        if not spare:
            break
        width, index = max(spare)
        shrunk[index] = width - 1
    return shrunk


def text_width(text: str) -> int:
    """In terminal cells."""
    from rich.cells import cell_len

    return cell_len(text)
