"""The command that gives an account another key."""

import shlex

from .sync_held import command


def renewal(account: str | None, tenant: str | None) -> str:
    """For the account of that name; None: nobody knows which it is. ``tenant`` is how it was named."""
    if account is None:
        return f"enter a valid key: {command('provider renew-key', tenant)}; tresen provider list shows the accounts"
    return f"enter a valid key: {command(f'provider renew-key {shlex.quote(account)}', tenant)}"
