"""Airflow's metadata database: where it is, that it is there and up to date, and what a killed run left in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from star_warehouse.database import Warehouse
from star_warehouse.local.processes import Children
from star_warehouse.local.server import AIRFLOW_DATABASE
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

URL_VARIABLE = "STAR_AIRFLOW_DATABASE_URL"

_UNFINISHED_RUNS = ["queued", "running"]
_UNFINISHED_TASKS = [
    "scheduled",
    "queued",
    "running",
    "restarting",
    "up_for_retry",
    "up_for_reschedule",
    "deferred",
]


def metadata_url(settings: Settings, warehouse: Warehouse, environment: Mapping[str, str] | None = None) -> str:
    """The libpq URL of Airflow's metadata database; made on the warehouse's server when it is missing.

    It is ``STAR_AIRFLOW_DATABASE_URL`` when that is set; else database ``airflow`` of the embedded server; else, with
    ``WAREHOUSE_URL``, a database named after the warehouse's, with ``_airflow`` behind, on the same server.

    Raises:
        Refusal: that database is missing and the warehouse's user may not make it.
    """
    env = os.environ if environment is None else environment
    if url := env.get(URL_VARIABLE):
        if not url.startswith(("postgresql://", "postgres://")):
            raise Refusal(
                "The address is not that of a PostgreSQL database.",
                where=f"environment variable {URL_VARIABLE}",
                way_out="Write it as postgresql://user:password@host:port/database.",
            )
        return url.replace("postgres://", "postgresql://", 1)
    if not settings.external_warehouse_url:
        return replace(warehouse, database=AIRFLOW_DATABASE).url
    beside = replace(warehouse, database=f"{warehouse.database}_airflow")
    _create(warehouse, beside.database)
    return beside.url


def _create(warehouse: Warehouse, name: str) -> None:
    with warehouse.connect(autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            return
        try:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refusal(
                f"Airflow needs a database of its own, and user {warehouse.user} may not create {name}.",
                where=f"{warehouse.host}:{warehouse.port}",
                way_out=f"Have it created and owned by that user, or name another one in {URL_VARIABLE}.",
            ) from error


def migrate_metadata(url: str, home: Path, children: Children, environment: Mapping[str, str]) -> None:
    """Bring Airflow's tables to the version of the installed Airflow.

    Airflow's command takes seconds to see that nothing is to be done; so a file remembers what the last one did, and
    is believed as long as the database says the same.

    Args:
        url: libpq URL of the metadata database.
        home: Airflow's folder, which exists.
        children: what runs Airflow's command.
        environment: variables of Airflow's processes; they say where the metadata are.

    Raises:
        Refusal: the migration failed; the sentence names the log.
    """
    migrated = home / "migrated"
    if migrated.exists() and migrated.read_text() == _state_of(url):
        return
    migrated.unlink(missing_ok=True)
    code = children.run("migrate", [sys.executable, "-m", "airflow", "db", "migrate"], environment)
    if code != 0:
        raise Refusal(
            f"Airflow's tables could not be set up (exit code {code}): {children.last_words('migrate')}",
            where=f"log {children.log('migrate')}",
            way_out="Read the end of that log, then run again.",
        )
    migrated.write_text(_state_of(url))


def _state_of(url: str) -> str:
    """The installed Airflow's version and the revision that its tables are at; why that is not to be known, if so."""
    try:
        with psycopg.connect(url) as connection:
            revisions = connection.execute("select version_num from alembic_version").fetchall()
    except psycopg.Error as error:
        # Airflow's command meets the same, and says it.
        return str(error)
    return f"{version('apache-airflow-core')} {' '.join(revision for (revision,) in revisions)}\n"


def end_unfinished_runs(url: str, *, forget_events: bool) -> int:
    """Mark what a killed Airflow left running or queued as failed, so that it stands in no one's way.

    Only for a time when no Airflow of this metadata database runs.

    Args:
        url: libpq URL of the metadata database, already migrated.
        forget_events: drop the events that no release has answered yet too; for a run that asks the ledger whether
            a release is due, and that would otherwise begin with one of half of what waits.

    Returns:
        How many DAG runs were ended.
    """
    with psycopg.connect(url) as connection:
        connection.execute(
            "update task_instance set state = 'failed', end_date = now() where state = any(%s)", (_UNFINISHED_TASKS,)
        )
        ended = connection.execute(
            "update dag_run set state = 'failed', end_date = now() where state = any(%s)", (_UNFINISHED_RUNS,)
        )
        # Services count as alive by their last sign of life; those of a dead Airflow must not.
        connection.execute("update job set state = 'failed', end_date = now() where state = 'running'")
        if forget_events:
            connection.execute("delete from asset_dag_run_queue")
        return ended.rowcount
