"""One installation for all end-to-end tests: `star-warehouse run` in a home of its own, once a session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.settings import REPOSITORY
from tests.ports import free_port

RUN_SECONDS = 900


@dataclass(frozen=True)
class Installation:
    """A home folder with its ports, and the command that works in it."""

    home: Path
    warehouse_port: int
    airflow_port: int

    def command(
        self, *arguments: str, seconds: int = RUN_SECONDS, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``star-warehouse ARGUMENTS`` to its end and return what it printed."""
        return subprocess.run(
            self.words(*arguments),
            env=self.environment() | (environment or {}),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def words(self, *arguments: str) -> list[str]:
        """The command line of ``star-warehouse ARGUMENTS``."""
        return [str(Path(sys.executable).with_name("star-warehouse")), *arguments]

    def environment(self) -> dict[str, str]:
        """The environment that points the command at this home."""
        inherited = {name: value for name, value in os.environ.items() if name != "WAREHOUSE_URL"}
        return inherited | {
            "STAR_HOME": str(self.home),
            "STAR_WAREHOUSE_PORT": str(self.warehouse_port),
            "STAR_AIRFLOW_PORT": str(self.airflow_port),
        }

    def secrets(self) -> dict[str, str]:
        """The generated passwords of this home."""
        secrets: dict[str, str] = json.loads((self.home / "secrets.json").read_text())
        return secrets

    def database_url(self, database: str = "warehouse") -> str:
        """Where a database of this home is while its server runs, for the user who owns it."""
        password = self.secrets()["warehouse_password"]
        return f"postgresql://star:{password}@127.0.0.1:{self.warehouse_port}/{database}"

    def server(self) -> EmbeddedPostgres:
        """This home's database server, not started."""
        return EmbeddedPostgres(self.home / "postgres", self.warehouse_port, self.secrets()["superuser_password"])


@dataclass(frozen=True)
class FirstRun:
    """The installation after its first `run`, and what that run printed."""

    installation: Installation
    output: str
    errors: str
    exit_code: int


@dataclass(frozen=True)
class Published:
    """The warehouse of a finished run, its server running."""

    reader_url: str
    owner_url: str
    sample_folder: Path


def new_installation(home: Path) -> Installation:
    """An installation in ``home`` with free ports."""
    return Installation(home, free_port(), free_port())


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """`star-warehouse run` on an empty home: the one expensive run that the end-to-end tests share.

    ``STAR_TEST_HOME`` names a home that an earlier such session left, for working on one of these tests.
    """
    kept = os.environ.get("STAR_TEST_HOME")
    installation = new_installation(Path(kept) if kept else tmp_path_factory.mktemp("installation") / "home")
    done = installation.command("run")
    return FirstRun(installation, done.stdout, done.stderr, done.returncode)


@pytest.fixture(scope="module")
def published(first_run: FirstRun) -> Iterator[Published]:
    """The published warehouse of the shared run, with its server running while a module's tests read it."""
    assert first_run.exit_code == 0, first_run.output + first_run.errors
    installation = first_run.installation
    secrets = installation.secrets()
    address = f"127.0.0.1:{installation.warehouse_port}/warehouse"
    with installation.server():
        yield Published(
            reader_url=f"postgresql://shared_reader:{secrets['reader_password']}@{address}",
            owner_url=installation.database_url(),
            sample_folder=installation.home / "inbox",
        )
