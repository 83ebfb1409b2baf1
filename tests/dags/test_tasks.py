"""How tasks say no, and when they are tried again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy.exc
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowSkipException

from star_warehouse.airflow_glue import ingest, tasks, watching
from star_warehouse.airflow_glue.names import REASON_KEY, REASONS_KEY, run_key
from star_warehouse.airflow_glue.tasks import TASK_DEFAULTS, plainly
from star_warehouse.database import Warehouse, WarehouseLost
from star_warehouse.load import Delivery
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import load_sources
from tests.builders import declare, seeds, spend_file


class TaskInstance:
    """Keeps what a task leaves for others."""

    def __init__(self) -> None:
        self.left: dict[str, Any] = {}

    def xcom_push(self, key: str, value: object) -> None:
        self.left[key] = value


@pytest.fixture
def task_instance(monkeypatch: pytest.MonkeyPatch) -> TaskInstance:
    instance = TaskInstance()
    monkeypatch.setattr(tasks, "get_current_context", lambda: {"ti": instance})
    return instance


def test_a_refusal_is_one_sentence_and_ends_the_task(
    task_instance: TaskInstance, caplog: pytest.LogCaptureFixture
) -> None:
    @plainly
    def refusing() -> None:
        raise Refusal("It is blue.", where="a.csv, line 3", way_out="Make it red.")

    # Airflow fails a task that exits and prints no traceback.
    with pytest.raises(SystemExit):
        refusing()
    assert task_instance.left == {REASON_KEY: "a.csv, line 3: It is blue. Make it red."}
    assert [record.exc_info for record in caplog.records] == [None]


def test_a_fault_is_told_too_and_keeps_its_traceback(task_instance: TaskInstance) -> None:
    @plainly
    def broken() -> None:
        raise ValueError("a fault of ours")

    with pytest.raises(ValueError, match="a fault of ours"):
        broken()
    assert task_instance.left == {REASON_KEY: "It broke: ValueError: a fault of ours (its log has the rest)."}


def test_a_lost_warehouse_is_told_and_tried_again(task_instance: TaskInstance) -> None:
    @plainly
    def losing() -> None:
        raise WarehouseLost("The warehouse stopped answering.", where="there", way_out="Wait.")

    with pytest.raises(WarehouseLost):
        losing()
    assert task_instance.left == {REASON_KEY: "there: The warehouse stopped answering. Wait."}


def test_a_warehouse_that_cannot_be_reached_is_tried_again(task_instance: TaskInstance) -> None:
    @plainly
    def connecting() -> None:
        Warehouse("127.0.0.1", 1, "star", "secret", "warehouse").connect()

    with pytest.raises(WarehouseLost) as lost:
        connecting()
    assert TASK_DEFAULTS["retry_policy"].evaluate(lost.value, 1, 2).action is RetryAction.RETRY
    sentence = task_instance.left[REASON_KEY]
    assert sentence.startswith("127.0.0.1:1/warehouse: The warehouse does not answer: ")
    assert "secret" not in sentence


def test_a_wrong_password_fails_at_once(task_instance: TaskInstance, server: Warehouse) -> None:
    @plainly
    def connecting() -> None:
        replace(server, password="wrong-secret").connect()

    with pytest.raises(SystemExit):
        connecting()
    sentence = task_instance.left[REASON_KEY]
    assert "password authentication failed" in sentence and "WAREHOUSE_URL" in sentence
    assert "wrong-secret" not in sentence


def test_a_skip_is_no_failure(task_instance: TaskInstance) -> None:
    @plainly
    def skipping() -> None:
        raise AirflowSkipException("nothing to do")

    with pytest.raises(AirflowSkipException):
        skipping()
    assert task_instance.left == {}


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (psycopg.OperationalError("server closed the connection"), RetryAction.RETRY),
        (psycopg.errors.AdminShutdown("restarting"), RetryAction.RETRY),
        (sqlalchemy.exc.OperationalError("select 1", {}, Exception()), RetryAction.RETRY),
        (WarehouseLost("It stopped.", where="there", way_out="Wait."), RetryAction.RETRY),
        (psycopg.errors.DiskFull("no room"), RetryAction.FAIL),
        (psycopg.errors.NotNullViolation("null"), RetryAction.FAIL),
        (SystemExit(1), RetryAction.FAIL),
        (ValueError("a fault of ours"), RetryAction.FAIL),
    ],
)
def test_only_the_database_gets_another_chance(error: BaseException, action: RetryAction) -> None:
    assert TASK_DEFAULTS["retry_policy"].evaluate(error, 1, 2).action is action


def test_refused_deliveries_are_told_with_their_way_out(
    task_instance: TaskInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delivery(number: int, state: str) -> Delivery:
        nothing: dict[str, Any] = dict.fromkeys(Delivery.__dataclass_fields__)
        said = {"reason": "Half of it is unreadable.", "way_out": "Send it again."}
        return Delivery(**nothing | said | {"delivery_id": number, "file_name": f"{number}.csv", "state": state})

    monkeypatch.setattr(ingest, "place", lambda: (None, None))
    known = {7: delivery(7, "loaded"), 8: delivery(8, "refused"), 9: delivery(9, "held")}
    monkeypatch.setattr("star_warehouse.load.list_deliveries", lambda _, numbers: [known[number] for number in numbers])
    accepted = {"outcome": "accept", "reason": None, "way_out": None}
    ingest.report_refusals([], {"7": accepted})
    ingest.report_refusals([], None)
    assert task_instance.left == {}
    with pytest.raises(SystemExit):
        ingest.report_refusals(["6.csv: It is empty. Send it again."], {"7": accepted, "8": accepted})
    sentence = task_instance.left[REASON_KEY]
    assert sentence.startswith("2 deliveries refused: 6.csv: It is empty.")
    assert "8.csv: Half of it is unreadable. Send it again." in sentence
    assert "7.csv" not in sentence
    with pytest.raises(SystemExit):
        ingest.report_refusals([], {"7": accepted, "8": accepted, "9": accepted})
    sentence = task_instance.left[REASON_KEY]
    assert sentence.startswith("1 delivery refused, 1 delivery held: 8.csv: ")
    assert "9.csv: Half of it is unreadable. Send it again." in sentence


def test_many_refusals_are_one_short_sentence_and_a_line_each(
    task_instance: TaskInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "place", lambda: (None, None))
    monkeypatch.setattr("star_warehouse.load.list_deliveries", lambda *_: [])
    taken = [f"{number}.csv: It is\nempty. Send it again." for number in range(5)]
    with pytest.raises(SystemExit):
        ingest.report_refusals(taken, None)
    sentence = task_instance.left[REASON_KEY]
    assert sentence.startswith("5 deliveries refused: 0.csv: ")
    assert "2.csv" in sentence
    assert "3.csv" not in sentence
    assert "And 2 more." in sentence
    lines = task_instance.left[REASONS_KEY].splitlines()
    assert lines == [f"{number}.csv: It is empty. Send it again." for number in range(5)]


def test_the_watch_fails_once_for_what_is_new(
    task_instance: TaskInstance, monkeypatch: pytest.MonkeyPatch, settings: Settings, warehouse: Warehouse
) -> None:
    monkeypatch.setattr(watching, "place", lambda: (settings, warehouse))
    monkeypatch.setattr(watching, "this_run", lambda: "day-1")
    for _ in range(2):  # A second try of the same run must not turn it green.
        with pytest.raises(SystemExit):
            watching.watch_deliveries()
    sentence = task_instance.left.pop(REASON_KEY)
    # One a source: none has delivered anything here.
    assert sentence.startswith(f"{len(load_sources(settings.sources_folder))} new alerts: ")
    # Its first month was April 2018, its last is long missing.
    newest = "2022-06, 2022-05, 2022-04, 2022-03, 2022-02, 2022-01"
    assert f"hmr_ccg: 51 periods are missing: {newest} and 45 more back to 2018-04." in sentence

    monkeypatch.setattr(watching, "this_run", lambda: "day-2")
    watching.watch_deliveries()
    assert task_instance.left == {}


def test_a_run_has_one_name_among_all_dags_fit_for_a_folder() -> None:
    assert run_key("release", "manual__2026-01-02T03:04:05+00:00") == "release.manual__2026-01-02T03-04-05-00-00"


def test_files_that_no_measure_would_count_are_not_taken_in(
    task_instance: TaskInstance,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    warehouse: Warehouse,
    tmp_path: Path,
) -> None:
    town = declare(tmp_path / "dags" / "sources")
    here = replace(settings, repository=tmp_path)
    (here.inbox / town.id).mkdir(parents=True)
    (here.inbox / town.id / "town_2018-04.csv").write_bytes(spend_file("Acme,7,03/04/2018,10.00,Pens"))
    monkeypatch.setattr(ingest, "place", lambda: (here, warehouse))
    monkeypatch.setattr(ingest, "this_run", lambda: "run-1")

    seeds(tmp_path, members="village")
    with pytest.raises(SystemExit):
        ingest.take_in_deliveries("town")
    assert "no measure would count what it delivers" in task_instance.left[REASON_KEY]
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) from ops.delivery").fetchone() == (0,)

    shutil.rmtree(here.dbt_project)
    seeds(tmp_path)
    assert ingest.take_in_deliveries("town") == []
    with warehouse.connect() as connection:
        assert connection.execute("select state from ops.delivery").fetchall() == [("checking",)]
