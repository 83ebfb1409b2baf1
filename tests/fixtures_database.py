"""Fresh databases for tests: on the server of STAR_TEST_DATABASE_URL, or on an embedded one started for the session."""

from __future__ import annotations

import itertools
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from star_warehouse.database import Warehouse, migrate

SERVER_VARIABLE = "STAR_TEST_DATABASE_URL"

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Warehouse]:
    """A PostgreSQL server, as its superuser in its own database ``postgres``."""
    url = os.environ.get(SERVER_VARIABLE)
    if url:
        parts = urlsplit(url)
        yield Warehouse(
            parts.hostname or "127.0.0.1",
            parts.port or 5432,
            parts.username or "postgres",
            parts.password or "",
            parts.path.lstrip("/") or "postgres",
        )
        return
    from star_warehouse.local.postgres import EmbeddedPostgres
    from tests.ports import free_port

    # Not under pytest's own temporary folder, which keeps what earlier sessions left.
    with (
        tempfile.TemporaryDirectory(prefix="star-test-", ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder) / "pg", free_port(), secrets.token_hex(8)) as embedded,
    ):
        server = Warehouse(embedded.host, embedded.port, embedded.user, embedded.password, "postgres")
        with server.connect(autocommit=True) as connection:
            # Nothing here has to survive a loss of power; without it, making databases and stopping take a fraction.
            connection.execute("alter system set fsync = off")
            # It would look after every database that a test left, dozens of times a second.
            connection.execute("alter system set autovacuum = off")
            connection.execute("select pg_reload_conf()")
        yield server


@pytest.fixture(scope="session")
def make_database(server: Warehouse) -> Iterator[Callable[[str | None], Warehouse]]:
    """Make an empty database, or a copy of another one by its name; none is left after the session."""
    made: list[str] = []

    def make(template: str | None) -> Warehouse:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        statement = sql.SQL("create database {} template {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(statement)
        made.append(name)
        return Warehouse(server.host, server.port, server.user, server.password, name)

    yield make
    if SERVER_VARIABLE not in os.environ:
        return  # They go with the server; dropping each takes a checkpoint.
    with psycopg.connect(server.url, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def empty_warehouse(make_database: Callable[[str | None], Warehouse]) -> Warehouse:
    """The migrated database that others are copied from; nobody may stay connected to it."""
    warehouse = make_database(None)
    migrate(warehouse)
    return warehouse


@pytest.fixture
def warehouse(make_database: Callable[[str | None], Warehouse], empty_warehouse: Warehouse) -> Warehouse:
    """A migrated, empty warehouse of the test's own."""
    return make_database(empty_warehouse.database)


@pytest.fixture(scope="module")
def module_warehouse(make_database: Callable[[str | None], Warehouse], empty_warehouse: Warehouse) -> Warehouse:
    """A migrated, empty warehouse that the tests of a module share."""
    return make_database(empty_warehouse.database)
