"""A release that cannot be built, is interrupted, or whose deliveries change meanwhile: the last one stays live."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.database import Lock, Warehouse, held_if_free
from star_warehouse.refusal import Refusal
from star_warehouse.release import audit, build, list_releases, open_release, publish, release_is_due
from star_warehouse.release.record import working_on
from star_warehouse.settings import REPOSITORY, Settings
from tests.releases import audited, delivered, postcodes_loaded, shown, states

_PROJECT = """
name: small
version: "1.0"
config-version: 2
profile: star_warehouse
models:
  small:
    +materialized: table
    warehouse: {+schema: warehouse}
    candidate: {+schema: candidate}
"""
_SELECTORS = """
selectors:
  - {name: warehouse, definition: {method: path, value: models/warehouse}}
  - {name: measures, definition: {method: path, value: models/measures}}
  - {name: candidate, definition: {method: path, value: models/candidate}}
"""
_FILES = {
    "dbt_project.yml": _PROJECT,
    "selectors.yml": _SELECTORS,
    "macros/schema.sql": "{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}{% endmacro %}",
    "models/warehouse/fct_line.sql": "select 1 as line_id, {{ env_var('STAR_RELEASE_ID') }} as release_id",
    "models/candidate/headline.sql": "select * from {{ ref('fct_line') }}",
    "tests/lines_are_few.sql": "select * from {{ ref('fct_line') }} where line_id > 1",
}


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a checkout with a small dbt project and no expectations."""
    repository = tmp_path / "repository"
    for name, text in _FILES.items():
        path = repository / "dbt_project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    profiles = (REPOSITORY / "dbt_project" / "profiles.yml").read_text(encoding="utf-8")
    (repository / "dbt_project" / "profiles.yml").write_text(profiles, encoding="utf-8")
    return replace(settings, repository=repository)


def _change(project: Settings, name: str, text: str) -> None:
    (project.dbt_project / name).write_text(text, encoding="utf-8")


def _opened(warehouse: Warehouse, settings: Settings) -> int:
    """A published release, and the number of a second one that was just opened."""
    postcodes_loaded(warehouse)
    publish(warehouse, audited(warehouse, settings, 1))
    delivered(warehouse, 2)
    release_id = open_release(warehouse, settings, "run")
    assert release_id == 2
    return release_id


def test_each_model_and_test_is_told_with_its_result(warehouse: Warehouse, project: Settings) -> None:
    release_id = _opened(warehouse, project)
    for _ in range(2):  # A task that is tried again.
        build(warehouse, project, release_id, "run", "warehouse")
    build(warehouse, project, release_id, "run", "candidate")
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select layer, split_part(node_id, '.', 3), resource_type, status, failures from ops.model_result "
            "where release_id = %s and run_id = 'run' order by layer desc, node_id",
            (release_id,),
        ).fetchall()
        built = connection.execute("select * from candidate.headline").fetchall()
    assert rows == [
        ("warehouse", "fct_line", "model", "success", None),
        ("warehouse", "lines_are_few", "test", "pass", 0),
        ("candidate", "headline", "model", "success", None),
    ]
    assert built == [(1, release_id)]
    assert (project.home / "dbt" / f"release_{release_id}" / "manifest.json").is_file()
    assert not (project.dbt_project / "target").exists()


@pytest.mark.parametrize(
    ("changed", "text", "said"),
    [
        ("models/warehouse/fct_line.sql", "select * from nowhere", "fct_line: .*relation .nowhere. does not exist"),
        ("tests/lines_are_few.sql", "select * from {{ ref('fct_line') }}", "lines_are_few: Got 1 result"),
        ("models/warehouse/fct_line.sql", "select {{ unclosed", "fct_line"),
    ],
)
def test_what_dbt_cannot_build_is_refused_by_name(
    warehouse: Warehouse, project: Settings, changed: str, text: str, said: str
) -> None:
    release_id = _opened(warehouse, project)
    _change(project, changed, text)
    with pytest.raises(Refusal, match=said) as refused:
        build(warehouse, project, release_id, "run", "warehouse")
    assert "The last release stays live" in refused.value.way_out
    assert shown(warehouse) == 1
    newest = list_releases(warehouse)[0]
    assert (newest.state, newest.reason) == ("failed", refused.value.what)
    assert release_is_due(warehouse, project)
    with pytest.raises(Refusal, match=f"Release {release_id} is failed"):
        build(warehouse, project, release_id, "run", "candidate")


