"""Bring the warehouse's own tables (ops, raw, reference) to the version of this code."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from star_warehouse.database.locks import Lock
from star_warehouse.database.warehouse import Warehouse
from star_warehouse.refusal import Refusal

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "star_schema_version"


def migrate(warehouse: Warehouse) -> None:
    """Run the migrations that were not run yet, all in one transaction; nothing to do is fine.

    Raises:
        Refusal: the server cannot be reached, a statement fails (nothing is kept), or the database was made by a newer
            version of this code.
    """
    warehouse.connect().close()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(warehouse.sqlalchemy_url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            # Two migrations at once would both see nothing.
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": int(Lock.MIGRATION)})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = str(cause).strip().splitlines()[0].rstrip(".")
        raise Refusal(
            f"The warehouse's tables could not be set up: {reason}.",
            where=f"{warehouse.host}:{warehouse.port}/{warehouse.database}",
            way_out="Nothing was changed; give the user the right to create schemas, or take an empty database.",
        ) from error
    except CommandError as error:
        raise Refusal(
            f"The warehouse's tables are of a version that this code does not know: {error}.",
            where=f"table public.{VERSION_TABLE}",
            way_out="Run the newer version of this code.",
        ) from error
    finally:
        engine.dispose()


def is_migrated(warehouse: Warehouse) -> bool:
    """Whether every migration of this code was run, and none of a newer one.

    Raises:
        Refusal: the server cannot be reached.
    """
    with warehouse.connect() as connection:
        if connection.execute("select to_regclass(%s)", (f"public.{VERSION_TABLE}",)).fetchone() == (None,):
            return False
        versions = connection.execute(
            sql.SQL("select version_num from {}").format(sql.Identifier("public", VERSION_TABLE))
        ).fetchall()
    return versions == [(ScriptDirectory(str(MIGRATIONS)).get_current_head(),)]
