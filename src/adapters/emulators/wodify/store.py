"""The emulated gym: its rows and the rules by which calls change them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import count

import msgspec

from .bodies import (
    ClientCreate,
    ClientUpdate,
    LeadConvert,
    LeadCreate,
    LeadUpdate,
    MembershipCreate,
    MembershipDeactivate,
    MembershipUpdate,
)
from .data import Sizes, seeded_gym
from .envelopes import Refused
from .listings import CLIENTS, INVOICES, LEADS, MEMBERSHIPS
from .rows import new_row
from .shapes import Client, Created, Invoice, Lead, Membership, StatusChange, Template, Updated
from .table import R, Table
from .vocabulary import ACTIVE, CLIENT_LABELS, CLIENT_STATUSES, CONVERTED, LEAD_LABELS, LEAD_STATUSES, TEMPLATES

FIRST_NEW_ID = 90_000_001
API_USER = "API"
Labels = Mapping[str, tuple[str, Mapping[int, str]]]


class Store:
    """Rows and rules. The clock stands at noon of ``today`` and moves a second with every write.

    Methods raise Refused, 404 for an absent row and 400 for a body that does not hold, and then change nothing.
    """

    def __init__(self, *, seed: int, today: date, sizes: Sizes) -> None:
        self._seed, self.today, self._sizes = seed, today, sizes
        self.reset()

    def reset(self) -> None:
        """Everything as it was seeded."""
        gym = seeded_gym(seed=self._seed, today=self.today, sizes=self._sizes)
        self.clients: Table[Client] = Table(CLIENTS, gym.clients)
        self.memberships: Table[Membership] = Table(MEMBERSHIPS, gym.memberships)
        self.leads: Table[Lead] = Table(LEADS, gym.leads)
        self.invoices: Table[Invoice] = Table(INVOICES)
        self._ids: Iterator[int] = count(FIRST_NEW_ID)
        self._seconds: Iterator[int] = count(0)

    def create_client(self, body: ClientCreate) -> Client:
        """A new client; two may share an e-mail address."""
        values = _labelled(body, CLIENT_LABELS)
        client = Client(id=next(self._ids))
        _assign(client, values)
        self._stamp_new(client)
        client.member_since = self.today.isoformat()
        _step(client, 0, client.client_status_id, client.created.created_on_datetime)
        self.clients.put(client)
        return client

    def update_client(self, key: int, body: ClientUpdate) -> Client:
        """Replace everything a client's update carries."""
        client = self.clients.get(key)
        values = _labelled(body, CLIENT_LABELS)
        overwrite = values.pop("is_overwrite_notes")
        if not overwrite:
            values["notes"] = _added(client.notes, body.notes)
        before = client.client_status_id
        _assign(client, values)
        client.updated = self._touched()
        _step(client, before, client.client_status_id, client.updated.updated_on_datetime)
        self.clients.put(client)
        return client

    def set_client_status(self, key: int, status: int) -> Client:
        """Deactivate, reactivate, suspend or reinstate; repeating it changes nothing more."""
        client = self.clients.get(key)
        before, client.client_status_id = client.client_status_id, status
        client.client_status = CLIENT_STATUSES[status]
        client.updated = self._touched()
        _step(client, before, status, client.updated.updated_on_datetime)
        self.clients.put(client)
        return client

    def create_lead(self, body: LeadCreate) -> Lead:
        """A new lead, even if one with the same e-mail address is there: the provider does not recognise repeats."""
        values = _labelled(body, LEAD_LABELS)
        lead = Lead(id=next(self._ids))
        _assign(lead, values)
        self._stamp_new(lead)
        self.leads.put(lead)
        return lead

    def update_lead(self, key: int, body: LeadUpdate) -> Lead:
        """Replace everything a lead's update carries."""
        lead = self.leads.get(key)
        _assign(lead, _labelled(body, LEAD_LABELS))
        lead.updated = self._touched()
        self.leads.put(lead)
        return lead

    def convert_lead(self, key: int, body: LeadConvert) -> Client | None:
        """Make a client of the lead; None if it was converted before."""
        lead = self.leads.get(key)
        if lead.is_converted_to_client:
            return None
        client = self.create_client(_client_of(lead, body))
        client.lead_id, client.is_converted_from_lead = lead.id, True
        self.clients.put(client)
        lead.is_converted_to_client = True
        lead.lead_status_id, lead.lead_status = CONVERTED, LEAD_STATUSES[CONVERTED]
        lead.updated = self._touched()
        self.leads.put(lead)
        return client

    def create_membership(self, body: MembershipCreate) -> Membership:
        """Sell a package to a client. An invoice comes with it; asking twice sells and bills twice."""
        client, template = self.clients.get(body.client_id), _template(body.template_id)
        start = _day(body.start_date)
        membership = new_row(next(self._ids), client.id, template, start)
        membership.is_active = start <= self.today
        self.memberships.put(membership)
        self.invoices.put(_invoice(next(self._ids), membership, template, start))
        self._mark_member(client.id)
        return membership

    def update_membership(self, key: int, body: MembershipUpdate) -> Membership:
        """Replace everything a membership's update carries."""
        membership = self.memberships.get(key)
        for text in (body.start_date, body.end_date, body.expiration_date, body.scheduled_deactivation_date):
            _day(text)
        _assign(membership, msgspec.structs.asdict(body))
        self.memberships.put(membership)
        return membership

    def deactivate_membership(self, key: int, body: MembershipDeactivate) -> Membership:
        """End a membership today, or schedule its end for a day to come."""
        membership = self.memberships.get(key)
        day = _day(body.deactivation_date)
        if day > self.today:
            membership.scheduled_deactivation_date = day.isoformat()
        else:
            membership.is_active = False
            membership.end_date = self.today.isoformat()
        self.memberships.put(membership)
        self._mark_member(membership.client_id)
        return membership

    def edit(self, kind: str, key: int, patch: bytes) -> bytes:
        """Apply a JSON merge patch as staff at the gym would; the row in full. ValueError if it does not fit."""
        match kind:
            case "clients":
                client = self.clients.patched(self.clients.get(key), patch)
                client.updated = self._touched("Front desk")
                return self._put(self.clients, client)
            case "leads":
                lead = self.leads.patched(self.leads.get(key), patch)
                lead.updated = self._touched("Front desk")
                return self._put(self.leads, lead)
            case "memberships":
                return self._put(self.memberships, self.memberships.patched(self.memberships.get(key), patch))
        raise Refused(404, f"no kind {kind}")

    def remove(self, kind: str, key: int) -> None:
        """Take a row away as staff at the gym would."""
        match kind:
            case "clients":
                self.clients.remove(key)
            case "leads":
                self.leads.remove(key)
            case "memberships":
                self.memberships.remove(key)
            case _:
                raise Refused(404, f"no kind {kind}")

    def _put(self, table: Table[R], row: R) -> bytes:
        table.put(row)
        return msgspec.json.encode(row)

    def _mark_member(self, client_id: int) -> None:
        client = self.clients.get(client_id)
        client.has_membership = any(row.is_active and row.client_id == client_id for row in self.memberships)
        self.clients.put(client)

    def _now(self) -> str:
        noon = datetime.combine(self.today, time(12))
        return (noon + timedelta(seconds=next(self._seconds))).isoformat()

    def _touched(self, by: str = API_USER) -> Updated:
        return Updated(updated_by=by, updated_on_datetime=self._now())

    def _stamp_new(self, row: Client | Lead) -> None:
        now = self._now()
        row.created = Created(created_by=API_USER, created_on_datetime=now)
        row.updated = Updated(updated_by=API_USER, updated_on_datetime=now)


