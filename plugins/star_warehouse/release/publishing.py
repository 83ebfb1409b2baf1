"""Make an audited candidate the live release, by renaming schemas."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from star_warehouse.database import SHARED_READER, Warehouse, grant_shared_reader
from star_warehouse.refusal import Refusal
from star_warehouse.release.record import CANDIDATE, SHARED, hold_releases, state_for_update

# Earlier releases kept as schemas beside the live one, for comparing and for going back.
_KEPT = 2
_LOCK_TIMEOUT = "5s"


def publish(warehouse: Warehouse, release_id: int) -> None:
    """Swap the candidate in as ``shared``, in one transaction; done already is fine.

    Readers are not held up: the rename waits for no running query, and a query that began before reads its old tables
    to the end. Two things to know for those who read: a REPEATABLE READ transaction that began before a publication
    reads no rows after it; and a join whose table names are looked up at the very moment of the swap may get one table
    of each release (measured: 4 of 88,572 joins during 1,500 swaps), which joining on release_id too rules out.

    Args:
        release_id: an audited release.

    Raises:
        Refusal: the release is not audited, the candidate is not this release's, or a lock could not be had in time.
            Nothing was changed then: the last release is still live.
    """
    try:
        with warehouse.connect() as connection:
            connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
            hold_releases(connection)
            # Read again here, locked: the verdict may have been long ago.
            state = state_for_update(connection, release_id)
            if state == "live":
                return
            if state != "audited":
                raise Refusal(
                    f"Release {release_id} is {state}, not audited.",
                    where="ops.release",
                    way_out="Only a release that passed its audit is published; run again to build a new one.",
                )
            _refuse_other_candidate(connection, release_id)
            _complete_candidate(connection, release_id)
            _retire_live(connection)
            _open_to_reader(connection)
            connection.execute(_rename(CANDIDATE, SHARED))
            connection.execute(
                "update ops.release set state = 'live', published_at = now(), schema_name = %s where release_id = %s",
                (SHARED, release_id),
            )
    except psycopg.errors.LockNotAvailable as error:
        raise Refusal(
            f"Another session held a lock on the tables for more than {_LOCK_TIMEOUT}.",
            where=f"release {release_id}",
            way_out="Nothing was changed; run again, or end the session that blocks (pg_stat_activity).",
        ) from error
    _drop_old(warehouse)


def _refuse_other_candidate(connection: psycopg.Connection[Any], release_id: int) -> None:
    found = connection.execute("select to_regclass('candidate.release')").fetchone() != (None,)
    if found:
        query = "select count(*) from candidate.release where release_id = %s"
        found = connection.execute(query, (release_id,)).fetchone() == (1,)
    if not found:
        raise Refusal(
            f"The candidate is not that of release {release_id}.",
            where=f"schema {CANDIDATE}",
            way_out="Run again: the release is built anew.",
        )


def _complete_candidate(connection: psycopg.Connection[Any], release_id: int) -> None:
    """Write into the candidate what could not be known when it was built: its audit, and that it is live."""
    connection.execute(
        """
        insert into candidate.quality_result (
            release_id, boundary, suite, subject, expectation, column_name, severity, is_success, observed, expected,
            unexpected_count, message, checked_at
        )
        select
            release_id, boundary, suite, subject, expectation, column_name, severity, is_success, observed, expected,
            unexpected_count, message, checked_at
        from ops.quality_result
        where boundary = 'candidate' and release_id = %s
        """,
        (release_id,),
    )
    connection.execute(
        "update candidate.release set state = 'superseded', superseded_at = now() where state = 'live'",
    )
    connection.execute(
        "update candidate.release set state = 'live', published_at = now() where release_id = %s", (release_id,)
    )


def _retire_live(connection: psycopg.Connection[Any]) -> None:
    live = connection.execute("select release_id from ops.release where state = 'live' for update").fetchone()
    has_shared = connection.execute("select to_regnamespace('shared')").fetchone() != (None,)
    if (live is None) == has_shared:
        raise Refusal(
            "The record of releases and the schemas do not agree on whether something is published.",
            where=f"schema {SHARED} and ops.release",
            way_out="Look at both; rename the schema away, or mark the live release superseded, then run again.",
        )
    if live is None:
        return
    retired = f"{SHARED}_r{live[0]}"
    _close_to_reader(connection, SHARED)
    connection.execute(_rename(SHARED, retired))
    connection.execute(
        """
        update ops.release set state = 'superseded', superseded_at = now(), schema_name = %s where release_id = %s
        """,
        (retired, live[0]),
    )


def _has_reader(connection: psycopg.Connection[Any]) -> bool:
    # In an external database the role may be missing; then its owner grants as he likes.
    return connection.execute("select 1 from pg_roles where rolname = %s", (SHARED_READER,)).fetchone() is not None


def _open_to_reader(connection: psycopg.Connection[Any]) -> None:
    grant_shared_reader(connection, CANDIDATE)
    if not _has_reader(connection):
        return
    closed = connection.execute(
        """
        select string_agg(table_name, ', ') from information_schema.tables
        where table_schema = %s and not has_table_privilege(%s, format('%%I.%%I', table_schema, table_name), 'select')
        """,
        (CANDIDATE, SHARED_READER),
    ).fetchone()
    if closed != (None,):
        raise Refusal(
            f"{SHARED_READER} could not read {closed and closed[0]}.",
            where=f"schema {CANDIDATE}",
            way_out="Nothing was published; check who owns these tables.",
        )


def _close_to_reader(connection: psycopg.Connection[Any], schema: str) -> None:
    """A grant follows the schema through a rename; what is no longer live is not for readers."""
    if _has_reader(connection):
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(SHARED_READER)}
        connection.execute(sql.SQL("revoke all on all tables in schema {schema} from {role}").format(**names))
        connection.execute(sql.SQL("revoke all on schema {schema} from {role}").format(**names))


def _rename(old: str, new: str) -> sql.Composed:
    return sql.SQL("alter schema {} rename to {}").format(sql.Identifier(old), sql.Identifier(new))


def _drop_old(warehouse: Warehouse) -> None:
    """Drop the oldest retired releases; a reader who still holds one keeps it until the next publication."""
    with warehouse.connect(autocommit=True) as connection:
        connection.execute(sql.SQL("set lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
        rows = connection.execute(
            """
            select release_id, schema_name from ops.release
            where state = 'superseded' and schema_name is not null
            order by release_id desc offset %s
            """,
            (_KEPT,),
        ).fetchall()
        for old_id, schema in rows:
            try:
                with connection.transaction():
                    connection.execute(
                        sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)),
                    )
                    connection.execute("update ops.release set schema_name = null where release_id = %s", (old_id,))
            except psycopg.errors.LockNotAvailable:
                continue
