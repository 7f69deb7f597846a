"""What somebody did at the database's own prompt leaves no mark; the next whole listing sees it all the same."""

from pathlib import Path

from sqlalchemy import delete, select, update

from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.tables import LEAD
from tresen.adapters.system import SystemClock, UuidSource
from tresen.domain.sync.record import MISSING
from tresen.domain.sync.run import Counts, RunState

from .gym import Gym, opened
from .two_sides import at_hour, emulated, places

LOST = 3


async def lost_and_edited(database_url: str) -> None:
    """Three leads are lost; the e-mail address of a fourth is another."""
    database = open_database(database_url, clock=SystemClock(), ids=UuidSource())
    try:
        ids = await database.run(lambda c: c.execute(select(LEAD.c.id).order_by(LEAD.c.id)).scalars().all())
        gone, edited = ids[:LOST], ids[LOST]
        edit = update(LEAD).where(LEAD.c.id == edited).values(version=LEAD.c.version + 1, first_name="Typed")
        await database.run(lambda c: c.execute(delete(LEAD).where(LEAD.c.id.in_(gone))))
        await database.run(lambda c: c.execute(edit))
    finally:
        await database.close()


async def missing(gym: Gym) -> int:
    links = await gym.transactions.read(
        gym.tenant.id, lambda uow: uow.sync_records.by_external_ids(gym.account.id, "lead", places()[0])
    )
    return sum(link.local_version == MISSING for link in links.values())


async def test_a_whole_listing_sees_it(tmp_path: Path, database_url: str) -> None:
    async with emulated().serving() as url:
        async with opened(tmp_path, database_url, url, adjust=at_hour(0)) as gym:
            await gym.use_cases.sync.set_policy(gym.tenant.id, "lead", {"default": "ours"}, by="eva")
            await gym.sync()
            assert await missing(gym) == 0
        await lost_and_edited(database_url)
        async with opened(tmp_path, database_url, url, adjust=at_hour(30)) as gym:
            run = await gym.use_cases.sync.leads(gym.tenant.id, gym.account.id, force=True, whole=True)
            assert (run.state, run.counts.pushed, run.counts.errors) == (RunState.COMPLETED, 1, 0)
            assert await missing(gym) == LOST
            again = await gym.use_cases.sync.leads(gym.tenant.id, gym.account.id, force=True, whole=True)
            assert again.counts == Counts(unchanged=again.counts.unchanged)
