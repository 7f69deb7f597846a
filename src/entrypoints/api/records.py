"""Kinds of record and their values, as the routes about syncs take them."""

from collections.abc import Collection
from enum import Enum
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar.params import PathParameter, QueryParameter

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.identity.role import Scope
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.canonical import Value
from ..kinds import UnknownKind, known_kind, meant_kind
from ..use_cases import UseCases
from .bodies import NO_NUL, LongText
from .listing import words

S = TypeVar("S", bound=Enum)

_KINDS = {"enum": [MEMBER, MEMBERSHIP, LEAD]}
# Who sees the values of records sees members and leads.
READ_RECORDS = (Scope.SYNC_READ, Scope.MEMBERS_READ, Scope.LEADS_READ)
DECIDE = (Scope.SYNC_DECIDE, *READ_RECORDS)

RecordKind = Annotated[str, PathParameter(description="A kind of record", schema_extra=_KINDS)]
OfKind = Annotated[
    str | None, QueryParameter(name="kind", max_length=100, description="Only this kind of record", schema_extra=_KINDS)
]
OfAccount = Annotated[UUID | None, QueryParameter(name="account_id", description="Only this provider account's")]
OfField = Annotated[
    str | None,
    QueryParameter(
        name="field",
        max_length=200,
        pattern=NO_NUL,
        description="Only about this field; * for records as a whole, ? for which of ours a new one is",
    ),
]

# What a person may type in as the value of a field.
_Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
_Set = Annotated[list[LongText], msgspec.Meta(max_length=1_000)]
GivenValue = LongText | _Number | bool | _Set | None


def given(value: GivenValue) -> Value:
    """A value as fields hold it."""
    return tuple(value) if isinstance(value, list) else value


def word_of(states: type[S], name: str, description: str) -> Any:
    """A query parameter that takes one of these states' words."""
    shown = {"enum": list(words(states))}
    return QueryParameter(name=name, max_length=100, description=description, schema_extra=shown)


def in_state(states: type[S], word: str | None, name: str = "state") -> S | None:
    """The state that a list is filtered by, and what the parameter is called. Raises InvalidValue."""
    if word is None:
        return None
    known = words(states)
    if word not in known:
        raise InvalidValue(f"{name} is one of {', '.join(known)}, not {word!r}", field=name)
    return states(word)


def ensure_kind(uses: UseCases, kind: str) -> str:
    """A kind of record in an address, in the singular. Raises NotFound."""
    meant = meant_kind(kind, uses.sync.kinds)
    if meant is None:
        raise UnknownKind("kind of record", kind, uses.sync.kinds)
    return meant


def ensure_bare(external_id: str | None, account_id: UUID | None) -> None:
    """A provider's id that a list is filtered by: ``ACCOUNT/ID``, as the command line takes it, would look like an
    empty list. With an account at hand, a provider may have such ids. Raises InvalidValue.
    """
    if external_id is not None and "/" in external_id and account_id is None:
        _, _, bare = external_id.rpartition("/")
        raise InvalidValue(
            f"external_id is the provider's id alone, such as {bare or '1001'}, not {external_id!r}; the account goes "
            "into account_id",
            field="external_id",
        )


async def account_wanted(uses: UseCases, tenant_id: TenantId, account_id: UUID | None) -> AccountId | None:
    """An account that a list is filtered by, None for all. Raises NotFound for one that the tenant has not: that, too,
    would look like an empty list.
    """
    return None if account_id is None else (await uses.list_provider_accounts.one(tenant_id, AccountId(account_id))).id


def ensure_wanted(allowed: Collection[str], kind: str | None) -> str | None:
    """A kind that a list is filtered by: one that there is not would look like an empty list. Raises InvalidValue."""
    return None if kind is None else known_kind(kind, allowed)
