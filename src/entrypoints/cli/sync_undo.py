"""``tresen sync undo``: what was changed is put back, and stays put back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...application.sync.undo.undo import Undone
from ...application.sync.undo.undo_guard import held_undo, wanted_of
from ...application.sync.undo.undo_plan import RecordUndo, UndoAction, UndoTarget
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, EntryId, RunId
from ...domain.sync.guards import Trip
from .answer import Answer, Part, show_parts
from .call import Given, in_tenant
from .consent import agreed, unchanged
from .decided_before import reopen_lines
from .documents import listed, row
from .options import ByOption, JsonOption, TenantOption, YesOption
from .record_documents import undo_document
from .sync_documents import run_document
from .sync_options import find_ours, kind_of_record
from .undo_lines import count_lines, guard_lines, question, undo_lines
from .write_back import write_back_lines

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases
    from .call import Call

_ALL_OVERTAKEN = "nothing was changed: all of it was edited since"
_SOME_REFUSED = "nothing was changed"
_ALL_UNDONE = "nothing was changed: all of it is undone already"
_ALL_FIRST_SEEN = "nothing was changed: what was first seen then stays"


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class TargetOptions:
    """Exactly one of a change, a run, and a record with a version."""

    change: Annotated[
        UUID | None, Parameter(metavar="ID", help="Undo this change; tresen sync history KIND ID lists them.")
    ] = None
    run: Annotated[UUID | None, Parameter(metavar="ID", help="Undo everything that this run did.")] = None
    record: Annotated[
        tuple[str, str] | None,
        Parameter(
            metavar="KIND ID", negative=(), help="Put this record back to --to-version; ID as for tresen sync explain."
        ),
    ] = None
    to_version: Annotated[
        int | None, Parameter(metavar="N", help="The version to go back to, from 1; goes with --record.")
    ] = None

    def ensure_one(self) -> None:
        """Raises InvalidValue unless it names one thing."""
        said = [self.change is not None, self.run is not None, self.record is not None]
        if said.count(True) != 1:
            raise InvalidValue(
                "name one of --run (tresen sync runs lists them), --change (tresen sync history KIND ID does), and "
                "--record KIND ID with --to-version N",
                field="target",
            )
        if self.record is not None and self.to_version is None:
            listing = f"tresen sync history {' '.join(self.record)}"
            raise InvalidValue(
                f"--to-version N is missing: the version to go back to, see {listing}", field="to_version"
            )
        if self.record is None and self.to_version is not None:
            raise InvalidValue("--to-version goes with --record KIND ID only", field="to_version")
        if self.to_version is not None and self.to_version < 1:
            raise InvalidValue(f"versions count from 1: there is no {self.to_version}", field="to_version")


async def undo(
    *,
    target: TargetOptions | None = None,
    overtaken: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help="Also put back what somebody edited since."),
    ] = False,
    accept_guard: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help="Delete as many records as a guard would hold a sync for."),
    ] = False,
    dry_run: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Only show what would be put back.")
    ] = False,
    all_: Annotated[
        bool,
        Parameter(name="--all", negative=(), show_default=False, help="Show every record, not only the first 50."),
    ] = False,
    by: ByOption = None,
    yes: YesOption = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show what would be put back, ask, and put it back, as a new change that later syncs leave alone: each field is
    pinned, see tresen sync overrides, but where an edit never left the house, or the provider has no such record any
    more.
    """
    wanted = target or TargetOptions()
    wanted.ensure_one()
    async with in_tenant(call, tenant) as (use, home):
        meant = await _meant(use, home, wanted)
        planned = await use.sync.plan_undo(home.id, meant)
        trips = () if accept_guard else await use.sync.plan_undo.trips(home.id, planned, overtaken=overtaken)
        parts = [
            *undo_lines(planned, overtaken=overtaken, every=all_),
            *count_lines(planned, overtaken=overtaken),
            *guard_lines(trips),
            *await reopen_lines(use, home, meant.run_id, planned, tenant),
        ]
        if dry_run or not wanted_of(planned, overtaken=overtaken):
            told = parts if dry_run or not planned else [*parts, _nothing(planned)]
            return _answer(None, planned, told, trips, as_json=as_json)
        if not yes and not _agreed(planned, parts, trips, call, overtaken=overtaken, as_json=as_json):
            return unchanged()
        done = await use.sync.undo(
            home.id, meant, by=by or call.terminal.login_name, overtaken=overtaken, accept_guard=accept_guard
        )
        writes = write_back_lines(await use.list_provider_accounts(home.id), _to_write(done), tenant)
    told = undo_lines(done.records, overtaken=overtaken, every=all_) if yes else []
    return _answer(done, done.records, [*told, *_after(done), *writes], (), as_json=as_json)


