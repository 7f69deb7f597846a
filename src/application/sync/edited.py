"""What became of an edit, and how what people type of a person is read."""

from typing import Generic, TypeVar

import attrs

from ...domain.shared.contact import EmailAddress, PhoneNumber
from ...domain.shared.errors import StaleVersion
from ...domain.shared.text import check_line
from ...domain.shared.unset import Unset
from ...domain.staff.task import StaffTask
from ...domain.sync.edit_fate import Prospect
from ...domain.tenancy.tenant import Tenant
from ..ports.phones import PhoneBook
from .edit_outlook import Outlook

E = TypeVar("E")


@attrs.frozen(kw_only=True)
class Edited(Generic[E]):
    """``entity`` as it stands now; ``prospects`` of each field that was to be another value, none where no provider has
    the record; ``task`` where a person must change something at the provider, which is not changed here then.
    """

    entity: E
    changed: tuple[str, ...]
    prospects: tuple[Prospect, ...] = ()
    task: StaffTask | None = None


def edited(entity: E, changed: tuple[str, ...], outlook: Outlook | None, task: StaffTask | None) -> Edited[E]:
    """All of it."""
    return Edited(entity=entity, changed=changed, prospects=outlook.prospects if outlook else (), task=task)


@attrs.frozen
class Overtaken:
    """Another version was meant: the one that stands here is ``version``."""

    version: int


def stale(kind: str, key: object, meant: int | None, found: Overtaken) -> StaleVersion:
    """Somebody was faster."""
    message = f"{kind} {key} is at version {found.version}, not {meant}: load it again"
    return StaleVersion(message, kind=kind, version=found.version)


def read_email(text: str | None | Unset) -> EmailAddress | None | Unset:
    """An empty text is none. Raises InvalidValue."""
    if isinstance(text, Unset):
        return text
    check_line(text or "", "email")
    return EmailAddress.parse(text) if text and text.strip() else None


def read_phone(text: str | None | Unset, phones: PhoneBook, tenant: Tenant) -> PhoneNumber | None | Unset:
    """By the tenant's region; an empty text is none."""
    if isinstance(text, Unset):
        return text
    return phones.read(text.strip(), tenant.region) if text and text.strip() else None
