"""What becomes of the provider's side once a person changed fields here."""

from collections.abc import Iterable, Sequence

from ...domain.shared.ids import AccountId
from ...domain.sync.conflict import Choice, Conflict
from ...domain.tenancy.provider_account import ProviderAccount
from .call import full_name
from .sync_held import command


def written_there(conflict: Conflict) -> bool:
    """Whether the decision leaves the provider with another value than ours."""
    made = conflict.resolution
    if made is None or not conflict.is_about_field or made.choice is Choice.THEIRS:
        return False
    return made.choice is Choice.OURS or made.value != conflict.theirs


def write_back_lines(
    accounts: Sequence[ProviderAccount], changed: Iterable[AccountId], tenant: str | None
) -> list[str]:
    """For each account with fields that were changed here: whether they are written there, and how to allow it."""
    ids = set(changed)
    return [_line(each, tenant) for each in accounts if each.id in ids]


def _line(account: ProviderAccount, tenant: str | None) -> str:
    name = full_name(account)
    if account.writes_enabled:
        return f"the next run writes to {name} what differs there: {command('sync run', tenant)}"
    allow = command(f"provider set {name} --enable-writes", tenant)
    return f"writing to {name} is off: the two sides stay different in these fields; to allow it: {allow}"
