"""What a walk tells of records of ours that say the same as a new one there: which the provider has, and which not."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from ....domain.sync.action import Action
from ....domain.sync.generation import Generation
from ....domain.sync.record import SyncRecord
from ....domain.sync.step import Step
from ...ports.sources import Batch

_LEAVES = frozenset({Action.DELETE_HERE, Action.FORGET})


@attrs.define
class Whereabouts:
    """All by external id. ``alike``: of new records those that are linked and say the same; ``gone`` is what the
    provider was proved to have no more, ``leaving`` what of it does not stay here, either, and ``asked`` what it was
    asked for by itself.
    """

    alike: dict[str, set[str]] = attrs.field(factory=dict)
    shown: set[str] = attrs.field(factory=set)
    gone: set[str] = attrs.field(factory=set)
    leaving: set[str] = attrs.field(factory=set)
    asked: set[str] = attrs.field(factory=set)

    def meet(self, alike: Mapping[str, Sequence[SyncRecord]]) -> None:
        """There are these new ones."""
        for key, links in alike.items():
            self.alike.setdefault(key, set()).update(link.external_id for link in links)

    def mark(self, batch: Batch) -> None:
        """The provider shows these. What a listing shows, its generation knows."""
        self.shown.update(one.external_id for one in batch.observed)

    def plan(self, steps: Iterable[Step]) -> None:
        """Of what is gone, some is deleted here."""
        self.leaving.update(str(step.external_id) for step in steps if step.decision.action in _LEAVES)

    def unseen(self, generation: Generation) -> Sequence[str]:
        """Those alike that are to be asked for, as nothing is known of them by now."""
        left = sorted(set().union(*self.alike.values()) - self.gone - self.shown)
        if generation.is_complete:
            absent = generation.missing(left)
            self.shown.update(set(left).difference(absent))
            left = list(absent)
        return [one for one in left if one not in self.asked]

    def unknown(self) -> Collection[str]:
        """New ones of which nobody can tell: the provider was asked for one that is alike, and did not say."""
        untold = self.asked - self.gone - self.shown
        return {key for key, ones in self.alike.items() if not ones.isdisjoint(untold)}

    def stay_lost(self, known: Collection[str], owning: Collection[str]) -> Collection[str]:
        """What stays here and the provider lost: as was proved, or as is ``known`` of what it was not seen to have.
        ``owning``: to these something belongs that may keep them here, whatever is planned.
        """
        return (self.gone | (set(known) - self.shown)) - self.leaving.difference(owning)
