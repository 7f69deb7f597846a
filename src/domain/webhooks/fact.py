"""What a delivery says, in our words."""

from collections.abc import Mapping
from datetime import datetime

import attrs

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@attrs.frozen(kw_only=True)
class Fact:
    """Something happened to one subject at the provider.

    ``type`` is one of our words (``booking.created``), ``subject_kind`` and ``subject_id`` what it happened to: an
    identity that lasts (of an appointment that is moved, not the part that changes with each move).
    ``business_key``: two deliveries that carry the same one tell the same fact, whatever their ids and bytes.
    ``order``: facts of a subject are compared by it, piece by piece; one that is less than what was applied already
    is out of date. None where the provider gives no order: then every new fact counts.
    ``needs``: the id of a subject of the same kind that should be known first, because this one refers to it.
    ``coalesces``: of several that wait, only the latest need be looked at (a mere "something changed").
    ``occurred_at`` is UTC, None when the provider does not say. ``values`` are the parts that later use cases want.
    """

    type: str
    subject_kind: str
    subject_id: str
    business_key: str
    order: tuple[int, ...] | None = None
    needs: str | None = None
    coalesces: bool = False
    occurred_at: datetime | None = None
    values: Mapping[str, Json] = attrs.field(factory=dict)


@attrs.frozen
class Ignored:
    """Well formed, and nothing to do: a ping, a test, a type that we do not know. ``reason`` is a short phrase."""

    reason: str
    type: str | None = None


@attrs.frozen
class Unusable:
    """Rightly signed, but not to be understood: not JSON, an error object, the wrong mode. ``reason`` is short."""

    reason: str


Reading = Fact | Ignored | Unusable
