"""Have dbt build one layer of a release, and keep what it says of each model and test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.release.dbt import build_selected
from star_warehouse.release.record import CANDIDATE, end_release, working_on
from star_warehouse.settings import Settings

Layer = Literal["warehouse", "measures", "candidate"]
LAYERS: tuple[Layer, ...] = ("warehouse", "measures", "candidate")


def build(warehouse: Warehouse, settings: Settings, release_id: int, run_id: str, layer: Layer) -> None:
    """Build one layer's models and run their tests; every result becomes a row of ``ops.model_result``.

    Args:
        release_id: the release, from ``open_release``.
        run_id: the pipeline run.
        layer: a selector of ``dbt_project/selectors.yml``; the layers are built in the order of ``LAYERS``.

    Raises:
        Refusal: a model or a test failed (the release is then marked failed), naming it and what it said; or the
            release is not being built, or deliveries came or went since it was opened (it is then abandoned).
    """
    with working_on(warehouse, release_id, "building"):
        _build(warehouse, settings, release_id, run_id, layer)


def _build(warehouse: Warehouse, settings: Settings, release_id: int, run_id: str, layer: Layer) -> None:
    # The layers of a release share a folder, which says what they were built from.
    folder = settings.home / "dbt" / f"release_{release_id}"
    outcome = build_selected(warehouse, settings, layer, release_id, {"candidate_schema": CANDIDATE}, folder)
    _record(warehouse, release_id, run_id, layer, outcome.results)
    if outcome.reason is None:
        return
    end_release(warehouse, release_id, "failed", outcome.reason)
    raise Refusal(
        outcome.reason,
        where=f"release {release_id}, layer {layer}",
        way_out=f"The last release stays live; see ops.model_result and {folder / 'logs' / 'dbt.log'}.",
    )


def _record(warehouse: Warehouse, release_id: int, run_id: str, layer: str, results: Sequence[Any]) -> None:
    with warehouse.connect() as connection:
        # A task that is tried again replaces what its first try said.
        connection.execute("delete from ops.model_result where release_id = %s and layer = %s", (release_id, layer))
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into ops.model_result (
                    release_id, run_id, layer, node_id, resource_type, status, seconds, rows_affected, failures, message
                ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                [
                    (
                        release_id,
                        run_id,
                        layer,
                        result.node.unique_id,
                        str(result.node.resource_type),
                        str(result.status),
                        result.execution_time,
                        _rows_affected(result),
                        result.failures,
                        result.message,
                    )
                    for result in results
                ],
            )


def _rows_affected(result: Any) -> int | None:
    rows = (result.adapter_response or {}).get("rows_affected")
    # The driver says -1 where a statement affects no rows by its nature.
    return int(rows) if rows is not None and int(rows) >= 0 else None
