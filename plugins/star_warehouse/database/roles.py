"""Who may read what."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from star_warehouse.database.warehouse import Warehouse
from star_warehouse.refusal import Refusal

SHARED_READER = "shared_reader"
_CLOSED_SCHEMAS = ("public", "ops", "raw", "reference")


def ensure_shared_reader(warehouse: Warehouse, password: str | None) -> None:
    """Make the role ``shared_reader``: it logs in with that password, and reads schema ``shared`` and nothing else.

    Args:
        password: its password; None leaves an existing role the one it has.

    Raises:
        Refusal: the user may not create roles and the role is not there yet.
    """
    role = sql.Identifier(SHARED_READER)
    with warehouse.connect() as connection:
        found = connection.execute("select 1 from pg_roles where rolname = %s", (SHARED_READER,)).fetchone()
        try:
            with connection.transaction():
                if not found:
                    connection.execute(sql.SQL("create role {}").format(role))
                if password is not None:
                    connection.execute(sql.SQL("alter role {} login password {}").format(role, sql.Literal(password)))
                connection.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(role))
                connection.execute(sql.SQL("alter role {} set search_path = shared").format(role))
        except psycopg.errors.InsufficientPrivilege as error:
            if not found:
                raise Refusal(
                    f"The user {warehouse.user} may not create the role {SHARED_READER}.",
                    where=f"{warehouse.host}:{warehouse.port}/{warehouse.database}",
                    way_out=f"Have an administrator run: create role {SHARED_READER} login password '…'.",
                ) from error
        _close_schemas(connection)
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(sql.Identifier(warehouse.database), role)
        )
        if connection.execute("select to_regnamespace('shared')").fetchone() != (None,):
            grant_shared_reader(connection, "shared")


def grant_shared_reader(connection: psycopg.Connection[Any], schema: str) -> None:
    """Let ``shared_reader`` read every table of a schema; for each candidate, before its swap, in the same transaction.

    Does nothing where the role does not exist.
    """
    if connection.execute("select 1 from pg_roles where rolname = %s", (SHARED_READER,)).fetchone() is None:
        return
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(SHARED_READER)}
    connection.execute(sql.SQL("grant usage on schema {schema} to {role}").format(**names))
    connection.execute(sql.SQL("grant select on all tables in schema {schema} to {role}").format(**names))


def _close_schemas(connection: psycopg.Connection[Any]) -> None:
    """Take away what PostgreSQL gives to everybody; in an external database only where we may."""
    for schema in _CLOSED_SCHEMAS:
        for grantee in (sql.SQL("public"), sql.Identifier(SHARED_READER)):
            try:
                with connection.transaction():
                    connection.execute(
                        sql.SQL("revoke all on schema {} from {}").format(sql.Identifier(schema), grantee)
                    )
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName):
                continue
