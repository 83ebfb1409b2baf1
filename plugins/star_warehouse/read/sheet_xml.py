"""The XML of a sheet, cut into pieces of whole rows and looked through before a library takes them into memory.

The library takes in the whole rectangle that the cells span, so one stray cell in the last corner would be 17 billion
cells; and it leaves cells empty that hold an error, or a formula that was never calculated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from star_warehouse.read.archive import ByteStream
from star_warehouse.read.records import ROWS_OF_HEAD

_BLOCK_BYTES = 4 << 20
# Nothing can be done beside the first piece, for the header is looked for in it.
_FIRST_BLOCK_BYTES = 1 << 19
# What is kept while no row is found to cut at; a spreadsheet program numbers all of them.
_MOST_PIECE_BYTES = 128 << 20
# More than 26 columns down to the last row; a sheet that ends at column Z never spans so much.
_MOST_CELLS = 30_000_000
_MOST_ROWS = 1 << 20
# No tag of a row is nearly as long, so it ends in what is there.
_MOST_TAG_BYTES = 1 << 10

_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_BEGINNING = re.compile(rb"[^!]*?<(?:\w+:)?sheetData>")
_ROW = re.compile(rb"""<(?:\w+:)?row(?:\s[^>]*?)?\sr=["'](\d{1,7})["']""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_ANY_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL_WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?![^>]*\sr\s*=)[\s/>]")
_IS_ERROR = re.compile(rb"""\st=["']e["']""")
_HOLDS_TEXT = re.compile(rb"""\st=["'](?:str|inlineStr)["']""")
_CELL = re.compile(rb"<(?:(\w+):)?c(\s[^>]*?)?(?:/>|>(.*?)</(?:\1:)?c>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")

# Stands where a formula's value would; no more a text or a number than a spreadsheet's own words for errors.
NEVER_CALCULATED = "#NOT CALCULATED!"
# Stands above a piece's rows. It shows where they begin: the library says of no cell which row it is in.
ABOVE = "above"


@dataclass(frozen=True)
class Reach:
    """How far the cells of a sheet reach.

    Attributes:
        last_row: the last row that has a cell, from 1; 0 where no cell is beyond column Z.
        last_column: the last column that has a cell, in letters; ``Z`` where no cell is beyond it. Where cells or rows
            say no place, neither is less than where they are.
    """

    last_row: int
    last_column: str

    @property
    def is_too_far(self) -> bool:
        """Whether the cells span more than is taken into memory."""
        return self.last_row * (_column_index(self.last_column) + 1) > _MOST_CELLS


class SheetError(Exception):
    """A sheet is not written as spreadsheet programs write it."""


@dataclass(frozen=True)
class Piece:
    """Some rows of a sheet, as the XML of a sheet that has no others.

    Attributes:
        xml: these rows, in parts; above all but the first piece's stands one more, with ``ABOVE`` in column A.
        first_row: the number of the first of them, from 1.
        reach: how far the cells reach in this piece and in those before it.
        unvalued: row and column (from 0) of the cells that hold no value, with what is to stand there.
    """

    xml: tuple[bytes | memoryview, ...]
    first_row: int
    reach: Reach
    unvalued: list[tuple[int, int, str]]


def pieces(stream: ByteStream, least_bytes: int = 0) -> Iterator[Piece]:
    """Cut a sheet's XML into pieces.

    Args:
        stream: the XML.
        least_bytes: what a piece has at least, but for the first and the last.

    Raises:
        SheetError: more than is taken into memory has no row to cut at, or a cell without value is in no possible row.
    """
    data, signs, above, first_row = b"", None, b"", 1
    reach = Reach(0, "Z")
    while block := stream.read(_BLOCK_BYTES if signs else _FIRST_BLOCK_BYTES):
        data += block
        signs = signs or _Signs(data)
        cut = _cut(data, signs) if first_row == 1 or len(data) >= least_bytes else None
        if cut:
            rows = memoryview(data)[: cut.start()]
            reach = _reach(rows, signs, reach)
            yield Piece((above, rows, signs.end), first_row, reach, _unvalued(rows, signs))
            first_row = int(cut[1])
            above = signs.beginning + signs.row_above(first_row)
            data = data[cut.start() :]
        elif len(data) > max(_MOST_PIECE_BYTES, least_bytes):
            raise SheetError(f"{len(data) >> 20} MB of its sheet have no row with a number")
    signs = signs or _Signs(data)
    yield Piece((above, data), first_row, _reach(data, signs, reach), _unvalued(data, signs))


def _cut(data: bytes, signs: _Signs) -> re.Match[bytes] | None:
    """The beginning of the last row that says its number; None where what looks like one may be something else."""
    # One letter is far sooner looked for than two. The declaration of XML itself is no instruction within it.
    may_pretend = (b"!" in data and b"<!" in data) or (b"?" in data and data.find(b"<?", 1) > 0)
    if may_pretend or not signs.beginning:
        return None
    row = _ROW.match(data, max(0, data.rfind(signs.row, 0, max(0, len(data) - _MOST_TAG_BYTES))))
    # The rows in which a header is looked for are not cut apart.
    return row if row and row.start() and int(row[1]) > ROWS_OF_HEAD else None


def _reach(rows: bytes | memoryview, signs: _Signs, before: Reach) -> Reach:
    if not before.last_row and not signs.far_cell.search(rows) and not signs.other_cell.search(rows):
        return before
    places = _PLACE.findall(rows)
    last_row = max([before.last_row, *(int(row) for _, row in places)])
    last_column = max([_column_index(before.last_column), *(_column_index(letters.decode()) for letters, _ in places)])
    if _CELL_WITHOUT_PLACE.search(rows):
        # Such a cell stands beside the one before it, and such a row below: no further than there are cells and rows.
        parts = _ANY_ROW.split(bytes(rows))
        last_row += len(parts)
        last_column += max(len(_CELL_WITHOUT_PLACE.findall(part)) for part in parts)
    return Reach(last_row, _column_letters(last_column))


class _Signs:
    """What to look for and to add, as the sheet's own XML writes it: one way all through, as programs do."""

    def __init__(self, data: bytes) -> None:
        found, beginning = _PREFIX.search(data), _BEGINNING.match(data)
        self.beginning = beginning[0] if beginning else b""
        self._prefix = found[1] if found and found[1] else b""
        quote = b"'" if b" r='" in data else b'"'
        self.row = b"<" + self._prefix + b"row "
        self.formula = re.compile(b"<" + self._prefix + b"f[\\s/>]")
        self.error = re.compile(b"t=" + quote + b"e" + quote)
        # A cell that is not plainly in columns A to Z and in a possible row; one that is written in another way.
        self.far_cell = re.compile(b"<" + self._prefix + b"c(?! r=" + quote + rb"[A-Za-z]\d{1,7}" + quote + rb")[\s/>]")
        self.other_cell = re.compile(b"<(?!" + self._prefix + rb")(?:\w+:)?c[\s/>]" if self._prefix else rb":c[\s/>]")
        self.end = self._named("</{}sheetData></{}worksheet>")

    def row_above(self, number: int) -> bytes:
        """A row above the one of that number."""
        cell = f'<{{}}c r="A{number - 1}" t="str"><{{}}v>{ABOVE}</{{}}v></{{}}c>'
        return self._named(f'<{{}}row r="{number - 1}">{cell}</{{}}row>')

    def _named(self, xml: str) -> bytes:
        return xml.replace("{}", self._prefix.decode()).encode()


def _unvalued(rows: bytes | memoryview, signs: _Signs) -> list[tuple[int, int, str]]:
    return [*_unvalued_cells(rows)] if signs.error.search(rows) or signs.formula.search(rows) else []


def _unvalued_cells(rows: bytes | memoryview) -> Iterator[tuple[int, int, str]]:
    for cell in _CELL.finditer(rows):
        attributes, content = cell[2] or b"", cell[3] or b""
        is_error = _IS_ERROR.search(attributes)
        place = _PLACE.search(attributes)
        if place is None or not place[1] or not (is_error or _FORMULA.search(content)):
            continue
        value = _VALUE.search(content)
        # A formula whose text is empty was calculated.
        if not is_error and (value or _HOLDS_TEXT.search(attributes)):
            continue
        if int(place[2]) > _MOST_ROWS:
            raise SheetError(f"it has a cell in row {int(place[2]):,}")
        text = value[1].decode() if value else NEVER_CALCULATED
        yield int(place[2]) - 1, _column_index(place[1].decode()), text


def _column_index(letters: str) -> int:
    """The number of a column, A being 0; -1 for no letters."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _column_letters(index: int) -> str:
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters
