"""What a gym's own system holds: the other side of a sync, in memory."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import attrs

from ...application.ports.clock import Clock
from ...application.ports.sources import Observed, Reading, SeveralThere
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP, MEMBERSHIP_SCHEMA, lead_schema, member_schema
from ...domain.membership.package import Package
from ...domain.shared.contact import EmailAddress, PhoneNumber
from ...domain.shared.errors import GatewayNotFound, InvalidValue
from ...domain.sync.schema import Value, Values

_FIRST_ID = 1001


@attrs.define
class Entry:
    """One record there: values in our field names, the latest edit, and whether nobody can make sense of it."""

    external_id: str
    values: dict[str, Value]
    edited_at: datetime
    unreadable: bool = False

    def observed(self, *, without: Collection[str] = ()) -> Observed:
        """The record as it is now, in a view that lacks some fields."""
        values = {name: value for name, value in self.values.items() if name not in without}
        received = json.dumps([values, self.edited_at.isoformat(), self.unreadable], sort_keys=True)
        return Observed(
            external_id=self.external_id,
            fingerprint=hashlib.sha256(received.encode()).digest(),
            read=_Unreadable(self.external_id) if self.unreadable else _Readable(Reading(values, self.edited_at)),
        )


@attrs.frozen
class _Readable:
    reading: Reading

    def __call__(self) -> Reading:
        return self.reading


@attrs.frozen
class _Unreadable:
    external_id: str

    def __call__(self) -> Reading:
        raise InvalidValue(f"record {self.external_id} makes no sense")


_NOT_LATE = timedelta()
_FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


class Shelf:
    """All records of one kind, which have the fields of ``names``. Ids count upwards from 1001, none is given twice.

    ``tombstones`` are the ids of what was removed and when. Stamps are cut to ``resolution_s`` seconds. A change that
    is ``late`` bears a stamp that much older than the moment from which on it is seen, as a change does whose
    transaction took its time. ``epoch`` counts how often the shelf forgot.
    """

    def __init__(self, kind: str, names: Sequence[str], clock: Clock, *, resolution_s: int = 1) -> None:
        self.resolution_s = resolution_s
        self.tombstones: dict[str, datetime] = {}
        self.epoch = 0
        self._kind = kind
        self.names = names
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._next_id = _FIRST_ID

    def __len__(self) -> int:
        return len(self._entries)

    def now(self, *, late: timedelta = _NOT_LATE) -> datetime:
        """The stamp that a change bears now."""
        moment = self._clock.now() - late
        return moment - (moment - _FIRST_MOMENT) % timedelta(seconds=self.resolution_s)

    def add(self, values: Values, *, late: timedelta = _NOT_LATE) -> str:
        """A new record; fields that are not given are None. Its id."""
        external_id = str(self._next_id)
        self._next_id += 1
        full: dict[str, Value] = dict.fromkeys(self.names)
        self._entries[external_id] = Entry(external_id, {**full, **values}, self.now(late=late))
        return external_id

    def edit(self, external_id: str, values: Values, *, late: timedelta = _NOT_LATE) -> None:
        """Change some values. Raises GatewayNotFound."""
        entry = self.get(external_id)
        entry.values.update(values)
        entry.edited_at = self.now(late=late)

    def remove(self, external_id: str, *, late: timedelta = _NOT_LATE) -> None:
        """It is gone but for its tombstone. Raises GatewayNotFound."""
        del self._entries[self.get(external_id).external_id]
        self.tombstones[external_id] = self.now(late=late)

    def forget(self) -> None:
        """No tombstone is left, and every cursor given out so far has expired."""
        self.tombstones.clear()
        self.epoch += 1

    def spoil(self, external_id: str) -> None:
        """From now on reading it raises InvalidValue. Raises GatewayNotFound."""
        self.get(external_id).unreadable = True

    def find(self, external_id: str) -> Entry | None:
        """The record."""
        return self._entries.get(external_id)

    def get(self, external_id: str) -> Entry:
        """The record. Raises GatewayNotFound."""
        entry = self.find(external_id)
        if entry is None:
            raise GatewayNotFound(f"the gym has no {self._kind} {external_id}", kind=self._kind, key=external_id)
        return entry

    def with_email(self, email: str | None) -> Entry | None:
        """The only record with that address, compared in canonical form. Raises SeveralThere."""
        if email is None:
            return None
        wanted = EmailAddress(email).canonical
        found = [entry for entry in self.entries() if _canonical(entry.values.get("email")) == wanted]
        if len(found) > 1:
            raise SeveralThere([entry.external_id for entry in found])
        return found[0] if found else None

    def entries(self) -> Sequence[Entry]:
        """All records in the order of their ids."""
        return list(self._entries.values())


class GymBooks:
    """One gym: its members, memberships, leads, and ``packages`` on sale (None: the gym does not tell).

    Its stamps are cut to ``resolution_s`` seconds: a coarse one makes many edits bear the same.
    ``became`` gives the member that a converted lead became, ``reasons`` why a membership was cancelled, by the
    ids there.
    """

    def __init__(self, clock: Clock, *, resolution_s: int = 1) -> None:
        self.members = Shelf(MEMBER, member_schema(PhoneNumber).names, clock, resolution_s=resolution_s)
        self.memberships = Shelf(MEMBERSHIP, MEMBERSHIP_SCHEMA.names, clock, resolution_s=resolution_s)
        self.leads = Shelf(LEAD, lead_schema(PhoneNumber).names, clock, resolution_s=resolution_s)
        self.packages: Sequence[Package] | None = ()
        self.became: dict[str, str] = {}
        self.reasons: dict[str, str] = {}


def _canonical(value: Value) -> str | None:
    return EmailAddress(value).canonical if isinstance(value, str) else None
