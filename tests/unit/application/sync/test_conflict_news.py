"""That a person must decide is news once; so is that somebody did, or that nobody has to any more."""

from typing import Any

from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, Studio
from .test_reopening import decide


def news(studio: Studio) -> list[tuple[str, Any]]:
    stored = studio.store.room(studio.tenant.id).events.items()
    return [(event.type, event.data) for _, event in stored if event.subject_kind == "conflict"]


async def quarrel() -> tuple[Studio, str]:
    studio = Studio(default=Law.ASK)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, city="Bonn")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Kiel"})
    await studio.members_synced()
    return studio, ada


async def test_a_conflict_is_news_once() -> None:
    studio, ada = await quarrel()
    for city in ("Kiel", "Trier"):
        studio.clock.advance(A_MINUTE)
        studio.books.members.edit(ada, {"city": city})
        await studio.members_synced(whole=True)
    (conflict,) = studio.conflicts()
    assert news(studio) == [
        (
            "conflict.opened",
            {
                "account_id": str(studio.account.id),
                "kind": "member",
                "external_id": ada,
                "local_id": str(conflict.local_id),
                "field": "city",
                "again": False,
            },
        )
    ]
    stored = [event for _, event in studio.store.room(studio.tenant.id).events.items() if event.type[:8] == "conflict"]
    assert [event.subject_id for event in stored] == [str(conflict.id)]


async def test_what_a_person_decided_and_opened_again_is_news() -> None:
    studio, _ = await quarrel()
    (conflict,) = studio.conflicts()
    await decide(studio, conflict, Choice.OURS)
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")
    told = news(studio)
    assert [type_ for type_, _ in told] == ["conflict.opened", "conflict.resolved", "conflict.opened"]
    assert (told[1][1]["by"], told[1][1]["choice"]) == ("somebody", "ours")
    assert told[2][1]["again"] is True


async def test_what_settled_by_itself_is_news() -> None:
    studio, ada = await quarrel()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Bonn"})
    await studio.members_synced()
    assert [type_ for type_, _ in news(studio)] == ["conflict.opened", "conflict.settled"]
