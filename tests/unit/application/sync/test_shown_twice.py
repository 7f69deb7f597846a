"""A walk may show a record more than once: what it showed last is taken, at the latest by the next run."""

from collections.abc import AsyncIterator, Callable, Iterable

import pytest

from tresen.application.ports.sources import Batch, Source
from tresen.application.sync.deciding import walk
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.sync.run import RunState

from ..stirring import StirredSource, calm
from ..studio import Studio
from .scene import applied, captured, due, planned, rests, synced_crowd

Pages = Callable[[], Iterable[Batch]]


class _Paged(StirredSource):
    """Shows these pages, listed or as changes."""

    def __init__(self, inner: Source, pages: Pages) -> None:
        super().__init__(inner, _nothing, None, "pages")
        self._pages = pages

    def listing(self) -> AsyncIterator[Batch]:
        return self._shown()

    def changes(self, _: str) -> AsyncIterator[Batch]:
        return self._shown()

    async def _shown(self) -> AsyncIterator[Batch]:
        for page in self._pages():
            yield page


async def _nothing() -> None:
    pass


def show(studio: Studio, pages: Pages, *, of: str = MEMBER) -> None:
    inner = studio.gym.source
    studio.gym.source = lambda kind: _Paged(inner(kind), pages) if kind == of else inner(kind)  # type: ignore[method-assign] # until calm


@pytest.fixture
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is looked at by itself."""
    monkeypatch.setattr(walk, "BATCH", 1)


def twice(studio: Studio, member: str) -> Pages:
    """Everything, and one of it again at the end, changed meanwhile."""

    def pages() -> Iterable[Batch]:
        yield Batch(observed=[entry.observed() for entry in studio.books.members.entries()])
        studio.books.members.edit(member, {"city": "Bonn"})
        yield Batch(observed=[studio.books.members.get(member).observed()])

    return pages


@pytest.mark.usefixtures("page_by_page")
@pytest.mark.parametrize("is_new", [True, False])
async def test_one_that_a_walk_shows_again_in_another_state_is_taken_by_the_next_run(
    studio: Studio, is_new: bool
) -> None:
    ids = await synced_crowd(studio, 3)
    one = studio.enrol("New") if is_new else ids[0]
    studio.books.members.edit(one, {"city": "Berlin"})
    show(studio, twice(studio, one))
    run = await studio.members_synced(whole=True)
    assert run.state is RunState.COMPLETED
    assert (studio.member(one).city, due(studio)) == ("Berlin", {one})
    calm(studio.gym)
    await studio.members_synced()
    assert (studio.member(one).city, due(studio)) == ("Bonn", set())
    assert len(studio.members()) == (4 if is_new else 3)
    await rests(studio)


@pytest.mark.usefixtures("page_by_page")
async def test_the_first_load_leaves_the_later_state_to_the_next_run(studio: Studio) -> None:
    one = studio.enrol("New", city="Berlin")
    show(studio, twice(studio, one))
    await studio.members_synced()
    assert (studio.member(one).city, due(studio)) == ("Berlin", {one})
    calm(studio.gym)
    await studio.members_synced()
    assert (studio.member(one).city, due(studio)) == ("Bonn", set())


@pytest.mark.parametrize("returns", [True, False])
async def test_of_a_record_and_its_tombstone_the_later_page_is_right(studio: Studio, returns: bool) -> None:
    one = (await synced_crowd(studio, 3))[0]
    studio.books.members.edit(one, {"city": "Bonn"})
    pages = [Batch(observed=[studio.books.members.get(one).observed()]), Batch(gone=[one])]
    show(studio, lambda: reversed(pages) if returns else pages)
    await studio.members_synced()
    assert studio.knows("member", one) == returns
    if returns:
        assert studio.member(one).city == "Bonn"


@pytest.mark.usefixtures("page_by_page")
@pytest.mark.parametrize("is_new", [True, False])
async def test_one_that_is_shown_and_then_gone_in_a_walk_is_gone_after_the_next_run(
    studio: Studio, is_new: bool
) -> None:
    ids = await synced_crowd(studio, 3)
    one = studio.enrol("New") if is_new else ids[0]
    studio.books.members.edit(one, {"city": "Bonn"})
    pages = [Batch(observed=[studio.books.members.get(one).observed()]), Batch(gone=[one])]
    studio.books.members.remove(one)
    studio.books.members.forget()
    show(studio, lambda: pages)
    run = await studio.members_synced()
    assert run.state is RunState.COMPLETED
    assert due(studio) == {one}
    calm(studio.gym)
    await studio.members_synced()
    assert not studio.knows("member", one)
    assert len(studio.members()) == (3 if is_new else 2)
    assert due(studio) == set()
    await rests(studio)


@pytest.mark.usefixtures("page_by_page")
async def test_one_that_is_shown_and_then_gone_is_not_taken_for_ours(studio: Studio) -> None:
    studio.attract("Other")
    await studio.leads_synced()
    ours = await captured(studio, "Grace")
    grace = studio.attract("Grace")
    pages = [Batch(observed=[studio.books.leads.get(grace).observed()]), Batch(gone=[grace])]
    studio.books.leads.remove(grace)
    show(studio, lambda: pages, of=LEAD)
    await studio.leads_synced()
    assert not studio.knows("lead", grace)
    assert {lead.id for lead in studio.leads()} >= {ours.id}
    assert len(studio.leads()) == 2


@pytest.mark.usefixtures("page_by_page")
async def test_one_that_the_first_load_shows_and_tells_to_be_gone_is_gone_after_the_next_run(studio: Studio) -> None:
    one = studio.enrol("New")
    pages = [Batch(observed=[studio.books.members.get(one).observed()]), Batch(gone=[one, "never seen"])]
    studio.books.members.remove(one)
    show(studio, lambda: pages)
    await studio.members_synced()
    assert due(studio) == {one}
    calm(studio.gym)
    await studio.members_synced()
    assert (studio.members(), due(studio)) == ([], set())


@pytest.mark.usefixtures("page_by_page")
async def test_a_plan_with_both_states_is_no_less_fresh_when_the_feed_shows_them_again(studio: Studio) -> None:
    one = (await synced_crowd(studio, 3))[0]
    studio.books.members.edit(one, {"city": "Bonn"})
    pages = [Batch(observed=[studio.books.members.get(one).observed()], cursor="here"), Batch(gone=[one])]
    show(studio, lambda: pages)
    run = await planned(studio)
    assert (await applied(studio, run.plan_id)).state is RunState.COMPLETED
    assert due(studio) == {one}
