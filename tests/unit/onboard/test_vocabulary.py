"""The headers known: those of all declarations, and no header stands for two columns of a table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from star_warehouse.onboard import vocabulary
from star_warehouse.onboard.vocabulary import header_key, meaning_of, resembling
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import ENTITIES, read_declaration

SOURCES = REPOSITORY / "dags" / "sources"
SYNONYMS = Path(vocabulary.__file__).with_name("synonyms.csv")


def rows() -> list[dict[str, str]]:
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.yml")), ids=lambda path: path.stem)
def test_every_declared_header_is_known(path: Path) -> None:
    for layout in read_declaration(path).layouts:
        for entity, table in layout.tables.items():
            for column, headers in table.columns.items():
                for header in headers:
                    meaning = meaning_of(entity, header)
                    assert meaning is not None, f"add {entity},{column},{header} to {SYNONYMS.name}"
                    assert meaning.column == column


def test_no_header_stands_for_two_columns() -> None:
    keys = [(row["entity"], header_key(row["header"])) for row in rows()]

    assert len(set(keys)) == len(keys)


def test_the_columns_are_those_of_the_raw_tables() -> None:
    assert {(row["entity"], row["column"]) for row in rows()} == {
        (entity.name, column) for entity in ENTITIES.values() for column in entity.columns
    }


@pytest.mark.parametrize(
    "header", ["Supplier Name", "SUPPLIER_NAME", "SupplierName", " supplier  name ", "supplier-name:"]
)
def test_spellings_of_a_header_are_one(header: str) -> None:
    meaning = meaning_of("spend_line", header)

    assert meaning is not None
    assert meaning.column == "supplier_name"


def test_a_percent_sign_makes_another_header() -> None:
    assert header_key("Price %") != header_key("Price")


def test_a_misspelt_header_resembles_a_known_one() -> None:
    meaning = resembling("spend_line", "Suppiler Name")

    assert meaning is not None
    assert meaning.column == "supplier_name"
    assert resembling("spend_line", "Cost per head") is None
    assert resembling("spend_line", "Nett") is None
