"""When PostgreSQL is told to look at a table."""

from tresen.adapters.persistence.postgres_growth import MANY, Growth


def test_a_table_is_looked_at_once_when_there_are_many_and_again_at_ten_times_as_many() -> None:
    growth, due = Growth(), []
    for rows in range(1_000, 20 * MANY + 1, 1_000):
        growth.add("thing", 1_000)
        due += [rows for _ in growth.due()]
    assert due == [MANY, 10 * MANY]


def test_few_rows_are_no_reason_and_tables_are_counted_apart() -> None:
    growth = Growth()
    growth.add("small", MANY - 1)
    growth.add("large", MANY)
    assert list(growth.due()) == ["large"]
    assert list(growth.due()) == []
