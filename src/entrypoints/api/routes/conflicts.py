"""What waits for a person: looked at, decided, decided anew."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.ports.readers import ConflictFilter
from ....application.sync.conflicts.resolve_conflict import ConflictChoice
from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import ConflictId
from ....domain.sync.conflict import Choice, ConflictState
from ...kinds import field_wanted
from ..access import needs
from ..answers.conflicts import (
    ConflictInFullAnswer,
    ConflictsAnswer,
    OneConflictAnswer,
    ReopenedConflictAnswer,
    ResolvedConflictsAnswer,
    conflict,
    in_full,
    reopened,
    resolved,
)
from ..bodies import NO_NUL, Body, Text
from ..dependencies import Asking, Uses
from ..listing import WINDOW, Limit, Offset, words
from ..records import (
    DECIDE,
    READ_RECORDS,
    GivenValue,
    OfAccount,
    OfField,
    OfKind,
    account_wanted,
    ensure_bare,
    ensure_wanted,
    given,
)

MAX_RESOLVE = 1_000
ALL = "all"
MAX_EXTERNAL_ID = 1_000
_WHICH = ("kind", "field", "account_id", "external_id", "local_id")
_FILTERS = WINDOW | {"state", *_WHICH}
ConflictStates = Annotated[
    str,
    QueryParameter(
        name="state",
        max_length=100,
        description="Only conflicts in this state, or all",
        schema_extra={"enum": [*words(ConflictState), ALL]},
    ),
]
_OfRecordThere = Annotated[
    str | None,
    QueryParameter(
        name="external_id",
        max_length=MAX_EXTERNAL_ID,
        pattern=NO_NUL,
        description="Only about records with this id at the provider, of whatever kind and account",
    ),
]
_OfRecordHere = Annotated[
    UUID | None,
    QueryParameter(name="local_id", description="Only about our record with this id, which a pairing does not have"),
]
_ExternalId = Annotated[str, msgspec.Meta(max_length=MAX_EXTERNAL_ID, pattern=NO_NUL)]


class ResolveBody(Body):
    """``choice``: the provider's value (theirs), ours, or a ``value`` that is typed in. For a record as a whole, theirs
    lets the deletion happen or brings the deleted record back, ours keeps what we have. For a pairing (field ``?``),
    theirs makes a new record, ours links it to one of ours: the candidate's id goes into ``value``,
    always.
    ``version``: that of the conflict that was looked at; when it is another by now, nothing happens (409)."""

    choice: Annotated[
        Literal["theirs", "ours", "value"],
        msgspec.Meta(description="theirs: as the provider has it; ours: as it is here; value: what is in value"),
    ]
    value: Annotated[
        GivenValue | msgspec.UnsetType,
        msgspec.Meta(
            description="With the choice value: the field's value, null empties it. For a pairing with the choice "
            "ours, where it is needed: the id of our record, one of the conflict's candidates. With theirs: none."
        ),
    ] = msgspec.UNSET
    version: Annotated[
        int | None,
        msgspec.Meta(description="The version of the conflict that was looked at; 409 when it is another by now"),
    ] = None


class ResolveManyBody(Body):
    """Which open conflicts are decided: of this ``kind`` of record, this ``field``, this account, the record with this
    ``external_id`` there or this ``local_id`` here; at least one of them, or ``all``. Where several are given, all must
    fit: an ``external_id`` alone may be that of a member and of a lead. At most ``limit``, the newest first."""

    choice: Literal["theirs", "ours"]
    kind: Text | None = None
    field: Text | None = None
    account_id: UUID | None = None
    external_id: _ExternalId | None = None
    local_id: UUID | None = None
    all: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_RESOLVE)] = 100


@get("/", summary="List conflicts", opt=needs(*READ_RECORDS, query=_FILTERS))
async def list_conflicts(
    asking: Asking,
    uses: Uses,
    state_: ConflictStates = ConflictState.OPEN.value,
    kind: OfKind = None,
    field: OfField = None,
    account_id: OfAccount = None,
    external_id: _OfRecordThere = None,
    local_id: _OfRecordHere = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ConflictsAnswer:
    """Newest first; the open ones, unless another state or all are asked for."""
    ensure_bare(external_id, account_id)
    of_kind = ensure_wanted(uses.sync.kinds, kind)
    wanted = ConflictFilter(
        state=_wanted(state_),
        account_id=await account_wanted(uses, asking.tenant_id, account_id),
        kind=of_kind,
        field=field_wanted(field, of_kind, uses.sync.fields),
        external_id=external_id,
        local_id=local_id,
    )
    page = await uses.readers.conflicts(asking.tenant_id, wanted, limit=limit, offset=offset)
    return ConflictsAnswer(conflicts=[conflict(one) for one in page.items], count=page.count)


@get("/{conflict_id:uuid}", summary="One conflict", opt=needs(*READ_RECORDS))
async def get_conflict(conflict_id: FromPath[UUID], asking: Asking, uses: Uses) -> ConflictInFullAnswer:
    """With everything that is needed to decide it: the record as each side has it, and of a pairing the candidates.
    From the store; the provider is not called."""
    return in_full(await uses.sync.conflict_in_full(asking.tenant_id, ConflictId(conflict_id)))


@post("/{conflict_id:uuid}/resolve", summary="Decide a conflict", status_code=200, opt=needs(*DECIDE))
async def resolve(
    conflict_id: FromPath[UUID], asking: Asking, uses: Uses, data: JSONBody[ResolveBody]
) -> OneConflictAnswer:
    """The decision holds until the field changes again on either side. What the provider is to be given waits for the
    next run. 409 when it was decided before."""
    _ensure_value(data)
    chosen = ConflictChoice(
        tenant_id=asking.tenant_id,
        conflict_id=ConflictId(conflict_id),
        choice=Choice(data.choice),
        value=given(None if isinstance(data.value, msgspec.UnsetType) else data.value),
        by=asking.name,
        version=data.version,
    )
    return OneConflictAnswer(conflict=conflict(await uses.sync.resolve(chosen)))


@post("/resolve", summary="Decide many conflicts alike", status_code=200, opt=needs(*DECIDE))
async def resolve_many(asking: Asking, uses: Uses, data: JSONBody[ResolveManyBody]) -> ResolvedConflictsAnswer:
    """Each for itself: one that cannot be decided so does not keep the others, and is told with its reason."""
    if not data.all and all(getattr(data, name) is None for name in _WHICH):
        raise InvalidValue(f"say which: {', '.join(_WHICH)}, or all", field="all")
    ensure_bare(data.external_id, data.account_id)
    of_kind = ensure_wanted(uses.sync.kinds, data.kind)
    wanted = ConflictFilter(
        state=ConflictState.OPEN,
        account_id=await account_wanted(uses, asking.tenant_id, data.account_id),
        kind=of_kind,
        field=field_wanted(data.field, of_kind, uses.sync.fields),
        external_id=data.external_id,
        local_id=data.local_id,
    )
    page = await uses.readers.conflicts(asking.tenant_id, wanted, limit=data.limit)
    keys = [one.id for one in page.items]
    result = await uses.sync.resolve_many(asking.tenant_id, keys, Choice(data.choice), by=asking.name)
    left = await uses.readers.conflicts(asking.tenant_id, wanted, limit=1)
    return resolved(result, left.count)


@post("/{conflict_id:uuid}/reopen", summary="Decide a conflict anew", status_code=200, opt=needs(*DECIDE))
async def reopen(conflict_id: FromPath[UUID], asking: Asking, uses: Uses) -> ReopenedConflictAnswer:
    """It is open again. What was decided stays in the records until it is decided otherwise; what pinned the field
    ends, an undo's pin, too (`released`). 409 when it is open, or
    when the field is in conflict again by itself; 422 when what it was about is not there any more."""
    opened = await uses.sync.reopen(asking.tenant_id, ConflictId(conflict_id), by=asking.name)
    return reopened(opened)


def _wanted(state: str) -> ConflictState | None:
    if state == ALL:
        return None
    known = (*words(ConflictState), ALL)
    if state not in known:
        raise InvalidValue(f"state is one of {', '.join(known)}, not {state!r}", field="state")
    return ConflictState(state)


def _ensure_value(body: ResolveBody) -> None:
    has_value = not isinstance(body.value, msgspec.UnsetType)
    if body.choice == "value" and not has_value:
        raise InvalidValue("value is needed: null empties the field", field="value")
    if body.choice == "theirs" and has_value:
        raise InvalidValue("the value is the provider's: name none", field="value")


conflicts = Router(
    "/conflicts",
    route_handlers=[list_conflicts, get_conflict, resolve, resolve_many, reopen],
    tags=["conflicts"],
)
