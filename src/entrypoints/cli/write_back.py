"""What becomes of the provider's side once a person changed fields here."""

from collections.abc import Iterable, Sequence

from ...domain.shared.ids import AccountId
from ...domain.sync.conflict import Choice, Conflict
from ...domain.tenancy.provider_account import ProviderAccount
from .call import full_name
from .diffs import value_text
from .next_run import next_run
from .sync_held import command


def written_there(conflict: Conflict) -> bool:
    """Whether the decision leaves the provider with another value than ours."""
    made = conflict.resolution
    if made is None or not conflict.is_about_field or made.choice is Choice.THEIRS:
        return False
    taken = conflict.ours if made.choice is Choice.OURS else made.value
    return value_text(taken) != value_text(conflict.theirs)


def write_back_lines(
    accounts: Sequence[ProviderAccount], changed: Iterable[tuple[AccountId, str]], tenant: str | None
) -> list[str]:
    """For each account and kind of record with fields that were changed here: whether they are written there, and how
    to allow it.
    """
    kinds: dict[AccountId, set[str]] = {}
    for account_id, kind in changed:
        kinds.setdefault(account_id, set()).add(kind)
    return [_line(each, kinds[each.id], tenant) for each in accounts if each.id in kinds]


def _line(account: ProviderAccount, kinds: Iterable[str], tenant: str | None) -> str:
    name = full_name(account)
    if account.writes_enabled:
        return f"the next run writes to {name} what differs there: {next_run(kinds, tenant)}"
    allow = command(f"provider set {name} --enable-writes", tenant)
    return f"writing to {name} is off: what differs in these fields stays so; to allow it: {allow}"