def test_an_interrupted_release_is_abandoned_and_the_next_one_begins(warehouse: Warehouse, project: Settings) -> None:
    release_id = _opened(warehouse, project)
    build(warehouse, project, release_id, "run", "warehouse")
    build(warehouse, project, release_id, "run", "candidate")
    # The run dies here.
    assert open_release(warehouse, project, "next run") == release_id + 1
    assert states(warehouse) == {1: "live", release_id: "abandoned", release_id + 1: "building"}
    with warehouse.connect() as connection:
        assert connection.execute("select to_regnamespace('candidate')").fetchone() == (None,)
    with pytest.raises(Refusal, match=f"Release {release_id} is abandoned"):
        build(warehouse, project, release_id, "run", "candidate")
    assert shown(warehouse) == 1


@pytest.mark.parametrize("step", ["build", "audit"])
def test_deliveries_that_change_meanwhile_end_the_release(warehouse: Warehouse, project: Settings, step: str) -> None:
    release_id = _opened(warehouse, project)
    number = delivered(warehouse, 3)
    with pytest.raises(Refusal, match=rf"release {release_id}: 1 delivery \({number}\) came or went"):
        if step == "build":
            build(warehouse, project, release_id, "run", "warehouse")
        else:
            audit(warehouse, project, release_id, "run")
    assert states(warehouse) == {1: "live", release_id: "abandoned"}
    assert open_release(warehouse, project, "next run") == release_id + 1


def test_of_many_deliveries_that_changed_the_first_six_are_named(warehouse: Warehouse, project: Settings) -> None:
    release_id = _opened(warehouse, project)
    first, *_ = [delivered(warehouse, month) for month in range(3, 10)]
    named = ", ".join(str(first + place) for place in range(6))
    with pytest.raises(Refusal, match=rf"7 deliveries \({named}, …\) came or went"):
        build(warehouse, project, release_id, "run", "warehouse")


def test_two_do_not_work_on_one_candidate(warehouse: Warehouse, project: Settings) -> None:
    release_id = _opened(warehouse, project)
    with working_on(warehouse, release_id, "building"):
        with pytest.raises(Refusal, match="Someone else"):
            build(warehouse, project, release_id, "run", "warehouse")
        with pytest.raises(Refusal, match="Another release is being built"):
            open_release(warehouse, project, "next run")
    assert states(warehouse)[release_id] == "building"
    build(warehouse, project, release_id, "run", "warehouse")


def test_who_comes_next_finds_the_candidate_free_at_once(warehouse: Warehouse, project: Settings) -> None:
    """The server may end the session of the one before a moment later; a release's layers follow one another."""
    release_id = _opened(warehouse, project)
    with warehouse.connect(autocommit=True) as other:
        for _ in range(50):
            with working_on(warehouse, release_id, "building"), held_if_free(other, Lock.CANDIDATE) as is_free:
                assert not is_free
            with held_if_free(other, Lock.CANDIDATE) as is_free:
                assert is_free


def test_without_expectations_the_gate_stays_shut(warehouse: Warehouse, project: Settings) -> None:
    release_id = _opened(warehouse, project)
    with pytest.raises(Refusal, match="nothing to check"):
        audit(warehouse, project, release_id, "run")
    build(warehouse, project, release_id, "run", "warehouse")
    build(warehouse, project, release_id, "run", "candidate")
    with pytest.raises(Refusal, match="expectations are missing"):
        audit(warehouse, project, release_id, "run")
    with pytest.raises(Refusal, match="building, not audited"):
        publish(warehouse, release_id)
    assert shown(warehouse) == 1
