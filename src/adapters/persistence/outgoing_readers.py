"""Reads of what goes out, over all tenants."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

from ...application.ports.outgoing import OutgoingFigures, OutgoingReaders
from ...domain.webhooks.endpoint import EndpointState
from ...domain.webhooks.message import MessageState
from .connection import Database
from .tables import TENANT, WEBHOOK_ENDPOINT, WEBHOOK_MESSAGE

_COUNT_AND_OLDEST: Sequence[ColumnElement[Any]] = (func.count(), func.min(WEBHOOK_MESSAGE.c.created_at))
# Endpoint by endpoint and tenant by tenant, so that the indexes of the states serve.
_EVERYWHERE = tuple_(WEBHOOK_MESSAGE.c.tenant_id, WEBHOOK_MESSAGE.c.endpoint_id).in_(
    select(WEBHOOK_ENDPOINT.c.tenant_id, WEBHOOK_ENDPOINT.c.id)
)
PENDING = select(*_COUNT_AND_OLDEST).where(_EVERYWHERE, WEBHOOK_MESSAGE.c.state == MessageState.PENDING.value)
DISABLED = (
    select(func.count())
    .select_from(WEBHOOK_ENDPOINT)
    .where(
        WEBHOOK_ENDPOINT.c.tenant_id.in_(select(TENANT.c.id)),
        WEBHOOK_ENDPOINT.c.state == EndpointState.DISABLED.value,
    )
)


class SqlOutgoingReaders(OutgoingReaders):
    """Sees what is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def figures(self) -> OutgoingFigures:
        """Two counts."""
        async with self._database.reading() as connection:
            ((pending, oldest),) = await connection.fetch(PENDING, long=True)
            ((disabled,),) = await connection.fetch(DISABLED, long=True)
        return OutgoingFigures(pending=pending, oldest_pending_at=oldest, disabled_endpoints=disabled)
