"""`make up`: a file from a server, by the credentials that Airflow keeps, and the watch over what did not come.

It runs in a home of its own, from a copy of the checkout that declares one source, on a real SSH server.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from star_warehouse.local.airflow_api import AirflowApi
from star_warehouse.local.airflow_environment import ADMIN
from star_warehouse.settings import REPOSITORY
from tests.builders import SPEND, declare, spend_file
from tests.integration.conftest import Installation, new_installation
from tests.servers.ssh import SshServer

pytestmark = pytest.mark.e2e

WATCH = "watch_deliveries"
INGEST = "ingest_spend__town"
SECONDS = 240
# What the calendar starts counts from the day's look.
BEGAN = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    folder = tmp_path_factory.mktemp("ssh")
    (folder / "upload").mkdir()
    path = folder / "upload" / "town_2018-04.csv"
    path.write_bytes(
        spend_file(
            "Invented Paving Ltd,V1,03/04/2018,120.50,Kerbs",
            "Invented Paving Ltd,V1,17/04/2018,79.50,Kerbs",
            header="Supplier,Ref,Paid,Net,Purpose",
        )
    )
    os.utime(path, (1_700_000_000, 1_700_000_000))
    server = SshServer(folder)
    yield server
    server.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, ssh: SshServer) -> Path:
    """A copy of the repository whose only source lies on the server."""
    checkout = tmp_path_factory.mktemp("checkout") / "repository"
    left_out = shutil.ignore_patterns(".git", ".venv", ".local", "__pycache__", "target", ".*cache", "node_modules")
    shutil.copytree(REPOSITORY, checkout, ignore=left_out)
    sources = checkout / "dags" / "sources"
    for path in sources.glob("*.yml"):
        path.unlink()
    declare(
        sources,
        SPEND,
        ("partner: town\n", f"partner: stockport\nlocation: sftp://town_server@127.0.0.1:{ssh.port}/upload\n"),
        ("extract: internal", "extract: published"),
    )
    # What is taken in would start a release, which nobody looks at here.
    release = checkout / "dags" / "release.py"
    scheduled = release.read_text()
    release.write_text(scheduled.replace("schedule=anything_new(sources_of())", "schedule=None"))
    assert release.read_text() != scheduled
    return checkout


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, checkout: Path, ssh: SshServer) -> Iterator[Installation]:
    """A home in which `up` runs, after the credentials were given to Airflow, and to nobody else."""
    installation = new_installation(tmp_path_factory.mktemp("up") / "home")
    process = subprocess.Popen(
        [sys.executable, "-c", "from star_warehouse.cli import main; main()", "up"],
        env=environment(installation, checkout) | {"PYTHONUNBUFFERED": "1"},
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "Ctrl-C stops them" in line:
                break
        assert process.poll() is None, "".join(printed)
        airflow(
            installation,
            checkout,
            *("connections", "add", "town_server", "--conn-type", "sftp", "--conn-login", ssh.user),
            *("--conn-password", ssh.password, "--conn-extra", json.dumps({"host_key": ssh.host_key})),
        )
        yield installation
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def environment(installation: Installation, checkout: Path) -> dict[str, str]:
    return installation.environment() | {"PYTHONPATH": str(checkout / "plugins")}


def airflow(installation: Installation, checkout: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from star_warehouse.cli import main; main()", "airflow", *arguments],
        env=environment(installation, checkout),
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def api(installation: Installation) -> Iterator[AirflowApi]:
    """The API of the Airflow that runs; the commands of Airflow take seconds to start."""
    password = installation.secrets()["airflow_admin_password"]
    client = AirflowApi(f"http://127.0.0.1:{installation.airflow_port}", ADMIN, password)
    yield client
    client.close()


def finished(api: AirflowApi, dag_id: str, at_least: int) -> list[str]:
    """The states of a DAG's runs, the oldest first, once so many have ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        runs = [run for run in api.runs_since(BEGAN) if run.dag_id == dag_id]
        if len(runs) >= at_least and all(run.is_finished for run in runs):
            return [run.state for run in runs]
        time.sleep(0.5)
    raise AssertionError(f"{dag_id} did not end: {runs}")


def asked(installation: Installation, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(installation.database_url()) as connection:
        return connection.execute(question).fetchall()


def test_a_task_takes_in_a_file_by_a_connection_that_airflow_keeps(installation: Installation, api: AirflowApi) -> None:
    # Its schedule may have started it once before the credentials were there.
    api.trigger(INGEST)
    assert finished(api, INGEST, 1)[-1] == "success"
    assert asked(installation, "select file_name, state, lines_loaded, amount_loaded_gbp::text from ops.delivery") == [
        ("town_2018-04.csv", "loaded", 2, "200.00")
    ]


def test_the_watch_fails_once_for_what_did_not_come(installation: Installation, api: AirflowApi) -> None:
    # Its schedule may have been the first to start it.
    for count in (1, 2):
        api.trigger(WATCH)
        states = finished(api, WATCH, count)
    assert (states[0], set(states[1:])) == ("failed", {"success"})
    # April 2018 to March 2024, and only the first month came.
    alerts = """
        select kind, source_id, late_period_keys, cardinality(missing_period_keys), missing_period_keys[1],
            missing_period_keys[71]
        from ops.alert where closed_at is null
    """
    assert asked(installation, alerts) == [("overdue", "town", [], 71, "2024-03", "2018-05")]
