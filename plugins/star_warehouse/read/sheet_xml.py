"""What the XML of a sheet says, looked at before a library takes the sheet into memory.

The library takes in the whole rectangle that the cells span, so one stray cell in the last corner would be 17 billion
cells; and it leaves cells empty that hold an error, or a formula that was never calculated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from star_warehouse.load import made_ahead
from star_warehouse.read.archive import ByteStream

_BLOCK_BYTES = 4 << 20
# No cell is nearly as long; the rest of a block without any is not kept.
_MOST_CELL_BYTES = 1 << 20
# More than 26 columns down to the last row; a sheet that ends at column Z never spans so much.
_MOST_CELLS = 30_000_000
_END_OF_PART = 64

_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_PLACE = re.compile(rb"""\sr=["']([A-Za-z]{0,3})(\d+)["']""")
_IS_ERROR = re.compile(rb"""\st=["']e["']""")
_HOLDS_TEXT = re.compile(rb"""\st=["'](?:str|inlineStr)["']""")
_CELL = re.compile(rb"<(?:(\w+):)?c(\s[^>]*?)?(?:/>|>(.*?)</(?:\1:)?c>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")

# Stands where a formula's value would; no more a text or a number than a spreadsheet's own words for errors.
NEVER_CALCULATED = "#NOT CALCULATED!"


@dataclass(frozen=True)
class Reach:
    """How far the cells of a sheet reach.

    Attributes:
        last_row: the last row that has a cell, from 1; 0 where no cell is beyond column Z.
        last_column: the last column that has a cell, in letters; ``Z`` where no cell is beyond it.
    """

    last_row: int
    last_column: str

    @property
    def is_too_far(self) -> bool:
        """Whether the cells span more than is taken into memory."""
        return self.last_row * (_column_index(self.last_column) + 1) > _MOST_CELLS


def reach(stream: ByteStream) -> Reach:
    """See how far the cells of a sheet's XML reach, which is unpacked but never kept."""
    last_row, last_column = 0, "Z"
    for part, signs in _parts(stream):
        if last_row or signs.beyond_z.search(part):
            places = _PLACE.findall(part)
            columns = {letters.upper().decode() for letters, _ in places if letters}
            last_column = max({last_column, *columns}, key=_column_index)
            last_row = max([last_row, *(int(row) for _, row in places)])
    return Reach(last_row, last_column)


def unvalued_cells(stream: ByteStream) -> list[tuple[int, int, str]]:
    """Row and column (from 0) of the cells of a sheet's XML that hold no value, with what is to stand there."""
    found: list[tuple[int, int, str]] = []
    for part, signs in _parts(stream):
        if signs.error in part or signs.formula in part:
            found += _unvalued(part)
    return found


def _parts(stream: ByteStream) -> Iterator[tuple[bytes, _Signs]]:
    """The XML in parts, each of whole cells, and what to look for in them."""
    signs, rest = None, b""
    # Unpacked in a thread of its own, while what was unpacked before is looked through.
    with made_ahead(iter(lambda: stream.read(_BLOCK_BYTES), b"")) as blocks:
        for block in blocks:
            signs = signs or _Signs(block)
            data = rest + block
            # The last cell may go on in the next block.
            cut = data.rfind(signs.cell, max(0, len(data) - _MOST_CELL_BYTES))
            if cut < 0:
                cut = max(0, len(data) - _END_OF_PART)
            yield data[:cut], signs
            rest = data[cut:]
    if signs:
        yield rest, signs


class _Signs:
    """What to look for, as the sheet's own XML writes it: one way all through, as programs do."""

    def __init__(self, beginning: bytes) -> None:
        found = _PREFIX.search(beginning)
        prefix = found[1] if found and found[1] else b""
        quote = b"'" if b" r='" in beginning else b'"'
        self.cell = b"<" + prefix + b"c "
        self.formula = b"<" + prefix + b"f"
        self.error = b"t=" + quote + b"e" + quote
        self.beyond_z = re.compile(b" r=" + quote + rb"[A-Za-z]{2,3}\d")


def _unvalued(part: bytes) -> Iterator[tuple[int, int, str]]:
    for cell in _CELL.finditer(part):
        attributes, content = cell[2] or b"", cell[3] or b""
        is_error = _IS_ERROR.search(attributes)
        place = _PLACE.search(attributes)
        if place is None or not place[1] or not (is_error or _FORMULA.search(content)):
            continue
        value = _VALUE.search(content)
        # A formula whose text is empty was calculated.
        if not is_error and (value or _HOLDS_TEXT.search(attributes)):
            continue
        text = value[1].decode() if value else NEVER_CALCULATED
        yield int(place[2]) - 1, _column_index(place[1].decode().upper()), text


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
