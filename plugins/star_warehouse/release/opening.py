"""Begin a release, if one is due."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.release.fingerprint import Ingredients, ingredients
from star_warehouse.release.record import CANDIDATE, candidate_is_idle, hold_releases
from star_warehouse.settings import Settings


def release_is_due(warehouse: Warehouse, settings: Settings) -> bool:
    """Whether something is current that the live release does not show; False while nothing is current at all."""
    with warehouse.connect() as connection:
        now = ingredients(connection, settings)
        return bool(now.delivery_ids) and not _is_live(connection, now)


def open_release(warehouse: Warehouse, settings: Settings, run_id: str) -> int | None:
    """Begin a release of what is current now.

    Releases that an interrupted run left unfinished are marked abandoned, and their candidate is dropped.

    Args:
        run_id: the pipeline run that will build it.

    Returns:
        The number of the new release; None when the live release was made from the very same things.

    Raises:
        Refusal: no delivery is current, the postcode directory was never loaded, or another release is being built or
            audited at this moment.
    """
    with warehouse.connect() as connection:
        hold_releases(connection)
        now = ingredients(connection, settings)
        if not now.delivery_ids:
            raise Refusal(
                "No delivery is current, so there is nothing to publish.",
                where="ops.delivery",
                way_out="Deliver a file with `star-warehouse deliver SOURCE FILE` and run again.",
            )
        if not any(dataset.startswith("postcode") for dataset in now.reference_versions):
            raise Refusal(
                "The postcode directory was never loaded, so no supplier could be located.",
                where="reference.postcode",
                way_out="Run the DAG refresh_reference, then run again.",
            )
        if _is_live(connection, now):
            return None
        if not candidate_is_idle(connection):
            raise Refusal(
                "Another release is being built or audited at this moment.",
                where=f"schema {CANDIDATE}",
                way_out="Run again when it has ended; what it takes up need not be built twice.",
            )
        connection.execute(
            """
            update ops.release set state = 'abandoned', reason = 'The run ended before it was published.'
            where state in ('building', 'audited')
            """
        )
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(CANDIDATE)))
        connection.execute("update ops.release set schema_name = null where schema_name = %s", (CANDIDATE,))
        row = connection.execute(
            """
            insert into ops.release (
                state, fingerprint, code_version, delivery_ids, reference_versions, run_id, schema_name
            ) values ('building', %s, %s, %s, %s, %s, %s) returning release_id
            """,
            (
                now.fingerprint,
                now.code_version,
                list(now.delivery_ids),
                Jsonb(now.reference_versions),
                run_id,
                CANDIDATE,
            ),
        ).fetchone()
        _keep_rules(connection, settings, now.code_version)
        assert row is not None
        return int(row[0])


def _keep_rules(connection: psycopg.Connection[tuple[object, ...]], settings: Settings, code_version: str) -> None:
    """Keep what the rules and the partner reference say in this version: the tables of both are made anew each time."""
    seeds = settings.dbt_project / "seeds"
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.rule_version (code_version, path, content) values (%s, %s, %s) on conflict do nothing
            """,
            [
                (code_version, path.relative_to(seeds).as_posix(), path.read_text(encoding="utf-8"))
                for path in sorted(seeds.rglob("*.csv"))
            ],
        )


def _is_live(connection: psycopg.Connection[tuple[object, ...]], now: Ingredients) -> bool:
    row = connection.execute("select fingerprint from ops.release where state = 'live'").fetchone()
    return row is not None and row[0] == now.fingerprint
