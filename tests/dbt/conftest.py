"""The dbt project, run the way the release runs it, and its seeds as Python reads them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.settings import REPOSITORY

PROJECT = REPOSITORY / "dbt_project"
SEEDS = PROJECT / "seeds"

# As the release gives them; with the same ones dbt does not parse the project again.
VARIABLES = ("--vars", "{candidate_schema: elsewhere}")

# To parse connects to nothing, and builds for no release.
NOWHERE = {
    "STAR_RELEASE_ID": "0",
    "STAR_PGHOST": "127.0.0.1",
    "STAR_PGPORT": "1",
    "STAR_PGUSER": "nobody",
    "STAR_PGPASSWORD": "none",
    "STAR_PGDATABASE": "none",
}


def run_dbt(
    *arguments: str, target: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``dbt ARGUMENTS`` on the project.

    Args:
        target: where dbt writes its artifacts.
        environment: the ``STAR_PG*`` variables; without them nothing can be connected to.
    """
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            *arguments,
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(target), "--log-path", str(target / "logs")),
        ],
        env=os.environ | NOWHERE | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"} | (environment or {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def read_seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed, such as ``rules/scope_rule``; an empty field is an empty text."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Parsed:
    """What came of reading the project, and where dbt left its artifacts."""

    outcome: subprocess.CompletedProcess[str]
    target: Path


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    """``dbt parse`` with every warning and deprecation an error."""
    target = tmp_path_factory.mktemp("parsed")
    outcome = run_dbt("--warn-error", "parse", "--show-all-deprecations", *VARIABLES, target=target)
    return Parsed(outcome, target)


@pytest.fixture(scope="session")
def manifest(parsed: Parsed) -> dict[str, Any]:
    """What dbt understood of the project."""
    assert parsed.outcome.returncode == 0, parsed.outcome.stdout
    content: dict[str, Any] = json.loads((parsed.target / "manifest.json").read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Built:
    """A warehouse in which the whole project was built, and what dbt said of each node."""

    warehouse: Warehouse
    output: str
    results: list[dict[str, Any]]


@pytest.fixture(scope="session")
def built(
    make_database: Callable[[str | None], Warehouse],
    empty_warehouse: Warehouse,
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    """Everything built on a warehouse without deliveries, unit tests and data tests included."""
    warehouse = make_database(empty_warehouse.database)
    target = tmp_path_factory.mktemp("built")
    done = run_dbt("build", target=target, environment=warehouse.environment())
    results = target / "run_results.json"
    assert results.exists(), done.stdout + done.stderr
    return Built(warehouse, done.stdout, json.loads(results.read_text(encoding="utf-8"))["results"])
