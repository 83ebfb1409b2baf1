"""Fixtures of all tests."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from star_warehouse.settings import Settings

pytest_plugins = ["tests.fixtures_database"]

# The folders whose tests share one expensive preparation: the installation of the end-to-end tests, the build of dbt's,
# the sample as it is drawn.
_LONGEST = ("tests/integration", "tests/dbt", "tests/unit/samples")


class _ByPreparation(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps what shares a preparation in one of the processes of `make test`."""

    def _split_scope(self, nodeid: str) -> str:
        return _preparation(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Distribute tests by what they prepare. (xdist's own groups rename tests, which this pytest does not let it.)"""
    return _ByPreparation(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest."""
    items.sort(
        key=lambda item: _LONGEST.index(name) if (name := _preparation(item.nodeid)) in _LONGEST else len(_LONGEST)
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: packed ones hold the moment they were made, and both processes must agree."""
    return argname if isinstance(val, bytes) else None


def _preparation(nodeid: str) -> str:
    path = nodeid.split("::")[0]
    folder = path.rpartition("/")[0]
    return folder if folder in _LONGEST else path


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample deliveries, a folder a source: written once for all processes of a session, and only read."""
    from tests.samples import write_samples

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "sample"
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun = tmp_path_factory.mktemp("sample")
            write_samples(begun)
            begun.rename(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a machine with an empty home folder."""
    return replace(Settings.from_environment({}), home=tmp_path / "home")
