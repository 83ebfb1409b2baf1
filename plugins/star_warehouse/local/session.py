"""One run of the local services at a time: alone with its home folder, and stopped in order however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from star_warehouse.database import SHARED_READER, Warehouse, ensure_shared_reader, migrate
from star_warehouse.local.airflow_environment import Airflow
from star_warehouse.local.airflow_metadata import metadata_url
from star_warehouse.local.credentials import ensure_credentials
from star_warehouse.local.locks import LockIsHeld, exclusive
from star_warehouse.local.processes import Children, end_leftovers
from star_warehouse.local.signals import undisturbed
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings


@contextmanager
def alone(settings: Settings, command: str) -> Iterator[Children]:
    """Be the only ``run`` or ``up`` of this home folder; what an earlier, killed one left is ended first.

    Yields:
        What runs child processes; they are ended with the block.

    Raises:
        Refusal: another one is at work; the sentence names its process.
    """
    try:
        with exclusive(settings.home / "locks" / "services", f"{command}, process {os.getpid()}"):
            register = settings.home / "processes.json"
            end_leftovers(register)
            children = Children(settings.home / "logs", register)
            try:
                yield children
            finally:
                with undisturbed():
                    children.stop()
    except LockIsHeld as error:
        raise Refusal(
            f"Another command is at work here: {error.holder or 'just starting'}.",
            where=f"home folder {settings.home}",
            way_out="Wait for it to end or stop it, or give another home with STAR_HOME and other ports.",
        ) from error


def at_work(settings: Settings) -> str | None:
    """What ``run`` or ``up`` of this home folder says of itself, while there is one."""
    try:
        with exclusive(settings.home / "locks" / "services"):
            return None
    except LockIsHeld as error:
        return error.holder


def prepare(settings: Settings, warehouse: Warehouse) -> None:
    """Bring the warehouse's own tables and roles up to date; nothing to do is fine.

    Raises:
        Refusal: the warehouse does not allow it.
    """
    migrate(warehouse)
    # Where the role was there before us, whoever runs that server gave it its password.
    is_ours = not (settings.external_warehouse_url and _reader_exists(warehouse))
    ensure_shared_reader(warehouse, ensure_credentials(settings.home).reader_password if is_ours else None)


def _reader_exists(warehouse: Warehouse) -> bool:
    with warehouse.connect() as connection:
        found = connection.execute("select 1 from pg_roles where rolname = %s", (SHARED_READER,)).fetchone()
    return found is not None


def airflow_of(settings: Settings, warehouse: Warehouse, *, has_schedules: bool) -> Airflow:
    """This machine's Airflow beside a warehouse.

    Raises:
        Refusal: there is no metadata database and it may not be made.
    """
    return Airflow(settings, ensure_credentials(settings.home), metadata_url(settings, warehouse), has_schedules)
