"""The DAG files as Airflow reads them."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import load_sources

DAGS = REPOSITORY / "dags"
# Reading DAG files needs no database; this name makes sure of it.
AIRFLOW = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://nobody@127.0.0.1:1/none",
}
REGISTERS = {"charity_commission", "companies_house"}
INGEST_TASKS = ["check_deliveries", "report_refusals", "settle_deliveries", "take_in_deliveries"]

READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1], collect_dags=True)
def told(dag):
    return {
        "tasks": {
            task.task_id: {
                "after": sorted(task.upstream_task_ids),
                "retries": task.retries,
                "policy": type(task.retry_policy).__name__,
                "rule": str(task.trigger_rule.value),
                "outlets": [outlet.name for outlet in task.outlets],
            }
            for task in dag.tasks
        },
        "schedule": type(dag.timetable).__name__ + " " + str(getattr(dag.timetable, "expression", "")),
        "assets": sorted(asset.name for asset in getattr(dag.timetable.asset_condition, "objects", [])),
        "active": dag.max_active_runs,
        "catchup": dag.catchup,
        "file": dag.fileloc,
    }
print("TOLD" + json.dumps({"errors": bag.import_errors, "dags": {key: told(dag) for key, dag in bag.dags.items()}}))
"""


def read_dags(home: Path, schedules: str) -> dict[str, Any]:
    """What Airflow finds in the DAG files, read in a process of its own, as its DAG processor does."""
    import json

    environment = os.environ | AIRFLOW | {"AIRFLOW_HOME": str(home), "STAR_SCHEDULES": schedules}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(DAGS)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("TOLD")]
    assert told, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(told[0].removeprefix("TOLD"))
    return answer


@pytest.fixture(scope="module")
def with_schedules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read_dags(tmp_path_factory.mktemp("airflow"), "on")


@pytest.fixture(scope="module")
def without_schedules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read_dags(tmp_path_factory.mktemp("airflow"), "off")


def ingests(told: dict[str, Any]) -> dict[str, Any]:
    return {key: dag for key, dag in told["dags"].items() if key.startswith("ingest_")}


def test_every_file_reads_and_every_feed_has_its_dag(with_schedules: dict[str, Any]) -> None:
    assert with_schedules["errors"] == {}
    prefix = {
        "spend": "ingest_spend",
        "social_value": "ingest_social_value",
        "contracts": "ingest_procurement",
        "tenders": "ingest_procurement",
    }
    expected = {
        f"{prefix[source.kind]}__{key}"
        for key, source in load_sources(DAGS / "sources").items()
        if source.kind != "register"
    }
    assert set(with_schedules["dags"]) == expected | {"refresh_reference", "release", "watch_deliveries"}


def test_a_dag_is_named_after_its_file(with_schedules: dict[str, Any]) -> None:
    for dag_id, dag in with_schedules["dags"].items():
        assert Path(dag["file"]).stem == dag_id.split("__")[0]


def test_files_only_wire() -> None:
    for file in DAGS.glob("*.py"):
        text = file.read_text()
        assert len(text.splitlines()) <= 60, file.name
        assert not any(word in text.lower() for word in ("select ", "insert ", "polars", "psycopg", "open(")), file.name


def test_an_ingest_takes_in_checks_settles_and_reports(with_schedules: dict[str, Any]) -> None:
    for dag_id, dag in ingests(with_schedules).items():
        tasks = dag["tasks"]
        assert sorted(tasks) == INGEST_TASKS
        assert tasks["check_deliveries"]["after"] == ["take_in_deliveries"]
        assert "check_deliveries" in tasks["settle_deliveries"]["after"]
        assert "settle_deliveries" in tasks["report_refusals"]["after"]
        # Refusals are reported although a skipped task went before.
        assert tasks["report_refusals"]["rule"] == "none_failed"
        assert tasks["settle_deliveries"]["outlets"] == [f"deliveries__{dag_id.split('__')[1]}"]
        assert dag["active"] == 1


