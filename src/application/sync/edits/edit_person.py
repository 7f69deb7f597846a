"""What editing a member and editing a lead have in common."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Generic, Protocol, TypedDict, TypeVar
from uuid import UUID

import attrs

from ....domain.shared.contact import EmailAddress, PhoneNumber
from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import TenantId
from ....domain.shared.person_details import PersonDetails
from ....domain.shared.text import check_line
from ....domain.shared.unset import UNSET, Unset
from ....domain.shared.wrong_values import WrongValues
from ....domain.sync.edit_fate import Fate
from ....domain.tenancy.tenant import Tenant
from ...ports.clock import Clock
from ...ports.phones import PhoneBook
from ...ports.repositories import Entities
from ...ports.unit_of_work import UnitOfWork
from ...transactions import Transactions
from .edit_outlook import Outlooks, Person, Reach
from .edited import EditDone, Overtaken, edited, stale
from .keep_edit import KeepEdit

P = TypeVar("P", bound=Person)
P_contra = TypeVar("P_contra", bound=Person, contravariant=True)
D = TypeVar("D", bound=PersonDetails)
D_contra = TypeVar("D_contra", bound=PersonDetails, contravariant=True)
K = TypeVar("K", bound=UUID)


@attrs.frozen(kw_only=True)
class PersonEdit:
    """UNSET leaves, None and an empty text clear. ``phone`` is read by the tenant's region. ``by`` says who edits;
    ``version``: refuse if the record's is another (None: whichever it is).
    """

    tenant_id: TenantId
    first_name: str | None | Unset = UNSET
    last_name: str | None | Unset = UNSET
    email: str | None | Unset = UNSET
    phone: str | None | Unset = UNSET
    location: str | None | Unset = UNSET
    by: str
    version: int | None = None


class PersonValues(TypedDict):
    """What every person's details have."""

    first_name: str | Unset
    last_name: str | Unset
    email: EmailAddress | None | Unset
    phone: PhoneNumber | None | Unset
    location: str | None | Unset


class ChangeDetails(Protocol[P_contra, D_contra]):
    """How a person's own values are changed."""

    def __call__(self, person: P_contra, details: D_contra, /, *, now: datetime) -> tuple[str, ...]:
        """Change what is set; the names of what is another value by that. Raises InvalidValue."""


async def _nothing(_: UnitOfWork, __: object) -> None:
    """Nothing else follows."""


@attrs.frozen(kw_only=True)
class PersonKind(Generic[P, D, K]):
    """A kind of record that is a person: where its records are kept, how one is changed, and what else follows once it
    is saved, in the same transaction.
    """

    name: str
    stored: Callable[[UnitOfWork], Entities[P, K]]
    change: ChangeDetails[P, D]
    changed: Callable[[UnitOfWork, P], Awaitable[None]] = _nothing


@attrs.frozen
class EditPerson:
    """The person is changed here, and what the provider takes goes there with the next sync, by the law of each field.
    A field that the provider owns is on its way there at once; where it takes none, it is not changed here either, and
    the staff are asked to change it there.

    Raises NotFound, InvalidValue (nothing set, no such value, no name left), StaleVersion.
    """

    _transactions: Transactions
    _outlooks: Outlooks
    _keep: KeepEdit
    _clock: Clock

    async def __call__(
        self, kind: PersonKind[P, D, K], key: K, edit: PersonEdit, read: Callable[[Tenant], D]
    ) -> EditDone[P]:
        """Change what is set; all of it or nothing. ``read`` gives what is wanted, as the tenant means it."""
        # Again where the person was tied to an account, or parted from it, since that one was asked what it takes.
        while (found := await self._once(kind, key, edit, read)) is None:
            pass
        if isinstance(found, Overtaken):
            raise stale(kind.name, key, edit.version, found)
        return found

    async def _once(
        self, kind: PersonKind[P, D, K], key: K, edit: PersonEdit, read: Callable[[Tenant], D]
    ) -> EditDone[P] | Overtaken | None:
        reach = await self._outlooks.reach(edit.tenant_id, kind.name, key)
        details = read(reach.tenant)
        if not details.given:
            raise InvalidValue(f"nothing to change: set at least one field of the {kind.name}")
        return await self._transactions.run(
            edit.tenant_id, f"edit_{kind.name}", lambda uow: self._edit(uow, kind, key, edit, details, reach)
        )

    async def _edit(
        self, uow: UnitOfWork, kind: PersonKind[P, D, K], key: K, edit: PersonEdit, details: D, reach: Reach
    ) -> EditDone[P] | Overtaken | None:
        if not await self._outlooks.claim(uow, kind.name, key, reach):
            return None
        stored, now = kind.stored(uow), self._clock.now()
        person = await stored.get(key)
        if edit.version not in {None, person.version}:
            return Overtaken(person.version)
        # As it would be; this one is never saved.
        wanted = await stored.get(key)
        kind.change(wanted, details, now=now)
        outlook = await self._outlooks(uow, kind.name, person, wanted, reach)
        changed = kind.change(person, details.without(outlook.of(Fate.TASK) if outlook else ()), now=now)
        if changed:
            await stored.save(person)
            await kind.changed(uow, person)
        task = await self._keep(uow, kind.name, outlook, person, changed, wanted=details.given.keys(), by=edit.by)
        return edited(person, changed, outlook, task)


def values_of_person(edit: PersonEdit, phones: PhoneBook, tenant: Tenant, wrong: WrongValues) -> PersonValues:
    """As they were typed, read; a ``wrong`` one is UNSET."""
    return {
        "first_name": edit.first_name if edit.first_name is not None else "",
        "last_name": edit.last_name if edit.last_name is not None else "",
        "email": wrong.read(lambda: _email(edit.email)),
        "phone": wrong.read(lambda: _phone(edit.phone, phones, tenant)),
        "location": edit.location,
    }


def _email(text: str | None | Unset) -> EmailAddress | None | Unset:
    if isinstance(text, Unset):
        return text
    check_line(text or "", "email")
    return EmailAddress.parse(text) if text and text.strip() else None


def _phone(text: str | None | Unset, phones: PhoneBook, tenant: Tenant) -> PhoneNumber | None | Unset:
    if isinstance(text, Unset):
        return text
    return phones.read(text.strip(), tenant.region) if text and text.strip() else None
