"""Single records: why they are as they are, what they were, what is put back, what is pinned, what is on its way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.sync.undo.undo_plan import UndoTarget
from ....domain.identity.role import Scope
from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, EntryId, RunId
from ....domain.sync.push import PushState
from ...kinds import known_kind, passed_over
from ..access import needs
from ..answers.sync_books import OverridesAnswer, PushesAnswer, ReleasedAnswer, override, push, released
from ..answers.sync_records import (
    ExplanationsAnswer,
    HistoryAnswer,
    LinksAnswer,
    PlannedUndoAnswer,
    UndoneAnswer,
    explanation,
    links,
    record_undo,
    undone,
    version,
)
from ..bodies import NO_NUL, Body, Text, exactly_one
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset
from ..records import DECIDE, READ_RECORDS, OfAccount, OfField, RecordKind, ensure_bare, ensure_kind, in_state, word_of

_OVERRIDE = frozenset({"account_id", "kind", "external_id", "field"})
_PINNED = needs(Scope.SYNC_DECIDE, query=_OVERRIDE)
PushStates = Annotated[str | None, word_of(PushState, "state", "Only pushes in this state")]
_Account = Annotated[UUID, QueryParameter(name="account_id", description="The provider account")]
_Kind = Annotated[str, QueryParameter(name="kind", max_length=100, pattern=NO_NUL, description="The kind of record")]
_ExternalId = Annotated[
    str, QueryParameter(name="external_id", max_length=1_000, pattern=NO_NUL, description="The provider's id")
]
_Pinned = Annotated[
    str,
    QueryParameter(name="field", max_length=200, pattern=NO_NUL, description="The field; * for the record as a whole"),
]


class VersionBody(Body):
    """A record, and the version that it goes back to."""

    kind: Text
    id: UUID
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class UndoBody(Body):
    """What is undone, exactly one of: a line of the journal (``change_id``), a run, or what was done to a ``record``
    since a version. ``overtaken``: also what somebody edited since; a plan shows it in any case. ``accept_guard``:
    delete as many records as a guard would hold a sync for."""

    change_id: UUID | None = None
    run_id: UUID | None = None
    record: VersionBody | None = None
    overtaken: bool = False
    accept_guard: bool = False


@get(
    "/records/{record_kind:str}",
    summary="Find records by the provider's id",
    opt=needs(*READ_RECORDS, query=frozenset({"external_id", "account_id"})),
)
async def find_records(
    record_kind: RecordKind, asking: Asking, uses: Uses, external_id: _ExternalId, account_id: OfAccount = None
) -> LinksAnswer:
    """Our ids (`local_id`), at every account that has such a record, or at one. Those that were never linked, such as
    leads that were only captured here, have no provider's id."""
    ensure_bare(external_id, account_id)
    kind, listed = ensure_kind(uses, record_kind), uses.list_provider_accounts
    if account_id is None:
        accounts = await listed.gyms(asking.tenant_id)
    else:
        accounts = [await listed.gym(asking.tenant_id, AccountId(account_id))]
    ids = [account.id for account in accounts]
    return links(await uses.sync.links.of_theirs(asking.tenant_id, kind, external_id, ids))


@get(
    "/records/{record_kind:str}/{record_id:uuid}/explain",
    summary="Why a record is as it is",
    opt=needs(*READ_RECORDS, query=frozenset({"field"})),
)
async def explain(
    record_kind: RecordKind, record_id: FromPath[UUID], asking: Asking, uses: Uses, field: OfField = None
) -> ExplanationsAnswer:
    """Field by field: whose value, since when, against what, by which law, in which run; for each account that knows
    the record."""
    kind = ensure_kind(uses, record_kind)
    found = await uses.sync.explain(asking.tenant_id, kind, record_id, field=field)
    return ExplanationsAnswer(records=[explanation(one) for one in found], count=len(found))


@get(
    "/records/{record_kind:str}/{record_id:uuid}/history",
    summary="Every version of a record",
    opt=needs(*READ_RECORDS),
)
async def history(record_kind: RecordKind, record_id: FromPath[UUID], asking: Asking, uses: Uses) -> HistoryAnswer:
    """Latest first, read back from the journal."""
    kind = ensure_kind(uses, record_kind)
    found = await uses.sync.history(asking.tenant_id, kind, record_id)
    return HistoryAnswer(versions=[version(one) for one in found], count=len(found))


