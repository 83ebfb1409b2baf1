"""A sheet read in pieces says what openpyxl finds in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from star_warehouse.read import sheet_xml, workbook
from star_warehouse.read.records import LINE_NUMBER
from star_warehouse.read.sheet_xml import NEVER_CALCULATED, pieces
from star_warehouse.read.workbook import Workbook
from star_warehouse.refusal import Refusal

# The cells by column, by row: attributes and content.
Sheet = dict[int, dict[int, tuple[str, str]]]
PART = "xl/worksheets/sheet1.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<dimension ref="A1:G60"/><sheetData>'
)
TAIL = '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells></worksheet>'
LAST_COLUMN = 6
HEADING = (' t="inlineStr"', "<is><t>Heading</t></is>")
# Style 1 is a date; the shared texts are a plain, a rich and a blank one.
CELLS = (
    (' t="s"', "<v>0</v>"),
    (' t="s"', "<v>1</v>"),
    (' t="s"', "<v>2</v>"),
    (' t="inlineStr"', "<is><t>Invented &amp; Co</t></is>"),
    (' t="inlineStr"', '<is><r><t>rich</t></r><r><t xml:space="preserve"> text</t></r></is>'),
    (' t="inlineStr"', "<is><t>7</t></is>"),
    (' t="inlineStr"', "<is><t>above!</t></is>"),
    (' t="inlineStr"', "<is><t></t></is>"),
    ("", "<v>12.5</v>"),
    ("", "<v>5100482005</v>"),
    (' s="1"', "<v>43193</v>"),
    (' s="1"', "<v>43193.5</v>"),
    (' t="b"', "<v>1</v>"),
    (' t="str"', "<f>A1</f><v>calculated</v>"),
    ("", ""),
    (' s="1"', ""),
)
UNVALUED = ((' t="e"', "<v>#REF!</v>"), ("", "<f>A1+1</f>"))
# What looks like rows, and is the text of a cell or nothing at all.
PRETENDED = (
    (' t="inlineStr"', '<is><t><![CDATA[<row r="3"><c r="A3"><v>9</v></c></row>]]></t></is>'),
    ("", '<!-- <row r="2"><c r="A2"><v>9</v></c></row> --><v>4</v>'),
    ("", '<?show <row r="2"><c r="A2"><v>9</v></c></row>?><v>4</v>'),
)


def row(number: int, cells: dict[int, tuple[str, str]], *, has_places: bool = True) -> str:
    """A row of a sheet's XML."""
    content = "".join(
        f"<c{_place(f'{chr(65 + column)}{number}', has_places)}{attributes}>{value}</c>"
        for column, (attributes, value) in sorted(cells.items())
    )
    return f"<row{_place(str(number), has_places)}>{content}</row>"


def _place(place: str, has_places: bool) -> str:
    return f' r="{place}"' if has_places else ""


def headed(sheet: Sheet, first_column: int = 0) -> Sheet:
    """The sheet with headings in its first row, from that column on."""
    return sheet | {1: dict.fromkeys(range(first_column, LAST_COLUMN + 1), HEADING)}


def packed(rows: Sequence[str]) -> bytes:
    """A workbook with these rows."""
    made, stream = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet("Payments")
        page.write_datetime(0, 0, date(2018, 4, 3), book.add_format({"num_format": "dd/mm/yyyy"}))
        page.write_string(0, 1, "shared")
        page.write_rich_string(0, 2, "rich ", book.add_format({"bold": True}), "and shared")
        page.write_string(0, 3, " ")
    xml = "".join([HEAD, *rows, TAIL])
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member.filename, xml if member.filename == PART else source.read(member))
    return stream.getvalue()


