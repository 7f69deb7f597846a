"""What went wrong in syncs, and what can be done about it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .answer import Table, cell
from .documents import fields

if TYPE_CHECKING:
    from ...domain.sync.run import SyncError

# What to do about an error of a sync, by its code.
ADVICE = {
    "provider_unavailable": "try again later; tresen provider check tells how the provider is",
    "provider_rejected": "look at the record at the provider",
    "provider_credentials_refused": "enter a valid key: tresen provider connect PROVIDER --name NAME",
    "provider_unsupported": "the provider does not offer this; nothing to do here",
    "not_configured": "complete the account: tresen provider connect PROVIDER --name NAME",
    "address_not_allowed": "set TRESEN_ALLOW_PRIVATE_ADDRESSES=true, or connect the account again with --base-url",
    "invalid_value": "correct the record at the provider; the next sync takes it",
    "ambiguous_twin": "merge the two, or give one another address; the next sync makes them there",
    "not_found": "sync members first; the next sync links it",
    "others_belong": "see them: tresen members show ID; then delete them at the provider, or see what keeps them here: "
    "tresen sync overrides, tresen sync conflicts",
}
_OTHERWISE = "run with TRESEN_LOG_LEVEL=DEBUG to see more"


def error_tables(errors: "Sequence[SyncError]", zone: str) -> list[Table]:
    """The errors with advice; no table where there are none."""
    if not errors:
        return []
    rows = [(cell(e.at, zone), e.kind, cell(e.external_id), e.message, ADVICE.get(e.code, _OTHERWISE)) for e in errors]
    return [Table(title="last errors:", columns=("when", "kind", "id there", "what", "what to do"), rows=rows)]


def error_documents(errors: "Sequence[SyncError]") -> list[dict[str, object]]:
    """The errors as JSON."""
    return [fields(e, "run_id", "kind", "external_id", "code", "message", "at") for e in errors]