def test_the_registers_come_with_the_reference_data_each_for_itself(with_schedules: dict[str, Any]) -> None:
    tasks = with_schedules["dags"]["refresh_reference"]["tasks"]
    assert set(tasks) == {"refresh_postcodes", *(f"{one}.{name}" for one in REGISTERS for name in INGEST_TASKS)}
    for register in REGISTERS:
        # Neither the postcodes nor the other register hold it up.
        assert tasks[f"{register}.take_in_deliveries"]["after"] == []
        assert tasks[f"{register}.check_deliveries"]["after"] == [f"{register}.take_in_deliveries"]
        assert tasks[f"{register}.settle_deliveries"]["outlets"] == [f"deliveries__{register}"]
        assert tasks[f"{register}.report_refusals"]["rule"] == "none_failed"
    assert with_schedules["dags"]["refresh_reference"]["active"] == 1


def test_a_release_follows_anything_new_and_passes_every_step(with_schedules: dict[str, Any]) -> None:
    release = with_schedules["dags"]["release"]
    assert len(release["assets"]) == len(ingests(with_schedules)) + len(REGISTERS) + 1
    assert {"reference__postcodes", *(f"deliveries__{register}" for register in REGISTERS)} <= {*release["assets"]}
    steps = [
        "await_deliveries",
        "open_release",
        "match_suppliers",
        "build_warehouse",
        "build_measures",
        "build_candidate",
    ]
    steps += ["audit_candidate", "publish_release"]
    assert set(release["tasks"]) == set(steps)
    for before, after in itertools.pairwise(steps):
        assert before in release["tasks"][after]["after"]
    assert release["active"] == 1


def test_every_task_may_be_tried_again_under_the_policy(with_schedules: dict[str, Any]) -> None:
    for dag in with_schedules["dags"].values():
        for task in dag["tasks"].values():
            assert (task["retries"], task["policy"]) == (2, "ExceptionRetryPolicy")


def test_the_calendar_is_off_while_a_run_triggers(
    with_schedules: dict[str, Any], without_schedules: dict[str, Any]
) -> None:
    calendar = {key: dag["schedule"] for key, dag in ingests(with_schedules).items()}
    assert all(text.startswith("CronTriggerTimetable ") and " 6 * * " in text for text in calendar.values())
    assert len(set(calendar.values())) > 1, "they would all start at once"
    assert all(dag["schedule"].startswith("NullTimetable") for dag in ingests(without_schedules).values())
    assert without_schedules["dags"]["release"]["assets"] == with_schedules["dags"]["release"]["assets"]
    assert not any(dag["catchup"] for dag in with_schedules["dags"].values())


def test_deliveries_are_watched_daily_after_the_ingests_and_not_during_a_run(
    with_schedules: dict[str, Any], without_schedules: dict[str, Any]
) -> None:
    watch = with_schedules["dags"]["watch_deliveries"]
    assert list(watch["tasks"]) == ["watch_deliveries"]
    assert watch["schedule"] == "CronTriggerTimetable 30 8 * * *"
    assert watch["active"] == 1
    assert without_schedules["dags"]["watch_deliveries"]["schedule"].startswith("NullTimetable")


def test_a_wrong_declaration_is_shown_as_the_files_error(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "checkout"
    shutil.copytree(DAGS, copy / "dags")
    shutil.copytree(REPOSITORY / "plugins", copy / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    declaration = copy / "dags" / "sources" / "stockport.yml"
    declaration.write_text(declaration.read_text() + "\ncolour: blue\n")
    environment = os.environ | AIRFLOW | {"AIRFLOW_HOME": str(tmp_path / "home"), "PYTHONPATH": str(copy / "plugins")}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(copy / "dags")], env=environment, capture_output=True, text=True, check=False
    )
    assert "stockport.yml" in done.stdout
    assert "colour" in done.stdout


def test_the_library_is_not_taken_for_plugins(tmp_path: Path) -> None:
    program = """
import sys
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
print("TOLD", errors, [name for name in sys.modules if name.startswith("star_warehouse")])
"""
    environment = os.environ | AIRFLOW | {"AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert "TOLD {} []" in done.stdout, done.stdout + done.stderr
