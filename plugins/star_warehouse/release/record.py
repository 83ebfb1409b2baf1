"""The record of releases in ``ops.release``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from star_warehouse.database import Lock, Warehouse, held_if_free
from star_warehouse.refusal import Refusal

CANDIDATE = "candidate"
SHARED = "shared"
_DELIVERIES_NAMED = 6


@dataclass(frozen=True)
class Release:
    """One release of the shared tables, published or not.

    Attributes:
        release_id: its number.
        state: building, audited, live, superseded, refused (by the gate), failed, or abandoned (interrupted).
        fingerprint: SHA-256 of what it was made from.
        code_version: the version of models, rules, expectations and migrations.
        delivery_ids: the deliveries it rests on.
        reference_versions: by reference dataset, the version it rests on.
        suppliers_as_at: the moment whose suppliers and decisions it reads; None before they were matched for it.
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
    reference_versions: dict[str, str]
    suppliers_as_at: datetime | None
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
    connection.execute("select pg_advisory_xact_lock(%s)", (int(Lock.RELEASE),))


def candidate_is_idle(connection: psycopg.Connection[Any]) -> bool:
    """Whether nobody builds or audits the candidate now; if so, nobody will until the transaction ends."""
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", (int(Lock.CANDIDATE),)).fetchone()
    return row == (True,)


@contextmanager
def working_on(warehouse: Warehouse, release_id: int, *states: str) -> Iterator[None]:
    """Have the candidate to oneself while it is built or audited; the lock goes with the session, however it ends.

    Args:
        release_id: the release whose candidate it is.
        states: the states in which it may be worked on.

    Raises:
        Refusal: someone else works on the candidate, the release is in none of the states, or deliveries came or went
            since it was opened (it is then abandoned: its tables would rest on some of both).
    """
    with warehouse.connect(autocommit=True) as connection, held_if_free(connection, Lock.CANDIDATE) as is_mine:
        if not is_mine:
            raise Refusal(
                f"Someone else builds or audits a candidate, so release {release_id} has to wait.",
                where=f"schema {CANDIDATE}",
                way_out="Run again when the other run has ended.",
            )
        state = state_for_update(connection, release_id)
        if state not in states:
            raise Refusal(
                f"Release {release_id} is {state}, so there is no candidate of it to work on.",
                where="ops.release",
                way_out="Run again: a new release is begun when one is due.",
            )
        _refuse_changed_deliveries(warehouse, connection, release_id)
        yield


def _refuse_changed_deliveries(warehouse: Warehouse, connection: psycopg.Connection[Any], release_id: int) -> None:
    changed = _changed_deliveries(connection, release_id)
    if not changed:
        return
    count = "1 delivery" if len(changed) == 1 else f"{len(changed):,} deliveries"
    numbers = ", ".join(map(str, changed[:_DELIVERIES_NAMED])) + (", …" if len(changed) > _DELIVERIES_NAMED else "")
    what = f"{count} ({numbers}) came or went while release {release_id} was made."
    end_release(warehouse, release_id, "abandoned", what)
    raise Refusal(
        what,
        where=f"release {release_id}",
        way_out="The last release stays live; run again: the next release takes them all up.",
    )


def _changed_deliveries(connection: psycopg.Connection[Any], release_id: int) -> list[int]:
    """The deliveries that are current and were not when a release was opened, or the other way round."""
    rows = connection.execute(
        """
        select delivery_id
        from unnest((select delivery_ids from ops.release where release_id = %s)) as opened (delivery_id)
        full join (select delivery_id from ops.delivery where state = 'loaded') as loaded using (delivery_id)
        where opened.delivery_id is null or loaded.delivery_id is null
        order by delivery_id
        """,
        (release_id,),
    ).fetchall()
    return [int(row[0]) for row in rows]


def overtaken_release(warehouse: Warehouse) -> int | None:
    """The release that is being built although deliveries came or went since it was opened; None when there is none."""
    with warehouse.connect() as connection:
        row = connection.execute("select release_id from ops.release where state = 'building'").fetchone()
        return int(row[0]) if row and _changed_deliveries(connection, row[0]) else None


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
        state: ``failed``, ``refused`` or ``abandoned``.
        reason: why, in sentences.
    """
    with warehouse.connect() as connection:
        connection.execute(
            "update ops.release set state = %s, reason = %s where release_id = %s and state in ('building', 'audited')",
            (state, reason, release_id),
        )
