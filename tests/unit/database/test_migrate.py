"""The warehouse's own tables."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from star_warehouse.database import Warehouse, migrate
from star_warehouse.refusal import Refusal

MakeDatabase = Callable[[str | None], Warehouse]


def tables(warehouse: Warehouse) -> set[str]:
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema not in ('pg_catalog', 'information_schema')"
        ).fetchall()
    return {str(row[0]) for row in rows}


def version(warehouse: Warehouse) -> list[tuple[str]]:
    with warehouse.connect() as connection:
        return connection.execute("select version_num from public.star_schema_version").fetchall()


def test_an_empty_database_gets_the_tables(make_database: MakeDatabase) -> None:
    warehouse = make_database(None)

    migrate(warehouse)

    assert {"ops.delivery", "ops.rejected_line", "raw.spend_line", "reference.postcode"} <= tables(warehouse)
    assert len(version(warehouse)) == 1


def test_a_second_time_changes_nothing(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("insert into reference.postcode values ('SK13XE', 'E08000007')")
    before = tables(warehouse), version(warehouse)

    migrate(warehouse)

    assert (tables(warehouse), version(warehouse)) == before
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) from reference.postcode").fetchone() == (1,)


def test_two_at_once_do_not_meet(make_database: MakeDatabase) -> None:
    warehouse = make_database(None)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(migrate, warehouse)
        migrate(warehouse)
        other.result()

    assert len(version(warehouse)) == 1


def test_a_migration_that_fails_leaves_nothing(make_database: MakeDatabase) -> None:
    warehouse = make_database(None)
    with warehouse.connect() as connection:
        connection.execute("create schema reference")

    with pytest.raises(Refusal, match=r'could not be set up: schema "reference" already exists\. Nothing was changed'):
        migrate(warehouse)

    assert tables(warehouse) == set()


def test_the_tables_of_a_newer_version_are_refused(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("update public.star_schema_version set version_num = '9999'")

    with pytest.raises(Refusal, match="of a version that this code does not know"):
        migrate(warehouse)


def test_a_server_that_does_not_answer_is_refused() -> None:
    with pytest.raises(Refusal, match="does not answer"):
        migrate(Warehouse("127.0.0.1", 1, "star", "x", "warehouse"))
