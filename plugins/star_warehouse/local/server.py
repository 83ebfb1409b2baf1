"""The warehouse's PostgreSQL on this machine: started by whoever needs it first, stopped by the last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from star_warehouse.database import Warehouse, warehouse_from
from star_warehouse.local.credentials import Credentials, ensure_credentials
from star_warehouse.local.locks import SharedLock, exclusive
from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.local.signals import undisturbed
from star_warehouse.settings import Settings

AIRFLOW_DATABASE = "airflow"


@contextmanager
def running_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """Have the warehouse's PostgreSQL run for as long as the block lasts.

    With ``WAREHOUSE_URL`` nothing is started. Otherwise the embedded server is started unless it runs already, and
    stopped at the end unless another command still uses it.

    Raises:
        Refusal: the port is taken, the disk is full, or the server does not start.
    """
    if settings.external_warehouse_url:
        yield warehouse_from(settings)
        return
    credentials = ensure_credentials(settings.home)
    server = EmbeddedPostgres(
        settings.home / "postgres",
        settings.warehouse_port,
        credentials.superuser_password,
        log_file=settings.home / "logs" / "postgres.log",
    )
    server.log_file.parent.mkdir(parents=True, exist_ok=True)
    users = SharedLock(settings.home / "locks" / "postgres.users")
    # Starting and stopping happen one at a time.
    turn = settings.home / "locks" / "postgres.turn"
    with exclusive(turn, wait=True):
        if server.running_port() not in (None, server.port) and not users.is_held():
            # Left by a command that was killed, on the port of that time.
            server.stop()
        users.hold()
        try:
            server.start()
            _ensure_databases(server, credentials)
        except BaseException:
            _leave(users, server)
            raise
    try:
        yield warehouse_from(settings)
    finally:
        with undisturbed(), exclusive(turn, wait=True):
            _leave(users, server)


def psql_program() -> Path:
    """PostgreSQL's own client, from the embedded package."""
    return EmbeddedPostgres.psql


def _leave(users: SharedLock, server: EmbeddedPostgres) -> None:
    users.release()
    if not users.is_held():
        server.stop()


def _ensure_databases(server: EmbeddedPostgres, credentials: Credentials) -> None:
    """Role ``star``, and the two databases that it owns."""
    star = sql.Identifier("star")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        known = connection.execute("select 1 from pg_roles where rolname = 'star'").fetchone()
        # The file with the passwords decides: restoring it from elsewhere must not lock its owner out.
        connection.execute(
            sql.SQL("{} role {} login createrole password {}").format(
                sql.SQL("alter" if known else "create"), star, sql.Literal(credentials.warehouse_password)
            )
        )
        databases = {row[0] for row in connection.execute("select datname from pg_database").fetchall()}
        for name in ("warehouse", AIRFLOW_DATABASE):
            if name in databases:
                continue
            database = sql.Identifier(name)
            connection.execute(sql.SQL("create database {} owner {}").format(database, star))
            connection.execute(sql.SQL("revoke all on database {} from public").format(database))
        # Airflow writes many small transactions; losing the last second of them after a power cut loses no delivery.
        connection.execute(sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier("airflow")))