def _agreed(
    planned: Sequence[RecordUndo],
    parts: Sequence[Part],
    trips: Sequence[Trip],
    call: "Call",
    *,
    overtaken: bool,
    as_json: bool,
) -> bool:
    """Show and ask. Raises PlanHeld: nobody is asked about what a guard would hold then."""
    if trips and not as_json:
        show_parts(parts, call.terminal)
        raise held_undo(trips[0])
    asked = question(planned, overtaken=overtaken)
    return agreed(parts, asked, call.terminal, as_json=as_json, otherwise="--yes or --dry-run")


async def _meant(use: "UseCases", tenant: "Tenant", wanted: TargetOptions) -> UndoTarget:
    if wanted.record is None:
        return UndoTarget(change_id=_entry(wanted.change), run_id=_run(wanted.run))
    kind, which = kind_of_record(use, wanted.record[0]), wanted.record[1]
    return UndoTarget(kind=kind, local_id=await find_ours(use, tenant, kind, which), version=wanted.to_version)


def _nothing(planned: Sequence[RecordUndo]) -> str:
    """What is said of nothing; each that is refused has said why."""
    if all(each.is_undone for each in planned):
        return _ALL_UNDONE
    if all(each.is_first_seen for each in planned):
        return _ALL_FIRST_SEEN
    others = any(each.refused or each.undone or each.is_first_seen for each in planned)
    return _SOME_REFUSED if others else _ALL_OVERTAKEN


def _to_write(done: Undone) -> set[tuple[AccountId, str]]:
    """Accounts and kinds of records of which the provider takes a value that was pinned."""
    return {
        (each.account_id, each.kind)
        for each in done.records
        if (each.account_id, each.kind) in done.apart and {one.field for one in each.rollbacks} - set(each.untaken)
    }


def _after(done: Undone) -> list[str]:
    if done.run is None:
        return ["nothing was put back"]
    counts = done.run.counts
    lines = [
        f"put back: {counts.updated} updated, {counts.created} made, {counts.deleted} deleted; run {done.run.id}",
    ]
    if done.apart or any(each.action is not UndoAction.EDIT for each in done.records):
        lines.append("it is pinned, so that no sync undoes it: tresen sync overrides")
    elif not all(each.tied for each in done.records):
        lines.append("it is tied to no record at the provider any more: nothing goes there, and nothing is pinned")
    else:
        lines.append("it never left the house: both sides agree again, and nothing is pinned")
    if any(each.action is UndoAction.RESTORE for each in done.records):
        lines.append("what was brought back stays here, whether the provider has it or not")
    if any(each.for_staff for each in done.records):
        lines.append("what the provider takes no value of somebody must do there: tresen tasks list")
    return lines


def _answer(
    done: Undone | None, records: Sequence[RecordUndo], parts: Sequence[Part], trips: Sequence[Trip], *, as_json: bool
) -> Answer:
    run = None if done is None or done.run is None else run_document(done.run)
    document = {
        "run": run,
        **listed("records", [undo_document(each) for each in records]),
        "trips": [row(trip) for trip in trips],
    }
    return Answer(document=document, parts=parts, as_json=as_json)


def _entry(change_id: UUID | None) -> EntryId | None:
    return None if change_id is None else EntryId(change_id)


def _run(run_id: UUID | None) -> RunId | None:
    return None if run_id is None else RunId(run_id)
