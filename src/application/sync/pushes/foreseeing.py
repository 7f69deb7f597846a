"""What the next run would do about the pushes that wait: it looks before it writes, and drops what was overtaken."""

from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar

import attrs

from ....domain.shared.errors import CredentialsRefused, GatewayError, InvalidValue
from ....domain.sync.canonical import Values
from ....domain.sync.push import Push
from ...ports.sources import Source
from ...ports.unit_of_work import UnitOfWork
from ..links.doubted import asked_whose, why_it_waits
from ..links.link_at import link_at
from ..links.reviving import waits_to_be_made
from ..records.reading import read
from ..records.record_kind import RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from ..records.single_looks import get_that
from .deleted_here import deleted_here
from .not_wanted import NotWanted
from .shown_push import follows, is_as_wanted, landed, still_stands
from .unknown_fields import pass_over_unknown, unknown_alone

E = TypeVar("E", bound=Versioned)

# Each takes a call to the provider.
_MOST = 50
# So many are named; the others are counted.
_NAMED = 3


@attrs.frozen
class Foreseen:
    """How many pushes wait, and which of them would be dropped, with the reason, which go, and which go on waiting for
    a person, with what is asked; of many only the first are asked.
    """

    waiting: int
    dropped: Sequence[tuple[Push, str]] = ()
    going: Sequence[Push] = ()
    held: Sequence[tuple[Push, str]] = ()

    def __add__(self, other: "Foreseen") -> "Foreseen":
        dropped, going = (*self.dropped, *other.dropped), (*self.going, *other.going)
        return Foreseen(self.waiting + other.waiting, dropped, going, (*self.held, *other.held))

    def told(self, *, writes: bool) -> str | None:
        """For people; None where nothing waits."""
        if not self.waiting:
            return None
        what = f"{self.waiting} push{' waits' if self.waiting == 1 else 'es wait'}"
        if not writes:
            return f"{what}; writing is off, so that the next run drops {'it' if self.waiting == 1 else 'them'}"
        goes = self.waiting - len(self.dropped) - len(self.held)
        names = f": {_listed([_named(push) for push in self.going[:_NAMED]], goes)}" if self.going else ""
        if goes == self.waiting:
            # A plan that is applied writes them as any run does.
            return f"{what}, and {'is' if goes == 1 else 'are'} written by the next run, or as a plan is applied{names}"
        ends = "would be dropped by the next run, and decided anew"
        more = [f"{goes} would be written{names}"] if goes else []
        return "; ".join([what, *_told(ends, self.dropped), *_told("would go on waiting", self.held), *more])


@attrs.frozen
class Foresee(Generic[E]):
    """One kind of record in one scope. Reads only, here and there."""

    _kind: RecordKind[E]
    _scope: Scope
    _source: Source
    _books: RunBooks
    _not_wanted: NotWanted

    async def __call__(self, opened: Opened) -> Foreseen:
        """What the provider will not show is not foreseen. Raises CredentialsRefused."""
        account_id, kind = self._scope.account_id, self._kind.schema.kind

        async def ask(uow: UnitOfWork) -> tuple[int, Sequence[Push]]:
            count = await uow.pushes.count_waiting(account_id, kind)
            waiting = await uow.pushes.waiting(account_id, kind, limit=_MOST) if count else ()
            taken_up = (await deleted_here(uow, self._kind, self._scope)).looked_up
            return count + len(taken_up), [*waiting, *taken_up]

        count, waiting = await self._books.read(opened.run, ask)
        if not opened.account.writes_enabled:
            return Foreseen(count)
        dropped, held, going = list[tuple[Push, str]](), list[tuple[Push, str]](), list[Push]()
        try:
            for push in waiting:
                # One that goes after another was decided against what that writes.
                after = any(follows(push, each) for each in going)
                why = "" if after else await self._why_dropped(opened, push)
                waits = partial(why_it_waits, kind=self._kind, push=push)
                asked = None if after or why else await self._books.read(opened.run, waits)
                if why:
                    dropped.append((push, why))
                elif asked is not None:
                    held.append((push, asked))
                else:
                    going.append(push)
        except CredentialsRefused:
            raise
        except GatewayError:
            # The plan is made all the same; what is out of order there is told by the run that writes.
            return Foreseen(count, dropped, going, held)
        return Foreseen(count, dropped, going, held)

    async def _why_dropped(self, opened: Opened, push: Push) -> str:
        """Empty: it would not be."""
        unknown = unknown_alone(self._kind.schema, push)
        if unknown is not None:
            return unknown.why
        pass_over_unknown(self._kind.schema, push)
        if await self._books.read(opened.run, lambda uow: self._not_wanted(uow, push)):
            return "the policy does not want it there any more"
        is_here = bool(await self._books.read(opened.run, lambda uow: self._kind.load(uow, [push.local_id])))
        if push.external_id is None:
            return await self._why_not_made(opened, push, is_here=is_here)
        shown = await get_that(self._source, push.external_id)
        if shown is None:
            return "the provider has the record no more" if push.values else ""
        try:
            said = [read(shown).values]
        except InvalidValue:
            return "nobody can read what the provider shows of it"
        theirs = (await self._books.read(opened.run, lambda uow: self._kind.as_of_today(uow, said)))[0]
        return self._why_overtaken(push, theirs, is_here=is_here)

    def _why_overtaken(self, push: Push, theirs: Values, *, is_here: bool) -> str:
        schema = self._kind.schema
        if not push.values:
            return "" if is_as_wanted(schema, theirs, push.expected) else "the provider's record changed meanwhile"
        if is_as_wanted(schema, theirs, push.values):
            return ""
        if not is_here:
            return "our record was deleted meanwhile"
        stands = still_stands(schema, theirs, push) or landed(schema, theirs, push)
        return "" if stands else "the provider's value changed meanwhile"

    async def _why_not_made(self, opened: Opened, push: Push, *, is_here: bool) -> str:
        if not is_here:
            # One that was sent is looked for, unless it is asked whose the provider's record is.
            asked = await self._books.read(opened.run, lambda uow: asked_whose(uow, push.kind, [push.local_id]))
            return "" if push.attempts and not asked else "our record was deleted meanwhile"
        ours = (self._scope.account_id, push.kind, push.local_id)
        link = await self._books.read(opened.run, lambda uow: link_at(uow, *ours))
        return "" if link is None or waits_to_be_made(link) else "the provider has the record already"


def _told(what: str, pushes: Sequence[tuple[Push, str]]) -> Sequence[str]:
    each = [f"{_named(push)}: {why}" for push, why in pushes[:_NAMED]]
    return [f"{what}: {_listed(each, len(pushes))}"] if each else []


def _listed(named: Sequence[str], count: int) -> str:
    more = count - len(named)
    return "; ".join([*named, *([f"and {more} more"] if more else [])])


def _named(push: Push) -> str:
    what = f" ({', '.join(push.values)})" if push.external_id is not None and push.values else ""
    return f"{push.kind} {push.external_id or push.local_id}{what}"
