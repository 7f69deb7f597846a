"""One lead in full (W10), with how the record stands with its providers."""

from collections.abc import Sequence

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.ids import LeadId, TenantId
from ...domain.sync.journal import Change
from ...domain.sync.record import SyncRecord
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import LEAD
from ..transactions import Transactions


@attrs.frozen
class LeadDetail:
    """The lead, its links to providers, and what syncs overwrote of it, oldest first."""

    lead: Lead
    links: Sequence[SyncRecord]
    changes: Sequence[Change]


@attrs.frozen
class GetLead:
    """Raises NotFound."""

    _transactions: Transactions

    async def __call__(self, tenant_id: TenantId, lead_id: LeadId) -> LeadDetail:
        """From the store, without a call to the provider."""

        async def ask(uow: UnitOfWork) -> LeadDetail:
            return LeadDetail(
                await uow.leads.get(lead_id),
                await uow.sync_records.of_local(LEAD, lead_id),
                await uow.journal.of_record(LEAD, lead_id),
            )

        return await self._transactions.read(tenant_id, ask)
