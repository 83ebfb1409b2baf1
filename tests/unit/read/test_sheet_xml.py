"""What is seen of a sheet before it is taken into memory."""

from __future__ import annotations

import io

import pytest

from star_warehouse.read import sheet_xml
from star_warehouse.read.archive import ByteStream
from star_warehouse.read.sheet_xml import NEVER_CALCULATED, Reach, pieces

HEAD = (
    '<?xml version="1.0"?><worksheet xmlns:r="http://schemas"><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
)


def sheet(*rows: str, head: str = HEAD) -> io.BytesIO:
    return io.BytesIO("".join([head, "<sheetData>", *rows, "</sheetData></worksheet>"]).encode())


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    """Cut wherever there is a row."""
    monkeypatch.setattr(sheet_xml, "_FIRST_BLOCK_BYTES", block_bytes + len(HEAD))
    monkeypatch.setattr(sheet_xml, "_BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(sheet_xml, "_MOST_TAG_BYTES", 30)
    monkeypatch.setattr(sheet_xml, "ROWS_OF_HEAD", 1)


def reach(stream: ByteStream) -> Reach:
    return [*pieces(stream)][-1].reach


def unvalued_cells(stream: ByteStream) -> list[tuple[int, int, str]]:
    return [cell for piece in pieces(stream) for cell in piece.unvalued]


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("block_bytes", [7, 64, 1 << 20])
def test_the_last_cell_is_found_wherever_pieces_end() -> None:
    rows = [f'<row r="{row}"><c r="A{row}" s="1"><v>{row}</v></c><c r="AB{row}"/></row>' for row in range(1, 60)]

    assert reach(sheet(*rows)) == Reach(59, "AB")
    assert reach(sheet(*rows, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')) == Reach(1_048_576, "XFD")


def test_a_sheet_that_ends_before_column_z_is_never_too_large() -> None:
    found = reach(sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="Z1048576"><v>1</v></c></row>'))

    assert found == Reach(0, "Z")
    assert not found.is_too_far


@pytest.mark.parametrize(
    ("row", "column", "is_too_far"), [(1_048_576, "AB", False), (1_048_576, "AC", True), (1_831, "XFD", False)]
)
def test_a_sheet_that_spans_too_much_is_known(row: int, column: str, is_too_far: bool) -> None:
    assert reach(sheet(f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>')).is_too_far is is_too_far


@pytest.mark.parametrize(
    "cells",
    [
        "<c r='XFD1048576'/>",
        '<c  r="XFD1048576"/>',
        '<c r = "XFD1048576"/>',
        '<c s="1" r="XFD1048576"/>',
        '<x:c r="XFD1048576"/>',
        '<c r="AAAAAA1"/>',
        '<c r="A4000000000"><v>1</v></c>',
    ],
)
def test_a_far_cell_is_seen_however_it_is_written(cells: str) -> None:
    rows = ('<row r="1"><c r="A1"><v>1</v></c></row>', f'<row r="1048576">{cells}</row>')
    assert reach(sheet(*rows)).is_too_far
    assert reach(sheet(*rows, head=HEAD.replace("<worksheet", "<y:worksheet"))).is_too_far


def test_cells_and_rows_without_places_are_counted() -> None:
    wide = f'<row r="1">{"<c/>" * 16_384}</row>'
    assert not reach(sheet(wide)).is_too_far
    assert reach(sheet(wide, '<row r="1048576"><c r="A1048576"/></row>')).is_too_far
    assert reach(sheet(wide, "<row/>" * 20_000)).is_too_far
    # A table as some programs write it: cells beside each other, rows below each other.
    assert not reach(sheet(*["<row><c><v>1</v></c><c><v>2</v></c></row>"] * 100_000)).is_too_far


CELLS = [
    ('<c r="C2" t="e"><v>#REF!</v></c>', "#REF!"),
    ('<c r="C2" s="4" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    ('<c r="C2" t="e"/>', NEVER_CALCULATED),
    ('<c r="C2"><f>A1+1</f></c>', NEVER_CALCULATED),
    ('<c r="C2"><f>A1+1</f><v></v></c>', NEVER_CALCULATED),
    ('<c r="C2"><f>A1+1</f><v/></c>', NEVER_CALCULATED),
    ('<c r="C2"><f t="shared" si="0"/></c>', NEVER_CALCULATED),
    ('<c r="C2"><f>A1+1</f><v>2</v></c>', None),
    ('<c r="C2" t="str"><f>IF(1,"","")</f><v></v></c>', None),
    ('<c r="C2"/>', None),
    ('<c r="C2"><v>5</v></c>', None),
    ('<c r="C2" t="inlineStr"><is><t>#REF!</t></is></c>', None),
]


@pytest.mark.parametrize(("cell", "text"), CELLS)
@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("block_bytes", [48, 1 << 20])
def test_a_cell_without_value_is_told(cell: str, text: str | None) -> None:
    row = f'<row r="2"><c r="B2"><v>7</v></c>{cell}<c r="D2"><v>8</v></c></row>'
    expected = [(1, 2, text)] if text else []

    assert unvalued_cells(sheet(row)) == expected
    # As other programs write it.
    prefixed = row.replace("<", "<x:").replace("<x:/", "</x:")
    assert unvalued_cells(sheet(prefixed, head=HEAD.replace("<worksheet", "<x:worksheet"))) == expected
    assert unvalued_cells(sheet(row.replace('"', "'"))) == expected
