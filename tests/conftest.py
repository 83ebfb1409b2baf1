"""Fixtures of all tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.settings import Settings

pytest_plugins = ["tests.fixtures_database"]

_TESTS = Path(__file__).parent
# The folders whose tests share one preparation.
_LONGEST = ("integration", "dbt")


@pytest.hookimpl(tryfirst=True)  # before the processes are told of the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what shares an expensive preparation in one process, and begin with the longest of it.

    `make test` runs two processes beside each other. The installation of the end-to-end tests and the build of the dbt
    tests would otherwise be made in both.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_preparation(item)))
    items.sort(key=lambda item: _LONGEST.index(name) if (name := _preparation(item)) in _LONGEST else len(_LONGEST))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: packed ones hold the moment they were made, and both processes must agree."""
    return argname if isinstance(val, bytes) else None


def _preparation(item: pytest.Item) -> str:
    path = item.path.relative_to(_TESTS)
    return path.parent.name if path.parent.name in _LONGEST else path.as_posix()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample deliveries, written once a session: a folder a source."""
    from tests.samples import write_samples

    folder = tmp_path_factory.mktemp("sample")
    write_samples(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a machine with an empty home folder."""
    return replace(Settings.from_environment({}), home=tmp_path / "home")
