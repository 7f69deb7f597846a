"""Everything that there is at first.

The statements are written out per database, as they were then: a revision must not change with the tables' code.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and indexes."""
    connection = op.get_bind()
    script = Path(__file__).with_name(f"r0001_{connection.dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is nothing before it."""
    raise NotImplementedError("restore a backup instead")
