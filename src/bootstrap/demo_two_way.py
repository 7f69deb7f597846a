"""The demo's second part: three leads are edited here, there and on both sides; a plan, a sync, a decision, an undo."""

from collections.abc import Mapping

import attrs
import msgspec

from ..adapters.emulators.wodify import WodifyEmulator
from ..application.ports.readers import ConflictFilter
from ..application.ports.unit_of_work import UnitOfWork
from ..application.sync.conflicts.resolve_conflict import ConflictChoice
from ..application.sync.records.kinds import LEAD
from ..application.sync.undo.undo_plan import UndoTarget
from ..domain.shared.errors import TresenError
from ..domain.shared.ids import LeadId
from ..domain.sync.conflict import Choice, ConflictState
from ..domain.sync.run import Counts, Run
from ..domain.tenancy.provider_account import ProviderAccount
from ..domain.tenancy.tenant import Tenant
from ..entrypoints.runtime import Screen
from ..entrypoints.use_cases import UseCases
from .installation import Installation

_BY = "the demo"
_POLICY = {"fields": {"first_name": "newest", "last_name": "ask"}}
_LEADS = 3
_OPEN = ConflictFilter(state=ConflictState.OPEN)


@attrs.frozen
class TwoWay:
    """The provider's side is edited in its own books, ours by a transaction as an embedder would write it."""

    _installation: Installation
    _use: UseCases
    _tenant: Tenant
    _account: ProviderAccount
    _emulator: WodifyEmulator
    _screen: Screen

    async def __call__(self) -> bool:
        """Whether every step did what it should."""
        sync = self._use.sync
        await sync.set_policy(self._tenant.id, LEAD, _POLICY, by=_BY)
        # The first run under other laws looks at every lead, and finds nothing to do.
        await self._run()
        (here, at_home), (_, there), (both, both_there) = await self._leads()
        await self._edit_here(here, first_name=f"Edited here {at_home}")
        self._edit_there(there, {"first_name": f"Edited there {there}"})
        await self._edit_here(both, last_name="Ours")
        self._edit_there(both_there, {"last_name": "Theirs"})
        steps = await self._planned()
        first = await self._run()
        self._screen.say(
            f"two-way: one lead edited here, one there, one on both sides; a plan of {steps} steps; sync: {_did(first)}"
        )
        decided = await self._decide()
        undone = await sync.undo(self._tenant.id, UndoTarget(run_id=first.id), by=_BY)
        after, quiet = await self._run(), await self._run()
        self._screen.say(
            f"one conflict decided; of the sync, {len(undone.records)} edit of the provider undone, the edit made here"
            f" stays; sync: {_did(after)}; once more: {_did(quiet)}"
        )
        # In a folder of an earlier demo, what was undone there stays undone: then less is taken over.
        return (steps, decided, first.counts.errors) == (_LEADS, 1, 0) and _essence(quiet) == Counts()

    async def _run(self) -> Run:
        run = await self._use.sync.leads(self._tenant.id, self._account.id, force=True)
        if run.reason is not None:
            raise TresenError(f"the demo's sync of leads {run.state.value}: {run.reason}")
        return run

    async def _leads(self) -> list[tuple[LeadId, str]]:
        """Three of them, by our id and the provider's."""

        async def ask(uow: UnitOfWork) -> list[tuple[LeadId, str]]:
            some = await uow.sync_records.external_ids(self._account.id, LEAD, after="", limit=_LEADS)
            links = await uow.sync_records.by_external_ids(self._account.id, LEAD, some)
            return [(LeadId(link.local_id), link.external_id) for link in links.values()]

        return await self._installation.transactions.read(self._tenant.id, ask)

    async def _edit_here(self, lead_id: LeadId, **values: str) -> None:
        async def edit(uow: UnitOfWork) -> None:
            lead = await uow.leads.get(lead_id)
            for name, value in values.items():
                setattr(lead, name, value)
            lead.updated_at = self._use.clock.now()
            await uow.leads.save(lead)

        await self._installation.transactions.run(self._tenant.id, "demo_edit", edit)

    def _edit_there(self, external_id: str, values: Mapping[str, str]) -> None:
        self._emulator.state.edit("leads", int(external_id), msgspec.json.encode(values))

    async def _planned(self) -> int:
        """How many steps a plan has."""
        run = await self._use.sync.plan(self._tenant.id, self._account.id, "leads")
        if run.plan_id is None:
            return 0
        return (await self._use.sync.show_plan(self._tenant.id, run.plan_id)).count

    async def _decide(self) -> int:
        """All open conflicts, as ours; how many."""
        open_ones = await self._use.readers.conflicts(self._tenant.id, _OPEN, limit=10)
        for one in open_ones.items:
            choice = ConflictChoice(tenant_id=self._tenant.id, conflict_id=one.id, choice=Choice.OURS, by=_BY)
            await self._use.sync.resolve(choice)
        return open_ones.count


def _essence(run: Run) -> Counts:
    return attrs.evolve(run.counts, unchanged=0)


def _did(run: Run) -> str:
    counts = attrs.asdict(_essence(run))
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return told or "nothing to do"
