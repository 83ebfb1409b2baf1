"""`make run` from end to end: what it shows, that it goes on, that bad files and failed gates harm nothing.

The tests go in this order on the installation that the session shares; each leaves the published figures as they were.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from star_warehouse.settings import REPOSITORY
from tests.integration.conftest import FirstRun, Installation

pytestmark = pytest.mark.e2e

MONTH = "2024-03"
FILE = f"stockport_spend_{MONTH}.csv"
BAD_FILE = "stockport_spend_2024-02.csv"
PUBLISHED = ("42.0 %", "53.9 %", "77.0 %", "85.0 %", "28.0 %", "38.0 %", "20.0 %", "11.5 %", "9.0 %", "4.9 %", "£58.0m")


@pytest.fixture(scope="module")
def installation(first_run: FirstRun) -> Iterator[Installation]:
    assert first_run.exit_code == 0, first_run.output + first_run.errors
    delivered = first_run.installation.home / "inbox" / "stockport"
    for name in (FILE, BAD_FILE):
        shutil.copy2(delivered / name, first_run.installation.home / name)
    yield first_run.installation
    # With their old times the ledger knows the files again, and other tests find the sample as it was.
    for name in (FILE, BAD_FILE):
        shutil.copy2(first_run.installation.home / name, delivered / name)
        (first_run.installation.home / name).unlink()


@pytest.fixture
def nothing_left(installation: Installation) -> Iterator[None]:
    """After the test nothing of this home runs."""
    yield
    assert running_here(installation) == []


def running_here(installation: Installation) -> list[str]:
    """Command lines of the processes that belong to this home, and the ports that still answer."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            words = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if process.pid != os.getpid() and (
            environment.get("STAR_HOME") == str(installation.home) or str(installation.home) in words
        ):
            found.append(words)
    for port in (installation.warehouse_port, installation.airflow_port):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(f"port {port}")
    return found


def state_of(installation: Installation) -> dict[str, tuple[int, str]]:
    """For every table of the warehouse, its number of rows and a sum over their contents."""
    with installation.server(), psycopg.connect(installation.database_url()) as connection:
        tables = connection.execute(
            """
            select table_schema, table_name from information_schema.tables
            where table_type = 'BASE TABLE' and table_schema in ('ops', 'raw', 'shared') order by 1, 2
            """
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(
                sql.SQL("select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from {} as t").format(
                    sql.Identifier(schema, table)
                )
            ).fetchone()
            or (0, "")
            for schema, table in tables
        }


def asked(installation: Installation, question: str) -> str:
    done = installation.command("psql", "-At", "-c", question)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def figures(installation: Installation) -> str:
    return asked(
        installation,
        """
        select md5(string_agg(figure::text, ',' order by figure::text)) from (
            select measure_id, partner_code, period, cohort, value, numerator, denominator from shared.headline
        ) figure
        """,
    )


def deliver(installation: Installation, folder: Path, change: bytes) -> None:
    """Deliver the last month of Stockport again, with something behind its last line."""
    folder.mkdir()
    original = (installation.home / "inbox" / "stockport" / FILE).read_bytes()
    (folder / FILE).write_bytes(original + change)
    done = installation.command("deliver", "stockport", str(folder / FILE))
    assert done.returncode == 0, done.stderr


