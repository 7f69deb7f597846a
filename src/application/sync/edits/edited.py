"""What became of an edit."""

from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import StaleVersion
from ....domain.staff.task import StaffTask
from ....domain.sync.edit_fate import Prospect
from .edit_outlook import Outlook

E = TypeVar("E")


@attrs.frozen(kw_only=True)
class EditDone(Generic[E]):
    """``entity`` as it stands now; ``prospects`` of each field that was to be another value, none where no provider
    ever had the record, or where it is about to be made at one, as it is then; ``task`` where a person must change
    something at the provider, which is not changed here then.
    """

    entity: E
    changed: tuple[str, ...]
    prospects: tuple[Prospect, ...] = ()
    task: StaffTask | None = None


def edited(entity: E, changed: tuple[str, ...], outlook: Outlook | None, task: StaffTask | None) -> EditDone[E]:
    """All of it."""
    return EditDone(entity=entity, changed=changed, prospects=outlook.prospects if outlook else (), task=task)


@attrs.frozen
class Overtaken:
    """Another version was meant: the one that stands here is ``version``."""

    version: int


def stale(kind: str, key: object, meant: int | None, found: Overtaken) -> StaleVersion:
    """Somebody was faster."""
    message = f"{kind} {key} is at version {found.version}, not {meant}: load it again"
    return StaleVersion(message, kind=kind, version=found.version)
