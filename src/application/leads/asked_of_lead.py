"""What is asked of a provider about a lead, and what is told of each field when it answered."""

from collections.abc import Collection

import attrs

from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage, ensure_leads_to, read_stage
from ...domain.shared.errors import IllegalTransition
from ...domain.shared.unset import Unset
from ...domain.sync.canonical import Values
from ...domain.sync.edit_fate import Prospect, unwritten, written
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Schema
from ..gym.look_first import Before
from ..gym.wanted import Wanted
from ..ports.gym import LeadPatch, Operation
from ..sync.records.reading import read

# What a provider is asked for is called so, by the names of the leads' schema.
_NAMES = {"status": "stage", "notes": "notes"}


def wanted_of(lead: Lead, link: SyncRecord, patch: LeadPatch) -> Wanted:
    """What a person would have to do."""
    changes = {name: value for name, value in attrs.asdict(patch).items() if not isinstance(value, Unset)}
    return Wanted(
        operation=Operation.UPDATE_LEAD,
        title=f"Change the lead {lead.name} at the provider",
        subject=f"lead:{lead.id}",
        details={"external_id": link.external_id, **changes},
    )


def ensure_moves_on(wish: Values, link: SyncRecord, shown: Values) -> None:
    """As for a stage that is known here, for one of the provider's that no sync saw. Raises IllegalTransition."""
    status, fields = shown.get("status"), ("status" in wish, "status" in shown)
    if not all(fields) or status in {wish["status"], link.base.get("status")}:
        return
    there, wanted = read_stage(None if status is None else str(status))[0], Stage(wish["status"])
    try:
        ensure_leads_to(there, wanted)
    except IllegalTransition as error:
        told = f"{error.message}; no sync saw yet that it is {there.value} at the provider"
        raise IllegalTransition(told, **error.details) from error


def only(wanted: Wanted, fields: Collection[str]) -> Wanted:
    """What of it is left to do."""
    left = {_NAMES[name] for name in fields} | {"external_id"}
    return attrs.evolve(wanted, details={name: text for name, text in wanted.details.items() if name in left})


def told(
    wish: Values, schema: Schema, ours: Values, before: Before | None, kept: Collection[str]
) -> tuple[Prospect, ...]:
    """What became of each field: ``ours`` is our record since, ``kept`` are those of which the provider kept its own
    value.
    """
    over = () if before is None else before.written_over(schema, read(before.shown).values, ours)
    fields, known = schema.by_name, {} if before is None else before.over.link.base
    return tuple(
        unwritten(name, "it said yes and kept its own value")
        if name in kept
        else written(name, over=name in over, seen=name in known, stands=fields[name].same(value, ours[name]))
        for name, value in wish.items()
    )
