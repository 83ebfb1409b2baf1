"""When a release is due, and what makes it another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.release import headline, list_releases, open_release, publish, release_is_due
from star_warehouse.settings import Settings
from tests.releases import audited, delivered, postcodes_loaded, states


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a checkout of a few files."""
    for name in ("dbt_project/models/a.sql", "expectations/expectations/a.json"):
        path = tmp_path / "repository" / name
        path.parent.mkdir(parents=True)
        path.write_text("1")
    return replace(settings, repository=tmp_path / "repository")


def test_nothing_is_due_before_anything_is_current(warehouse: Warehouse, project: Settings) -> None:
    assert not release_is_due(warehouse, project)
    with pytest.raises(Refusal, match="No delivery is current"):
        open_release(warehouse, project, "run")
    assert list_releases(warehouse) == []
    assert headline(warehouse) == []


def test_suppliers_cannot_be_located_without_postcodes(warehouse: Warehouse, project: Settings) -> None:
    delivered(warehouse, 1)
    with pytest.raises(Refusal, match="postcode directory was never loaded"):
        open_release(warehouse, project, "run")
    assert states(warehouse) == {}


def test_a_release_knows_what_it_is_made_from(warehouse: Warehouse, project: Settings) -> None:
    postcodes_loaded(warehouse)
    ids = [delivered(warehouse, month) for month in (1, 2)]
    release_id = open_release(warehouse, project, "run")
    (release,) = list_releases(warehouse)
    assert release.release_id == release_id
    assert (release.state, release.run_id, release.schema_name) == ("building", "run", "candidate")
    assert release.delivery_ids == ids
    assert len(release.fingerprint) == 64


def test_the_same_things_make_no_second_release(warehouse: Warehouse, project: Settings) -> None:
    postcodes_loaded(warehouse)
    publish(warehouse, audited(warehouse, project, 1))
    assert not release_is_due(warehouse, project)
    assert open_release(warehouse, project, "again") is None
    assert states(warehouse) == {1: "live"}


def test_a_release_keeps_the_version_of_its_postcode_directory(warehouse: Warehouse, project: Settings) -> None:
    postcodes_loaded(warehouse, "2025.5")
    delivered(warehouse, 1)
    first = open_release(warehouse, project, "run")
    postcodes_loaded(warehouse, "2026.1")
    second = open_release(warehouse, project, "run")
    with warehouse.connect() as connection:
        versions = dict(
            connection.execute("select release_id, reference_versions ->> 'postcode' from ops.release").fetchall()
        )
    assert versions == {first: "2025.5", second: "2026.1"}


@pytest.mark.parametrize(
    "statement",
    [
        "insert into ops.reference_load values ('postcode', '2', 1)",
        "update ops.source set extract = 'published'",
        "update ops.delivery set state = 'superseded'",
    ],
)
def test_other_data_are_another_release(warehouse: Warehouse, project: Settings, statement: str) -> None:
    postcodes_loaded(warehouse)
    publish(warehouse, audited(warehouse, project, 1))
    delivered(warehouse, 2)
    publish(warehouse, audited(warehouse, project, 3))
    assert not release_is_due(warehouse, project)
    with warehouse.connect() as connection:
        limit = " where period_key = '2023-01'" if "ops.delivery" in statement else ""
        connection.execute(statement + limit)
    assert release_is_due(warehouse, project)


@pytest.mark.parametrize("path", ["dbt_project/models/a.sql", "expectations/expectations/a.json", "dbt_project/b.csv"])
def test_other_code_is_another_release(warehouse: Warehouse, project: Settings, path: str) -> None:
    postcodes_loaded(warehouse)
    publish(warehouse, audited(warehouse, project, 1))
    (project.repository / path).write_text("2")
    assert release_is_due(warehouse, project)
    second = open_release(warehouse, project, "run")
    newest, first = list_releases(warehouse)
    assert newest.release_id == second
    assert newest.code_version != first.code_version


@pytest.mark.parametrize("path", ["target/manifest.json", "logs/dbt.log", ".user.yml", "models/__pycache__/a.pyc"])
def test_what_dbt_writes_is_no_code(warehouse: Warehouse, project: Settings, path: str) -> None:
    postcodes_loaded(warehouse)
    publish(warehouse, audited(warehouse, project, 1))
    written = project.dbt_project / path
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text("2")
    assert not release_is_due(warehouse, project)


@pytest.mark.parametrize("state", ["refused", "failed", "abandoned"])
def test_what_came_to_nothing_is_still_due(warehouse: Warehouse, project: Settings, state: str) -> None:
    postcodes_loaded(warehouse)
    audited(warehouse, project, 1, state=state)
    assert release_is_due(warehouse, project)
    assert open_release(warehouse, project, "again") == 2
    assert states(warehouse) == {1: state, 2: "building"}
