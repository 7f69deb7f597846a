"""From facts to events: every value has one form in JSON, and sequences have no gaps whatever happens."""

import asyncio
import enum
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import IDS, NOON, a_tenant

from tresen.adapters.memory.events import MemoryEventLog
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.application.events import as_json, as_new_event
from tresen.application.ports.events import EventPosition, NewEvent
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.events import DomainEvent
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.money import Money

BERLIN_SUMMER = timezone(timedelta(hours=2))


class Mood(enum.Enum):
    GOOD = "good"


class Level(enum.IntEnum):
    HIGH = 3


@attrs.frozen(kw_only=True)
class Rang(DomainEvent):
    type: ClassVar[str] = "bell.rang"
    subject_kind: ClassVar[str] = "bell"
    loudness: Decimal
    moods: tuple[Mood, ...]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (1.5, 1.5),
        ("ä", "ä"),
        (Mood.GOOD, "good"),
        (Level.HIGH, 3),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00+00:00"),
        (datetime(2026, 7, 2, 12, 0, 0, 5, tzinfo=BERLIN_SUMMER), "2026-07-02T12:00:00.000005+02:00"),
        (Decimal("12.50"), "12.50"),
        (Money("12.50", "EUR"), {"amount": "12.50", "currency": "EUR"}),
        (PhoneNumber("030 1", "+49301"), {"raw": "030 1", "e164": "+49301"}),
        ((Mood.GOOD, None), ["good", None]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({"a": (1,)}, {"a": [1]}),
    ],
)
def test_a_value_has_one_form_in_json(value: object, written: object) -> None:
    assert as_json(value) == written
    assert json.loads(json.dumps(as_json(value))) == written


@pytest.mark.parametrize("value", [object(), b"bytes", datetime(2026, 3, 2), (b"deep",)])  # noqa: DTZ001 - that is it
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        as_json(value)


def test_a_fact_keeps_its_own_values_beside_those_of_every_event() -> None:
    subject = IDS.new()
    fact = Rang(subject_id=subject, occurred_at=NOON, loudness=Decimal("0.10"), moods=(Mood.GOOD,))
    assert as_new_event(fact) == NewEvent(
        type="bell.rang",
        subject_kind="bell",
        subject_id=str(subject),
        occurred_at=NOON,
        data={"loudness": "0.10", "moods": ["good"]},
    )


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_position_is_read_from_its_word(transaction: int, number: int) -> None:
    position = EventPosition(transaction, number)
    assert EventPosition.read(str(position)) == position


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "a-1", "1-2-3", "1- 2", "٣-1", "-1-2"])
def test_a_malformed_position_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        EventPosition.read(text)


# One transaction: whether it is committed, the subjects of its events, and whether somebody reads on afterwards.
HISTORIES = st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from("abc"), max_size=4), st.booleans()), max_size=12)


class Reader:
    """Reads a tenant's log by position, ``limit`` events at a time."""

    def __init__(self, store: MemoryStore, tenant: TenantId, limit: int) -> None:
        self.log, self.tenant, self.limit = MemoryEventLog(store), tenant, limit
        self.position = EventPosition(0, 0)
        self.seen: list[tuple[str, int]] = []

    async def read(self) -> None:
        for position, event in await self.log.after(self.tenant, self.position, limit=self.limit):
            self.seen.append((event.subject_id, event.sequence))
            self.position = position

    async def read_on(self) -> None:
        while self.position != await self.log.end(self.tenant):
            await self.read()


async def lived(history: Sequence[tuple[bool, Sequence[str], bool]], limit: int) -> list[tuple[str, int]]:
    """What a reader saw of it."""
    store, tenant = MemoryStore(), a_tenant()
    store.add_room(tenant)
    units, reader = MemoryUnitsOfWork(store), Reader(store, tenant.id, limit)
    for committed, subjects, reads in history:
        async with units.open(tenant.id) as uow:
            for subject in subjects:
                uow.events.record(NewEvent(type="t", subject_kind="k", subject_id=subject, occurred_at=NOON))
            if committed:
                await uow.commit()
        if reads:
            await reader.read()
    await reader.read_on()
    return reader.seen


@given(HISTORIES, st.integers(1, 5))
def test_sequences_have_no_gaps_and_reading_gives_everything_once(
    history: Sequence[tuple[bool, Sequence[str], bool]], limit: int
) -> None:
    """Whatever is rolled back, and whenever somebody reads on."""
    seen = asyncio.run(lived(history, limit))
    kept = [subject for committed, subjects, _ in history if committed for subject in subjects]
    assert [subject for subject, _ in seen] == kept
    for subject in "abc":
        assert [n for of, n in seen if of == subject] == list(range(1, kept.count(subject) + 1))
