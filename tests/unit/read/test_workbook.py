"""The cells of a sheet, exactly."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from star_warehouse.read.workbook import Workbook
from star_warehouse.refusal import Refusal
from tests.builders import workbook


def cells(rows: list[list[object]]) -> list[list[str]]:
    return Workbook(workbook(rows), "file").sheet("Payments").rows


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
        (123456789012.34, "123456789012.34"),
        (5.0000000001, "5.0000000001"),
        (1e-10, "1e-10"),
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


def test_the_noise_of_binary_fractions_is_not_rounded_off() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["x", 0.3]]))) as plain, zipfile.ZipFile(stream, "w") as noisy:
        for name in plain.namelist():
            noisy.writestr(name, plain.read(name).replace(b"<v>0.3</v>", b"<v>0.30000000000000004</v>"))

    assert Workbook(stream.getvalue(), "file").sheet("Payments").rows == [["x", "0.30000000000000004"]]


def test_rows_keep_their_numbers_below_empty_ones() -> None:
    data = workbook([["a", "b"], ["1", "2"]], first_row=3)

    records = Workbook(data, "file").sheet("Payments")

    assert records.rows == [["", ""], ["", ""], ["", ""], ["a", "b"], ["1", "2"]]
    assert records.line_numbers == [1, 2, 3, 4, 5]
    assert records.text_of(4) == "1\t2"
    assert records.row_word == "row"


def test_an_error_is_found_where_it_is_though_the_first_columns_are_empty() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Payments"
    page["C3"], page["D3"], page["C4"], page["D4"] = "a", "b", "#REF!", "x"
    stream = io.BytesIO()
    book.save(stream)

    assert Workbook(stream.getvalue(), "file").sheet("Payments").rows[2:] == [["a", "b"], ["#REF!", "x"]]


def test_a_sheet_without_cells_has_no_rows() -> None:
    assert Workbook(workbook([]), "file").sheet("Payments").rows == []


def test_a_missing_sheet_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(Refusal, match=r"There is no sheet 'Spend'; the workbook has 'Payments'\."):
        Workbook(workbook([["a"]]), "town: file.xlsx").sheet("Spend")


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
            Workbook(data, "file")
    with pytest.raises(Refusal, match="The workbook cannot be read"):
        Workbook(stream.getvalue(), "file")


def test_a_workbook_cut_off_is_refused() -> None:
    with pytest.raises(Refusal, match="damaged"):
        Workbook(workbook([["a", "b"]] * 100)[:-200], "file")
