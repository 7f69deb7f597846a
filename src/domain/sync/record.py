"""What we remember of one record that two sides share."""

from datetime import datetime
from uuid import UUID

import attrs

from ..shared.errors import NotFound
from ..shared.ids import AccountId, RunId
from .canonical import Values

MISSING = 0
UNCOMPARED = -1


def not_in_step(kind: str, key: object, why: str = "") -> NotFound:
    """No account is, or was, tied to such a record. ``why``: what else may be so, and what to do."""
    error = NotFound(kind, key)
    error.message = f"no {kind} {key} is in step with a provider{why}"
    return error


@attrs.frozen(kw_only=True)
class OwnWrite:
    """The provider's stamp of our last write to its record, and the one before that: of the last edit there (UTC)."""

    stamped_at: datetime
    edited_at: datetime


@attrs.frozen(kw_only=True)
class SyncRecord:
    """The link between a provider's record and ours, with the last values the provider was seen to hold.

    ``fingerprint`` is a hash of the provider's record as received: equal means unchanged, different means look.
    ``local_version`` is our record's version when the two were last compared: another version means edited here. It is
    ``MISSING`` when we had none then: it was deleted here, and that is known. It is ``UNCOMPARED`` when there was no
    comparison yet: ours was made there, and what the provider made of it is still to be looked at.
    ``synced_at`` is when the run began that compared them last. ``run_id`` is the run that made the link, or the first
    one of our record that the provider lost and has again under other ids. ``own_write`` is None where we wrote nothing
    to it, or where the provider tells no times.
    """

    account_id: AccountId
    kind: str
    external_id: str
    local_id: UUID
    base: Values
    fingerprint: bytes
    local_version: int
    synced_at: datetime
    run_id: RunId
    own_write: OwnWrite | None = None

    @property
    def is_newly_paired(self) -> bool:
        """A person said that the two are one, and nothing of them was compared or sent since."""
        return self.local_version == UNCOMPARED and not self.base

    def edited_there_at(self, stamp: datetime | None) -> datetime | None:
        """When somebody edited the provider's record, which shows ``stamp``: what we write there is no edit."""
        own = self.own_write
        return own.edited_at if own is not None and own.stamped_at == stamp else stamp

    def written_by_us(self, before: datetime | None, after: datetime | None) -> "SyncRecord":
        """``before`` and ``after``: the stamps of the provider's record right before our write, and in its answer."""
        edited_at = self.edited_there_at(before)
        if edited_at is None or after is None or after == before:
            return self
        return attrs.evolve(self, own_write=OwnWrite(stamped_at=after, edited_at=edited_at))
