"""``--live``: what the provider itself lists now, held against nothing that is stored here."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from ...application.gym.browse import Shown
from ...domain.shared.errors import InvalidValue
from ...domain.shared.page import Listing
from .answer import Answer, Table, cell
from .documents import listed, plain

LiveOption = Annotated[
    bool, Parameter(name="--live", negative=(), show_default=False, help="Ask the provider instead of the store.")
]

_COLUMNS = ("first_name", "last_name", "email", "phone", "status")


def live_listing(listing: Listing, *, live: bool) -> Listing:
    """The window for the provider. Raises InvalidValue for what a provider cannot be asked."""
    if not live:
        raise InvalidValue("--account only goes with --live", field="account")
    if listing.q or listing.order_by or listing.descending:
        raise InvalidValue("--live takes --status, --limit and --offset only", field="live")
    return listing


def live_answer(name: str, shown: Sequence[Shown], *, as_json: bool) -> Answer:
    """The records by the provider's ids."""
    table = Table(
        columns=("id there", *(column.replace("_", " ") for column in _COLUMNS)),
        rows=[(one.external_id, *(cell(one.values.get(column)) for column in _COLUMNS)) for one in shown],
        empty=f"the provider lists no {name} there",
    )
    documents = [{"external_id": one.external_id, "values": plain(one.values)} for one in shown]
    return Answer(document=listed(name, documents), parts=[table], as_json=as_json)