@contextmanager
def small_pieces(block_bytes: int) -> Iterator[None]:
    """Cut so often, whatever the sheets share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_xml, "_FIRST_BLOCK_BYTES", len(HEAD) + block_bytes)
        patch.setattr(sheet_xml, "_BLOCK_BYTES", block_bytes)
        patch.setattr(sheet_xml, "_MOST_TAG_BYTES", 30)
        patch.setattr(sheet_xml, "ROWS_OF_HEAD", 1)
        patch.setattr(workbook, "_TIMES_SHARED", 0)
        yield


def read(data: bytes, first_column: int = 0) -> tuple[dict[int, list[str]], int, int]:
    """The rows below the first that hold anything, by number; how many others there are; and how many in all."""
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        book = Workbook(Path(file.name), "file")
        rows = book.sheet("Payments")
        found: dict[int, list[str]] = {}
        blank_count = 0
        header = rows.head().rows[0]
        # Cells further left may or may not be in the first piece.
        start = header.cells.index("Heading")
        positions = range(start, start + LAST_COLUMN + 1 - first_column)
        for batch in rows.below(header, positions, []):
            assert batch.cells.columns == [LINE_NUMBER, *map(str, positions)]
            for number, *cells in batch.cells.iter_rows():
                found[number] = [cell or "" for cell in cells]
                assert "\t".join(found[number]).rstrip("\t") in batch.text_of(number)
            blank_count += batch.blank_count
        book.close()
        return found, blank_count, rows.count


def known(data: bytes, first_column: int = 0) -> dict[int, list[str]]:
    """What openpyxl finds in the rows below the first that hold anything."""
    calculated = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Payments"]
    written = openpyxl.load_workbook(io.BytesIO(data))["Payments"]
    rows = {
        number: [
            _text(calculated.cell(number, column + 1).value, written.cell(number, column + 1).value)
            for column in range(LAST_COLUMN + 1)
        ]
        for number in range(2, written.max_row + 1)
    }
    return {number: texts[first_column:] for number, texts in rows.items() if any(map(str.strip, texts))}


def _text(value: object, written: object) -> str:
    if value is None:
        return NEVER_CALCULATED if isinstance(written, str) and written.startswith("=") else ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


SLOW = settings(deadline=None, max_examples=60)
SHEETS = st.dictionaries(
    st.integers(2, 40),
    st.dictionaries(st.integers(0, LAST_COLUMN), st.sampled_from(CELLS + UNVALUED), max_size=5),
    max_size=20,
)


@SLOW
@given(sheet=SHEETS, first_column=st.integers(0, 3), block_bytes=st.integers(40, 700))
def test_pieces_say_what_the_sheet_holds(sheet: Sheet, first_column: int, block_bytes: int) -> None:
    data = packed([row(number, cells) for number, cells in sorted(headed(sheet, first_column).items())])

    with small_pieces(block_bytes):
        found, blank_count, count = read(data, first_column)

    assert found == known(data, first_column)
    assert len(found) + blank_count + 1 == count


@SLOW
@given(
    sheet=SHEETS,
    pretended=st.dictionaries(st.integers(2, 40), st.sampled_from(PRETENDED), min_size=1, max_size=3),
    block_bytes=st.integers(40, 700),
)
def test_what_only_looks_like_a_row_is_none(
    sheet: Sheet, pretended: dict[int, tuple[str, str]], block_bytes: int
) -> None:
    for number, cell in pretended.items():
        sheet.setdefault(number, {})[2] = cell
    data = packed([row(number, cells) for number, cells in sorted(headed(sheet).items())])

    with small_pieces(block_bytes):
        found, _, _ = read(data)

    assert found == known(data)


@SLOW
@given(
    sheet=SHEETS,
    order=st.randoms(use_true_random=False),
    unplaced=st.sets(st.integers(2, 40)),
    size=st.integers(40, 700),
)
def test_rows_without_number_or_order_are_read_alike_or_refused(
    sheet: Sheet, order: Random, unplaced: set[int], size: int
) -> None:
    others = [row(number, cells) for number, cells in sheet.items() if number not in unplaced]
    order.shuffle(others)
    # openpyxl counts on from the row before, which is what a row without number says.
    # Where such a row's cells are without value, nothing says where they are, so they are left out.
    valued = {
        number: {column: cell for column, cell in sheet.get(number, {}).items() if cell not in UNVALUED}
        for number in sorted(unplaced)
    }
    last = [row(number, cells, has_places=False) for number, cells in valued.items()]
    data = packed([row(1, headed({})[1]), *others, *last])

    with small_pieces(size):
        try:
            found, _, _ = read(data)
        except Refusal as refusal:
            assert "below" in refusal.what
            return

    assert found == known(data)


def test_an_ordinary_sheet_is_cut() -> None:
    sheet = headed({number: {1: (CELLS + UNVALUED)[number % 18], 3: CELLS[8]} for number in range(4, 60)})
    xml = "".join([HEAD, *(row(number, cells) for number, cells in sorted(sheet.items())), TAIL])

    with small_pieces(300):
        cut = [*pieces(io.BytesIO(xml.encode()))]

    assert len(cut) > 10
    assert [piece.first_row for piece in cut] == sorted({piece.first_row for piece in cut})
    assert cut[0].first_row == 1


def test_the_first_piece_holds_all_rows_that_may_be_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(number, {0: CELLS[3]}) for number in range(1, 200)]
    monkeypatch.setattr(sheet_xml, "_FIRST_BLOCK_BYTES", 1_000)
    monkeypatch.setattr(sheet_xml, "_BLOCK_BYTES", 100)

    cut = [*pieces(io.BytesIO("".join([HEAD, *rows, TAIL]).encode()))]

    assert len(cut) > 2
    assert cut[1].first_row > 60


def test_cells_that_are_nowhere_else_are_kept() -> None:
    """Below and beside all that the library sees of a piece."""
    sheet: Sheet = {number: {2: CELLS[8]} for number in range(2, 40)}
    never, error = ("", "<f>A1+1</f>"), (' t="e"', "<v>#REF!</v>")
    sheet |= {number: {0: never, 6: error} for number in range(10, 30)}
    data = packed([row(number, cells) for number, cells in sorted(headed(sheet).items())])

    with small_pieces(300):
        found, blank_count, count = read(data)

    assert found == known(data)
    assert found[20] == [NEVER_CALCULATED, "", "", "", "", "", "#REF!"]
    assert (blank_count, count) == (0, 39)


def test_a_last_row_of_formulas_never_calculated_is_a_row() -> None:
    data = packed([row(1, headed({})[1]), row(2, {0: CELLS[3]}), row(3, {0: ("", "<f>A1</f>")})])

    assert read(data) == ({2: ["Invented & Co", *[""] * 6], 3: [NEVER_CALCULATED, *[""] * 6]}, 0, 3)


@pytest.mark.parametrize("below", [[row(9, {3: CELLS[8]})], [row(9, {3: CELLS[8]}), row(30, {3: CELLS[8]})]])
def test_rows_that_come_too_late_are_refused(below: list[str]) -> None:
    rows = [row(number, cells) for number, cells in headed({n: {1: CELLS[3]} for n in range(2, 30)}).items()]
    data = packed([*sorted(rows, key=lambda text: int(text.split('"')[1])), *below])

    with small_pieces(100), pytest.raises(Refusal, match="The workbook cannot be read: .*row .* is below"):
        read(data)


@pytest.mark.parametrize(("this", "that"), [("<", "<x:"), ('"', "'")], ids=["a prefix for all names", "single quotes"])
def test_other_ways_to_write_a_sheet_are_cut_alike(monkeypatch: pytest.MonkeyPatch, this: str, that: str) -> None:
    sheet = headed({number: {1: (CELLS + UNVALUED)[number % 18], 3: CELLS[8]} for number in range(2, 60)})
    rows = [row(number, cells) for number, cells in sorted(sheet.items())]
    plain = packed(rows)
    for name in ("HEAD", "TAIL"):
        xml = globals()[name].replace(this, that).replace("<x:/", "</x:").replace("<x:?", "<?")
        monkeypatch.setitem(globals(), name, xml.replace("xmlns=", "xmlns:x=") if that == "<x:" else xml)
    other = packed([text.replace(this, that).replace("<x:/", "</x:") for text in rows])

    with small_pieces(300):
        xml = zipfile.ZipFile(io.BytesIO(other)).read(PART)
        assert len([*pieces(io.BytesIO(xml))]) > 10
        assert read(other) == read(plain)
    assert known(plain) == known(other)


def test_a_cell_without_value_in_no_possible_row_is_refused() -> None:
    data = packed([row(1, headed({})[1]), row(4_000_000_000, {0: ("", "<f>A1</f>")})])

    with pytest.raises(Refusal, match="it has a cell in row 4,000,000,000"):
        read(data)


def test_a_large_sheet_without_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(number, {0: CELLS[3]}, has_places=False) for number in range(1, 100)]
    monkeypatch.setattr(sheet_xml, "_MOST_PIECE_BYTES", 3_000)

    with small_pieces(500), pytest.raises(Refusal, match="have no row with a number"):
        read(packed(rows))


def test_a_sheet_cut_off_is_refused_when_its_end_is_reached() -> None:
    rows = [row(number, {0: HEADING}) for number in range(1, 100)]
    data = packed([*rows, '<row r="100"><c r="A100"><v>1'])

    with small_pieces(500), pytest.raises(Refusal, match="The workbook cannot be read"):
        read(data)
