"""Everything that is known here of some of the provider's records."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from ....domain.sync.canonical import Value, Values
from ....domain.sync.conflict import Conflict
from ....domain.sync.override import Override
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ...ports.unit_of_work import UnitOfWork
from ..links.former_ids import links_of_today
from ..links.pins import pins_of_all
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope

E = TypeVar("E", bound=Versioned)


@attrs.frozen(kw_only=True)
class Stored(Generic[E]):
    """How records stand: by external id, except for ``entities``, which go by their own."""

    links: Mapping[str, SyncRecord]
    entities: Mapping[UUID, E]
    conflicts: Mapping[str, Sequence[Conflict]]


@attrs.frozen(kw_only=True)
class Known(Stored[E]):
    """What is decided by, too. ``pushes`` wait or were refused."""

    overrides: Mapping[str, Sequence[Override]]
    pushes: Mapping[str, Sequence[Push]]

    def in_flight(self, external_id: str, schema: Schema) -> Values:
        """What was pushed and not answered yet, of the fields that there are."""
        values: dict[str, Value] = {}
        for push in self.pushes.get(external_id, ()):
            if push.state is PushState.WAITING:
                values.update(push.values)
        return {name: value for name, value in values.items() if name in schema.by_name}


async def known(
    uow: UnitOfWork,
    kind: RecordKind[E],
    scope: Scope,
    external_ids: Sequence[str],
    links: Mapping[str, SyncRecord] | None = None,
) -> Known[E]:
    """Look it all up; ``links`` are at hand already, perhaps with others."""
    account_id, name = scope.account_id, kind.schema.kind
    found = await stored(uow, kind, scope, external_ids, links)
    return Known(
        links=found.links,
        entities=found.entities,
        conflicts=found.conflicts,
        overrides=await pins_of_all(uow, account_id, name, found.links),
        pushes=await uow.pushes.of_records(account_id, name, external_ids),
    )


async def stored(
    uow: UnitOfWork,
    kind: RecordKind[E],
    scope: Scope,
    external_ids: Sequence[str],
    links: Mapping[str, SyncRecord] | None = None,
) -> Stored[E]:
    """Look up how they stand; ``links`` as in ``known``."""
    account_id, name = scope.account_id, kind.schema.kind
    if links is None:
        links = await uow.sync_records.by_external_ids(account_id, name, external_ids)
    else:
        links = {external_id: links[external_id] for external_id in external_ids}
    links = await links_of_today(uow, kind, links)
    return Stored(
        links=links,
        entities=await kind.load(uow, [link.local_id for link in links.values()]),
        conflicts=await uow.conflicts.open_of(account_id, name, external_ids),
    )
