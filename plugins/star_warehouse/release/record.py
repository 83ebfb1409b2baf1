"""The record of releases in ``ops.release``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal

CANDIDATE = "candidate"
SHARED = "shared"
# Held while a release is opened or published; any number that nobody else locks.
_LOCK = 571_905_004


@dataclass(frozen=True)
class Release:
    """One release of the shared tables, published or not.

    Attributes:
        release_id: its number.
        state: building, audited, live, superseded, refused (by the gate), failed, or abandoned (interrupted).
        fingerprint: SHA-256 of what it was made from.
        code_version: the version of models, rules, expectations and migrations.
        delivery_ids: the deliveries it rests on.
        run_id: the pipeline run that made it.
        reason: why it was refused or failed.
        schema_name: the schema that holds its tables, if one does.
        started_at, audited_at, published_at, superseded_at: when.
    """

    release_id: int
    state: str
    fingerprint: str
    code_version: str
    delivery_ids: list[int]
    run_id: str
    reason: str | None
    schema_name: str | None
    started_at: datetime
    audited_at: datetime | None
    published_at: datetime | None
    superseded_at: datetime | None


def list_releases(warehouse: Warehouse) -> list[Release]:
    """Every release, the newest first."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(Release)) as cursor:
        return cursor.execute("select * from ops.release order by release_id desc").fetchall()


def hold_releases(connection: psycopg.Connection[Any]) -> None:
    """Wait until nobody else opens or publishes a release; holds until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))


def state_for_update(connection: psycopg.Connection[Any], release_id: int) -> str:
    """The state of a release, which nobody else changes until the transaction ends.

    Raises:
        Refusal: there is no such release.
    """
    row = connection.execute("select state from ops.release where release_id = %s for update", (release_id,)).fetchone()
    if row is None:
        raise Refusal(
            f"There is no release {release_id}.", where="ops.release", way_out="See `star-warehouse releases`."
        )
    return str(row[0])


def end_release(warehouse: Warehouse, release_id: int, state: str, reason: str) -> None:
    """Note that a release came to nothing.

    Args:
        state: ``failed`` or ``refused``.
        reason: why, in sentences.
    """
    with warehouse.connect() as connection:
        connection.execute(
            "update ops.release set state = %s, reason = %s where release_id = %s and state in ('building', 'audited')",
            (state, reason, release_id),
        )
