"""What the lists select, and how they are filtered and ordered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, false, func, select

from ...application.ports.readers import LEAD_ORDER, MEMBER_ORDER, TASK_ORDER, USER_ORDER, LeadRow, MemberRow
from ...application.search import search_words
from ...domain.identity.user import User
from ...domain.shared.errors import InvalidValue
from ...domain.shared.page import Listing
from ...domain.staff.task import StaffTask
from .mappers import identity, staff
from .mappers.values import Row
from .tables import LEAD, MEMBER, STAFF_TASK, USER, entity_columns

R = TypeVar("R")

_ESCAPE = "\\"
# So many rows are passed over in well under a millisecond.
_FAR = 1_000
_STATUS_OF_USER: Mapping[str, bool] = {"active": True, "inactive": False}


@attrs.frozen(kw_only=True, eq=False)
class Listed(Generic[R]):
    """A list: what is selected and shown, by which fields it may be ordered (the first is the default), and by
    which it is without looking at all rows. ``status`` gives the condition for a status word.
    """

    table: Table
    columns: Sequence[Column[Any]]
    show: Callable[[Row], R]
    status: Callable[[str], ColumnElement[bool] | None]
    order: tuple[str, ...]
    keys: Mapping[str, Column[Any]]
    indexed: frozenset[str]

    def page(self, listing: Listing) -> Select[Any]:
        """The window, in order: None last, equals by id. Raises InvalidValue for another field to order by."""
        key = self.keys[self._field(listing)]
        first = [key.is_(None)] if key.nullable else []
        ordered = (*first, key.desc() if listing.descending else key, self.table.c.id)
        return (
            self._filtered(select(*self.columns), listing)
            .order_by(*ordered)
            .limit(listing.limit)
            .offset(listing.offset)
        )

    def count(self, listing: Listing) -> Select[Any]:
        """How many there are in all."""
        return self._filtered(select(func.count()).select_from(self.table), listing)

    def is_long(self, listing: Listing) -> bool:
        """Whether the window takes a look at many rows."""
        return bool(search_words(listing.q)) or self._field(listing) not in self.indexed or listing.offset > _FAR

    def _field(self, listing: Listing) -> str:
        field = listing.order_by or self.order[0]
        if field not in self.order:
            raise InvalidValue(f"this list is ordered by {', '.join(self.order)}, not by {field!r}", field="order_by")
        return field

    def _filtered(self, statement: Select[Any], listing: Listing) -> Select[Any]:
        statement = statement.where(self.table.c.tenant_id == bindparam("tenant_id"))
        if listing.status is not None:
            condition = self.status(listing.status)
            statement = statement.where(false() if condition is None else condition)
        for word in search_words(listing.q):
            statement = statement.where(self.table.c.search_text.contains(word, autoescape=True, escape=_ESCAPE))
        return statement


def _word_in(column: Column[Any]) -> Callable[[str], ColumnElement[bool] | None]:
    return lambda word: column == word


def _user_status(word: str) -> ColumnElement[bool] | None:
    active = _STATUS_OF_USER.get(word)
    return None if active is None else USER.c.active == active


MEMBERS = Listed(
    table=MEMBER,
    columns=[
        MEMBER.c[name]
        for name in (
            "id",
            "first_name",
            "last_name",
            "email",
            "phone",
            "status",
            "status_text",
            "joined_on",
            "updated_at",
        )
    ],
    show=lambda row: MemberRow(
        id=row[0],
        first_name=row[1],
        last_name=row[2],
        email=row[3],
        phone=row[4],
        status=row[5],
        status_text=row[6],
        joined_on=row[7],
        updated_at=row[8],
        links=row[9],
    ),
    status=_word_in(MEMBER.c.status),
    order=MEMBER_ORDER,
    keys={
        "last_name": MEMBER.c.last_name_key,
        "first_name": MEMBER.c.first_name_key,
        "email": MEMBER.c.email_key,
        "status": MEMBER.c.status,
        "joined_on": MEMBER.c.joined_on,
        "created_at": MEMBER.c.created_at,
        "updated_at": MEMBER.c.updated_at,
    },
    indexed=frozenset({"last_name", "status"}),
)

LEADS = Listed(
    table=LEAD,
    columns=[
        LEAD.c[name]
        for name in (
            "id",
            "first_name",
            "last_name",
            "email",
            "phone",
            "stage",
            "stage_text",
            "source",
            "created_at",
            "updated_at",
        )
    ],
    show=lambda row: LeadRow(
        id=row[0],
        first_name=row[1],
        last_name=row[2],
        email=row[3],
        phone=row[4],
        status=row[5],
        status_text=row[6],
        source=row[7],
        created_at=row[8],
        updated_at=row[9],
        links=row[10],
    ),
    status=_word_in(LEAD.c.stage),
    order=LEAD_ORDER,
    keys={
        "created_at": LEAD.c.created_at,
        "last_name": LEAD.c.last_name_key,
        "first_name": LEAD.c.first_name_key,
        "email": LEAD.c.email_key,
        "status": LEAD.c.stage,
        "updated_at": LEAD.c.updated_at,
    },
    indexed=frozenset({"created_at", "status"}),
)

TASKS: Listed[StaffTask] = Listed(
    table=STAFF_TASK,
    columns=entity_columns(STAFF_TASK),
    show=staff.task,
    status=_word_in(STAFF_TASK.c.state),
    order=TASK_ORDER,
    keys={"created_at": STAFF_TASK.c.created_at, "title": STAFF_TASK.c.title_key, "status": STAFF_TASK.c.state},
    indexed=frozenset({"created_at", "status"}),
)

USERS: Listed[User] = Listed(
    table=USER,
    columns=entity_columns(USER),
    show=identity.user,
    status=_user_status,
    order=USER_ORDER,
    keys={"email": USER.c.email_key, "name": USER.c.name_key, "created_at": USER.c.created_at},
    indexed=frozenset({"email"}),
)