def _labelled(body: msgspec.Struct, labels: Labels) -> dict[str, object]:
    """The body's values, and for each id among them the text that goes with it. Refuses ids that are on no list."""
    values: dict[str, object] = msgspec.structs.asdict(body)
    for name, (label, entries) in labels.items():
        key = values.get(name)
        if not isinstance(key, int):
            continue
        if key and key not in entries:
            raise Refused(400, f"{name} {key} is not on the list")
        values[label] = entries.get(key, "")
    return values


def _assign(row: Client | Lead | Membership, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _step(client: Client, before: int, after: int, when: str) -> None:
    """Note a change of status in the client's history, if there was one."""
    if before == after:
        return
    client.status_history = [
        *client.status_history,
        StatusChange(
            from_status_id=before,
            from_status=CLIENT_STATUSES.get(before, ""),
            to_status_id=after,
            to_status=CLIENT_STATUSES.get(after, ""),
            status_change_datetime=when,
        ),
    ]


def _added(old: str, new: str) -> str:
    if new in {"", old}:
        return old
    return f"{old}\n{new}" if old else new


def _client_of(lead: Lead, body: LeadConvert) -> ClientCreate:
    """The client that a lead becomes, with the body's values before the lead's."""
    given = msgspec.to_builtins(body)  # leaves out what is UNSET
    phone = given.pop("mobile_number", lead.phone_number)
    own = {name: getattr(lead, name) for name in ("first_name", "last_name", "email", "location_id", "gender_id")}
    kept = {name: getattr(lead, name) for name in ("date_of_birth", "lead_source_id", "tags", "notes")}
    values = {**own, **kept, **given, "phone_number": phone}
    values["client_status_id"] = values["client_status_id"] or ACTIVE
    return msgspec.convert(values, ClientCreate)


def _template(key: int) -> Template:
    for template in TEMPLATES:
        if template.id == key:
            return template
    raise Refused(404, f"no template {key}")


def _invoice(key: int, membership: Membership, template: Template, start: date) -> Invoice:
    return Invoice(
        id=key,
        client_id=membership.client_id,
        membership_id=membership.id,
        invoice_number=f"INV-{key}",
        description=template.name,
        amount=template.price,
        currency=template.currency,
        payment_status="Unpaid",
        invoice_date=start.isoformat(),
        due_date=start.isoformat(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refused(400, f"{text} is no date") from None
