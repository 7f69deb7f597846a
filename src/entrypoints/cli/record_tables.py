"""How a record stands with its providers, and what was changed of it: for people, and as the API shows it."""

from collections.abc import Mapping, Sequence

from ...application.ports.readers import LeadRow, MemberRow, RowLink
from ...domain.shared.ids import AccountId
from ...domain.sync.journal import Change
from ...domain.sync.record import SyncRecord
from .answer import Table, cell
from .diffs import whose
from .documents import fields, plain, row


def link_document(link: SyncRecord) -> dict[str, object]:
    """Where a record is at a provider, and the values last seen there."""
    return {**fields(link, "account_id", "external_id", "synced_at"), "values": plain(link.base)}


def person_row(line: MemberRow | LeadRow) -> dict[str, object]:
    """A line of a list as the API shows it."""
    return {**row(line), "links": [row(link) for link in line.links]}


def row_links(links: Sequence[RowLink]) -> str:
    """Where a record is, as commands take it: ``provider/name/id``."""
    return ", ".join(f"{link.provider}/{link.account}/{link.external_id}" for link in links)


def overwritten_document(change: Change) -> dict[str, object]:
    """One value that was overwritten or passed over."""
    return {
        **fields(change, "field", "base", "ours", "theirs"),
        "taken": change.side.value,
        **fields(change, "value", "rule", "reason", "at", "run_id"),
    }


def links_table(links: Sequence[SyncRecord], names: Mapping[AccountId, str], zone: str) -> Table:
    """Where a record is, by the names of accounts."""
    return Table(
        title="at providers:",
        columns=("account", "id there", "synced"),
        rows=[(names.get(k.account_id, str(k.account_id)), k.external_id, cell(k.synced_at, zone)) for k in links],
        empty="not linked to a provider",
    )


def changes_table(changes: Sequence[Change], now: Mapping[str, object], zone: str, *, of: str = "") -> Table:
    """What was changed of a record, to which value, and what each field holds ``now``; ``of`` names one that is not
    shown itself.
    """
    return Table(
        title=f"changes{f' of {of}' if of else ''} (holds now: what the record holds today):",
        columns=("when", "field", "before", "here", "provider", "taken", "became", "holds now", "why"),
        rows=[
            (
                *(cell(c.at, zone), c.field, cell(c.base), cell(c.ours), cell(c.theirs), whose(c.side.value, c.rule)),
                *(cell(c.value), cell(now.get(c.field)), c.reason),
            )
            for c in changes
        ],
        empty="no changes by syncs or people",
    )
