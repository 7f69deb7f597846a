"""Looks at records that the provider shows, and compares those that are known here with ours. Writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import InvalidValue, TresenError
from ....domain.sync.laws import Laws
from ....domain.sync.record import SyncRecord
from ....domain.sync.side import GONE
from ...ports.sources import Observed, Reading
from ...ports.unit_of_work import UnitOfWork
from ..links.awaited import awaited
from ..links.reviving import waits_to_be_made
from ..records.reading import named, ours, read
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .examined import Examined, Read
from .known import Known, known
from .linked_steps import LinkedSteps
from .need import needed
from .newly_paired import edited_since_paired
from .partly_shown import deleted_as_known, hides_edit

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class ShownThere(Generic[E]):
    """One kind of record in one scope. ``laws`` are those by which overrides are read."""

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws

    async def __call__(
        self,
        uow: UnitOfWork,
        batch: Sequence[Observed],
        *,
        edited: Collection[str],
        listed: bool,
        may_lack: bool = False,
    ) -> Examined:
        """One that is there twice counts once: the later one.

        ``edited``: external ids of those to look at even when the provider's record is as it was. ``listed``: most are;
        otherwise their links are needed anyway, and not only their fingerprints. ``may_lack``: a single record may show
        more of them.
        """
        account_id, kind = self._scope.account_id, self._kind.schema.kind
        latest, refused = named(batch, self._scope, kind)
        examined = Examined(errors=refused)
        if listed:
            links, prints = None, await uow.sync_records.fingerprints(account_id, kind, latest.keys())
        else:
            links = await uow.sync_records.by_external_ids(account_id, kind, latest.keys())
            prints = {external_id: link.fingerprint for external_id, link in links.items()}
        fresh, changed = self._sorted(latest, prints, edited, examined)
        examined.fresh = await self._read(uow, fresh, examined)
        examined.awaited = await awaited(uow, self._scope, kind, [one.external_id for one in fresh])
        partly = edited if may_lack else ()
        looked = not listed and not may_lack
        await self._compare(uow, await self._read(uow, changed, examined), examined, links, partly, looked=looked)
        return examined

    def _sorted(
        self,
        latest: Mapping[str, Observed],
        prints: Mapping[str, bytes],
        edited: Collection[str],
        examined: Examined,
    ) -> tuple[list[Observed], list[Observed]]:
        """Those that no link knows, and those to compare; all others need nothing."""
        fresh, changed = [], []
        for external_id, one in latest.items():
            fingerprint = prints.get(external_id)
            if fingerprint is None:
                fresh.append(one)
            elif fingerprint != one.fingerprint or external_id in edited or self._scope.anew:
                changed.append(one)
            else:
                examined.unchanged += 1
        return fresh, changed

    async def _read(self, uow: UnitOfWork, observed: Sequence[Observed], examined: Examined) -> list[Read]:
        readings = []
        for one in observed:
            try:
                readings.append((one, read(one)))
            except TresenError as error:
                examined.errors.append(self._scope.error(self._kind.schema.kind, one.external_id, error))
        shown = [reading.values for _, reading in readings]
        today = await self._kind.as_of_today(uow, shown)
        if today is shown:
            return readings
        return [
            (one, attrs.evolve(reading, values=values)) for (one, reading), values in zip(readings, today, strict=True)
        ]

    async def _compare(
        self,
        uow: UnitOfWork,
        readings: Sequence[Read],
        examined: Examined,
        links: Mapping[str, SyncRecord] | None,
        partly: Collection[str],
        *,
        looked: bool,
    ) -> None:
        """``partly``: ids of those that are left to a single look, where what is shown hides an edit of ours;
        ``looked``: these are such looks.
        """
        if not readings:
            return
        schema, scope = self._kind.schema, self._scope
        found = await known(uow, self._kind, scope, [one.external_id for one, _ in readings], links)
        # Our side still stands as it was last agreed, so what that refers to is needed too.
        agreed = [link.base for link in found.links.values()]
        theirs = [reading.values for _, reading in readings]
        await self._kind.prepare(uow, [*agreed, *theirs], found.entities.values())
        awaited = [link.local_id for link in found.links.values() if waits_to_be_made(link)]
        making = await uow.pushes.creations(scope.account_id, schema.kind, awaited) if awaited else {}
        edited = await edited_since_paired(uow, found.links.values())
        steps = LinkedSteps(self._kind, scope, self._laws)
        for one, reading in readings:
            link = found.links[one.external_id]
            try:
                if one.external_id in partly and self._hides_edit(found, link, reading):
                    examined.in_part.append(one.external_id)
                    continue
                since = edited.get(one.external_id, ())
                step = steps.both(found, link, one, reading, is_back=link.local_id in making, since_paired=since)
                if looked and step.inputs.ours is GONE:
                    step = deleted_as_known(schema, scope.policy, step, found.conflicts.get(one.external_id, ()))
            except InvalidValue as error:
                examined.errors.append(scope.error(schema.kind, one.external_id, error))
            else:
                examined.take(link.external_id, needed(schema, scope, step, link, found))

    def _hides_edit(self, found: Known[E], link: SyncRecord, reading: Reading) -> bool:
        entity = found.entities.get(link.local_id)
        if entity is None or reading.values.keys() >= self._kind.schema.by_name.keys():
            return False
        mine = ours(self._kind, entity)
        return hides_edit(self._kind.schema, self._scope.writable, base=link.base, ours=mine, shown=reading.values)
