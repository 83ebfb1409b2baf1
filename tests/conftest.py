"""Fixtures of all tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.settings import Settings

pytest_plugins = ["tests.fixtures_database"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a machine with an empty home folder."""
    return replace(Settings.from_environment({}), home=tmp_path / "home")
