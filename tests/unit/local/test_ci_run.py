"""The script that runs all tests: what it says on a machine without npm, and that it runs the tests all the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from star_warehouse.settings import REPOSITORY

SCRIPT = REPOSITORY / ".ci" / "run"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The only folder of programs: none that is not needed, and a ``make`` that says what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    found = shutil.which("dirname")
    assert found is not None
    (folder / "dirname").symlink_to(found)
    add(folder, "id", "echo 0")
    add(folder, "make", 'echo "asked for: $*"')
    return folder


def add(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def run(programs: Path) -> subprocess.CompletedProcess[str]:
    checkout = programs.parent
    (checkout / ".ci").mkdir()
    shutil.copy(SCRIPT, checkout / ".ci" / "run")
    return subprocess.run(
        ["/bin/sh", str(checkout / ".ci" / "run")],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("apt", [None, "exit 100"], ids=["no apt-get", "apt-get without the package"])
def test_without_npm_it_says_what_to_install_and_still_runs_the_tests(programs: Path, apt: str | None) -> None:
    if apt:
        add(programs, "apt-get", apt)

    done = run(programs)

    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("npm: It is not there and could not be installed")
    assert "Install Node.js 18 or later with npm" in sentence
    assert (done.returncode, done.stdout) == (0, "asked for: test\n")


def test_with_npm_nothing_is_installed_or_said(programs: Path) -> None:
    add(programs, "npm", "exit 1")
    add(programs, "apt-get", "echo installing")

    done = run(programs)

    assert (done.stdout, done.stderr) == ("asked for: test\n", "")


def test_apt_installs_npm_where_it_may(programs: Path) -> None:
    npm = programs / "npm"
    add(programs, "apt-get", f'[ "$1" = update ] || {{ echo "installs $*"; : > {npm}; /bin/chmod +x {npm}; }}')

    done = run(programs)

    assert done.stderr == ""
    installed, asked = done.stdout.splitlines()
    assert installed.endswith("nodejs npm")
    assert asked == "asked for: test"
