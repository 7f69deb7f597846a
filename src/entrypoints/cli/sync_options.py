"""Options and arguments that the commands on syncs share."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.sync.record import not_in_step
from ..kinds import known_kind
from .call import choose_gym_accounts, full_name, one_gym_account, short_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...domain.shared.ids import AccountId
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

_KINDS = "member, membership or lead, also in the plural"

KindOption = Annotated[str | None, Parameter(metavar="KIND", help=f"Only this kind of record: {_KINDS}.")]
FieldOption = Annotated[str | None, Parameter(metavar="NAME", help="Only this field.")]
KindArgument = Annotated[str, Parameter(name="KIND", help=f"The kind of record: {_KINDS}.")]
RecordArgument = Annotated[
    str,
    Parameter(name="ID", help="The record: our id, or the provider's, also as ACCOUNT/ID such as wodify/1001."),
]
WholeOption = Annotated[
    bool, Parameter(negative=(), show_default=False, help="List everything, not only what changed since the last run.")
]

_DELETED = "; should it have been deleted here: its run tells our id of it (tresen sync undo --run ID --dry-run)"


def kind_of_record(use: "UseCases", word: str) -> str:
    """The kind of record that is meant. Raises InvalidValue, naming those that there are."""
    return known_kind(word, use.sync.kinds)


def kind_wanted(use: "UseCases", word: str | None) -> str | None:
    """The same for a filter; None: all of them."""
    return None if word is None else kind_of_record(use, word)


@attrs.frozen
class There:
    """A record by its id at an account."""

    account_id: "AccountId"
    external_id: str


async def find_ours(use: "UseCases", tenant: "Tenant", kind: str, which: str, account: str | None = None) -> UUID:
    """Our id of a record that is named by it, by ``ACCOUNT/ID``, or by the provider's id alone.

    Raises InvalidValue where several are meant, NotFound, also for one that is at other accounts than that.
    """
    if (ours := as_id(which)) is not None:
        await _ensure_at(use, tenant, kind, ours, account)
        return ours
    named, external_id = split_record(which, account)
    accounts = await choose_gym_accounts(use, tenant, named)
    links = await use.sync.links.of_theirs(tenant.id, kind, external_id, [one.id for one in accounts])
    found = {link.local_id for link in links}
    if not found:
        raise _not_found(kind, which, named, [full_name(one) for one in accounts])
    if len(found) > 1:
        has_it = {link.account_id for link in links}
        written = [
            f"{name}/{external_id}"
            for one, name in zip(accounts, short_names(accounts), strict=True)
            if one.id in has_it
        ]
        raise InvalidValue(f"several accounts have a {kind} {external_id}; write {' or '.join(written)}", field="id")
    return found.pop()


def _not_found(kind: str, which: str, named: str | None, accounts: "Sequence[str]") -> NotFound:
    """A word without a figure, and without an account, was hardly copied as an id: it is said how those look."""
    if named is not None or any(sign.isdigit() for sign in which):
        return not_in_step(kind, which, _DELETED)
    error = NotFound(kind, which)
    error.message += f"; an id is ours, a UUID, or the provider's, such as {accounts[0]}/1001"
    return error


async def _ensure_at(use: "UseCases", tenant: "Tenant", kind: str, ours: UUID, account: str | None) -> None:
    """A record that was deleted is tied to no account any more."""
    if account is None:
        return
    meant = {one.id for one in await choose_gym_accounts(use, tenant, account)}
    links = await use.sync.links.of_ours(tenant.id, kind, ours)
    if links and not any(link.account_id in meant for link in links):
        raise not_in_step(kind, ours, f" at {account}")


async def find_there(use: "UseCases", tenant: "Tenant", kind: str, which: str, account: str | None = None) -> There:
    """Where a record is at a provider, whether it is linked or not. Raises InvalidValue where several are meant,
    NotFound.
    """
    if (ours := as_id(which)) is None:
        named, external_id = split_record(which, account)
        return There((await one_gym_account(use, tenant, named)).id, external_id)
    only = None if account is None else (await one_gym_account(use, tenant, account)).id
    links = [each for each in await use.sync.links.of_ours(tenant.id, kind, ours) if only in {None, each.account_id}]
    if not links:
        raise not_in_step(kind, which)
    if len(links) > 1:
        raise InvalidValue(f"{kind} {which} is at several accounts; name one by --account", field="account")
    return There(links[0].account_id, links[0].external_id)


def split_record(which: str, account: str | None) -> tuple[str | None, str]:
    """The account's name and the provider's id; with an ``account`` at hand, all of it is the id."""
    if account is not None:
        return account, which
    named, _, external_id = which.rpartition("/")
    return named or None, external_id


def as_id(text: str) -> UUID | None:
    """An id of ours, None for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return None
