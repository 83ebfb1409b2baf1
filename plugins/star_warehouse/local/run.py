"""``make run``: take in what waits, publish what is due, show it, and leave nothing running."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from star_warehouse.airflow_glue.names import REASON_KEY, REASONS_KEY, RELEASE, run_key
from star_warehouse.database import Warehouse
from star_warehouse.load import concerns_of, read_ledger, repeats_since
from star_warehouse.local.airflow_api import AirflowApi, DagRun
from star_warehouse.local.airflow_environment import Airflow
from star_warehouse.local.airflow_services import AirflowServices
from star_warehouse.local.display import Display, FeedProgress, Snapshot
from star_warehouse.local.headline_table import print_headline
from star_warehouse.local.postgres import refuse_full_disk
from star_warehouse.local.processes import Children
from star_warehouse.local.sample import deliver_sample, sample_is_wanted
from star_warehouse.local.server import running_warehouse
from star_warehouse.local.session import airflow_of, alone, prepare
from star_warehouse.local.signals import interruptible, undisturbed
from star_warehouse.local.tables import print_concerns, print_uncounted
from star_warehouse.local.work import Work, find_work
from star_warehouse.refusal import Refusal
from star_warehouse.release import release_is_due
from star_warehouse.settings import Settings

_SECONDS_BETWEEN_LOOKS = 2.0
# An event becomes a run within a round or two of the scheduler; one that does not is not waited for without end.
_SECONDS_FOR_THE_EVENT = 30.0
# With less, PostgreSQL is about to stop in the middle of something; stopped here, the next run goes on.
_BYTES_TO_GO_ON = 100 * 1024 * 1024
_FAILED = 1


def run(settings: Settings, console: Console) -> int:
    """Take in everything that waits, publish a release when one is due, print the headline table, stop everything.

    Args:
        settings: the warehouse's settings.
        console: where to show progress and results.

    Returns:
        The exit code: 0, or 1 when a DAG failed, a delivery was refused or came to be held in this run, or the
        gate refused the release.

    Raises:
        Refusal: it could not begin: a port is taken, the disk is full, a source is declared wrongly.
    """
    began = time.monotonic()
    with (
        interruptible(),
        alone(settings, "star-warehouse run") as children,
        running_warehouse(settings) as warehouse,
    ):
        prepare(settings, warehouse)
        airflow = airflow_of(settings, warehouse, has_schedules=False)
        if sample_is_wanted(settings, warehouse):
            console.print("A new home: writing the invented sample deliveries.")
            console.print(f"{deliver_sample(settings, children):,} sample files now wait in {settings.inbox}.")
        work = find_work(settings, warehouse)
        looked_at = datetime.now(UTC)
        if work.is_nothing:
            console.print("Nothing new: no file waits, and the live release shows all that was taken in.")
            failures = []
        else:
            failures = _through_airflow(airflow, children, warehouse, work, console)
        print_headline(warehouse, console)
        for repeat in repeats_since(warehouse, looked_at):
            console.print(f"Nothing loaded: {repeat}", soft_wrap=True, highlight=False)
        # Where files wait, the ingest failed of it and says so.
        idle = [source for source in work.sources.values() if source.id not in work.waiting]
        print_uncounted(settings, idle, console)
        for failure in failures:
            console.print(f"[red]Failed:[/red] {escape(failure)}", soft_wrap=True, highlight=False)
        held = [one for one in concerns_of(read_ledger(warehouse, work.sources).values()) if one.state == "held"]
        print_concerns(held, console)
        _where_next(console, time.monotonic() - began)
    return _FAILED if failures or any(one.settled_at >= looked_at for one in held) else 0


def _through_airflow(
    airflow: Airflow, children: Children, warehouse: Warehouse, work: Work, console: Console
) -> list[str]:
    """Do the work through Airflow; the sentences of what failed."""
    services = AirflowServices(airflow, children)
    try:
        console.print("Starting Airflow: API server, scheduler, DAG processor, triggerer.")
        services.start()
        services.wait_until_ready([*work.dags, RELEASE])
        console.print(f"Airflow is ready at {airflow.address}.")
        try:
            return _watch(airflow, services, warehouse, work, console)
        except httpx.HTTPError as error:
            refuse_full_disk(airflow.settings.home, _BYTES_TO_GO_ON)
            services.refuse_ended()
            raise Refusal(
                f"Airflow's API does not answer as expected: {error}.",
                where=f"{airflow.address}, log {children.log('api-server')}",
                way_out="Run again: it goes on where this run stopped.",
            ) from error
    finally:
        with undisturbed():
            services.stop()


def _watch(
    airflow: Airflow, services: AirflowServices, warehouse: Warehouse, work: Work, console: Console
) -> list[str]:
    api = services.api
    began = datetime.now(UTC)
    for dag_id in work.dags:
        api.trigger(dag_id)
    was_triggered = False
    last_busy = time.monotonic()
    with Display(console) as display:
        while True:
            refuse_full_disk(airflow.settings.home, _BYTES_TO_GO_ON)
            services.refuse_ended()
            runs = api.runs_since(began)
            display.show(_snapshot(api, warehouse, work, runs))
            ingests = [run for run in runs if run.dag_id in work.dags]
            has_failed = any(run.dag_id == RELEASE and run.state == "failed" for run in runs)
            if has_failed and all(run.is_finished for run in ingests):
                # Another event may have queued another try: it would fail of the same.
                break
            if len(ingests) < len(work.dags) or not all(run.is_finished for run in runs):
                last_busy = time.monotonic()
            else:
                is_settled = was_triggered or not release_is_due(warehouse, airflow.settings)
                if api.has_events(RELEASE) and time.monotonic() - last_busy < _SECONDS_FOR_THE_EVENT:
                    if is_settled:
                        # They tell of what the release that just ended took up.
                        api.forget_events(RELEASE)
                # Asked again: an event that was answered in between shows as a run, and none is cut off half-way.
                elif all(run.is_finished for run in api.runs_since(began)):
                    if is_settled:
                        break
                    # Events of an earlier, interrupted run are gone; the ledger knows better.
                    api.trigger(RELEASE)
                    was_triggered = True
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        display.show(_snapshot(api, warehouse, work, runs), is_last=True)
    return [sentence for run in runs if run.state == "failed" for sentence in _why(api, airflow.home, run)]


def _snapshot(api: AirflowApi, warehouse: Warehouse, work: Work, runs: list[DagRun]) -> Snapshot:
    state_of = {run.dag_id: run.state for run in runs}
    dag_of = work.ingest_dags
    ingests = {*dag_of.values()}
    read = _files_read(warehouse, [run_key(run.dag_id, run.run_id) for run in runs if run.dag_id in ingests])
    feeds = []
    for source_id, dag_id in dag_of.items():
        files, lines = read.get(source_id, (0, 0))
        feeds.append(
            FeedProgress(source_id, state_of.get(dag_id, "queued"), files, max(work.waiting[source_id], files), lines)
        )
    others = {run.dag_id: _how_far(api, run) for run in runs if run.dag_id not in ingests}
    tasks = tuple(sorted(f"{task.dag_id}.{task.task_id}" for task in api.running_tasks()))
    return Snapshot(tuple(feeds), tuple(others.items()), tasks)


def _how_far(api: AirflowApi, run: DagRun) -> str:
    if run.state != "running":
        return run.state
    tasks = api.tasks_of(run)
    done = sum(task.state in ("success", "skipped") for task in tasks)
    return f"running, {done} of {len(tasks)} steps done"


def _files_read(warehouse: Warehouse, run_keys: list[str]) -> Mapping[str, tuple[int, int]]:
    """Files and lines that these runs are through with, by source."""
    with warehouse.connect() as connection:
        rows = connection.execute(
            """
            select source_id, count(*), coalesce(sum(lines_in), 0)::bigint from ops.delivery
            where run_id = any(%s) and state not in ('seen', 'landed')
            group by source_id
            """,
            (run_keys,),
        ).fetchall()
    return {source_id: (files, lines) for source_id, files, lines in rows}


def _why(api: AirflowApi, airflow_home: Path, run: DagRun) -> list[str]:
    """What the failed tasks of a run said: a sentence each, or several where one told several things."""
    failed = [task for task in api.tasks_of(run) if task.state == "failed"]
    if not failed:
        return [f"{run.dag_id} failed; see the logs under {airflow_home / 'logs'}"]
    sentences = []
    for task in failed:
        several = api.note_of(task, REASONS_KEY)
        if several is not None:
            # What is held is told with the commands that decide about it.
            sentences += [f"{run.dag_id}: {sentence}" for sentence in several.splitlines()]
            continue
        log = airflow_home / "logs" / "tasks" / f"dag_id={run.dag_id}" / f"run_id={run.run_id}"
        said = api.note_of(task, REASON_KEY) or f"It ended; see the log under {log / f'task_id={task.task_id}'}"
        sentences.append(f"{run.dag_id}.{task.task_id}: {said}")
    return sentences


def _where_next(console: Console, seconds: float) -> None:
    minutes, rest = divmod(int(seconds), 60)
    took = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    command = "star-warehouse" if shutil.which("star-warehouse") else str(Path(".venv") / "bin" / "star-warehouse")
    console.print(
        f"\nDone in {took}; everything that was started is stopped. Where to look next:\n"
        f"  {command} headline               this table again\n"
        f"  {command} status                 what every partner delivered, and what waits for somebody\n"
        f"  {command} releases               the releases\n"
        f"  {command} psql                   the warehouse; the published tables are in schema shared\n"
        f"  {command} deliver SOURCE FILE…   deliver a file, then run again\n"
        "  make up   Airflow's pages and the warehouse, until Ctrl-C",
        highlight=False,
        soft_wrap=True,
    )
