"""Every suite is whole: it can be read, says how grave a failure is, where its threshold is from and what to do."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from ruamel.yaml import YAML

from star_warehouse.database import Warehouse
from star_warehouse.quality.project import open_project, run_folder
from star_warehouse.refusal import Refusal
from star_warehouse.settings import REPOSITORY, Settings

PROJECT = REPOSITORY / "expectations"
PROFILES = REPOSITORY / "plugins" / "star_warehouse" / "quality" / "profiles"
# The words are told by Python, which reads the seeds that know them.
WORDS = {"unknown_words", "foreign_bodies"}
SUITES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((PROJECT / "expectations").glob("*.json"))
}
DEFINITIONS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((PROJECT / "validation_definitions").glob("*.json"))
}
# What the queries of each suite's profile name.
FIGURES = {
    name: WORDS
    | {
        word
        for part in ("delivery", name, f"{name}_history")
        if (PROFILES / f"{part}.sql").exists()
        for word in re.findall(r"[a-z_]+", (PROFILES / f"{part}.sql").read_text(encoding="utf-8"))
    }
    for name in SUITES
    if name.startswith("delivery_")
}
EXPECTATIONS = [(name, expectation) for name, suite in SUITES.items() for expectation in suite["expectations"]]
NOWHERE = Warehouse("127.0.0.1", 1, "nobody", "none", "none")

each_expectation = pytest.mark.parametrize(
    ("suite", "expectation"), EXPECTATIONS, ids=[f"{name}: {one['description']}" for name, one in EXPECTATIONS]
)


def test_the_suites() -> None:
    assert set(SUITES) == {
        *(f"delivery_{kind}" for kind in ("spend", "social_value", "contracts", "tenders", "register")),
        *(f"candidate_{part}" for part in ("release", "retention", "headline", "social_value", "participation")),
        "candidate_agreement",
        "candidate_supplier",
    }
    assert set(DEFINITIONS) == set(SUITES)


@each_expectation
def test_an_expectation_says_what_it_is_about(suite: str, expectation: dict[str, Any]) -> None:
    assert expectation["severity"] in ("critical", "warning", "info")
    assert expectation["description"][0].isupper()
    # Where the threshold is from: a text of the design, a measure, the issue, or our own reasoning in a sentence.
    assert len(expectation["notes"]) > 20
    assert expectation["meta"]["way_out"].endswith(".")
    places = {name for _, name, _, _ in Formatter().parse(expectation["meta"]["says"]) if name is not None}
    if suite.startswith("delivery_"):
        assert places <= {"observed", *FIGURES[suite]}
    else:
        assert places <= {"observed", "count"}


@each_expectation
def test_what_is_only_noted_stops_nothing(suite: str, expectation: dict[str, Any]) -> None:
    if suite.startswith("delivery_"):
        is_noted = expectation["meta"]["way_out"].startswith(("Nothing is held up", "Nothing to do", "No figure "))
        assert is_noted == (expectation["severity"] == "info")


@pytest.mark.parametrize("name", FIGURES)
def test_a_delivery_suite_reads_figures_that_its_profile_has(name: str) -> None:
    read = {expectation["kwargs"]["column"] for expectation in SUITES[name]["expectations"]}
    assert read <= FIGURES[name]


def test_a_query_about_a_table_names_its_batch() -> None:
    queries = [one["kwargs"].get("unexpected_rows_query") for _, one in EXPECTATIONS]
    assert [query for query in queries if query is not None and "{batch}" not in query] == []


def test_ids_are_unique() -> None:
    data_sources = YAML(typ="safe").load((PROJECT / "great_expectations.yml").read_text(encoding="utf-8"))
    ids = Counter(
        _ids(
            [*SUITES.values(), data_sources["fluent_datasources"], *({"id": one["id"]} for one in DEFINITIONS.values())]
        )
    )
    assert [one for one, times in ids.items() if times > 1] == []


def test_great_expectations_reads_every_suite(tmp_path: Path, settings: Settings) -> None:
    with open_project(settings, NOWHERE, tmp_path / "project", "candidate") as project:
        read = {name: len(project.validation_definitions.get(name).suite.expectations) for name in SUITES}
    assert read == {name: len(suite["expectations"]) for name, suite in SUITES.items()}


def test_the_address_reaches_no_file(tmp_path: Path, settings: Settings) -> None:
    secret = Warehouse("127.0.0.1", 1, "nobody", "a-password-to-be-found", "none")
    with open_project(settings, secret, tmp_path / "project", "candidate"):
        pass
    written = [path for path in (tmp_path / "project").rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if b"a-password-to-be-found" in path.read_bytes()] == []


def test_the_folder_of_a_run(settings: Settings) -> None:
    folder = run_folder(settings, "ingest/stockport 2024-01-01T00:00:00+00:00", "stockport")
    assert folder == settings.home / "quality" / "ingest_stockport_2024-01-01T00_00_00_00_00" / "stockport"


def test_expectations_that_are_missing(tmp_path: Path, settings: Settings) -> None:
    elsewhere = replace(settings, repository=tmp_path)
    with (
        pytest.raises(Refusal, match=r"The expectations are missing\. Restore the folder from the repository\."),
        open_project(elsewhere, NOWHERE, tmp_path / "project", "candidate"),
    ):
        pass


def _ids(node: Any) -> list[str]:
    if isinstance(node, list):
        return [one for item in node for one in _ids(item)]
    if isinstance(node, dict):
        own = [node["id"]] if "id" in node else []
        return own + [one for item in node.values() for one in _ids(item)]
    return []
