"""The demo's second part: bookings whose webhooks come twice, once lost on the way and once out of order."""

from collections import Counter
from collections.abc import Sequence

from ..adapters.emulators.calcom import CalcomEmulator
from ..adapters.emulators.calcom.shapes import Attendee, BookingBody, RescheduleBody
from ..adapters.emulators.sending import HookFault, HookRule
from ..application.ports.events import StoredEvent
from ..application.ports.inboxes import DeliveryFilter, DeliveryListing, DeliveryRow
from ..application.tenancy.connect_provider import ConnectProviderCommand
from ..domain.shared.errors import TresenError
from ..domain.shared.page import Listing
from ..domain.tenancy.tenant import Tenant
from ..domain.webhooks.delivery import DeliveryState
from ..entrypoints.runtime import Screen
from ..entrypoints.use_cases import UseCases
from .installation import Installation

_INTRO = 101
_GUEST = Attendee(name="Ana Müller", email="ana@example.com")
_FAULTS = (HookRule(kind=HookFault.DUPLICATE, every=2), HookRule(kind=HookFault.REORDER, every=3))
_WAITING = DeliveryListing(window=Listing(limit=1), filter=DeliveryFilter(states=frozenset({DeliveryState.RECEIVED})))
_PATIENCE_TURNS = 200
_TURN_S = 0.05


async def show_webhooks(
    installation: Installation, use_cases: UseCases, tenant: Tenant, calcom: CalcomEmulator, screen: Screen
) -> bool:
    """Set webhooks up, let them come, tell what became of them. Whether each booking's steps took effect once."""
    account = await use_cases.connect_provider(
        ConnectProviderCommand(
            tenant_id=tenant.id, provider="calcom", api_key=calcom.options.api_key, base_url=calcom.url
        )
    )
    ensured = await use_cases.ensure_webhooks(tenant.id, account.id)
    if ensured.error is not None:
        raise TresenError(f"the demo's webhooks could not be set up: {ensured.error.message}")
    start, began = await installation.event_log.end(tenant.id), use_cases.clock.now()
    calcom.sender.faults.replace(_FAULTS)
    happened = _busy_hour(calcom)
    await calcom.flush()
    await _until_processed(use_cases, tenant)
    screen.say(f"webhooks: {len(happened)} changes at Cal.com's stand-in, sent over HTTP, some twice, not in order")
    new = DeliveryListing(window=Listing(limit=200), filter=DeliveryFilter(since=began))
    _tell_deliveries((await use_cases.inbox_readers.page(tenant.id, new)).items, screen)
    events = [event for _, event in await installation.event_log.after(tenant.id, start, limit=1_000)]
    return _tell_events([event for event in events if event.type.startswith("provider.")], screen)


def _busy_hour(calcom: CalcomEmulator) -> Sequence[str]:
    """What happened, in order."""
    happened = []
    for day in (1, 2, 3):
        booked = calcom.state.book(
            BookingBody(event_type_id=_INTRO, start=f"2030-03-0{day}T15:00:00Z", attendee=_GUEST)
        )
        moved = calcom.state.reschedule(booked.uid, RescheduleBody(start=f"2030-03-1{day}T15:00:00Z"))
        happened += ["booked", "moved"]
        if day == 1:
            calcom.state.cancel(moved.uid, "ill")
            happened.append("cancelled")
    return happened


async def _until_processed(use_cases: UseCases, tenant: Tenant) -> None:
    for _ in range(_PATIENCE_TURNS):
        if not (await use_cases.inbox_readers.page(tenant.id, _WAITING)).count:
            return
        await use_cases.clock.sleep(_TURN_S)
    raise TresenError("the demo's webhooks were not processed in time")


def _tell_deliveries(deliveries: Sequence[DeliveryRow], screen: Screen) -> None:
    states = Counter(one.state.value.replace("_", " ") for one in deliveries)
    again = sum(one.duplicates for one in deliveries)
    screen.say(f"deliveries: {_figures(states)}; {again} more came twice and were answered, not stored again")


def _tell_events(events: Sequence[StoredEvent], screen: Screen) -> bool:
    screen.say(f"events: {_figures(Counter(event.type for event in events))}")
    # Each step of a booking is there once, however often it was sent.
    return len({(event.type, event.subject_id) for event in events}) == len(events) > 0


def _figures(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in sorted(counts.items()))
