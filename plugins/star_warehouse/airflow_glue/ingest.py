"""The DAG of one feed: take in what waits, check it, let it become current, tell the others."""

from __future__ import annotations

import zlib
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, TaskGroup, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from star_warehouse.airflow_glue.assets import deliveries_of
from star_warehouse.airflow_glue.names import REASONS_KEY, ingest_dag_id
from star_warehouse.airflow_glue.tasks import FIRST_DAY, TASK_DEFAULTS, calendar, leave, place, plainly, this_run
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, load_sources

_REASONS_TOLD = 3

# Files come some days after their period; so the look is more frequent than the delivery. Minute and UK local time.
_LOOKS = {
    "month": "{minute} 6 * * *",
    "quarter": "{minute} 6 * * *",
    "year": "{minute} 6 * * 1",
    "year_to_date": "{minute} 6 * * *",
    "snapshot": "{minute} 6 * * *",
    "edition": "{minute} 6 * * *",
}


def sources_of(*kinds: str) -> list[Source]:
    """The feeds of these kinds, as declared in ``dags/sources/``; of every kind when none is given.

    Raises:
        Refusal: a declaration is wrong; Airflow shows the sentence as the import error of the DAG file.
    """
    sources = load_sources(Settings.from_environment().sources_folder)
    return [source for source in sources.values() if not kinds or source.kind in kinds]


def ingest_dag(source: Source) -> DAG:
    """The DAG that takes in the deliveries of one feed.

    Args:
        source: the feed, as declared.
    """
    with DAG(
        dag_id=ingest_dag_id(source.kind, source.id),
        dag_display_name=f"Ingest {source.title}",
        description=f"Takes in what {source.title} delivered: lands, reads, checks, and makes it current.",
        schedule=_schedule(source),
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        default_args=TASK_DEFAULTS,
        tags=["ingest", source.kind, *([source.partner] if source.partner else [])],
    ) as dag:
        _ingest_tasks(source)
    return dag


def ingest_group(source: Source) -> TaskGroup:
    """The same tasks as a group in the DAG at hand, for feeds that share one DAG.

    Args:
        source: the feed, as declared.
    """
    with TaskGroup(source.id, tooltip=source.title) as group:
        _ingest_tasks(source)
    return group


def _ingest_tasks(source: Source) -> None:
    # Each is a promise of what the task will return; to the type checker it is anything.
    taken: Any = task(take_in_deliveries)(source.id)
    checked: Any = task(check_deliveries)(source.id)
    settled = task(outlets=[deliveries_of(source)])(settle_deliveries)(source.id, checked)
    # Last, and whatever became of the others: a file that was refused must not look like a green run.
    reported = task(trigger_rule="none_failed")(report_refusals)(taken, checked)
    taken >> checked >> settled >> reported


@plainly
def take_in_deliveries(source_id: str) -> list[str]:
    """Land, read and load every file that waits; why some were refused or wait still, a sentence each."""
    from star_warehouse.airflow_glue.connections import airflow_connection
    from star_warehouse.receive import take_in

    settings, warehouse = place()
    source = load_sources(settings.sources_folder)[source_id]
    taken = take_in(source, settings, warehouse, this_run(), connection_of=airflow_connection)
    return [str(refusal) for refusal in taken.refusals]


@plainly
def check_deliveries(source_id: str) -> dict[str, dict[str, Any]]:
    """Give a verdict on every delivery that awaits one, earlier interrupted ones too; by delivery number."""
    from star_warehouse.load import pending_deliveries

    settings, warehouse = place()
    pending = pending_deliveries(warehouse, source_id)
    if not pending:
        raise AirflowSkipException("No delivery awaits a verdict.")
    from star_warehouse.quality import check_deliveries as check
    from star_warehouse.receive import refresh_postcodes

    source = load_sources(settings.sources_folder)[source_id]
    if source.kind == "spend":
        # How many pounds can be located is part of the verdict. Several ingests wait here for the first to load them.
        refresh_postcodes(warehouse)
    verdicts = check(warehouse, settings, source, pending, this_run())
    return {
        str(delivery_id): {"outcome": verdict.outcome, "reason": verdict.reason, "way_out": verdict.way_out}
        for delivery_id, verdict in verdicts.items()
    }


@plainly
def settle_deliveries(source_id: str, verdicts: dict[str, dict[str, Any]]) -> list[int]:
    """Carry out the verdicts; the event for the release tells which deliveries became current."""
    from star_warehouse.load import list_deliveries, settle_all

    settings, warehouse = place()
    settle_all(
        warehouse,
        {
            int(delivery_id): (verdict["outcome"], verdict["reason"], verdict["way_out"])
            for delivery_id, verdict in verdicts.items()
        },
    )
    settled = list_deliveries(warehouse, [int(delivery_id) for delivery_id in verdicts])
    current = [delivery.delivery_id for delivery in settled if delivery.state == "loaded"]
    if not current:
        raise AirflowSkipException("No delivery became current.")
    source = load_sources(settings.sources_folder)[source_id]
    get_current_context()["outlet_events"][deliveries_of(source)].extra = {"delivery_ids": [*current]}
    return current


@plainly
def report_refusals(taken: list[str], verdicts: dict[str, dict[str, Any]] | None) -> None:
    """Fail when a delivery of this run was refused or waits for a person, with the reason and the way out of each.

    Raises:
        Refusal: tells how many were refused or are held, and of the first three why; what is left under
            ``REASONS_KEY`` tells it of all that were refused, a line each.
    """
    from star_warehouse.load import list_deliveries

    _, warehouse = place()
    judged = list_deliveries(warehouse, [int(delivery_id) for delivery_id in verdicts or {}])
    told = {
        state: [f"{one.file_name}: {one.reason} {one.way_out}" for one in judged if one.state == state]
        for state in ("refused", "held")
    }
    told["refused"] = [*taken, *told["refused"]]
    counts = [
        f"{len(sentences)} {'delivery' if len(sentences) == 1 else 'deliveries'} {state}"
        for state, sentences in told.items()
        if sentences
    ]
    if counts:
        leave(REASONS_KEY, "\n".join(" ".join(sentence.split()) for sentence in told["refused"]))
        sentences = [sentence for sentences in told.values() for sentence in sentences]
        more = len(sentences) - _REASONS_TOLD
        raise Refusal(
            " ".join(sentences[:_REASONS_TOLD]) + (f" And {more} more." if more > 0 else ""),
            where=", ".join(counts),
            way_out="Everything else was taken in; `star-warehouse status` lists what was refused or is held.",
        )


def _schedule(source: Source) -> CronTriggerTimetable | None:
    # Each feed at its own minute, the same at every parse, so that they do not all start at once.
    minute = zlib.crc32(source.id.encode()) % 60
    return calendar(_LOOKS[source.cadence.every].format(minute=minute))
