"""Whoever changes deliveries while another command builds a release is told what becomes of it."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.local.overtaking import print_overtaken
from star_warehouse.local.session import alone
from star_warehouse.settings import Settings
from tests.releases import audited, delivered, postcodes_loaded


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of an empty checkout."""
    (tmp_path / "repository" / "expectations").mkdir(parents=True)
    return replace(settings, repository=tmp_path / "repository")


def said(settings: Settings, warehouse: Warehouse) -> str:
    stream = io.StringIO()
    print_overtaken(settings, warehouse, Console(file=stream, width=160))
    return stream.getvalue()


def test_the_release_that_another_command_builds_is_named_once_its_deliveries_changed(
    project: Settings, warehouse: Warehouse
) -> None:
    postcodes_loaded(warehouse)
    release_id = audited(warehouse, project, 1, state="building")
    with alone(project, "star-warehouse run"):
        assert said(project, warehouse) == "", "what it rests on is what is current"
        delivered(warehouse, 2)
        told = said(project, warehouse)
    assert told.startswith(
        f"Another command is at work here (star-warehouse run, process {os.getpid()}): release {release_id}, "
    )
    assert "one more `star-warehouse run`" in told
    assert said(project, warehouse) == "", "nobody is at work"


def test_a_release_that_passed_its_audit_is_published_all_the_same(project: Settings, warehouse: Warehouse) -> None:
    postcodes_loaded(warehouse)
    audited(warehouse, project, 1)
    with alone(project, "star-warehouse run"):
        delivered(warehouse, 2)
        assert said(project, warehouse) == ""
