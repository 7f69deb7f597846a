"""A gym's data, made from a seed: the same seed, day and sizes give the same bytes.

The default sizes are those of a live gym that a third party described (957 clients, 2,018 membership rows of which 273
are active). The oddities of that gym are here too, at fixed intervals, so that every seed has them.
"""

import random
from collections.abc import Sequence
from datetime import date
from itertools import groupby

import attrs

from .people import adopt_lead, new_client, new_lead
from .rows import active_row, past_row
from .shapes import Client, Lead, Membership
from .vocabulary import ACTIVE, INACTIVE

LIVE_CLIENTS, LIVE_MEMBERSHIPS, LIVE_ACTIVE, LIVE_LEADS = 957, 2018, 273, 300
FIRST_CLIENT, FIRST_MEMBERSHIP, FIRST_LEAD = 4_100_000, 7_300_000, 12_000
# Above it a double can no longer tell neighbours apart. The ids it is added to are odd, hence not representable.
HUGE = 2**53


@attrs.frozen(kw_only=True)
class Sizes:
    """How much of each. About 13.5 % of the memberships are active. Raises ValueError for what cannot be made."""

    clients: int = LIVE_CLIENTS
    memberships: int = LIVE_MEMBERSHIPS
    leads: int = LIVE_LEADS

    def __attrs_post_init__(self) -> None:
        if min(self.clients, self.memberships, self.leads) < 0:
            raise ValueError("sizes must not be negative")
        if self.memberships and not self.clients:
            raise ValueError("memberships need clients")

    @property
    def active(self) -> int:
        """Memberships with ``is_active``."""
        return round(self.memberships * LIVE_ACTIVE / LIVE_MEMBERSHIPS)


@attrs.frozen(kw_only=True)
class Gym:
    """Everything an emulated gym starts with, in the order it was entered."""

    clients: Sequence[Client]
    memberships: Sequence[Membership]
    leads: Sequence[Lead]


def seeded_gym(*, seed: int, today: date, sizes: Sizes) -> Gym:
    """A gym as it stands on ``today``."""
    rng = random.Random(seed)  # noqa: S311 -- reproducible data, no secret
    clients = [new_client(rng, _key(FIRST_CLIENT, nth), today) for nth in range(sizes.clients)]
    leads = [new_lead(rng, _key(FIRST_LEAD, nth), today) for nth in range(sizes.leads)]
    _share_addresses(clients, leads)
    _link_converted(clients, leads)
    memberships = _memberships(rng, clients, today, sizes)
    _mark_members(clients, memberships)
    return Gym(clients=clients, memberships=memberships, leads=leads)


def _key(first: int, nth: int) -> int:
    """Ids grow with gaps; every fortieth is too large for a double."""
    return (HUGE if nth % 40 == 39 else 0) + first + 7 * nth  # noqa: PLR2004 -- the last of forty


def _share_addresses(clients: Sequence[Client], leads: Sequence[Lead]) -> None:
    """Families share an address, people ask twice, and members ask again as leads."""
    for one, other in zip(clients[30::31], clients[29::31], strict=False):
        one.email, one.last_name = other.email, other.last_name
    for lead, earlier in zip(leads[20::21], leads[19::21], strict=False):
        lead.first_name, lead.last_name, lead.email = earlier.first_name, earlier.last_name, earlier.email
    for lead, client in zip(leads[25::26], clients[3::5], strict=False):
        lead.first_name, lead.last_name, lead.email = client.first_name, client.last_name, client.email


def _link_converted(clients: Sequence[Client], leads: Sequence[Lead]) -> None:
    """Give each converted lead its client (every third, so that shared addresses mostly stay)."""
    converted = (lead for lead in leads if lead.is_converted_to_client)
    for client, lead in zip(clients[1::3], converted, strict=False):
        adopt_lead(client, lead)


def _memberships(rng: random.Random, clients: Sequence[Client], today: date, sizes: Sizes) -> list[Membership]:
    holders = _holders(clients) or list(clients)
    owners = holders[: sizes.memberships]
    owners += rng.choices(holders, k=sizes.memberships - len(owners)) if holders else []
    active = set(sorted(range(len(owners)), key=lambda nth: _rank(owners, nth, len(holders)))[: sizes.active])
    order = list(range(len(owners)))
    rng.shuffle(order)
    rows: list[Membership] = []
    counts = {True: 0, False: 0}
    for place, nth in enumerate(order):
        make = active_row if nth in active else past_row
        rows.append(make(rng, _key(FIRST_MEMBERSHIP, place), owners[nth].id, counts[nth in active], today))
        counts[nth in active] += 1
    return rows


def _holders(clients: Sequence[Client]) -> list[Client]:
    """Clients with membership rows: two in three of the active, nearly all former, few others."""
    by_status = sorted(clients, key=lambda client: client.client_status_id)
    kept: set[int] = set()
    for status, group in groupby(by_status, key=lambda client: client.client_status_id):
        every, without = {ACTIVE: (3, {2}), INACTIVE: (12, {11})}.get(status, (3, {1, 2}))
        kept.update(client.id for nth, client in enumerate(group) if nth % every not in without)
    return [client for client in clients if client.id in kept]


def _rank(owners: Sequence[Client], nth: int, firsts: int) -> int:
    """Active rows go to active clients: to each one first, then some a second, then to anybody."""
    if owners[nth].client_status_id != ACTIVE:
        return 2
    return 0 if nth < firsts else 1


def _mark_members(clients: Sequence[Client], memberships: Sequence[Membership]) -> None:
    members = {row.client_id for row in memberships if row.is_active}
    for client in clients:
        client.has_membership = client.has_payment_method = client.id in members
