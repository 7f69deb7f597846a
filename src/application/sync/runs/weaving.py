"""The strands of a run: each kind of record with its policy, its state, and what may be written at the provider."""

from collections.abc import Sequence

import attrs

from ....domain.sync.policy import Policy
from ....domain.sync.state import SyncState
from ...ports.clock import IdSource
from ...ports.gym import GymGateway
from ...ports.unit_of_work import UnitOfWork
from ..courses.course import Course
from ..links.sent import sent
from ..policies.allowed import allowed, narrowed
from ..policies.policy_book import PolicyBook
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from .strand import AnyStrand, Strand


@attrs.frozen
class _Read:
    """What the store says of one kind of record."""

    policy: Policy
    state: SyncState
    linked: int


@attrs.frozen
class Weaving:
    """Shared by everything that runs a course."""

    books: RunBooks
    policies: PolicyBook
    ids: IdSource

    async def strands(self, opened: Opened, course: Course, gym: GymGateway, place: str) -> Sequence[AnyStrand]:
        """In the order of the course's kinds. ``place`` is where the account leads."""
        account, run = opened.account, opened.run
        kinds = course.records(opened)

        async def read(uow: UnitOfWork) -> tuple[bool, list[_Read]]:
            last = await uow.runs.last(account.id, run.kind, success=True)
            linked = await uow.sync_records.counts(account.id, course.kinds)
            return last is not None, [
                _Read(
                    await self.policies.effective(uow, account.id, kind.schema),
                    await uow.sync_states.get(account.id, kind.schema.kind),
                    linked[kind.schema.kind],
                )
                for kind in kinds
            ]

        news, found = await self.books.read(run, read)
        strands: list[AnyStrand] = []
        for kind, each in zip(kinds, found, strict=True):
            source = gym.source(kind.schema.kind)
            allows = allowed(source, writes=account.writes_enabled)
            # Another number whenever the policy or the permission to write is another.
            rules = each.policy.version * 2 + account.writes_enabled
            scope = Scope(
                tenant_id=account.tenant_id,
                account_id=account.id,
                run_id=run.id,
                policy=narrowed(each.policy, allows),
                allows=allows,
                writable=source.writable if account.writes_enabled else frozenset(),
                resolution_s=source.resolution_s,
                news=news,
                anew=rules != each.state.policy_version,
                now=run.started_at,
            )
            strands.append(
                Strand(
                    kind=kind,
                    scope=scope,
                    source=source,
                    state=each.state,
                    linked=each.linked,
                    rules=rules,
                    place=place,
                    policies=self.policies,
                    books=self.books,
                    ids=self.ids,
                )
            )
        return strands

    async def is_first(self, opened: Opened, strands: Sequence[AnyStrand]) -> bool:
        """Whether both sides share nothing, nothing of ours could be one of theirs, no person is asked, and everything
        may be created.
        """
        if any(strand.linked or not strand.scope.policy.create_here for strand in strands):
            return False

        async def ask(uow: UnitOfWork) -> bool:
            if any([await uow.conflicts.count_open(opened.account.id, strand.name) for strand in strands]):
                # Of one that is asked about, a person says whether it is to be created.
                return False
            unlinked = [await strand.kind.open_keys(uow) for strand in strands]
            return not any(unlinked) and not any(
                [(await sent(uow, one.kind, opened.account.id)).values for one in strands]
            )

        return await self.books.read(opened.run, ask)