@post("/undo/plan", summary="Show what an undo would do", status_code=200, opt=needs(*READ_RECORDS))
async def plan_undo(asking: Asking, uses: Uses, data: JSONBody[UndoBody]) -> PlannedUndoAnswer:
    """Writes nothing. Values that somebody edited since are marked `overtaken`."""
    with _told_by_path():
        found = await uses.sync.plan_undo(asking.tenant_id, _target(data, uses))
    return PlannedUndoAnswer(records=[record_undo(one) for one in found], count=len(found))


@post("/undo", summary="Undo a change, a run, or everything since a version", status_code=200, opt=needs(*DECIDE))
async def undo(asking: Asking, uses: Uses, data: JSONBody[UndoBody]) -> UndoneAnswer:
    """All of it or nothing. What is put back is pinned by an override, so that no later sync undoes the undo, but where
    an edit never left the house; what the provider is to be given waits for the next run."""
    with _told_by_path():
        done = await uses.sync.undo(
            asking.tenant_id,
            _target(data, uses),
            by=asking.name,
            overtaken=data.overtaken,
            accept_guard=data.accept_guard,
        )
    return undone(done)


@get("/overrides", summary="What people and undos pinned", opt=needs(Scope.SYNC_READ, query=WINDOW))
async def list_overrides(asking: Asking, uses: Uses, limit: Limit = 50, offset: Offset = 0) -> OverridesAnswer:
    """By account, kind, external id and field."""
    found = await uses.sync.overrides(asking.tenant_id, limit=limit + 1, offset=offset)
    return OverridesAnswer(
        overrides=[override(one, passed_over(one, uses.sync.fields)) for one in found[:limit]],
        has_more=len(found) > limit,
    )


@delete("/overrides", summary="Take an override away", status_code=200, opt=_PINNED)
async def remove_override(
    asking: Asking, uses: Uses, account_id: _Account, kind: _Kind, external_id: _ExternalId, field: _Pinned
) -> ReleasedAnswer:
    """The policy holds again; the next run looks at the record anew, and the journal says who did it. What waits to be
    written there only because of it is withdrawn, unless it was sent. All four parameters together name it: in a query,
    an external id may hold any character."""
    done = await uses.sync.remove_override(
        asking.tenant_id,
        account_id=AccountId(account_id),
        kind=known_kind(kind, uses.sync.kinds),
        external_id=external_id,
        field=field,
        by=asking.name,
    )
    return released(done)


@get("/pushes", summary="What is on its way to providers", opt=needs(*READ_RECORDS, query=WINDOW | {"state"}))
async def list_pushes(
    asking: Asking, uses: Uses, state_: PushStates = None, limit: Limit = 50, offset: Offset = 0
) -> PushesAnswer:
    """Newest first."""
    page = await uses.readers.pushes(asking.tenant_id, limit=limit, offset=offset, state=in_state(PushState, state_))
    return PushesAnswer(pushes=[push(one) for one in page.items], count=page.count)


def _target(body: UndoBody, uses: Uses) -> UndoTarget:
    exactly_one(body, "change_id", "run_id", "record")
    record = body.record
    return UndoTarget(
        change_id=EntryId(body.change_id) if body.change_id else None,
        run_id=RunId(body.run_id) if body.run_id else None,
        kind=known_kind(record.kind, uses.sync.kinds) if record else None,
        local_id=record.id if record else None,
        version=record.version if record else None,
    )


@contextmanager
def _told_by_path() -> Iterator[None]:
    """What is wrong with a part of ``record`` is told with the path to it."""
    try:
        yield
    except InvalidValue as error:
        field = error.details.get("field")
        if field not in VersionBody.__struct_fields__:
            raise
        raise InvalidValue(error.message, field=f"record.{field}") from None


HANDLERS = (find_records, explain, history, plan_undo, undo, list_overrides, remove_override, list_pushes)
