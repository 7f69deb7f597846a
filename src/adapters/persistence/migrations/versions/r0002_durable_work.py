"""Events, marks, jobs, schedules, and webhooks in and out.

The statements are written out per database, as they were then: a revision must not change with the tables' code.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables and indexes; nothing that is there changes."""
    connection = op.get_bind()
    script = Path(__file__).with_name(f"r0002_{connection.dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """What was recorded would be lost."""
    raise NotImplementedError("restore a backup instead")
