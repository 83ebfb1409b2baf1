"""Fixtures of all tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.settings import Settings

pytest_plugins = ["tests.fixtures_database"]


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
