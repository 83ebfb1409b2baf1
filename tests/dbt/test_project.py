"""The project as dbt reads it: no deprecations, rooms, units, contracts, selectors."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from star_warehouse.release import LAYERS
from tests.dbt.conftest import PROJECT, VARIABLES, Parsed, run_dbt

UNITS = {
    r"_gbp$": {"numeric(18, 2)"},
    r"(^|_)pct($|_low$|_high$)": {"numeric(38, 10)"},
    r"_date$": {"date"},
    r"_at$": {"timestamp with time zone"},
    r"^(is|has)_": {"boolean"},
    r"_count$|^(partners|months)_(expected|received)$|^lines_": {"bigint"},
}


def models(manifest: dict[str, Any], folder: str) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["original_file_path"].startswith(f"models/{folder}/")
    ]


def test_the_project_parses_without_a_warning(parsed: Parsed) -> None:
    assert parsed.outcome.returncode == 0, parsed.outcome.stdout


def test_shared_tables_are_those_promised(manifest: dict[str, Any]) -> None:
    assert {node["alias"] for node in models(manifest, "shared")} == {
        "headline", "measure_definition", "participation", "partner", "quality_result", "release", "retention",
        "social_value_partner", "source_file", "supplier",
    }  # fmt: skip


def test_shared_tables_are_contracted_and_in_the_schema_asked_for(manifest: dict[str, Any]) -> None:
    for node in models(manifest, "shared"):
        assert node["config"]["contract"]["enforced"], node["name"]
        assert node["config"]["materialized"] == "table", node["name"]
        assert node["schema"] == "elsewhere", node["name"]
        assert "release_id" in node["columns"], node["name"]
        for name, column in node["columns"].items():
            assert column["description"].strip(), f"{node['name']}.{name}"


@pytest.mark.parametrize("pattern", UNITS)
def test_columns_have_the_type_their_name_promises(manifest: dict[str, Any], pattern: str) -> None:
    columns = [
        (node["name"], name, column["data_type"])
        for node in models(manifest, "shared")
        for name, column in node["columns"].items()
        if re.search(pattern, name)
    ]
    assert columns
    assert [column for column in columns if column[2] not in UNITS[pattern]] == []


def test_layers_hold_every_node_once_and_no_unit_test(parsed: Parsed, manifest: dict[str, Any]) -> None:
    selectors = [selector["name"] for selector in yaml.safe_load((PROJECT / "selectors.yml").read_text())["selectors"]]
    assert selectors == [*LAYERS, "rules_trial"]
    selected: list[str] = []
    for layer in LAYERS:
        done = run_dbt(
            *("ls", "--quiet", *VARIABLES, "--selector", layer, "--output", "json", "--output-keys", "unique_id"),
            target=parsed.target,
        )
        assert done.returncode == 0, done.stdout
        selected += re.findall(r'"unique_id": "((?:model|seed|test|unit_test)[^"]+)"', done.stdout)
    built = {name for name, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed", "test")}
    assert sorted(selected) == sorted(built)


def test_no_model_holds_a_threshold_or_a_year(manifest: dict[str, Any]) -> None:
    """Amounts, dates, districts and names of bodies are rows of seeds, never constants of a model."""
    constant = re.compile(r"\b(25000|50000|24999|49999)\b|'\d{4}-\d\d-\d\d'|'E\d{8}'|'\d{4}/\d\d'|stockport|trafford")
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            code = re.sub(r"--[^\n]*", "", node["raw_code"])
            assert not constant.search(code), node["name"]
