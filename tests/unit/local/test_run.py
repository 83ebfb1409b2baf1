"""What a run says at its end about the DAG runs that failed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from star_warehouse.airflow_glue.names import REASON_KEY, REASONS_KEY
from star_warehouse.database import Warehouse
from star_warehouse.local import run
from star_warehouse.local.airflow_api import AirflowApi, DagRun, TaskRun
from star_warehouse.local.run import _why
from star_warehouse.local.work import Work
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import load_sources

RUN = DagRun("ingest_spend__town", "manual__1", "failed")


class Api:
    """Airflow's API with the tasks of one run and what they left."""

    def __init__(self, left: dict[str, dict[str, str]], **states: str) -> None:
        self._left, self._states = left, states

    def tasks_of(self, run: DagRun) -> list[TaskRun]:
        return [TaskRun(run.dag_id, run.run_id, task_id, state, None) for task_id, state in self._states.items()]

    def note_of(self, task: TaskRun, key: str) -> str | None:
        return self._left.get(task.task_id, {}).get(key)


def said(left: dict[str, Any], **states: str) -> list[str]:
    return _why(cast(AirflowApi, Api(left, **states)), Path("home"), RUN)


def test_every_refused_delivery_has_a_line_of_its_own() -> None:
    left = {"report_refusals": {REASON_KEY: "2 deliveries refused: …", REASONS_KEY: "a.csv: It is blue.\nb.csv: Too."}}
    assert said(left, take_in_deliveries="success", report_refusals="failed") == [
        "ingest_spend__town: a.csv: It is blue.",
        "ingest_spend__town: b.csv: Too.",
    ]


def test_what_is_only_held_is_told_elsewhere() -> None:
    assert (
        said({"report_refusals": {REASON_KEY: "1 delivery held: …", REASONS_KEY: ""}}, report_refusals="failed") == []
    )


def test_any_other_task_says_its_one_sentence_or_where_its_log_is() -> None:
    told = said({"check_deliveries": {REASON_KEY: "It broke."}}, check_deliveries="failed", settle_deliveries="failed")
    assert told[0] == "ingest_spend__town.check_deliveries: It broke."
    assert "task_id=settle_deliveries" in told[1]
    assert said({}) == [f"ingest_spend__town failed; see the logs under {Path('home') / 'logs'}"]


def test_feeds_of_one_dag_are_shown_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = load_sources(REPOSITORY / "dags" / "sources")
    work = Work({"companies_house": 2, "charity_commission": 1, "tenders": 1}, sources, True, True)
    runs = [DagRun("refresh_reference", "manual__1", "running"), DagRun("release", "asset__1", "queued")]
    read = {"companies_house": (1, 2059)}
    asked: list[list[str]] = []
    monkeypatch.setattr(run, "_files_read", lambda _, keys: asked.append(keys) or read)
    api = cast(AirflowApi, SimpleNamespace(running_tasks=list, tasks_of=lambda _: []))

    shown = run._snapshot(api, Warehouse("127.0.0.1", 1, "nobody", "none", "none"), work, runs)

    assert [(feed.source_id, feed.state, feed.files_done, feed.files_total) for feed in shown.feeds] == [
        ("companies_house", "running", 1, 2),
        ("charity_commission", "running", 0, 1),
        ("tenders", "queued", 0, 1),
    ]
    assert shown.other_runs == (("release", "queued"),)
    assert asked == [["refresh_reference.manual__1"]]
