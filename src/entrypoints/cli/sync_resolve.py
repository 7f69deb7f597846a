"""``tresen sync resolve``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.sync.conflicts.resolve_conflict import ConflictChoice
from ...application.sync.conflicts.resolve_conflicts import Resolved
from ...domain.shared.errors import IllegalTransition, InvalidValue
from ...domain.shared.ids import ConflictId
from ...domain.sync.canonical import Value
from ...domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState
from ...domain.sync.side import Side
from .answer import Answer, Part
from .call import Given, account_names, in_tenant
from .choice_options import ChoiceOptions
from .conflict_lines import conflict_lines, outcome_line, side_cells
from .conflict_options import ConflictOptions, ensure_one_record
from .consent import agreed, unchanged
from .documents import listed
from .exit_codes import ExitCode
from .next_run import next_run
from .options import ByOption, JsonOption, TenantOption, YesOption
from .resolve_in_bulk import all_conflicts, resolve_in_bulk
from .sync_documents import conflict_document
from .sync_held import command
from .typed import typed_value
from .write_back import write_back_lines, written_there

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call

_SHOWN = 10
_WHICH = (
    "name a conflict by its id (tresen sync conflicts lists them), a record by --record, or say --all; one of the three"
)


async def resolve(
    id_: Annotated[
        UUID | None, Parameter(name="ID", help="The conflict's id; without it say --record or --all.")
    ] = None,
    /,
    *,
    chosen: ChoiceOptions | None = None,
    all_: Annotated[
        bool, Parameter(name="--all", negative=(), show_default=False, help="Decide all open ones alike.")
    ] = False,
    which: ConflictOptions | None = None,
    by: ByOption = None,
    yes: YesOption = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Decide a conflict, or many alike: with --record all of a record, with --all all that there are. It holds until
    the field changes again on either side; what the provider is to be given is written by the next run, where writing
    to the account is on.
    """
    options, asked = chosen or ChoiceOptions(), which or ConflictOptions()
    if (all_ or asked.record is not None) == (id_ is not None):
        raise InvalidValue(_WHICH, field="id")
    choice, who = options.choice(), by or call.terminal.login_name
    async with in_tenant(call, tenant) as (use, home):
        if id_ is not None:
            if not asked.is_empty:
                raise InvalidValue("--kind, --field and --account only go with --record and --all", field="id")
            try:
                decided = await _one(use, home, ConflictId(id_), options, who)
            except IllegalTransition as error:
                anew = f"{error.message}: {command(f'sync reopen {id_}', tenant)}"
                raise IllegalTransition(anew, **error.details) from None
            after = await _after(use, home, [decided], tenant)
            parts = [*conflict_lines(decided, await account_names(use, home), home.zone), outcome_line(decided), *after]
            return Answer(document={"conflict": conflict_document(decided)}, parts=parts, as_json=as_json)
        if choice is Choice.VALUE or options.candidate is not None:
            raise InvalidValue("--record and --all go with --theirs or --ours", field="choice")
        wanted = await asked.wanted(use, home, ConflictState.OPEN)
        found = await all_conflicts(use, home, wanted)
        await ensure_one_record(use, home, found, wanted)
        if found and not _agreed(found, choice, call, yes=yes, as_json=as_json):
            return unchanged()
        resolved = await resolve_in_bulk(use, home, found, choice, who, call, as_json=as_json)
        after = await _after(use, home, resolved.decided, tenant)
    return _told(resolved, choice, after, as_json=as_json)


async def _after(use: "UseCases", home: "Tenant", decided: Sequence[Conflict], tenant: str | None) -> Sequence[str]:
    """What is still to be done. ``tenant`` is how it was named."""
    changed = {(each.account_id, each.kind) for each in decided if written_there(each)}
    lines = write_back_lines(await use.list_provider_accounts(home.id), changed, tenant)
    paired = [each.kind for each in decided if each.field == PAIRING]
    if paired:
        lines.append(f"the next run takes the record in: {next_run(paired, tenant)}")
    return lines


async def _one(use: "UseCases", tenant: "Tenant", conflict_id: ConflictId, options: ChoiceOptions, by: str) -> Conflict:
    value = await _value(use, tenant, conflict_id, options)
    choice = options.choice()
    chosen = ConflictChoice(tenant_id=tenant.id, conflict_id=conflict_id, choice=choice, value=value, by=by)
    try:
        return await use.sync.resolve(chosen)
    except InvalidValue as error:
        if choice is not Choice.OURS or error.details.get("field") != "value":
            raise
        hint = ": name it by --candidate ID" if value is None else ""
        raise InvalidValue(f"{error.message}{hint}", field="candidate") from None


async def _value(use: "UseCases", tenant: "Tenant", conflict_id: ConflictId, options: ChoiceOptions) -> Value:
    """What goes with the choice. Raises InvalidValue where this conflict takes none such."""
    if options.value is None and options.candidate is None:
        return None
    conflict = await use.sync.conflict(tenant.id, conflict_id)
    options.ensure_fits(conflict)
    if options.value is None:
        return str(options.candidate)
    return typed_value(options.value, (conflict.base, conflict.ours, conflict.theirs))


def _agreed(found: Sequence[Conflict], choice: Choice, call: "Call", *, yes: bool, as_json: bool) -> bool:
    if yes:
        return True
    shown: list[Part] = [_line(one, choice) for one in found[:_SHOWN]]
    more = len(found) - len(shown)
    question = f"decide {len(found)} {'conflict' if len(found) == 1 else 'conflicts'}: take {choice.value}?"
    parts = [*shown, *([f"  and {more} more"] if more else [])]
    return agreed(parts, question, call.terminal, as_json=as_json, otherwise="--yes")


def _line(one: Conflict, choice: Choice) -> str:
    is_lost = choice is Choice.THEIRS and one.lost_by is Side.THEIRS
    _, ours, theirs = side_cells(one)
    told = " would be deleted here" if is_lost else f": {ours} here, {theirs} there"
    return f"  {one.kind} {one.external_id} {one.field}{told}"


def _told(resolved: Resolved, choice: Choice, after: Sequence[str], *, as_json: bool) -> Answer:
    decided, refused = resolved.decided, resolved.refused
    parts: list[Part] = [f"decided: {len(decided)}, taking {choice.value}; could not be decided: {len(refused)}"]
    if not (decided or refused):
        parts = ["no open conflict fits what was asked for: nothing is to be decided"]
    parts += [f"  {conflict_id}: {error.message}" for conflict_id, error in refused]
    document = {
        **listed("decided", [conflict_document(each) for each in decided]),
        "refused": [
            {"id": str(conflict_id), "code": error.code, "message": error.message} for conflict_id, error in refused
        ],
    }
    code = ExitCode.FAILED if refused else ExitCode.OK
    return Answer(document=document, parts=[*parts, *after], as_json=as_json, code=code)
