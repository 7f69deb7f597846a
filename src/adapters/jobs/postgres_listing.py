"""One tenant's jobs as a list: read through SQLAlchemy as all other lists are, without loading pgqueuer."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from ...application.ports.jobs import JOB_ORDER
from ...application.search import search_words
from ...domain.jobs.job import Job
from ...domain.shared.errors import InvalidValue
from ...domain.shared.page import Listing
from ..persistence.mappers.values import Row
from . import postgres_rows
from .postgres_names import QUEUE_TABLE, STATUS_TYPE
from .postgres_sql import KIND_OF, TENANT_OF

_STATUS = postgresql.ENUM(*postgres_rows.STATES, name=STATUS_TYPE, create_type=False)
_QUEUE = sa.table(
    QUEUE_TABLE,
    sa.column("id", sa.BigInteger),
    sa.column("entrypoint", sa.Text),
    sa.column("status", _STATUS),
    sa.column("priority", sa.Integer),
    sa.column("attempts", sa.Integer),
    sa.column("payload", sa.LargeBinary),
    sa.column("headers", postgresql.JSONB),
    sa.column("execute_after", sa.DateTime(timezone=True)),
)
# As literal as in the index, or PostgreSQL would not see that it is the same.
_TENANT: sa.ColumnElement[str] = sa.literal_column(TENANT_OF, sa.Text)
_KIND: sa.ColumnElement[str] = sa.literal_column(KIND_OF, sa.Text)
_MINE = sa.select(
    *(_QUEUE.c[name] for name in ("id", "entrypoint", "status", "priority", "attempts", "payload", "headers"))
).where(sa.bindparam("tenant_id") == _TENANT)

# Numbers are given in the order of creation.
_KEYS: Mapping[str, sa.ColumnElement[Any]] = {
    "created_at": _QUEUE.c.id,
    "run_at": _QUEUE.c.execute_after,
    "kind": _KIND.collate("C"),
    "priority": _QUEUE.c.priority,
}
ONE = _MINE.where(_QUEUE.c.id == sa.bindparam("id"))


def page(listing: Listing) -> sa.Select[Any]:
    """The window. Raises InvalidValue outside JOB_ORDER."""
    field = listing.order_by or JOB_ORDER[0]
    if field not in JOB_ORDER:
        raise InvalidValue(f"jobs are ordered by {', '.join(JOB_ORDER)}, not by {field!r}", field="order_by")
    key = _KEYS[field]
    ordered = _filtered(_MINE, listing).order_by(key.desc() if listing.descending else key, _QUEUE.c.id)
    return ordered.limit(listing.limit).offset(listing.offset)


def count(listing: Listing) -> sa.Select[Any]:
    """How many there are in all."""
    every = sa.select(sa.func.count()).select_from(_QUEUE).where(sa.bindparam("tenant_id") == _TENANT)
    return _filtered(every, listing)


def shown(row: Row) -> Job:
    """The job of a row of ``page`` or ``ONE``. One whose payload cannot be read is shown without it."""
    number, kind, status, priority, attempts, payload, headers = row
    read = partial(postgres_rows.job, number, kind, status=status, priority=priority, attempts=attempts)
    try:
        return read(payload=payload, headers=headers)
    except ValueError:
        return read(payload=None, headers=headers)


def _filtered(statement: sa.Select[Any], listing: Listing) -> sa.Select[Any]:
    if listing.status is not None:
        states = {state.value: status for state, status in postgres_rows.STATUSES.items()}
        status = states.get(listing.status)
        statement = statement.where(sa.false() if status is None else _QUEUE.c.status == status)
    for word in search_words(listing.q):
        statement = statement.where(sa.func.lower(_KIND).contains(word, autoescape=True))
    return statement
