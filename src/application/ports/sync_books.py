"""What a sync keeps besides records, links and journal: policies, overrides, conflicts, plans, pushes, states.

As in ``repositories``: collections of one tenant inside a unit of work, ``get`` raises NotFound, and what is handed
out is the caller's own.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs

from ...domain.shared.ids import AccountId, ConflictId, PlanId, PushId
from ...domain.sync.conflict import Conflict
from ...domain.sync.kept_plan import KeptPlan, PlanState
from ...domain.sync.override import Override
from ...domain.sync.push import Push
from ...domain.sync.state import SyncState
from .repositories import Entities


@attrs.frozen(kw_only=True)
class PolicyDocument:
    """What one layer of a policy says: the tenant's (``account_id`` None) or an account's, for a kind of record.

    ``document``: see ``domain.sync.policy.read_policy``; empty for a layer that was taken away. ``version`` counts the
    layer's documents from 1.
    """

    account_id: AccountId | None
    kind: str
    version: int
    document: Mapping[str, object]
    set_by: str
    set_at: datetime


class Policies(Protocol):
    """Layers of policies, every version of each."""

    @abstractmethod
    async def latest(self, kind: str, account_id: AccountId | None) -> PolicyDocument | None:
        """The layer as it holds now."""

    @abstractmethod
    async def all(self) -> Sequence[PolicyDocument]:
        """The latest of every layer: by kind, the tenant's before the accounts', these by id."""

    @abstractmethod
    async def versions(self, kind: str, account_id: AccountId | None) -> Sequence[PolicyDocument]:
        """Every version of a layer, latest first."""

    @abstractmethod
    async def add(self, document: PolicyDocument) -> None:
        """A new version. Raises StaleVersion unless its version follows the latest."""


class Overrides(Protocol):
    """A person's laws for single fields of single records."""

    @abstractmethod
    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Override]]:
        """Those of these records that have any, by external id, each by field."""

    @abstractmethod
    async def all(self, *, limit: int, offset: int) -> Sequence[Override]:
        """By account, kind, external id and field."""

    @abstractmethod
    async def put_many(self, overrides: Sequence[Override]) -> None:
        """Insert or replace, by account, kind, external id and field."""

    @abstractmethod
    async def remove(self, account_id: AccountId, kind: str, external_id: str, field: str) -> None:
        """Take one away. Raises NotFound."""


class Conflicts(Entities[Conflict, ConflictId], Protocol):
    """What waits for a person, and what did. At most one open conflict per account, kind, external id and field."""

    @abstractmethod
    async def open_of(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Conflict]]:
        """The open ones of these records, by external id, each by field."""

    @abstractmethod
    async def in_doubt(self, account_id: AccountId, kind: str) -> Collection[str]:
        """External ids of the records of which it is asked whose they are."""

    @abstractmethod
    async def about(self, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Conflict]]:
        """The open ones, of whatever account, about these records of ours as a whole: what becomes of one, or whether
        it is one of the provider's. Oldest first.
        """

    @abstractmethod
    async def count_open(self, account_id: AccountId, kind: str) -> int:
        """How many are open."""


class Plans(Entities[KeptPlan, PlanId], Protocol):
    """Plans with their steps, each a line of ``domain.sync.documents``, under the name of its kind of record."""

    @abstractmethod
    async def latest(
        self, *, limit: int, offset: int = 0, account_id: AccountId | None = None, state: PlanState | None = None
    ) -> Sequence[KeptPlan]:
        """The newest plans, latest first: of all accounts and states unless told of which."""

    @abstractmethod
    async def add_steps(self, plan_id: PlanId, start: int, steps: Sequence[tuple[str, str]]) -> None:
        """Kinds and lines, numbered from ``start``."""

    @abstractmethod
    async def steps(self, plan_id: PlanId, *, start: int, limit: int) -> Sequence[tuple[int, str, str]]:
        """Number, kind and line of the steps from number ``start`` on."""

    @abstractmethod
    async def remove_steps(self, plan_id: PlanId) -> None:
        """Forget a plan's steps."""


class Pushes(Entities[Push, PushId], Protocol):
    """What is on its way to providers.

    ``add`` raises AlreadyExists when one of that id is there, and for one that is to make a record of ours that
    another, at whatever account of the tenant, makes or may have made.
    """

    @abstractmethod
    async def waiting(self, account_id: AccountId, kind: str, *, limit: int) -> Sequence[Push]:
        """Those that wait, oldest first."""

    @abstractmethod
    async def of_records(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, Sequence[Push]]:
        """Those of these records that wait or were refused, oldest first."""

    @abstractmethod
    async def tried_in_vain(
        self, account_id: AccountId, kind: str, external_id: str, *, since: datetime
    ) -> Sequence[Push]:
        """Those of a record that were tried, and dropped at that instant or later: perhaps one took effect. Oldest
        first.
        """

    @abstractmethod
    async def creating(self, account_id: AccountId, kind: str) -> Collection[UUID]:
        """Ids of our records that are to be made there and were not, as far as is known: the push waits, was refused or
        is unsure.
        """

    @abstractmethod
    async def creations(self, account_id: AccountId, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, Push]:
        """Of those of our records that are to be made there and were not: the latest such push of each."""

    @abstractmethod
    async def sent_unanswered(self, account_id: AccountId, kind: str) -> Sequence[Push]:
        """Those that are to make a record there and were tried, so that it may be there: they wait, or are unsure.
        Oldest first.
        """

    @abstractmethod
    async def count_waiting(self, account_id: AccountId, kind: str) -> int:
        """How many wait."""


class SyncStates(Protocol):
    """How each kind at each account stands."""

    @abstractmethod
    async def get(self, account_id: AccountId, kind: str) -> SyncState:
        """The state; a fresh one where there is none yet."""

    @abstractmethod
    async def all(self) -> Sequence[SyncState]:
        """Every state that was ever kept, by account and kind."""

    @abstractmethod
    async def put(self, state: SyncState) -> None:
        """Insert or replace."""


class DueRecords(Protocol):
    """Records that the next run looks at even if the provider does not name them."""

    @abstractmethod
    async def all(self, account_id: AccountId, kind: str) -> Mapping[str, int]:
        """Their external ids, and how many times anything happened to each that a look from before does not know of."""

    @abstractmethod
    async def add(self, account_id: AccountId, kind: str, external_ids: Iterable[str]) -> None:
        """Once or again: for a run, which has looked at them."""

    @abstractmethod
    async def renew(self, account_id: AccountId, kind: str, external_id: str) -> None:
        """Something happened to it that a run that looked at it before does not know of."""

    @abstractmethod
    async def remove(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """They were looked at, in this very transaction."""

    @abstractmethod
    async def settle(self, account_id: AccountId, kind: str, seen: Mapping[str, int]) -> None:
        """They were looked at some time after ``all`` told this: one that was renewed since stays due."""
