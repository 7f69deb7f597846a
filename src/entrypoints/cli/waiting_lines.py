"""What becomes of that which waits for an account, now that it may be written to, or no more."""

from ...application.sync.views.waiting_at import Waiting
from ...domain.tenancy.provider_account import ProviderAccount
from .call import full_name
from .next_run import next_run
from .sync_held import command


def waiting_lines(account: ProviderAccount, waiting: Waiting, tenant: str | None) -> list[str]:
    """Nothing where nothing waits. ``tenant`` is how it was named."""
    return [*_pushes(account, waiting.pushes, tenant), *_tasks(account, waiting.tasks, tenant)]


def _pushes(account: ProviderAccount, many: int, tenant: str | None) -> list[str]:
    if not many:
        return []
    what = f"{many:,} push{' waits' if many == 1 else 'es wait'}"
    if not account.writes_enabled:
        return [f"{what}: the next run drops {_it(many)}; of what somebody edited here staff get a task"]
    look = command(f"sync plan --account {full_name(account)}", tenant)
    return [f"{what}: the next run writes {_it(many)}: {next_run(('members', 'leads'), tenant)}; look first: {look}"]


def _tasks(account: ProviderAccount, many: int, tenant: str | None) -> list[str]:
    if not many:
        return []
    what = f"{many:,} staff {'task is' if many == 1 else 'tasks are'} open there: {command('tasks list', tenant)}"
    if not account.writes_enabled:
        return [f"{what}; {'it stays' if many == 1 else 'they stay'} with the staff"]
    how = f"do {_it(many)} there, which the next run sees, or edit the field here again, which replaces the task"
    return [f"{what}; no run does {_it(many)}: {how}"]


def _it(many: int) -> str:
    return "it" if many == 1 else "them"
