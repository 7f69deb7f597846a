"""Why a field of a record is as it is: whose value, since when, against what, by which law, in which run."""

import enum
from collections.abc import Sequence
from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, RunId, TenantId
from ....domain.sync.canonical import Value
from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.decision import WHOLE
from ....domain.sync.journal import Change
from ....domain.sync.override import Override
from ....domain.sync.push import Push, PushState
from ....domain.sync.record import SyncRecord, not_in_step
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from ..deciding.known import Known, known
from ..links.former_link import former_link
from ..links.tie import is_kept_here
from ..records.record_kind import Versioned
from ..runs.by_hand import ByHand, Hand
from .lines_of import about, end_of, latest, people_behind


class Origin(enum.Enum):
    """Where a value came from: the provider made the record with it; a line of the journal tells; or somebody here
    wrote it since, and no run has looked at it yet, or had anything to do about it.
    """

    CREATED = "created"
    JOURNAL = "journal"
    EDITED = "edited"


@attrs.frozen(kw_only=True)
class FieldExplanation:
    """``ours`` is what stands here, ``base`` what the provider was last seen to hold (``agreed`` False: nothing ever
    was). ``change`` is the latest journal line of the field, with side, rule, reason, run and time; where that tells
    only that our value went to the provider, ``edit`` is the one that tells whose value that was. Without a line
    ``run_id`` is the run that made the link. ``law`` holds now; ``law_from`` is ``override``, ``policy`` or
    ``schema``. ``released`` tells who took an override of the field away last, None where one holds again.
    ``waiting`` is what is on its way to the provider; ``undecided``: somebody edited the record here since a run looked
    at it, the next one decides what becomes of this value, and no push tells of it. It is not while the record is kept
    here, or has no link.
    """

    field: str
    ours: Value
    base: Value
    agreed: bool
    origin: Origin
    change: Change | None
    edit: Change | None
    run_id: RunId
    law: str
    law_from: str
    override: Override | None
    released: Change | None
    conflict: Conflict | None
    waiting: tuple[Push, ...]
    undecided: bool


@attrs.frozen(kw_only=True)
class RecordExplanation:
    """One record with respect to one account. ``override`` pins it as a whole; ``kept_here``: because the provider lost
    it, so that what is edited stays here. ``changes`` are the journal's lines about the record as a whole, oldest
    first: that a side lost it, that it came back, that somebody took an override of the record or of its pairing away.
    ``is_here``: we have it; else ``ended`` is the line that tells when and why not any more, None where none does.
    """

    account_id: AccountId
    kind: str
    external_id: str
    local_id: UUID
    override: Override | None
    kept_here: bool
    is_here: bool
    ended: Change | None
    changes: tuple[Change, ...]
    fields: tuple[FieldExplanation, ...]


@attrs.frozen
class Explain:
    """Also of a record that is no more, as long as the journal tells of it. Raises NotFound for one that no account
    was ever tied to, InvalidValue for a field that its kind does not have.
    """

    _transactions: Transactions
    _by_hand: ByHand

    async def __call__(
        self, tenant_id: TenantId, kind: str, local_id: UUID, *, field: str | None = None
    ) -> Sequence[RecordExplanation]:
        """Every field, or one; for each account that knows the record."""

        async def ask(uow: UnitOfWork) -> Sequence[RecordExplanation]:
            lines = await uow.journal.of_record(kind, local_id)
            links = await uow.sync_records.of_local(kind, local_id)
            former = None if links else await former_link(uow, lines)
            if not links and former is None:
                raise not_in_step(kind, local_id)
            known_as = links if former is None else [former]
            return [await self._record(uow, link, lines, field) for link in known_as]

        return await self._transactions.read(tenant_id, ask)

    async def _record(
        self, uow: UnitOfWork, link: SyncRecord, lines: Sequence[Change], field: str | None
    ) -> RecordExplanation:
        hand = await self._by_hand.hold(uow, link.account_id, link.kind, None)
        names = hand.kind.schema.names if field is None else (field,)
        if field is not None and field not in hand.kind.schema.by_name:
            known_fields = ", ".join(hand.kind.schema.names)
            raise InvalidValue(f"a {link.kind} has no field {field!r}; it has {known_fields}", field="field")
        found = await known(uow, hand.kind, hand.scope, [link.external_id])
        today = found.links.get(link.external_id)
        is_linked = today is not None and today.local_id == link.local_id
        if today is not None and is_linked:
            link = today
        elif today is not None:
            # The id is another's by now, and what hangs on it, too.
            found = attrs.evolve(found, conflicts={}, overrides={}, pushes={})
        here = await hand.kind.load(uow, [link.local_id])
        await hand.kind.prepare(uow, [link.base], here.values())
        told = await about(uow, link, lines)
        of_fields, people, pins = latest(told), people_behind(told), found.overrides.get(link.external_id, ())
        entity, kept_here = here.get(link.local_id), is_kept_here(link, pins)
        is_compared = is_linked and not kept_here
        released = {change.field: change for change in told if change.is_release}
        return RecordExplanation(
            account_id=link.account_id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=link.local_id,
            override=next((each for each in pins if each.field == WHOLE), None),
            kept_here=kept_here and entity is not None,
            is_here=entity is not None,
            ended=end_of(told) if entity is None else None,
            changes=tuple(change for change in told if change.field in {WHOLE, PAIRING}),
            fields=tuple(
                attrs.evolve(
                    _explained(hand, found, link, entity, name, of_fields.get(name), released.get(name), is_compared),
                    edit=people.get(name),
                )
                for name in names
            ),
        )


def _explained(
    hand: Hand,
    found: Known[Versioned],
    link: SyncRecord,
    entity: Versioned | None,
    name: str,
    change: Change | None,
    released: Change | None,
    is_compared: bool,
) -> FieldExplanation:
    ours = {} if entity is None else hand.kind.values(entity)
    overrides = {each.field: each for each in found.overrides.get(link.external_id, ())}
    conflicts = {each.field: each for each in found.conflicts.get(link.external_id, ())}
    law, law_from = _law(hand, name, overrides.get(name))
    field = hand.kind.schema.by_name[name]
    stood = link.base.get(name) if change is None else change.value
    waiting = tuple(push for push in found.pushes.get(link.external_id, ()) if name in push.values)
    is_told = name in conflicts or any(push.state is PushState.WAITING for push in waiting)
    came_back = change is not None and change.field == WHOLE
    if not came_back and not field.same(ours.get(name), stood):
        origin = Origin.EDITED
    else:
        origin = Origin.CREATED if change is None else Origin.JOURNAL
    return FieldExplanation(
        field=name,
        ours=ours.get(name),
        base=link.base.get(name),
        agreed=name in link.base,
        origin=origin,
        change=change,
        edit=None,
        run_id=link.run_id if change is None else change.run_id,
        law=law,
        law_from=law_from,
        override=overrides.get(name) or overrides.get(WHOLE),
        released=None if name in overrides else released,
        conflict=conflicts.get(name),
        waiting=waiting,
        undecided=entity is not None
        and is_compared
        and entity.version != link.local_version
        and not is_told
        and not field.same(ours.get(name), link.base.get(name)),
    )


def _law(hand: Hand, name: str, override: Override | None) -> tuple[str, str]:
    field, policy = hand.kind.schema.by_name[name], hand.scope.policy
    if override is not None:
        return override.law, "override"
    if name not in policy.fields and field.law is not None:
        return field.law.name, "schema"
    return policy.law(field).name, "policy"
