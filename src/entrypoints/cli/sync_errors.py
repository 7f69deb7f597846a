"""What went wrong in syncs, and what can be done about it."""

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .answer import Table, cell
from .documents import fields
from .renewal import renewal
from .sync_held import command

if TYPE_CHECKING:
    from ...domain.shared.ids import RunId
    from ...domain.sync.run import SyncError

# What to do about an error of a sync, by its code.
ADVICE = {
    "provider_unavailable": "try again later; tresen provider check tells how the provider is",
    "provider_rejected": "look at the record at the provider",
    "provider_unsupported": "the provider does not offer this; nothing to do here",
    "address_not_allowed": "set TRESEN_ALLOW_PRIVATE_ADDRESSES=true, or connect the account again with --base-url",
    "invalid_value": "correct the record at the provider; the next sync takes it",
    "ambiguous_twin": "merge the two, or give one another address; the next sync makes them there",
    "not_found": "sync members first; the next sync links it",
    "others_belong": "see them: tresen members show ID; then delete them at the provider, or see what keeps them here: "
    "tresen sync overrides, tresen sync conflicts",
}
_OTHERWISE = "run with TRESEN_LOG_LEVEL=DEBUG to see more"


def error_tables(
    errors: "Sequence[SyncError]", zone: str, accounts: "Mapping[RunId, str]", tenant: str | None
) -> list[Table]:
    """The errors with advice; no table where there are none. ``accounts``: what the account of each run is called,
    without doubt; ``tenant`` is how it was named.
    """
    if not errors:
        return []
    rows = [
        (cell(e.at, zone), e.kind, cell(e.external_id), e.message, _advice(e.code, accounts.get(e.run_id), tenant))
        for e in errors
    ]
    return [Table(title="last errors:", columns=("when", "kind", "id there", "what", "what to do"), rows=rows)]


def _advice(code: str, account: str | None, tenant: str | None) -> str:
    if code == "provider_credentials_refused":
        return renewal(account, tenant)
    if code == "not_configured" and account is not None:
        provider, _, name = account.partition("/")
        return f"complete the account: {command(f'provider connect {provider} --name {shlex.quote(name)}', tenant)}"
    return ADVICE.get(code, _OTHERWISE)


def error_documents(errors: "Sequence[SyncError]") -> list[dict[str, object]]:
    """The errors as JSON."""
    return [fields(e, "run_id", "kind", "external_id", "code", "message", "at") for e in errors]
