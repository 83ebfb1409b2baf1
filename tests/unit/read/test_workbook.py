"""The cells of a sheet, exactly."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from star_warehouse.read.workbook import Workbook
from star_warehouse.refusal import Refusal
from tests.builders import workbook


def opened(data: bytes, where: str = "file") -> Workbook:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return Workbook(Path(file.name), where)


def read(data: bytes) -> list[list[str]]:
    """The rows of the sheet, by both ways to them: as the head has them, and as they are below the first one."""
    rows = opened(data).sheet("Payments")
    head = rows.head().rows
    if not head:
        return []
    below: dict[int, list[str]] = {}
    for batch in rows.below(head[0], range(len(head[0].cells)), []):
        below |= {number: [cell or "" for cell in cells] for number, *cells in batch.cells.iter_rows()}
    assert all(below.get(row.line_number, [""] * len(row.cells)) == row.cells for row in head[1:])
    return [row.cells for row in head]


def cells(rows: list[list[object]]) -> list[list[str]]:
    return read(workbook(rows))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("text", "text"),
        (" 0012 ", " 0012 "),
        ("two\nlines", "two\nlines"),
        (5, "5"),
        (5.0, "5"),
        (1234.5, "1234.5"),
        (1234.57, "1234.57"),
        ("007", "007"),
        ("00012345", "00012345"),
        ("1e5", "1e5"),
        ("1.10", "1.10"),
        (1234.565, "1234.565"),
        (5100482005, "5100482005"),
        (1000000000000000.0, "1000000000000000"),
        (1e21, "1000000000000000000000"),
        (True, "true"),
        (datetime(2018, 4, 3), "2018-04-03 00:00:00"),  # noqa: DTZ001
        (date(2018, 4, 3), "2018-04-03 00:00:00"),
        (datetime(2018, 4, 3, 13, 5), "2018-04-03 13:05:00"),  # noqa: DTZ001
        ("=1/0", "#DIV/0!"),
        ("true", "true"),
        ("1234.50", "1234.50"),
    ],
)
def test_a_cell_says_what_it_holds(cell: object, text: str) -> None:
    assert cells([["x", cell]]) == [["x", text]]


def test_rows_keep_their_numbers_below_empty_ones() -> None:
    rows = opened(workbook([["a", "b"], ["1", "2"]], first_row=3)).sheet("Payments")

    assert [(row.line_number, row.cells) for row in rows.head().rows][3:] == [(4, ["a", "b"]), (5, ["1", "2"])]
    (batch,) = rows.below(rows.head().rows[3], [0, 1], [])
    assert batch.cells.rows() == [(5, "1", "2")]
    assert batch.text_of(5) == "1\t2"
    assert rows.row_word == "row"


def test_empty_rows_below_the_header_are_counted() -> None:
    rows = opened(workbook([["a", "b"], [" ", None], ["1", "2"], [None, None], ["3", None]])).sheet("Payments")

    (batch,) = rows.below(rows.head().rows[0], [1], [])
    assert batch.cells.rows() == [(3, "2"), (5, None)]
    assert batch.blank_count == 2


def test_an_error_is_found_where_it_is_though_the_first_columns_are_empty() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Payments"
    page["C3"], page["D3"], page["C4"], page["D4"] = "a", "b", "#REF!", "x"
    stream = io.BytesIO()
    book.save(stream)

    assert read(stream.getvalue())[2:] == [["a", "b"], ["#REF!", "x"]]


def test_a_sheet_without_cells_has_no_rows() -> None:
    assert read(workbook([])) == []


def test_files_that_are_no_workbook_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("a.csv", "a,b")
    for data, seems in [
        (b"a,b", "something else"),
        (b"\xd0\xcf\x11\xe0", "with a password"),
        (b"<html>", "a web page"),
    ]:
        with pytest.raises(Refusal, match=f"not an XLSX workbook, or it is damaged .*{seems}"):
            opened(data)
    with pytest.raises(Refusal, match="The workbook cannot be read"):
        opened(stream.getvalue())


def test_a_workbook_cut_off_is_refused() -> None:
    with pytest.raises(Refusal, match="damaged"):
        opened(workbook([["a", "b"]] * 100)[:-200])
