"""Run by Alembic: migrates on the connection that ``schema.py`` hands over, in its transaction."""

from alembic import context
from sqlalchemy import Connection


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


_migrate(context.config.attributes["connection"])