def begin(installation: Installation, until: str) -> subprocess.Popen[str]:
    """Start `run` and wait until it has printed a text."""
    process = subprocess.Popen(
        installation.words("run"),
        env=installation.environment() | {"PYTHONUNBUFFERED": "1"},
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    printed = []
    for line in process.stdout:
        printed.append(line)
        if until in line:
            return process
    raise AssertionError(f"{until!r} was not printed:\n{''.join(printed)}")


@pytest.mark.usefixtures("nothing_left")
def test_the_first_run_shows_the_sample_beside_the_published_figures(first_run: FirstRun) -> None:
    assert first_run.exit_code == 0, first_run.output + first_run.errors
    for figure in PUBLISHED:
        assert figure in first_run.output
    assert "The sample is invented" in first_run.output
    assert "409 of 409 files" in first_run.output
    assert "Where to look next" in first_run.output


@pytest.mark.usefixtures("nothing_left")
def test_airflow_lists_the_runs_that_were_made(installation: Installation) -> None:
    done = installation.command("airflow", "dags", "list-runs", "ingest_spend__stockport", "--output", "json")
    assert done.returncode == 0, done.stderr
    assert [run["state"] for run in json.loads(done.stdout[done.stdout.index("[{") :])] == ["success"]
    with installation.server(), psycopg.connect(installation.database_url("airflow")) as connection:
        # Nothing is cut off by the end of the command, and nothing is left that the next one would begin with.
        runs = connection.execute("select dag_id, array_agg(distinct state) from dag_run group by 1").fetchall()
        assert not connection.execute("select target_dag_id from asset_dag_run_queue").fetchall()
    assert {dag_id for dag_id, _ in runs} >= {"ingest_procurement__tenders", "refresh_reference", "release"}
    assert [states for _, states in runs] == [["success"]] * len(runs)


@pytest.mark.usefixtures("nothing_left")
def test_run_again_with_nothing_new_changes_no_row(installation: Installation) -> None:
    before = state_of(installation)
    began = time.monotonic()
    done = installation.command("run")
    assert time.monotonic() - began < 60
    assert done.returncode == 0, done.stderr
    assert "Nothing new" in done.stdout
    assert "42.0 %" in done.stdout
    assert state_of(installation) == before


@pytest.mark.usefixtures("nothing_left")
def test_a_taken_port_is_one_sentence(installation: Installation, tmp_path: Path) -> None:
    deliver(installation, tmp_path / "delivery", b"\r\n")
    with socket.create_server(("127.0.0.1", installation.airflow_port)):
        done = installation.command("run")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"Port {installation.airflow_port}" in done.stderr
    assert "STAR_AIRFLOW_PORT" in done.stderr


@dataclass(frozen=True)
class FailedRun:
    """A run with a good file, a bad one and a gate that lets nothing pass; and what was published before it."""

    done: subprocess.CompletedProcess[str]
    published: str
    live: str


LIVE = "select release_id from ops.release where state = 'live'"


@pytest.fixture(scope="module")
def failed_run(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> FailedRun:
    published, live = figures(installation), asked(installation, LIVE)
    folder = tmp_path_factory.mktemp("failed")
    (folder / BAD_FILE).write_text("Directorate,Supplier Name\nPlaces,Invented Paving Ltd\n")
    assert installation.command("deliver", "stockport", str(folder / BAD_FILE)).returncode == 0
    left_out = shutil.ignore_patterns(".git", ".venv", ".local", "__pycache__", "target", ".*cache")
    shutil.copytree(REPOSITORY, folder / "checkout", ignore=left_out)
    plant_failure(folder / "checkout" / "expectations")
    done = subprocess.run(
        [sys.executable, "-c", "from star_warehouse.cli import main; main()", "run"],
        env=installation.environment() | {"PYTHONPATH": str(folder / "checkout" / "plugins")},
        cwd=folder / "checkout",
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("Failed:")]) == 2
    assert "Traceback" not in done.stdout + done.stderr
    return FailedRun(done, published, live)


@pytest.mark.usefixtures("nothing_left")
def test_a_bad_file_is_refused_with_its_way_out(installation: Installation, failed_run: FailedRun) -> None:
    (refused,) = (
        line for line in failed_run.done.stdout.splitlines() if line.startswith("Failed:") and BAD_FILE in line
    )
    assert "ingest_spend__stockport" in refused
    assert BAD_FILE in installation.command("status").stdout


@pytest.mark.usefixtures("nothing_left")
def test_a_failed_gate_leaves_the_last_release_live(installation: Installation, failed_run: FailedRun) -> None:
    assert "The gate refused release" in failed_run.done.stdout
    assert "stays live" in failed_run.done.stdout
    assert figures(installation) == failed_run.published
    assert asked(installation, LIVE) == failed_run.live
    assert asked(installation, "select count(*) from ops.release where state = 'refused'") == "1"


def plant_failure(expectations: Path) -> None:
    """Make one critical expectation on the candidate ask for what cannot be."""
    suite = expectations / "expectations" / "candidate_agreement.json"
    content = json.loads(suite.read_text())
    expectation = content["expectations"][0]
    assert expectation["severity"] == "critical"
    expectation["kwargs"]["unexpected_rows_query"] = "select measure_id from {batch}"
    suite.write_text(json.dumps(content))


def test_interrupted_and_killed_it_goes_on_where_it_was(installation: Installation, tmp_path: Path) -> None:
    published = figures(installation)
    deliver(installation, tmp_path / "delivery", b"\r\n")

    stopped = begin(installation, "Airflow is ready")
    time.sleep(2)
    stopped.send_signal(signal.SIGINT)
    assert stopped.wait(60) == 130
    assert stopped.stdout and "goes on where it was" in stopped.stdout.read()
    assert running_here(installation) == []

    killed = begin(installation, "release: running")
    killed.send_signal(signal.SIGKILL)
    killed.wait(60)
    assert running_here(installation) != []

    done = installation.command("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert running_here(installation) == []
    # The files of this test and of one before, with a blank line more each, have replaced the first one: no pound is
    # counted twice. The gate that refused the last release lets this one pass, and the bad file is not told again.
    states = asked(
        installation,
        f"""
        select string_agg(state, ',' order by delivery_id) from ops.delivery
        where source_id = 'stockport' and period_key = '{MONTH}'
        """,
    )
    assert states == "superseded,superseded,loaded"
    assert figures(installation) == published
    assert asked(installation, "select count(*) from ops.release where state = 'live'") == "1"
