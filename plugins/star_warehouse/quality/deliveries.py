"""The gate at the door: may the deliveries of a source become current?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from star_warehouse.database import Warehouse
from star_warehouse.quality.project import open_project, run_folder
from star_warehouse.quality.redaction import redaction_pattern
from star_warehouse.quality.results import record_deliveries
from star_warehouse.quality.validation import Profile, check_profile
from star_warehouse.quality.verdicts import DeliveryVerdict, Outcome, judge_delivery
from star_warehouse.quality.vocabulary import foreign_bodies, unknown_words
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source

_PROFILES = Path(__file__).parent / "profiles"


def check_deliveries(
    warehouse: Warehouse, settings: Settings, source: Source, delivery_ids: list[int], run_id: str
) -> dict[int, DeliveryVerdict]:
    """Judge deliveries whose lines are in raw and that wait for their verdict, all in one validation.

    The suite is ``delivery_<kind of the source>``. What is usual is learned from the source's own history: its current
    deliveries and those judged here, each by the periods before it. Every result goes to ``ops.quality_result``, Great
    Expectations' own artefacts to the run's folder. The caller settles the deliveries.

    Args:
        delivery_ids: deliveries of this source; none is fine.
        run_id: the pipeline run.

    Returns:
        a verdict for each delivery.

    Raises:
        Refusal: a delivery is not in the ledger, or the check cannot be run.
    """
    if not delivery_ids:
        return {}
    suite = f"delivery_{source.kind}"
    with warehouse.connect() as connection:
        words = unknown_words(connection, settings, source.kind, delivery_ids)
        others = foreign_bodies(connection, settings, source.partner, delivery_ids)
        profile_rows = _profile(connection, settings, suite, delivery_ids)
    rows = [
        {**row, "unknown_words": words.get(row["delivery_id"]), "foreign_bodies": others.get(row["delivery_id"])}
        for row in profile_rows
    ]
    if missing := sorted(set(delivery_ids) - {row["delivery_id"] for row in rows}):
        raise Refusal(
            f"Not in the ledger: delivery {', '.join(map(str, missing))}.",
            where=f"source {source.id}",
            way_out="Run the ingest of this source again.",
        )
    profile = Profile(rows, key="delivery_id", label="file_name")
    with open_project(settings, warehouse, run_folder(settings, run_id, source.id), "raw") as project:
        outcomes = _of_each_delivery(check_profile(project, suite, profile), rows)
    with warehouse.connect() as connection:
        record_deliveries(connection, run_id, delivery_ids, outcomes)
    return {
        delivery_id: judge_delivery([outcome for outcome in outcomes if outcome.delivery_id == delivery_id])
        for delivery_id in delivery_ids
    }


def _profile(
    connection: psycopg.Connection[Any], settings: Settings, suite: str, delivery_ids: list[int]
) -> list[dict[str, Any]]:
    """The figures of each delivery, from the queries of every kind, of this kind, and of its history if it has one."""
    parameters = {"delivery_ids": delivery_ids, "redaction": redaction_pattern(settings)}
    # The steps of these queries are guessed to give a row or two, and looping over the lines for each takes minutes;
    # compiling them takes longer than running them.
    connection.execute("set local enable_nestloop = off")
    connection.execute("set local jit = off")
    rows: dict[int, dict[str, Any]] = {}
    for name in ("delivery", suite, f"{suite}_history"):
        path = _PROFILES / f"{name}.sql"
        if path.exists():
            with connection.cursor(row_factory=dict_row) as cursor:
                for row in cursor.execute(path.read_bytes(), parameters):
                    rows.setdefault(row["delivery_id"], {}).update(row)
    return list(rows.values())


def _of_each_delivery(outcomes: list[Outcome], rows: list[dict[str, Any]]) -> list[Outcome]:
    """What was found of the profile as a whole holds for each delivery."""
    spread = []
    for outcome in outcomes:
        if outcome.delivery_id is not None:
            spread.append(outcome)
        else:
            spread += [replace(outcome, subject=row["file_name"], delivery_id=row["delivery_id"]) for row in rows]
    return spread
