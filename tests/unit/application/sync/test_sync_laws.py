"""Whatever people, providers and networks do: no edit is lost unseen, and the sync comes to rest."""

import asyncio
from collections.abc import Callable, Sequence
from zlib import crc32

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tresen.adapters.memory.gym_books import Entry
from tresen.application.leads.create_lead import NewLead
from tresen.application.sync.courses.member_records import MemberRecords
from tresen.application.sync.records.kinds import member_schema
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.errors import GatewayUnavailable, StorageConflict
from tresen.domain.shared.ids import TenantId
from tresen.domain.sync.laws import BUILT_IN, Law
from tresen.domain.sync.run import RunState
from tresen.domain.sync.schema import Value, Values

from ..studio import A_MINUTE, BOOKS, PlainPhones, Studio

# Their cases touch what other tests cover, many thousand times: watching them would only take time.
pytestmark = pytest.mark.no_cover

LAWS = settings(derandomize=True, deadline=None, max_examples=60, database=None)
MEMBERS = 4
PHONES = PlainPhones()
SCHEMA = member_schema(lambda raw: PHONES.read(raw, "DE"))

# Some are spellings of one value, so that edits that are none come up too.
WORDS: dict[str, list[str | None]] = {
    "first_name": ["Ada", "Ada ", "Bea"],
    "city": [None, "", "Bonn", "Kiel"],
    "email": ["ada@example.org", "ADA@example.org ", "bea@example.org", None],
    "phone": ["030 1", "+49 30 1", "030/2", None],
}


@attrs.frozen
class Edit:
    """Somebody changes one field of one member."""

    member: int
    field: str
    value: str | None


@attrs.frozen
class There(Edit):
    """At the provider."""


@attrs.frozen
class Here(Edit):
    """In our store; nothing while we do not know the member."""


@attrs.frozen
class Garbled:
    """A member becomes unreadable, or readable again."""

    member: int


@attrs.frozen
class Sync:
    """A run: ``breaks`` after that many pages (None: not), ``collisions`` in the store, in some order of records."""

    breaks: int | None
    collisions: int
    order: int


Step = There | Here | Garbled | Sync


def edits(kind: Callable[[int, str, str | None], Edit]) -> st.SearchStrategy[Edit]:
    fields = st.sampled_from(sorted(WORDS))
    return fields.flatmap(lambda f: st.builds(kind, st.integers(0, MEMBERS - 1), st.just(f), st.sampled_from(WORDS[f])))


SYNCS = st.builds(Sync, st.one_of(st.none(), st.integers(0, 2)), st.integers(0, 2), st.integers(0, 99))
STEPS = st.lists(
    st.one_of(edits(There), edits(Here), SYNCS, st.builds(Garbled, st.integers(0, MEMBERS - 1))), max_size=14
)
POLICIES = st.dictionaries(st.sampled_from(sorted(WORDS)), st.sampled_from(BUILT_IN))


def ours(studio: Studio) -> dict[str, Values]:
    """What we hold, by the provider's ids."""
    records = MemberRecords(studio.tenant, lambda raw: PHONES.read(raw, "DE"))
    known = [one for one in map(str, range(1001, 1001 + MEMBERS)) if studio.knows("member", one)]
    return {one: records.values(studio.member(one)) for one in known}


def same(field: str, left: Value, right: Value) -> bool:
    return next(f for f in SCHEMA.fields if f.name == field).same(left, right)


def shuffled(entries: Sequence[Entry], order: int) -> Sequence[Entry]:
    return sorted(entries, key=lambda entry: crc32(f"{order}:{entry.external_id}".encode()))


class Play:
    """A studio to which the steps happen; each run is held against the laws."""

    def __init__(self, laws: dict[str, Law], order: int = 0) -> None:
        self.studio = Studio(laws=laws)
        self.law = laws
        self.order = order
        for number in range(MEMBERS):
            self.studio.enrol(f"M{number}", city="Bonn")
        shelf = self.studio.books.members
        in_order = shelf.entries
        shelf.entries = lambda: shuffled(in_order(), self.order)  # type: ignore[method-assign] # of this play's gym

    async def all(self, steps: Sequence[Step]) -> None:
        for step in steps:
            await self.one(step)

    async def one(self, step: Step) -> None:
        if isinstance(step, Sync):
            await self.sync(step)
            return
        external = str(1001 + step.member)
        if isinstance(step, Garbled):
            entry = self.studio.books.members.get(external)
            entry.unreadable = not entry.unreadable
        elif isinstance(step, There):
            self.studio.clock.advance(A_MINUTE)
            self.studio.books.members.edit(external, {step.field: step.value})
        elif self.studio.knows("member", external):
            await self.studio.edit_member(external, **{step.field: _held(step)})

    async def sync(self, step: Sync) -> RunState:
        if step.breaks is not None:
            self.studio.gym.faults.fail_next("members", GatewayUnavailable("503"), after=step.breaks)
        self.studio.units.commits_fail.extend([StorageConflict("busy")] * step.collisions)
        before, lines = ours(self.studio), len(self.studio.changes())
        run = await self.studio.members_synced()
        self.nothing_was_lost(before, lines)
        return run.state

    def nothing_was_lost(self, before: dict[str, Values], lines: int) -> None:
        """Every value of ours that a run replaced is in that run's part of the journal."""
        after = ours(self.studio)
        assert before.keys() <= after.keys()
        told = [(c.external_id, c.field, c.ours, c.theirs) for c in self.studio.changes()[lines:]]
        for external, values in before.items():
            for field, value in values.items():
                now = after[external][field]
                if not same(field, value, now):
                    assert self.law.get(field) is not Law.OURS
                    assert len([t for t in told if t[:3] == (external, field, value) and same(field, t[3], now)]) == 1

    async def come_to_rest(self) -> None:
        """The network is well again and everything readable."""
        for entry in self.studio.books.members.entries():
            entry.unreadable = False
        assert await self.sync(Sync(None, 0, 0)) is RunState.COMPLETED


