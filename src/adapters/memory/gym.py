"""A gym provider in memory."""

from collections.abc import Collection, Mapping, Sequence

from ...application.ports.clock import Clock
from ...application.ports.gym import (
    GymGateway,
    Health,
    LeadPatch,
    MembershipPatch,
    NewMembership,
    NewPerson,
    Operation,
    Support,
)
from ...application.ports.sources import Observed, Source
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.membership.package import Package
from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
)
from ...domain.shared.unset import Unset
from .faults import Faults
from .gym_books import GymBooks, Shelf
from .gym_habits import Habits
from .gym_sales import patched, sold
from .gym_source import MemorySource

_WRITES: Mapping[str, tuple[Operation, Operation] | None] = {
    MEMBER: (Operation.CREATE_MEMBER, Operation.UPDATE_MEMBER),
    LEAD: (Operation.CREATE_LEAD, Operation.UPDATE_LEAD),
    MEMBERSHIP: None,
}
_AT_FIRST = {MEMBER: "active", LEAD: "new"}


class MemoryGym(GymGateway):
    """Serves ``books``; behaves as ``habits`` and fails as ``faults`` say. A source has the habits of the
    moment at which it was asked for.

    ``support`` names operations that are not PROVEN; those with NONE raise GatewayUnsupported. Listings lack the
    fields in ``lists_lack``; a single record has them all.
    """

    def __init__(
        self,
        books: GymBooks,
        clock: Clock,
        *,
        page_size: int = 100,
        support: Mapping[Operation, Support] | None = None,
        lists_lack: Collection[str] = (),
        habits: Habits | None = None,
    ) -> None:
        self.books = books
        self.faults = Faults()
        self.habits = habits or Habits()
        self._clock = clock
        self._page_size = page_size
        self._support = dict(support or {})
        self._lists_lack = frozenset(lists_lack)

    def support(self, operation: Operation) -> Support:
        """PROVEN unless the constructor was told otherwise."""
        return self._support.get(operation, Support.PROVEN)

    async def health(self) -> Health:
        """What a call would run into."""
        try:
            with self.faults.around("health"):
                return Health(status="healthy", response="ok")
        except GatewayUnavailable as error:
            return Health(status="connection_error", error=error.message)
        except GatewayError as error:
            return Health(status="error", error=error.message, refused=isinstance(error, CredentialsRefused))

    def source(self, kind: str) -> Source:
        """Only leads can be deleted, and memberships not written at all."""
        if kind not in _WRITES:
            raise GatewayUnsupported(f"this gym keeps no {kind}")
        create, update = _WRITES[kind] or (None, None)
        shelf = {MEMBER: self.books.members, LEAD: self.books.leads, MEMBERSHIP: self.books.memberships}[kind]
        return MemorySource(
            kind=kind,
            shelf=shelf,
            faults=self.faults,
            habits=self.habits,
            name=f"{kind}s",
            page_size=self._page_size,
            writable=self.habits.may_write(kind) if self._can(update) else frozenset(),
            can_create=self._can(create),
            can_delete=kind == LEAD,
            tells_changes=self.habits.tells_changes,
            resolution_s=shelf.resolution_s,
            lists_lack=self._lists_lack,
            defaults={"status": _AT_FIRST[kind]} if kind in _AT_FIRST else {},
        )

    async def list_members(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """One window, by id."""
        with self.faults.around("list_members"):
            return self._window(self.books.members, status)[offset : offset + limit]

    async def list_leads(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """One window, by id."""
        with self.faults.around("list_leads"):
            return self._window(self.books.leads, status)[offset : offset + limit]

    async def member(self, external_id: str) -> Observed | None:
        """All fields."""
        with self.faults.around("member"):
            entry = self.books.members.find(external_id)
            return entry.observed() if entry else None

    async def lead(self, external_id: str) -> Observed | None:
        """All fields."""
        with self.faults.around("lead"):
            entry = self.books.leads.find(external_id)
            return entry.observed() if entry else None

    async def packages(self) -> Sequence[Package]:
        """What the books say."""
        with self.faults.around("packages"):
            if self.books.packages is None:
                raise GatewayUnsupported("this gym does not tell what it sells")
            return tuple(self.books.packages)

    async def create_lead(self, person: NewPerson) -> Observed:
        """In stage ``new``."""
        self._ensure_supported(Operation.CREATE_LEAD)
        with self.faults.around("create_lead"):
            leads = self.books.leads
            known = leads.with_email(person.email)
            return known.observed() if known else leads.get(leads.add(_written(person, status="new"))).observed()

    async def update_lead(self, external_id: str, patch: LeadPatch) -> Observed:
        """The lead afterwards."""
        self._ensure_supported(Operation.UPDATE_LEAD)
        with self.faults.around("update_lead"):
            entry = self.books.leads.get(external_id)
            changes = {"status": patch.stage, "notes": patch.notes}
            self.books.leads.edit(external_id, {k: v for k, v in changes.items() if not isinstance(v, Unset)})
            return entry.observed()

    async def convert_lead(self, external_id: str) -> Observed:
        """The member with that e-mail address, or a new active one."""
        self._ensure_supported(Operation.CONVERT_LEAD)
        with self.faults.around("convert_lead"):
            lead, members = self.books.leads.get(external_id), self.books.members
            if external_id not in self.books.became:
                shared = {name: lead.values[name] for name in ("first_name", "last_name", "email", "phone", "location")}
                email = shared["email"]
                known = members.with_email(email if isinstance(email, str) else None)
                self.books.became[external_id] = (
                    known.external_id if known else members.add({**shared, "status": "active"})
                )
                self.books.leads.edit(external_id, {"status": "converted"})
            return members.get(self.books.became[external_id]).observed()

    async def create_member(self, person: NewPerson) -> Observed:
        """Active. Notes are not kept: a member has none."""
        self._ensure_supported(Operation.CREATE_MEMBER)
        with self.faults.around("create_member"):
            members = self.books.members
            known = members.with_email(person.email)
            values = {name: value for name, value in _written(person, status="active").items() if name != "notes"}
            return known.observed() if known else members.get(members.add(values)).observed()

    async def create_membership(self, new: NewMembership) -> Observed:
        """Raises GatewayNotFound for an unknown member, GatewayRejected for a package that is not on sale."""
        self._ensure_supported(Operation.CREATE_MEMBERSHIP)
        with self.faults.around("create_membership"):
            self.books.members.get(new.member)
            memberships = self.books.memberships
            return memberships.get(memberships.add(sold(self._package(new.package), new))).observed()

    async def update_membership(self, external_id: str, patch: MembershipPatch) -> Observed:
        """``status`` may be active, paused or cancelled; raises GatewayRejected for others."""
        self._ensure_supported(Operation.UPDATE_MEMBERSHIP)
        with self.faults.around("update_membership"):
            entry = self.books.memberships.get(external_id)
            package = None if isinstance(patch.package, Unset) else self._package(patch.package)
            self.books.memberships.edit(external_id, patched(entry.values, patch, package, today=self._today))
            return entry.observed()

    async def cancel_membership(self, external_id: str, *, reason: str) -> Observed:
        """It ends today; the books keep the reason."""
        self._ensure_supported(Operation.CANCEL_MEMBERSHIP)
        with self.faults.around("cancel_membership"):
            self.books.memberships.edit(external_id, {"flagged_active": False, "cancels_on": self._today})
            self.books.reasons[external_id] = reason
            return self.books.memberships.get(external_id).observed()

    @property
    def _today(self) -> str:
        return self._clock.now().date().isoformat()

    def _can(self, operation: Operation | None) -> bool:
        return operation is not None and self.support(operation) is not Support.NONE

    def _ensure_supported(self, operation: Operation) -> None:
        if self.support(operation) is Support.NONE:
            raise GatewayUnsupported(f"this gym cannot {operation.value}", operation=operation.value)

    def _package(self, id_or_name: str) -> Package:
        for package in self.books.packages or ():
            if id_or_name in (package.id, package.name):
                return package
        raise GatewayRejected(f"there is no package {id_or_name!r} on sale", package=id_or_name)

    def _window(self, shelf: Shelf, status: str | None) -> list[Observed]:
        entries = (entry for entry in shelf.entries() if status is None or entry.values["status"] == status)
        return [entry.observed(without=self._lists_lack) for entry in entries]


def _written(person: NewPerson, *, status: str) -> dict[str, str | None]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "notes": person.notes,
        "status": status,
    }
