"""How many fields a second the pure core decides, on one core."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from tresen.adapters.phones import LibraryPhoneBook
from tresen.application.sync.records.kinds import member_schema
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.sync.canonical import Value, Values, folded, plain
from tresen.domain.sync.decision import decide
from tresen.domain.sync.laws import Edited, Law
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema

from .figures import Figure, median

AIM = 300_000.0
FIELDS = 14
# Few enough to leave no trace in the peak memory of what is measured afterwards, and more than are remembered.
_MEMBERS = 5_000
_Sides = tuple[Values, Values, Values]
_SCHEMA = Schema("thing", tuple(Field(f"f{n}", folded if n % 2 else plain) for n in range(FIELDS)))
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_EDITED = Edited(ours_at=_NOON, theirs_at=_NOON + timedelta(minutes=1))


def figures(records: int, rounds: int) -> Sequence[Figure]:
    """Records of 14 fields of which none, two or all differ, and a gym's members of whom each has another number on
    either side; ``newest`` decides.
    """
    worlds: dict[str, tuple[Schema, list[_Sides]]] = {
        f"decide, {FIELDS} fields, {what}": (_SCHEMA, [_sides(differing)] * records)
        for what, differing in {"none differs": 0, "two differ": 2, "all differ": FIELDS}.items()
    }
    return [_figure(name, *world, rounds) for name, world in worlds.items()] + [_phones(records, rounds)]


def _phones(records: int, rounds: int) -> Figure:
    """Each round has a reader of its own, which remembers nothing of the rounds before."""
    book, sides = LibraryPhoneBook(), list(_members(min(records, _MEMBERS)))
    speeds = [_speed(member_schema(lambda raw: book.read(raw, "DE")), sides) for _ in range(rounds)]
    return _shown(f"decide, members ({FIELDS} fields), phone differs", median(speeds))


def _figure(name: str, schema: Schema, sides: Sequence[_Sides], rounds: int) -> Figure:
    return _shown(name, median(_speed(schema, sides) for _ in range(rounds)))


def _shown(name: str, speed: float) -> Figure:
    return Figure(name=name, unit="fields/s", value=speed, reference="aim", reference_value=AIM)


def _speed(schema: Schema, records: Sequence[_Sides]) -> float:
    policy = Policy(default=Law.NEWEST)
    started = time.perf_counter()
    for base, ours, theirs in records:
        decide(schema, policy, base=base, ours=ours, theirs=theirs, edited=_EDITED)
    return len(records) * len(schema.fields) / (time.perf_counter() - started)


def _members(count: int) -> Iterator[_Sides]:
    """Numbers as people write them; no two members have the same, so that none is remembered from another."""
    names = member_schema(PhoneNumber).names
    for n in range(count):
        base: dict[str, Value] = {name: f"{name} {n}" for name in names}
        base["phone"] = f"+4930{1_000_000 + n}"
        yield base, {**base, "phone": f"0171 {2_000_000 + n}"}, {**base, "phone": f"(0172) {3_000_000 + n}"}


def _sides(differing: int) -> _Sides:
    """Both sides edited the first fields, each otherwise."""
    base: dict[str, str] = {f"f{n}": f"value {n}" for n in range(FIELDS)}
    ours = {name: f"{value} of ours" if int(name[1:]) < differing else value for name, value in base.items()}
    theirs = {name: f"{value} of theirs" if int(name[1:]) < differing else value for name, value in base.items()}
    return base, ours, theirs
