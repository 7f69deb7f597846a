"""``tresen sync resolve`` and ``reopen``: conflicts are decided."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...application.sync.resolve_conflict import ConflictChoice
from ...application.sync.resolve_conflicts import Resolved
from ...application.sync.sync_account import Progress, no_progress
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import ConflictId
from ...domain.sync.canonical import Value
from ...domain.sync.conflict import Choice, Conflict, ConflictState
from ...domain.sync.run import Counts
from .answer import Answer, Part
from .call import Given, account_names, choose_account_id, in_tenant
from .consent import agreed, unchanged
from .documents import listed
from .exit_codes import ExitCode
from .options import AccountsOption, JsonOption, TenantOption, YesOption
from .screen import ConsoleScreen
from .sync_conflicts import conflict_lines
from .sync_documents import conflict_document
from .sync_options import FieldOption, KindOption, ensure_kind
from .sync_run import ByOption
from .typed import typed_value

if TYPE_CHECKING:
    from ...domain.shared.ids import AccountId
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call

_AT_ONCE = 100
_SHOWN = 10


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class ChoiceOptions:
    """Exactly one of them."""

    theirs: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help="Take what the provider has; for a pairing: a new record."),
    ] = False
    ours: Annotated[bool, Parameter(negative=(), show_default=False, help="Keep what is here.")] = False
    value: Annotated[
        str | None,
        Parameter(
            metavar="TEXT",
            help="Take this value, of the field's type: a text, true or false, a whole number, a JSON list for a set; "
            "an empty text for none.",
        ),
    ] = None
    candidate: Annotated[UUID | None, Parameter(metavar="ID", help="For a pairing: it is this record of ours.")] = None

    def choice(self) -> Choice:
        """What was chosen. Raises InvalidValue unless it is one thing."""
        given = {
            Choice.THEIRS: self.theirs,
            Choice.OURS: self.ours or self.candidate is not None,
            Choice.VALUE: self.value is not None,
        }
        chosen = [choice for choice, said in given.items() if said]
        if len(chosen) != 1:
            raise InvalidValue("choose one of --theirs, --ours, --value and --candidate", field="choice")
        return chosen[0]


async def resolve(
    id_: Annotated[UUID | None, Parameter(name="ID", help="The conflict's id; without it say --all.")] = None,
    /,
    *,
    chosen: ChoiceOptions | None = None,
    all_: Annotated[
        bool, Parameter(name="--all", negative=(), show_default=False, help="Decide all open ones alike.")
    ] = False,
    kind: KindOption = None,
    field: FieldOption = None,
    account: AccountsOption = None,
    by: ByOption = None,
    yes: YesOption = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Decide a conflict, or with --all many of them alike. It holds until the field changes again on either side; what
    the provider is to be given is written by the next run.
    """
    options = chosen or ChoiceOptions()
    choice, who = options.choice(), by or call.terminal.login_name
    if all_ == (id_ is not None):
        raise InvalidValue("name a conflict by its id, or say --all", field="id")
    async with in_tenant(call, tenant) as (use, home):
        if id_ is not None:
            if not (kind is field is account is None):
                raise InvalidValue("--kind, --field and --account only go with --all", field="id")
            decided = await _one(use, home, ConflictId(id_), options, who)
            parts = [*conflict_lines(decided, await account_names(use, home), home.zone), _AFTER]
            return Answer(document={"conflict": conflict_document(decided)}, parts=parts, as_json=as_json)
        if choice is Choice.VALUE or options.candidate is not None:
            raise InvalidValue("--all goes with --theirs or --ours", field="choice")
        ensure_kind(use, kind)
        found = await _open(use, home, kind, field, await choose_account_id(use, home, account))
        if found and not _agreed(found, choice, call, yes=yes, as_json=as_json):
            return unchanged()
        resolved = await _many(use, home, found, choice, who, call, as_json=as_json)
    return _told(resolved, choice, as_json=as_json)


