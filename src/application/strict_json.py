"""JSON that a person wrote: whatever would be passed over or guessed is refused, in words that are no programmer's."""

import json
from collections.abc import Sequence
from typing import NoReturn


class NoJson(ValueError):
    """Why a text is not taken, as what is said of it: "has the key 'default' twice"."""


def read_json(text: str) -> object:
    """The document in a text. Raises NoJson, also for a key that is there twice: nobody can tell which is meant."""
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except NoJson:
        raise
    except json.JSONDecodeError as error:
        raise NoJson(f"is no JSON: {error}") from None
    except RecursionError:
        raise NoJson("nests its brackets too deeply") from None
    except ValueError:
        raise NoJson("has a number with too many digits") from None


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise NoJson(f"has the key {next(name for name in names if names.count(name) > 1)!r} twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise NoJson(f"is no JSON: {word} is no number")
