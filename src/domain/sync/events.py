"""What happened to conflicts. None of these tells a value of the record: whoever wants one asks for the conflict.

``kind`` is that of the record, ``external_id`` its id at the account, ``local_id`` ours, None of a pairing; ``field``
as in the conflict: ``*`` for the record as a whole, ``?`` for a pairing.
"""

from typing import ClassVar
from uuid import UUID

import attrs

from ..shared.events import DomainEvent


@attrs.frozen(kw_only=True)
class ConflictOpened(DomainEvent):
    """A person must decide. ``again``: it was decided, or settled, and somebody opened it again."""

    type: ClassVar[str] = "conflict.opened"
    subject_kind: ClassVar[str] = "conflict"
    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID | None
    field: str
    again: bool


@attrs.frozen(kw_only=True)
class ConflictResolved(DomainEvent):
    """A person decided: ``by`` whom, and the ``choice`` of ours, theirs or a typed value."""

    type: ClassVar[str] = "conflict.resolved"
    subject_kind: ClassVar[str] = "conflict"
    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID | None
    field: str
    choice: str
    by: str


@attrs.frozen(kw_only=True)
class ConflictSettled(DomainEvent):
    """Nobody has to decide any more: the sides came to agree, or are not one record any more."""

    type: ClassVar[str] = "conflict.settled"
    subject_kind: ClassVar[str] = "conflict"
    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID | None
    field: str
