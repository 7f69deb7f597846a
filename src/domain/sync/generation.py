"""Generations: one complete listing of the other side, and what it proves.

Only a listing that was walked through from its first page to its last, in one go and without an error, proves that
what it lacks is gone. One that broke off or was taken up again proves nothing.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from ..shared.errors import InvalidValue, RuleViolation
from ..shared.given import ensure_is
from ..shared.text import quoted

_BYTES = 8


class Generation:
    """What a listing showed. Eight bytes a record are kept, so that a large listing needs little memory.

    Two ids that share their eight bytes (one in 18 quintillion pairs) make a record that is gone look as if it were
    there: an error on the safe side.
    """

    def __init__(self) -> None:
        self._seen: array[int] = array("Q")
        self._complete = False
        self._broken = False

    def __len__(self) -> int:
        return len(self._seen)

    @property
    def is_complete(self) -> bool:
        """Whether it may be asked what is missing."""
        return self._complete

    def add(self, external_ids: Iterable[str]) -> None:
        """Ids of one more page. Raises RuleViolation when the listing was ended, and InvalidValue for what are no ids:
        then nothing of the page is taken.
        """
        if self._complete or self._broken:
            raise RuleViolation("this listing has ended")
        self._seen.extend([_digest(one) for one in _ids(external_ids)])

    def complete(self) -> None:
        """The last page was read. Raises RuleViolation after ``break_off``."""
        if self._broken:
            raise RuleViolation("a listing that broke off is never complete")
        self._seen = array("Q", sorted(self._seen))
        self._complete = True

    def break_off(self) -> None:
        """It ended in an error, or was taken up in the middle."""
        self._broken, self._complete = True, False

    def missing(self, external_ids: Iterable[str]) -> Sequence[str]:
        """Those that it does not show, in the order given. Raises RuleViolation unless it is complete, and InvalidValue
        for what are no ids.
        """
        if not self._complete:
            raise RuleViolation("only a complete listing proves that a record is gone")
        return [one for one in _ids(external_ids) if not self._shows(_digest(one))]

    def _shows(self, digest: int) -> bool:
        place = bisect_left(self._seen, digest)
        return place < len(self._seen) and self._seen[place] == digest


def _ids(external_ids: Iterable[str]) -> Iterable[str]:
    """Raises InvalidValue for one id alone, whose letters would be taken for ids and prove that it is gone."""
    if isinstance(external_ids, str) or not isinstance(external_ids, Iterable):
        raise InvalidValue(
            f'external_ids are ids, such as ["1001", "1002"], not {quoted(external_ids)}', field="external_ids"
        )
    return external_ids


def _digest(external_id: str) -> int:
    ensure_is(str, external_id, "external_ids", " each, as ids are texts")
    return int.from_bytes(blake2b(external_id.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest(), "big")
