"""Overrides: a person's law for one field of one record, stronger than any policy, until it is taken away."""

from datetime import datetime
from uuid import UUID

import attrs

from ..shared.ids import AccountId, EntryId
from .conflict import PAIRING


@attrs.frozen(kw_only=True)
class Override:
    """``law`` is a law's name. ``field`` ``*`` pins the record as a whole: it stays on the sides where it is.

    ``because`` says in words why; ``change_id`` is the journal line that was undone, where one was; of a record
    that an undo took away, the line that tells so.
    """

    account_id: AccountId
    kind: str
    external_id: str
    local_id: UUID
    field: str
    law: str
    because: str
    change_id: EntryId | None = None
    set_by: str
    set_at: datetime

    def is_about(self, local_id: UUID) -> bool:
        """Whether it holds for that record of ours, where the provider's is tied to it. That a record of the provider's
        is none of ours (``?``) is about that one alone.
        """
        return self.field == PAIRING or self.local_id == local_id
