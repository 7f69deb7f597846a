"""A provider that talks nonsense about how long something lasts is not believed for years."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import msgspec
import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.google_calendar import GoogleCalendarEmulator
from tresen.adapters.emulators.google_calendar.channels import Channel, WatchBody
from tresen.adapters.memory.clock import FixedClock
from tresen.domain.tenancy.provider_account import ProviderAccount

DESK = "desk@example.com"
IN_2082_MS = 3_534_000_000_000


@pytest.fixture
async def google(clock: FixedClock) -> AsyncIterator[GoogleCalendarEmulator]:
    emulator = GoogleCalendarEmulator(calendars=(DESK,), now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        yield emulator


async def connect(desk: FrontDesk, google: GoogleCalendarEmulator) -> ProviderAccount:
    return await desk.connect("google_calendar", google.key_file(), base_url=google.url, settings={"calendars": DESK})


# An hour and a half; an instant instead of a length, in seconds and in milliseconds; more than a date can hold; less
# than nothing.
@pytest.mark.parametrize("told", [5_400, 1_900_000_000, 1_900_000_000_000, 1e300, -1])
async def test_a_token_is_not_kept_for_longer_than_was_asked_for(
    desk: FrontDesk, clock: FixedClock, google: GoogleCalendarEmulator, monkeypatch: pytest.MonkeyPatch, told: float
) -> None:
    exchange, admits, refused = google.account.exchange, google.account.admits, []

    def lying(grant: str, assertion: str, *, here: str) -> Mapping[str, object]:
        return {**exchange(grant, assertion, here=here), "expires_in": told}

    def noting(authorization: str | None) -> bool:
        admitted = admits(authorization)
        if not admitted:
            refused.append(authorization)
        return admitted

    monkeypatch.setattr(google.account, "exchange", lying)
    monkeypatch.setattr(google.account, "admits", noting)
    account = await desk.connect(
        "google_calendar", google.key_file(), base_url=google.url, settings={"calendars": DESK}
    )
    assert (await desk.ensure(account)).error is None
    clock.advance(timedelta(days=6))
    assert (await desk.ensure(account)).error is None
    assert refused == [], "it asked for another token in time, not because the old one was refused"


async def test_a_channel_is_renewed_though_google_says_that_it_lives_for_decades(
    desk: FrontDesk, clock: FixedClock, google: GoogleCalendarEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = google.channels.watch

    def lying(calendar: str, body: WatchBody, uri: str) -> Channel:
        return msgspec.structs.replace(watch(calendar, body, uri), expires=IN_2082_MS)

    monkeypatch.setattr(google.channels, "watch", lying)
    account = await desk.connect(
        "google_calendar", google.key_file(), base_url=google.url, settings={"calendars": DESK}
    )
    assert (await desk.ensure(account)).registrations[0].expires_at == clock.now() + timedelta(days=7)
    clock.advance(timedelta(days=6))
    assert (await desk.ensure(account)).done == [f"renewed the channel of {DESK}"]
