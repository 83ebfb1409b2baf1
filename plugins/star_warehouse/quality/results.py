"""Keep what was checked: one row of ``ops.quality_result`` for each expectation and subject."""

from __future__ import annotations

from typing import Any

import psycopg

from star_warehouse.quality.verdicts import Outcome


def record_deliveries(
    connection: psycopg.Connection[Any], run_id: str, delivery_ids: list[int], outcomes: list[Outcome]
) -> None:
    """Write the outcomes of a check of deliveries, in the caller's transaction; a repeated check replaces its own."""
    connection.execute(
        "delete from ops.quality_result where boundary = 'delivery' and run_id = %s and delivery_id = any(%s)",
        (run_id, delivery_ids),
    )
    _insert(connection, run_id, "delivery", None, outcomes)


def record_candidate(
    connection: psycopg.Connection[Any], run_id: str, release_id: int, outcomes: list[Outcome]
) -> None:
    """Write the outcomes of a check of a candidate, in the caller's transaction; a repeated check replaces the last."""
    connection.execute("delete from ops.quality_result where boundary = 'candidate' and release_id = %s", (release_id,))
    _insert(connection, run_id, "candidate", release_id, outcomes)


def _insert(
    connection: psycopg.Connection[Any], run_id: str, boundary: str, release_id: int | None, outcomes: list[Outcome]
) -> None:
    with connection.cursor().copy(
        """
        copy ops.quality_result (
            run_id, boundary, suite, subject, delivery_id, release_id, expectation, column_name, severity, is_success,
            observed, expected, unexpected_count, message
        ) from stdin
        """
    ) as copy:
        for outcome in outcomes:
            copy.write_row(
                (
                    run_id,
                    boundary,
                    outcome.suite,
                    outcome.subject,
                    outcome.delivery_id,
                    release_id,
                    outcome.expectation,
                    outcome.column_name,
                    outcome.severity,
                    outcome.is_success,
                    outcome.observed,
                    outcome.expected,
                    outcome.unexpected_count,
                    outcome.message,
                )
            )