async def reopen(
    id_: Annotated[UUID, Parameter(name="ID", help="The conflict's id.")],
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Open a conflict again. What was decided stays in the record until it is decided otherwise."""
    async with in_tenant(call, tenant) as (use, home):
        conflict = await use.sync.reopen(home.id, ConflictId(id_))
        names = await account_names(use, home)
    parts = conflict_lines(conflict, names, home.zone)
    return Answer(document={"conflict": conflict_document(conflict)}, parts=parts, as_json=as_json)


_AFTER = "decided; what the provider is to be given is written by the next run: tresen sync run"


async def _one(use: "UseCases", tenant: "Tenant", conflict_id: ConflictId, options: ChoiceOptions, by: str) -> Conflict:
    value: Value = None if options.candidate is None else str(options.candidate)
    if options.value is not None:
        conflict = await use.sync.conflict(tenant.id, conflict_id)
        value = typed_value(options.value, (conflict.base, conflict.ours, conflict.theirs))
    return await use.sync.resolve(
        ConflictChoice(tenant_id=tenant.id, conflict_id=conflict_id, choice=options.choice(), value=value, by=by)
    )


async def _open(
    use: "UseCases", tenant: "Tenant", kind: str | None, field: str | None, account_id: "AccountId | None"
) -> Sequence[Conflict]:
    """All that are open, oldest last: read before any is decided, so that no page moves."""
    found: list[Conflict] = []
    while True:
        page = await use.readers.conflicts(
            tenant.id,
            limit=_AT_ONCE,
            offset=len(found),
            state=ConflictState.OPEN,
            account_id=account_id,
            kind=kind,
            field=field,
        )
        found += page.items
        if len(page.items) < _AT_ONCE:
            return found


def _agreed(found: Sequence[Conflict], choice: Choice, call: "Call", *, yes: bool, as_json: bool) -> bool:
    if yes:
        return True
    shown: list[Part] = [f"  {one.kind} {one.external_id} {one.field}" for one in found[:_SHOWN]]
    more = len(found) - len(shown)
    question = f"decide {len(found)} {'conflict' if len(found) == 1 else 'conflicts'}: take {choice.value}?"
    parts = [*shown, *([f"  and {more} more"] if more else [])]
    return agreed(parts, question, call.terminal, as_json=as_json, otherwise="--yes")


async def _many(
    use: "UseCases",
    tenant: "Tenant",
    found: Sequence[Conflict],
    choice: Choice,
    by: str,
    call: "Call",
    *,
    as_json: bool,
) -> Resolved:
    ids = [one.id for one in found]
    if as_json or not ids:
        return await _decide(use, tenant, ids, choice, by, no_progress)
    screen = ConsoleScreen(call.terminal, {"conflict": len(ids)})
    async with screen.progress("decided") as progress:
        return await _decide(use, tenant, ids, choice, by, progress)


async def _decide(
    use: "UseCases", tenant: "Tenant", ids: Sequence[ConflictId], choice: Choice, by: str, progress: Progress
) -> Resolved:
    done = Resolved(decided=(), refused=())
    for start in range(0, len(ids), _AT_ONCE):
        part = await use.sync.resolve_many(tenant.id, ids[start : start + _AT_ONCE], choice, by=by)
        done = Resolved(decided=(*done.decided, *part.decided), refused=(*done.refused, *part.refused))
        progress("conflict", Counts(updated=len(done.decided), errors=len(done.refused)))
    return done


def _told(resolved: Resolved, choice: Choice, *, as_json: bool) -> Answer:
    decided, refused = resolved.decided, resolved.refused
    parts: list[Part] = [f"decided: {len(decided)}, taking {choice.value}; could not be decided: {len(refused)}"]
    if not (decided or refused):
        parts = ["no open conflict fits what was asked for: nothing is to be decided"]
    parts += [f"  {conflict_id}: {error.message}" for conflict_id, error in refused]
    document = {
        **listed("conflicts", [conflict_document(each) for each in decided]),
        "refused": [
            {"id": str(conflict_id), "code": error.code, "message": error.message} for conflict_id, error in refused
        ],
    }
    code = ExitCode.FAILED if refused else ExitCode.OK
    return Answer(document=document, parts=[*parts, *([_AFTER] if decided else [])], as_json=as_json, code=code)
