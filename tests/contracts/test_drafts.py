"""A draft made from a file alone says the same as the declaration that a person delivered for it.

Every real file and a file of every sample layout: the same columns, dates, encoding, packing and totals row, the sign
told as it is; and the whole file reads by the draft as it does by the declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from star_warehouse.onboard import check_file, draft_source, to_yaml
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import Source, read_declaration
from tests.realdata import REAL_DATA

SOURCES = REPOSITORY / "dags" / "sources"
# How each body marks a negative amount, as the note beside its first amount must say; None: it has none.
SIGNS = {
    "stockport": "with a minus behind",
    "rochdale": "with a minus in front",
    "trafford": "with a minus in front",
    "tameside": "in brackets",
    "hmr_ccg": "with a minus in front",
    "trafford_ccg": "with a minus in front",
    "knowsley": "marked CR",
    "st_helens": "marked CR",
}
# One comes as real files only; the registers are declared once for everybody, and nobody drafts them.
NOT_DRAFTED = {"trafford_published", "companies_house", "charity_commission"}
# A third party's guesses: a draft sees the headers, not who wrote what stands below.
GUESSED_BY_OTHERS = {"company_number", "charity_number"}


@dataclass(frozen=True)
class Real:
    """A real file with its declaration and what a person knows beside it."""

    declaration: str
    path: str
    sign: str | None = "with a minus in front"
    delivered_as: str | None = None
    not_taken: frozenset[str] = frozenset()


REAL = [
    *(Real("other_bodies/manchester.yml", f"manchester/2021-{month:02}.csv") for month in range(4, 13)),
    *(Real("other_bodies/manchester.yml", f"manchester/2022-{month:02}.csv") for month in range(1, 4)),
    Real("other_bodies/wakefield.yml", "wakefield/2021-Q4.csv"),
    Real(
        "other_bodies/nwod_tameside.yml", "nwod_2019/tameside_2019.csv.gz", not_taken=frozenset(GUESSED_BY_OTHERS)
    ),
    Real(
        "other_bodies/nwod_bolton.yml",
        "nwod_2019/bolton_2019.csv.gz",
        sign=None,
        not_taken=frozenset(GUESSED_BY_OTHERS),
    ),
    Real(
        "other_bodies/norfolk_contracts.yml",
        "norfolk_contracts/NCC164467.csv.gz",
        "in brackets",
        delivered_as="norfolk_contracts_2015-03-28.csv.gz",
    ),
    Real("trafford_published.yml", "trafford/trafford-supplier-spend-2024-25.zip"),
]  # fmt: skip


def drafted(folder: Path, file: Path, name: str) -> tuple[Source, str]:
    """The draft of a file, read as a declaration as it stands."""
    text = to_yaml(draft_source(name, file.read_bytes(), source_id="drafted"))
    path = folder / "drafted.yml"
    path.write_text(text, encoding="utf-8")
    return read_declaration(path), text


def assert_alike(draft: Source, declared: Source, file: Path, name: str, not_taken: frozenset[str]) -> None:
    """See that a draft reads a file as its declaration does."""
    (mine,), (theirs,) = draft.layouts, declared.layouts
    assert (draft.kind, draft.vat_basis, draft.cadence.every) == (
        declared.kind,
        declared.vat_basis,
        declared.cadence.every,
    )
    assert draft.period_of(name) == declared.period_of(name)
    assert mine.format == theirs.format
    assert mine.date_formats == theirs.date_formats
    assert set(mine.tables) == set(theirs.tables)
    for entity, table in theirs.tables.items():
        said = mine.tables[entity]
        assert (said.sheet, said.totals_row) == (table.sheet, table.totals_row), entity
        assert set(said.columns) - not_taken == set(table.columns), entity
        for column, headers in table.columns.items():
            assert said.columns[column][0].casefold() in {header.casefold() for header in headers}, column
    by_draft, by_declaration = check_file(draft, file, name), check_file(declared, file, name)
    assert by_draft.summary is not None
    assert by_declaration.summary is not None
    assert by_draft.summary.lines_in == by_declaration.summary.lines_in
    assert by_draft.summary.skipped == by_declaration.summary.skipped
    assert by_draft.summary.lines_loaded == by_declaration.summary.lines_loaded
    assert by_draft.summary.amount_in_gbp == by_declaration.summary.amount_in_gbp
    assert by_draft.summary.rejections.counts == by_declaration.summary.rejections.counts


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.path)
def test_a_draft_of_a_real_file_is_what_was_declared(real: Real, tmp_path: Path) -> None:
    file = REAL_DATA / real.path
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    name = real.delivered_as or file.name

    draft, text = drafted(tmp_path, file, name)

    assert_alike(draft, read_declaration(SOURCES / real.declaration), file, name, real.not_taken)
    if real.sign:
        assert real.sign in text
    else:
        assert "Not one is negative" in text


@pytest.mark.parametrize("source_id", sorted({path.stem for path in SOURCES.glob("*.yml")} - NOT_DRAFTED))
def test_a_draft_of_a_sample_file_is_what_was_declared(source_id: str, sample_folder: Path, tmp_path: Path) -> None:
    file = min((sample_folder / source_id).iterdir())

    draft, text = drafted(tmp_path, file, file.name)

    assert_alike(draft, read_declaration(SOURCES / f"{source_id}.yml"), file, file.name, frozenset())
    assert SIGNS.get(source_id, "") in text


def test_what_a_draft_cannot_know_it_says(tmp_path: Path) -> None:
    file = REAL_DATA / "norfolk_contracts" / "NCC164467.csv.gz"
    if not file.is_file():
        pytest.skip(f"{file} is not there")

    draft, text = drafted(tmp_path, file, file.name)

    assert "# ? The name 'NCC164467.csv.gz' says no period" in text
    assert draft.cadence.every == "snapshot"
    assert draft.period_of(draft.file_name.example)
