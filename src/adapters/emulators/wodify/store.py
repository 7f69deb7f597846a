"""The emulated gym: its rows and the rules by which calls change them."""

from collections.abc import Iterator
from contextlib import suppress
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
from .habits import Removal, Switches, respelled
from .listings import CLIENTS, INVOICES, LEADS, MEMBERSHIPS
from .rows import new_row
from .rules import added, assign, client_of, day_of, invoice_for, labelled, note_step, template_of
from .shapes import Client, Created, Invoice, Lead, Membership, Updated
from .table import R, Table
from .vocabulary import CLIENT_LABELS, CLIENT_STATUSES, CONVERTED, LEAD_LABELS, LEAD_STATUSES

FIRST_NEW_ID = 90_000_001
API_USER = "API"


class Store:
    """Rows and rules. The clock stands at noon of ``today`` and moves a second with every write.

    ``switches`` and ``removals`` (with the kind of row) are told in ``habits.py``. Methods raise Refused, 404 for an
    absent row and 400 for a body that does not hold, and then change nothing.
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
        self._passed = 0
        self.switches = Switches()
        self.removals: list[tuple[str, Removal]] = []

    def create_client(self, body: ClientCreate) -> Client:
        """A new client; two may share an e-mail address."""
        body = respelled(body) if self.switches.respells else body
        values = labelled(body, CLIENT_LABELS)
        client = Client(id=next(self._ids))
        assign(client, values)
        self._stamp_new(client)
        client.member_since = self.today.isoformat()
        note_step(client, 0, client.client_status_id, client.created.created_on_datetime)
        self.clients.put(client)
        return client

    def update_client(self, key: int, body: ClientUpdate) -> Client:
        """Replace everything a client's update carries."""
        client = self.clients.get(key)
        body = respelled(body) if self.switches.respells else body
        values = labelled(body, CLIENT_LABELS)
        overwrite = values.pop("is_overwrite_notes")
        if not overwrite:
            values["notes"] = added(client.notes, body.notes)
        before = client.client_status_id
        assign(client, values)
        client.updated = self._touched()
        note_step(client, before, client.client_status_id, client.updated.updated_on_datetime)
        self.clients.put(client)
        return client

    def set_client_status(self, key: int, status: int) -> Client:
        """Deactivate, reactivate, suspend or reinstate; repeating it changes nothing more."""
        client = self.clients.get(key)
        before, client.client_status_id = client.client_status_id, status
        client.client_status = CLIENT_STATUSES[status]
        client.updated = self._touched()
        note_step(client, before, status, client.updated.updated_on_datetime)
        self.clients.put(client)
        return client

    def create_lead(self, body: LeadCreate) -> Lead:
        """A new lead, even if one with the same e-mail address is there: the provider does not recognise repeats."""
        values = labelled(respelled(body) if self.switches.respells else body, LEAD_LABELS)
        lead = Lead(id=next(self._ids))
        assign(lead, values)
        self._stamp_new(lead)
        self.leads.put(lead)
        return lead

    def update_lead(self, key: int, body: LeadUpdate) -> Lead:
        """Replace everything a lead's update carries."""
        lead = self.leads.get(key)
        assign(lead, labelled(respelled(body) if self.switches.respells else body, LEAD_LABELS))
        lead.updated = self._touched()
        self.leads.put(lead)
        return lead

    def convert_lead(self, key: int, body: LeadConvert) -> Client | None:
        """Make a client of the lead; None if it was converted before."""
        lead = self.leads.get(key)
        if lead.is_converted_to_client:
            return None
        client = self.create_client(client_of(lead, body))
        client.lead_id, client.is_converted_from_lead = lead.id, True
        self.clients.put(client)
        lead.is_converted_to_client = True
        lead.lead_status_id, lead.lead_status = CONVERTED, LEAD_STATUSES[CONVERTED]
        lead.updated = self._touched()
        self.leads.put(lead)
        return client

    def create_membership(self, body: MembershipCreate) -> Membership:
        """Sell a package to a client. An invoice comes with it; asking twice sells and bills twice."""
        client, template = self.clients.get(body.client_id), template_of(body.template_id)
        start = day_of(body.start_date)
        membership = new_row(next(self._ids), client.id, template, start)
        membership.is_active = start <= self.today
        self.memberships.put(membership)
        self.invoices.put(invoice_for(next(self._ids), membership, template, start))
        self._mark_member(client.id)
        return membership

    def update_membership(self, key: int, body: MembershipUpdate) -> Membership:
        """Replace everything a membership's update carries."""
        membership = self.memberships.get(key)
        for text in (body.start_date, body.end_date, body.expiration_date, body.scheduled_deactivation_date):
            day_of(text)
        assign(membership, msgspec.structs.asdict(body))
        self.memberships.put(membership)
        return membership

    def deactivate_membership(self, key: int, body: MembershipDeactivate) -> Membership:
        """End a membership today, or schedule its end for a day to come."""
        membership = self.memberships.get(key)
        day = day_of(body.deactivation_date)
        if day > self.today:
            membership.scheduled_deactivation_date = day.isoformat()
        else:
            membership.is_active = False
            membership.end_date = self.today.isoformat()
        self.memberships.put(membership)
        self._mark_member(membership.client_id)
        return membership

    def edit(self, kind: str, key: int, patch: bytes) -> bytes:
        """Apply a JSON merge patch as staff at the gym would; the row in full. ValueError if it does not fit.

        The row is stamped, unless the patch brings its own stamp.
        """
        match kind:
            case "clients":
                client = self.clients.patched(self.clients.get(key), patch)
                client.updated = self._stamp_of(client, patch)
                return self._put(self.clients, client)
            case "leads":
                lead = self.leads.patched(self.leads.get(key), patch)
                lead.updated = self._stamp_of(lead, patch)
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

    def answered(self, route: str) -> None:
        """A route was answered: take away what was to go then."""
        due = [(kind, one) for kind, one in self.removals if one.route == route]
        for kind, one in due:
            one.answers -= 1
            if one.answers < 1:
                self.removals.remove((kind, one))
                with suppress(Refused):
                    self.remove(kind, one.id)

    def pass_time(self, seconds: int) -> None:
        """Move the clock on."""
        self._passed += seconds

    def _stamp_of(self, row: Client | Lead, patch: bytes) -> Updated:
        now = self._touched("Front desk")
        return row.updated if "updated" in msgspec.json.decode(patch, type=dict[str, msgspec.Raw]) else now

    def _put(self, table: Table[R], row: R) -> bytes:
        table.put(row)
        return msgspec.json.encode(row)

    def _mark_member(self, client_id: int) -> None:
        client = self.clients.get(client_id)
        client.has_membership = any(row.is_active and row.client_id == client_id for row in self.memberships)
        self.clients.put(client)

    def _now(self) -> str:
        moment = datetime.combine(self.today, time(12)) + timedelta(seconds=self._passed)
        self._passed += not self.switches.still_clock
        return moment.isoformat()

    def _touched(self, by: str = API_USER) -> Updated:
        return Updated(updated_by=by, updated_on_datetime=self._now())

    def _stamp_new(self, row: Client | Lead) -> None:
        now = self._now()
        row.created = Created(created_by=API_USER, created_on_datetime=now)
        row.updated = Updated(updated_by=API_USER, updated_on_datetime=now)
