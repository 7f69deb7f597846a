"""What a run was shown of the provider's records, in the order in which that came."""

from collections import Counter
from collections.abc import Iterable

import attrs

from ..memory.gym_books import Entry

Key = tuple[str, str]


@attrs.define
class Trail:
    """Of one run. Records go by kind and id there; ``broken``: kinds of which a walk broke off; ``looks``: how often
    single records were asked for; ``looked``: as they were when they were shown by that.
    """

    broken: set[str] = attrs.field(factory=set)
    looks: Counter[Key] = attrs.field(factory=Counter)
    looked: dict[Key, Entry | None] = attrs.field(factory=dict)
    _moment: int = 0
    _shown: dict[Key, int] = attrs.field(factory=dict)
    _listed: dict[str, int] = attrs.field(factory=dict)

    def now(self) -> int:
        """The moments of a run are counted by what was shown."""
        self._moment += 1
        return self._moment

    def show(self, kind: str, external_ids: Iterable[str]) -> None:
        """These were shown, or told to be gone."""
        moment = self.now()
        self._shown.update(((kind, external_id), moment) for external_id in external_ids)

    def ask(self, kind: str, external_id: str) -> None:
        """A single record is asked for; whether it will be shown is another matter."""
        self.looks[kind, external_id] += 1

    def list(self, kind: str) -> None:
        """A listing came to its end."""
        self._listed[kind] = self.now()

    def saw(self, key: Key, *, since: int = 0) -> bool:
        """Whether it was shown, or a whole listing lacked it."""
        return max(self._shown.get(key, 0), self._listed.get(key[0], 0)) > since
