"""Cal.com tells a move in words that were taken for a cancellation or for a new request: the event says which it is."""

from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.calcom.payloads import booking_payload
from tresen.adapters.emulators.calcom.shapes import Attendee, BookingBody, RescheduleBody

ANA = Attendee(name="Ana Müller", email="ana@example.com")
INTRO, CONSULTATION = 101, 102


async def test_a_host_who_asks_for_another_time_is_not_one_who_cancels_for_good(
    desk: FrontDesk, calcom: CalcomEmulator
) -> None:
    """``BOOKING_CANCELLED`` comes for both. Nothing names the new booking, which does not exist yet."""
    asked, given_up = (
        calcom.state.book(BookingBody(event_type_id=INTRO, start=f"2026-11-{day}T15:00:00Z", attendee=ANA))
        for day in (25, 26)
    )
    await calcom.flush()
    payload = booking_payload(asked, calcom.options.host_email)
    calcom.state.emit(
        "BOOKING_CANCELLED",
        {**payload, "status": "CANCELLED", "requestReschedule": True, "rescheduledToUid": None},
    )
    calcom.state.cancel(given_up.uid, "ill")
    await calcom.flush()
    await desk.work()
    cancelled = [event for event in await desk.effects() if event.type == "provider.booking.cancelled"]
    assert {event.subject_id: _values(event.data).get("request_reschedule") for event in cancelled} == {
        asked.uid: True,
        given_up.uid: None,
    }


async def test_a_move_that_is_told_as_a_request_names_the_booking_that_it_moves(
    desk: FrontDesk, calcom: CalcomEmulator
) -> None:
    """No cancellation of the former booking is told, or made up."""
    kept = calcom.state.book(BookingBody(event_type_id=CONSULTATION, start="2026-11-25T15:00:00Z", attendee=ANA))
    calcom.state.confirm(kept.uid)
    moved = calcom.state.reschedule(kept.uid, RescheduleBody(start="2026-11-26T15:00:00Z"))
    await calcom.flush()
    await desk.work()
    first, created, request = await desk.effects()
    assert [first.type, created.type, request.type] == [
        "provider.booking.requested",
        "provider.booking.created",
        "provider.booking.requested",
    ]
    assert "reschedule_uid" not in _values(first.data)
    assert (request.subject_id, _values(request.data)["reschedule_uid"]) == (moved.uid, kept.uid)
    assert _values(request.data)["ical_uid"] == _values(first.data)["ical_uid"]


def _values(data: object) -> dict[str, object]:
    assert isinstance(data, dict)
    values = data["values"]
    assert isinstance(values, dict)
    return values
