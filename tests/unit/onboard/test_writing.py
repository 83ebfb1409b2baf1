"""A draft as YAML: whatever stands in a file's headers, the text is YAML and says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from star_warehouse.onboard.writing import scalar, write_draft
from star_warehouse.refusal import Refusal

HEADER = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=20)


@given(st.lists(HEADER.map(lambda text: " ".join(text.split())).filter(bool), min_size=1, max_size=4))
def test_a_list_of_headers_is_read_as_it_was_written(headers: list[str]) -> None:
    items = ", ".join(scalar(header, is_item=True) for header in headers)
    text = f"key: [{items}]\nplain: {scalar(headers[0])}\n"

    document = YAML(typ="safe").load(text)

    assert document == {"key": headers, "plain": headers[0]}


@pytest.mark.parametrize("text", ["No", "null", "12", "a: b", "a #b", "'quoted'", "[x]", "-", "~", "1e3", "2024-01-01"])
def test_what_yaml_would_take_for_something_else_is_quoted(text: str) -> None:
    assert scalar(text).startswith("'")


def test_a_comma_is_quoted_only_between_brackets() -> None:
    assert scalar("Town, payments") == "Town, payments"
    assert scalar("Town, payments", is_item=True) == "'Town, payments'"


@pytest.mark.parametrize("name", ["Old Town.yml", "9town.yml", "town.yaml", "town"])
def test_a_draft_is_called_as_its_source(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal, match="is the source's id"):
        write_draft(tmp_path / name, "id: x\n")


def test_a_declaration_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "town.yml"
    path.write_text("mine")

    with pytest.raises(Refusal, match="There is a declaration already"):
        write_draft(path, "id: x\n")
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be written: No such file"):
        write_draft(tmp_path / "nowhere" / "town.yml", "id: x\n")
