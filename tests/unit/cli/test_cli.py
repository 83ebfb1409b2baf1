"""The command: one sentence for what it refuses, and an answer at once where nothing heavy is needed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.cli import deliver
from star_warehouse.settings import Settings
from tests.builders import declare, seeds
from tests.ports import free_port

HEAVY = ("airflow", "dbt", "great_expectations", "polars", "sqlalchemy", "psycopg")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STAR_", "WAREHOUSE_URL"))}
    return subprocess.run(
        [str(Path(sys.executable).with_name("star-warehouse")), *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on standard error of a refused command."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_help_names_every_command() -> None:
    done = command("--help")
    assert done.returncode == 0
    work = ("run", "up", "deliver", "sample", "accept", "refuse", "reprocess")
    for name in (*work, "status", "releases", "headline", "places", "rules", "psql", "airflow"):
        assert f" {name} " in done.stdout


def test_what_is_to_be_explained_has_to_be_said(tmp_path: Path) -> None:
    for words in ((), ("7",), ("7", "3", "--supplier", "HMRC")):
        sentence = refused(command("rules", "explain", *words, STAR_HOME=str(tmp_path / "home")))
        assert "Give the numbers of a delivery and of its line, or --supplier" in sentence
    assert not (tmp_path / "home").exists()


def test_the_rules_are_listed_without_a_warehouse(tmp_path: Path) -> None:
    done = command("rules", "list", STAR_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    assert "scope_rule.csv:" in done.stdout and "redaction_token.csv:" in done.stdout
    assert not (tmp_path / "home").exists()


def test_the_command_line_imports_nothing_heavy() -> None:
    program = f"import sys, star_warehouse.cli; print([name for name in {HEAVY} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


def test_an_unknown_feed_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    sentence = refused(command("deliver", "nowhere", "a.csv", STAR_HOME=str(tmp_path)))
    assert "'nowhere'" in sentence
    assert "stockport" in sentence


def test_a_decision_without_a_reason_is_not_taken(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for reason in ([], ["--reason", "  "]):
        assert "Give one with --reason" in refused(command("accept", "7", *reason, STAR_HOME=str(home)))
    assert not home.exists()


@pytest.mark.parametrize("other", [("--csv", "new.csv"), ("--about", "brackle")])
def test_decisions_are_taken_on_their_own(tmp_path: Path, other: tuple[str, str]) -> None:
    sentence = refused(command("review", "--decide", "filled.csv", *other, STAR_HOME=str(tmp_path / "home")))
    assert "--decide is an errand of its own" in sentence
    assert not (tmp_path / "home").exists()


def test_what_is_no_period_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    sentence = refused(command("reprocess", "stockport", "--from", "spring", STAR_HOME=str(tmp_path / "home")))
    assert "'spring' is not a period" in sentence
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "stockport_spend_2018-04.csv"
    assert str(file) in refused(command("deliver", "stockport", str(file), STAR_HOME=str(tmp_path / "home")))


def test_a_file_of_a_partner_that_counts_is_delivered_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "stockport_spend_2018-04.csv"
    file.touch()

    told = command("deliver", "stockport", str(file), STAR_HOME=str(tmp_path / "home")).stdout

    assert "Not counted" not in told
    assert told.splitlines()[-1] == "Take it in with `make run`."


def test_a_file_of_a_partner_that_no_seed_knows_waits_for_the_seed_and_no_run_is_promised(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = tmp_path / "checkout"
    declare(checkout / "dags" / "sources")
    seeds(checkout, members="village")
    changed = replace(settings, repository=checkout)
    monkeypatch.setattr(Settings, "from_environment", lambda: changed)
    file = tmp_path / "town_2018-04.csv"
    file.touch()

    deliver("town", [file])

    told = capsys.readouterr().out
    assert "Not counted: source town: Its partner 'town' is in no row of membership.csv" in told
    assert told.splitlines()[-1] == f"Waits: {changed.inbox / 'town' / file.name}"


def test_a_delivered_file_waits_and_is_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "stockport_spend_2018-04.csv"
    file.write_bytes(b"as it came\r\n")
    done = command("deliver", "stockport", str(file), STAR_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    assert "replaces" not in done.stdout
    waits = tmp_path / "home" / "inbox" / "stockport" / file.name
    assert waits.read_bytes() == b"as it came\r\n"

    file.write_bytes(b"as it came again\r\n")
    again = command("deliver", "stockport", str(file), STAR_HOME=str(tmp_path / "home"))
    assert f"Waits: {waits}. It replaces the file of that name" in again.stdout
    assert waits.read_bytes() == b"as it came again\r\n"


@pytest.mark.parametrize("name", ["STAR_WAREHOUSE_PORT", "STAR_AIRFLOW_PORT"])
def test_what_is_no_port_is_refused(name: str, tmp_path: Path) -> None:
    sentence = refused(command("run", STAR_HOME=str(tmp_path), **{name: "eighty"}))
    assert name in sentence
    assert "'eighty'" in sentence


@pytest.mark.parametrize("name", ["run", "psql", "status"])
def test_a_taken_port_is_refused(name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        sentence = refused(command(name, STAR_HOME=str(tmp_path / "home"), STAR_WAREHOUSE_PORT=port))
    assert f"Port {port}" in sentence
    assert "STAR_WAREHOUSE_PORT" in sentence


def test_an_external_warehouse_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    url = f"postgresql://me:secret@127.0.0.1:{free_port()}/spend"
    sentence = refused(command("status", STAR_HOME=str(tmp_path / "home"), WAREHOUSE_URL=url))
    assert "secret" not in sentence


def test_psql_takes_its_own_options_and_its_exit_code_is_ours(tmp_path: Path) -> None:
    place = {"STAR_HOME": str(tmp_path / "home"), "STAR_WAREHOUSE_PORT": str(free_port())}
    asked = command("psql", "-At", "-c", "select current_user || ' in ' || current_database()", **place)
    assert (asked.returncode, asked.stdout.strip()) == (0, "star in warehouse")
    assert command("psql", "-c", "select nonsense", **place).returncode == 1
