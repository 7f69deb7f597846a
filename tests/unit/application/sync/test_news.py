"""What a sync brings in is news, except in the first one: that finds what was there long before."""

from tresen.application.membership.create_membership import Buyer, Sale
from tresen.domain.shared.errors import GatewayUnavailable

from ..studio import GOLD, Studio


def news(studio: Studio) -> list[tuple[str, object]]:
    """Types and values of all events."""
    return [(event.type, event.data) for _, event in studio.store.room(studio.tenant.id).events.items()]


async def test_what_was_there_before_us_is_no_news(studio: Studio) -> None:
    studio.sell_there(studio.enrol())
    studio.attract()
    await studio.members_synced()
    await studio.leads_synced()
    assert news(studio) == []


async def test_who_comes_later_is_news(studio: Studio) -> None:
    await studio.members_synced()
    await studio.leads_synced()
    studio.sell_there(studio.enrol("Eva"))
    studio.attract()
    await studio.members_synced()
    await studio.leads_synced()
    assert news(studio) == [
        ("member.created", {}),
        ("membership.status_changed", {"old": "unknown", "new": "active", "regular": False}),
        ("lead.captured", {}),
    ]


async def test_a_first_run_that_breaks_off_is_followed_by_another_first_run(studio: Studio) -> None:
    studio.attract("Ada")
    studio.gym.faults.fail_next("leads", GatewayUnavailable("503"), after=1)
    await studio.leads_synced()
    studio.attract("Eva")
    await studio.leads_synced()
    assert news(studio) == []


async def test_a_stage_and_other_values_that_changed_there_are_news(studio: Studio) -> None:
    there = studio.attract(status="new")
    await studio.leads_synced()
    studio.books.leads.edit(there, {"status": "qualified"})
    await studio.leads_synced()
    studio.books.leads.edit(there, {"notes": "called"})
    await studio.leads_synced()
    studio.books.leads.edit(there, {"status": "lost", "notes": None})
    await studio.leads_synced()
    assert news(studio) == [
        ("lead.stage_changed", {"old": "new", "new": "qualified"}),
        ("lead.changed", {"fields": ["notes"]}),
        ("lead.stage_changed", {"old": "qualified", "new": "lost"}),
        ("lead.changed", {"fields": ["notes"]}),
    ]


async def test_what_we_sell_is_news_though_nothing_was_synced_yet(studio: Studio) -> None:
    studio.books.packages = (GOLD,)
    await studio.create_membership(
        Sale(
            tenant_id=studio.tenant.id,
            buyer=Buyer(first_name="Eva", last_name="Marx", email="eva@example.org"),
            package=GOLD.name,
            starts_on=studio.tenant.today(studio.clock.now()),
        )
    )
    assert [type_ for type_, _ in news(studio)] == ["member.created", "membership.status_changed"]
