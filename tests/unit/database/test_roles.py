"""The role that reads what is published, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from star_warehouse.database import Warehouse, ensure_shared_reader, grant_shared_reader
from star_warehouse.database import roles as roles_module
from star_warehouse.refusal import Refusal


@pytest.fixture
def reader_name(monkeypatch: pytest.MonkeyPatch, server: Warehouse) -> Iterator[str]:
    """A role of the test's own: roles belong to the server, which other tests share."""
    name = f"shared_reader_{os.getpid()}"
    monkeypatch.setattr(roles_module, "SHARED_READER", name)
    yield name
    _drop(server, name)


def _drop(server: Warehouse, name: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        databases = connection.execute("select datname from pg_database where datname like 'test_%'").fetchall()
    for (database,) in [*databases, (server.database,)]:
        with replace(server, database=database).connect(autocommit=True) as connection:
            if connection.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone():
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def publish(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("create schema shared")
        connection.execute("create table shared.headline as select 1 as value")


def test_it_reads_shared_and_nothing_else(warehouse: Warehouse, reader_name: str) -> None:
    publish(warehouse)
    ensure_shared_reader(warehouse, "first")

    with replace(warehouse, user=reader_name, password="first").connect(autocommit=True) as reader:
        assert reader.execute("select value from headline").fetchall() == [(1,)]
        for statement in (
            "select * from raw.spend_line",
            "select * from ops.delivery",
            "select * from reference.postcode",
            "select * from public.star_schema_version",
            "create table public.mine (x int)",
            "create schema mine",
        ):
            with pytest.raises(psycopg.Error, match=r"permission denied|read-only"):
                reader.execute(statement)
        reader.execute("set default_transaction_read_only = off")
        for statement in (
            "insert into shared.headline values (2)",
            "create table public.mine (x int)",
            "create schema mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(statement)


def test_a_second_time_changes_the_password(warehouse: Warehouse, reader_name: str) -> None:
    ensure_shared_reader(warehouse, "first")
    ensure_shared_reader(warehouse, "second")

    replace(warehouse, user=reader_name, password="second").connect().close()
    with pytest.raises(Refusal, match="password authentication failed"):
        replace(warehouse, user=reader_name, password="first").connect()


def test_a_schema_published_later_is_granted_by_itself(warehouse: Warehouse, reader_name: str) -> None:
    ensure_shared_reader(warehouse, "x")
    publish(warehouse)
    with warehouse.connect() as connection:
        grant_shared_reader(connection, "shared")

    with replace(warehouse, user=reader_name, password="x").connect() as reader:
        assert reader.execute("select value from shared.headline").fetchall() == [(1,)]


@pytest.mark.usefixtures("reader_name")
def test_granting_to_a_role_that_is_not_there_does_nothing(warehouse: Warehouse) -> None:
    publish(warehouse)
    with warehouse.connect() as connection:
        grant_shared_reader(connection, "shared")


def test_without_the_right_to_create_roles_it_is_refused(
    warehouse: Warehouse, server: Warehouse, reader_name: str
) -> None:
    plain = f"plain_{os.getpid()}"
    with warehouse.connect() as connection:
        connection.execute(sql.SQL("create role {} login password 'x'").format(sql.Identifier(plain)))
    try:
        with pytest.raises(Refusal) as refusal:
            ensure_shared_reader(replace(warehouse, user=plain, password="x"), "x")
    finally:
        _drop(server, plain)

    assert refusal.value.what == f"The user {plain} may not create the role {reader_name}."
    assert f"create role {reader_name} login password" in refusal.value.way_out