def _held(step: Here) -> object:
    if step.field == "email":
        return EmailAddress(step.value) if step.value else None
    if step.field == "phone":
        return PhoneNumber(step.value, PHONES.read(step.value, "DE").e164) if step.value else None
    return step.value


@LAWS
@given(laws=POLICIES, steps=STEPS)
def test_no_edit_is_lost_and_a_second_sync_writes_nothing(laws: dict[str, Law], steps: list[Step]) -> None:
    async def play() -> None:
        it = Play(laws)
        await it.all(steps)
        await it.come_to_rest()
        before = it.studio.rows(without=BOOKS)
        for order in (0, 1):
            it.order = order
            await it.sync(Sync(None, 0, order))
        assert it.studio.rows(without=BOOKS) == before

    asyncio.run(play())


@LAWS
@given(steps=STEPS)
def test_where_the_provider_owns_everything_both_sides_agree_in_the_end(steps: list[Step]) -> None:
    async def play() -> None:
        it = Play({})
        await it.all(steps)
        await it.come_to_rest()
        held = ours(it.studio)
        assert len(held) == MEMBERS
        for entry in it.studio.books.members.entries():
            for field, value in entry.values.items():
                assert same(field, held[entry.external_id][field], value)

    asyncio.run(play())


@LAWS
@given(laws=POLICIES, steps=STEPS, order=st.integers(1, 99))
def test_the_order_of_the_records_does_not_matter(laws: dict[str, Law], steps: list[Step], order: int) -> None:
    # A listing that breaks off gives other records in another order: what was seen differs by right.
    whole = [attrs.evolve(step, breaks=None) if isinstance(step, Sync) else step for step in steps]

    async def play(order: int) -> tuple[dict[str, Values], object]:
        it = Play(laws, order)
        await it.all(whole)
        await it.come_to_rest()
        told = {(c.external_id, c.field, c.base, c.ours, c.theirs, c.side, c.rule) for c in it.studio.changes()}
        return ours(it.studio), told

    assert asyncio.run(play(0)) == asyncio.run(play(order))


EMAILS = st.lists(st.sampled_from(["a@example.org", "A@example.org", "b@example.org", "c@example.org"]), max_size=5)


@LAWS
@given(here=EMAILS, there=EMAILS, order=st.integers(1, 99))
def test_twins_are_found_or_not_whatever_the_order(here: list[str], there: list[str], order: int) -> None:
    async def play(order: int) -> set[str]:
        studio = Studio()
        studio.change_account(writes_enabled=False)
        captured = {(await studio.create_lead(_captured(studio.tenant.id, email))).lead.id for email in here}
        shelf = studio.books.leads
        in_order = shelf.entries
        shelf.entries = lambda: shuffled(in_order(), order)  # type: ignore[method-assign] # of this play's gym
        for email in there:
            studio.attract(email=email)
        await studio.leads_synced()
        before = studio.rows(without=BOOKS)
        await studio.leads_synced()
        assert studio.rows(without=BOOKS) == before
        alone = [email for email in there if not _is_twin(email, here)]
        assert len(studio.leads()) == len(captured) + len(alone) == len({e.casefold() for e in here}) + len(alone)
        assert len(studio.conflicts()) == len(there) - len(alone) - _twins(here, there)
        ids = map(str, range(1001, 1001 + len(there)))
        return {one for one in ids if studio.knows("lead", one) and studio.lead(one).id in captured}

    assert asyncio.run(play(0)) == asyncio.run(play(order))


def _captured(tenant_id: TenantId, email: str) -> NewLead:
    return NewLead(tenant_id=tenant_id, first_name="Eva", last_name="Marx", email=email)


def _is_twin(email: str, here: list[str]) -> bool:
    return email.casefold() in {each.casefold() for each in here}


def _twins(here: list[str], there: list[str]) -> int:
    """How many addresses are on both sides, and there exactly once: here they are one lead each."""
    theirs = [e.casefold() for e in there]
    return len([e for e in {each.casefold() for each in here} if theirs.count(e) == 1])
