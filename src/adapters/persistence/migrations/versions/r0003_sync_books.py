"""What a two-way sync keeps: policies, overrides, conflicts, plans, pushes, states, and marks of what was edited.

The statements are written out per database, as they were then: a revision must not change with the tables' code.
Of what is there, nothing is lost:

- links made before are of the run of id 00000000-0000-0000-0000-000000000000, which means: made before it was kept
  which run made a link. No run has that id.
- of links made before nothing is known of what we wrote to their records ourselves.
- journal lines made before get the value of the side that was taken, and version 0: ours was not kept.
- runs made before count 0 deleted, pushed, conflicts, refused and dropped, of which they knew nothing.
- staff tasks that are there have version 1.
- records edited since they were last compared get their marks, so that the next run looks at them.
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the new tables, then change those that are there."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    for name in (f"r0003_{dialect}.sql", f"r0003_{dialect}_changes.sql"):
        script = Path(__file__).with_name(name).read_text(encoding="utf-8")
        for statement in script.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def downgrade() -> None:
    """What was recorded would be lost."""
    raise NotImplementedError("restore a backup instead")
