"""What is known of one kind of record before a walk through what the provider shows of it, and is found on the way."""

from collections.abc import Collection, Mapping
from typing import TypeVar

import attrs

from ....domain.sync.pairing import found_by
from ...ports.unit_of_work import UnitOfWork
from ..links.reviving import reviving, values_of_reviving
from ..links.sent import Sent, sent
from ..records.record_kind import MatchValues, RecordKind, Versioned
from ..records.scope import Scope
from .asked_there import Awaited, awaited_there
from .whereabouts import Whereabouts

E = TypeVar("E", bound=Versioned)


@attrs.define
class Before:
    """What is to be looked at anew, and by what our records without a link can be found: as they are, and ``sent``.

    ``planned`` are fingerprints of those that have a step: a walk may show a record twice. ``in_part`` are to be looked
    at by themselves, as a walk shows less of them than was edited here, than is asked about, or than is to be deleted
    there, or than somebody may have written there: they are due, or ``asked`` of the staff. ``asks``: whether any
    conflict is open.
    """

    edited: frozenset[str]
    due: Mapping[str, int]
    asked: Mapping[str, Awaited]
    open_keys: Collection[MatchValues]
    sent: Sent
    asks: bool
    unseen: set[str] = attrs.field(init=False)
    planned: dict[str, bytes] = attrs.field(factory=dict, init=False)
    in_part: set[str] = attrs.field(factory=set, init=False)
    whereabouts: Whereabouts = attrs.field(factory=Whereabouts, init=False)

    def __attrs_post_init__(self) -> None:
        self.unseen = set(self.edited)


async def before_walk(uow: UnitOfWork, kind: RecordKind[E], scope: Scope, *, every: bool) -> Before:
    """``every``: each record is held against its link, whoever edited it."""
    account_id, name, links = scope.account_id, kind.schema.kind, uow.sync_records
    edited = await (links.edited_anyhow(account_id, name) if every else links.edited(account_id, name))
    due = await uow.due.all(account_id, name)
    revived = await values_of_reviving(uow, kind, await reviving(uow, kind, scope))
    keys = {*await kind.open_keys(uow), *found_by(kind.schema, *revived.values())}
    return Before(
        frozenset({*edited, *due}),
        due,
        await awaited_there(uow, account_id, kind.schema, now=scope.now),
        frozenset(keys),
        await sent(uow, kind, account_id),
        asks=bool(await uow.conflicts.count_open(account_id, name)),
    )
