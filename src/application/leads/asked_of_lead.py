"""What is asked of a provider about a lead, and what is told of each field when it answered."""

from collections.abc import Collection

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.unset import Unset
from ...domain.sync.canonical import Values
from ...domain.sync.edit_fate import Prospect, unwritten, written
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Schema
from ..gym.look_first import Before
from ..gym.provider_writes import Wanted
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
    fields = schema.by_name
    return tuple(
        unwritten(name, "it said yes and kept its own value")
        if name in kept
        else written(name, over=name in over, stands=fields[name].same(value, ours[name]))
        for name, value in wish.items()
    )
