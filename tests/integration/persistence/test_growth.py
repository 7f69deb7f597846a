"""PostgreSQL knows of a bulk load as soon as it is committed, and plans for it."""

import sqlalchemy as sa
from tests.builders import a_member, a_tenant

from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.postgres_growth import MANY
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork

_ROWS = sa.text("SELECT reltuples FROM pg_class WHERE oid = 'member'::regclass")


async def _known_rows(database: Database) -> float:
    return float(await database.run(lambda connection: connection.execute(_ROWS).scalar_one()))


async def test_after_many_rows_their_number_is_known(postgres: Database) -> None:
    tenant = a_tenant()
    await SqlDirectory(postgres).add_tenant(tenant)
    known = []
    for count in (2, MANY):
        async with SqlUnitsOfWork(postgres).open(tenant.id) as uow:
            await uow.members.add_many([a_member(tenant.id) for _ in range(count)])
            await uow.commit()
        known.append(await _known_rows(postgres))
    assert known == [-1, MANY + 2]
