"""The texts of the statements that write."""

from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from tresen.adapters.persistence.statements import Writing
from tresen.adapters.persistence.tables import JOB, METADATA

_TABLE = Table(
    "thing",
    MetaData(),
    Column("tenant_id", Text),
    Column("id", Text),
    Column("name", Text),
    Column("version", BigInteger),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "name"),
)


def test_values_are_numbered_by_column() -> None:
    writing = Writing(_TABLE, "?")
    assert writing.insert == (
        "INSERT INTO thing (tenant_id, id, name, version) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
    )
    assert writing.upsert.endswith(
        "ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, version = excluded.version"
    )


def test_an_update_never_leaves_the_primary_key_and_asks_for_the_version_before() -> None:
    writing = Writing(_TABLE, "$")
    assert writing.update_version == (
        "UPDATE thing SET name = $3, version = $4 WHERE tenant_id = $1 AND id = $2 AND version = CAST($4 AS BIGINT) - 1"
    )
    assert writing.update_version_from("new_things").endswith(
        "WHERE old.tenant_id = new.tenant_id AND old.id = new.id AND old.version = new.version - 1"
    )
    assert writing.has_rivals


def test_a_row_is_updated_in_place_where_some_of_its_columns_have_an_index_and_others_none() -> None:
    assert Writing(_TABLE, "?").in_place is None
    columns = (Column("id", Text), Column("name", Text), Column("note", Text), Column("version", BigInteger))
    indexed = Table("one", MetaData(), *columns, PrimaryKeyConstraint("id"), Index("by_name", "name", "id"))
    assert Writing(indexed, "?").in_place == (
        "UPDATE one SET note = ?3, version = ?4 WHERE id = ?1 AND name IS ?2 AND version = CAST(?4 AS BIGINT) - 1"
    )
    all_indexed = Table("two", MetaData(), Column("id", Text), Column("name", Text), PrimaryKeyConstraint("id"))
    Index("by_it", all_indexed.c.name)
    assert Writing(all_indexed, "?").in_place is None


# Workers and schedulers look for what is due in the whole installation.
_OF_ALL_TENANTS = {"job", "ix_schedule_next"}


def test_every_table_has_the_tenant_first_in_its_key_and_in_its_indexes() -> None:
    tables = [table for table in METADATA.sorted_tables if table.name not in {"tenant", *_OF_ALL_TENANTS}]
    assert len(tables) == 34
    for table in tables:
        indexes = [index for index in table.indexes if index.name not in _OF_ALL_TENANTS]
        first = [next(iter(table.primary_key.columns)), *(next(iter(index.columns)) for index in indexes)]
        assert {column.name for column in first} == {"tenant_id"}, table.name


def test_every_constraint_and_index_has_a_name_of_its_own() -> None:
    named = [(*table.constraints, *table.indexes) for table in METADATA.sorted_tables]
    names = [getattr(item, "name", None) for items in named for item in items if item is not JOB.primary_key]
    assert None not in names
    assert len(set(names)) == len(names)
