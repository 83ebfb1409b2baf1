"""What stands in the columns of a file, from its first line to its last."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from star_warehouse.onboard.amounts import read_pounds
from star_warehouse.onboard.dating import looks_like_a_day
from star_warehouse.onboard.recognising import Recognised
from star_warehouse.sources import ENTITIES, ColumnType

NUMBERS = (ColumnType.AMOUNT, ColumnType.QUANTITY, ColumnType.PERCENT)
# What people write where there is nothing, in any case; and what they write for no pounds.
NULL_WORDS = frozenset({
    "na", "n/a", "n.a.", "null", "(null)", "none", "nil", "tbc", "tba", "unknown", "not known", "not applicable",
    "not available", "not yet available", "not recorded", "blank", "(blank)", "-", "–", "—", ".", "#n/a",
})  # fmt: skip
ZERO_WORDS = frozenset({"nil", "-", "–", "—", "zero"})
_TOTAL_LABELS = ("total", "totals", "grand total", "overall total", "sum", "sum total")
_ROWS_TRIED = 2_000
_LAST_ROWS = 5


@dataclass
class Values:
    """The texts of one column.

    Attributes:
        filled: how many lines have one.
        counts: how often each text is there; of a column of text only the words that may stand for nothing.
        first_lines: the line in which each of these stands first.
    """

    filled: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    first_lines: dict[str, int] = field(default_factory=dict)

    def add(self, text: str, line: int, *, is_kept: bool) -> None:
        """Count one text."""
        self.filled += 1
        if is_kept or text.casefold() in NULL_WORDS:
            self.counts[text] += 1
            self.first_lines.setdefault(text, line)


@dataclass
class Profile:
    """What a table of a file holds.

    Attributes:
        lines: its lines of data.
        values: the texts of each raw column.
        repeated_headers: how often the header comes again.
        short: lines that end before the header does and lack nothing that a line needs.
        ragged: other lines with another number of cells than the header.
        cut: the line in which the file ends before the header's last cell and without a line end, if it does.
        totals: a row that adds up the others, if there seems to be one: its line and its cells.
    """

    lines: int = 0
    values: dict[str, Values] = field(default_factory=dict)
    repeated_headers: int = 0
    short: list[int] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)
    cut: int | None = None
    totals: tuple[int, list[str]] | None = None


def data_rows(table: Recognised) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header, of all pages; blank ones left out."""
    for page in table.pages:
        is_below = False
        for line, cells in page.rows(table.delimiter):
            if not is_below:
                is_below = cells == table.cells
            elif any(cell and not cell.isspace() for cell in cells):
                yield line, cells


def sample_columns(table: Recognised) -> list[list[str]]:
    """The filled cells of each column of the file in its first lines."""
    columns: list[list[str]] = [[] for _ in table.cells]
    for _, cells in islice(data_rows(table), _ROWS_TRIED):
        for position, cell in enumerate(cells[: len(columns)]):
            if text := cell.strip():
                columns[position].append(text)
    return columns


def reads_as(kind: ColumnType, texts: Iterable[str], *, from_cells: bool) -> bool:
    """Say whether most texts are of a type; words that stand for nothing count for none."""
    told = [text for text in texts if text.casefold() not in NULL_WORDS]
    if kind is ColumnType.DATE:
        fitting = sum(looks_like_a_day(text, from_cells=from_cells) for text in told)
    elif kind in NUMBERS:
        fitting = sum(read_pounds(text.removesuffix("%")) is not None for text in told)
    else:
        return True
    return fitting * 2 >= len(told)


def profile(table: Recognised) -> Profile:
    """Read a table to its end."""
    types = ENTITIES[table.entity].columns
    found = Profile(values={column: Values() for column in table.columns})
    is_kept = {column: types[column] is ColumnType.DATE or types[column] in NUMBERS for column in table.columns}
    width = len(table.cells)
    last: deque[tuple[int, list[str]]] = deque()
    for line, cells in data_rows(table):
        if cells == table.cells:
            found.repeated_headers += 1
            continue
        last.append((line, cells))
        if len(last) > _LAST_ROWS:
            _count(found, table, is_kept, width, *last.popleft())
    unended = _unended_line(table)
    for line, cells in last:
        if any(map(is_total_label, cells)):
            found.totals = (line, [*cells, *[""] * (width - len(cells))])
        elif line == unended and len(cells) < width:
            found.lines += 1
            found.cut = line
        else:
            _count(found, table, is_kept, width, line, cells)
    return found


def _count(
    found: Profile, table: Recognised, is_kept: Mapping[str, bool], width: int, line: int, cells: list[str]
) -> None:
    found.lines += 1
    if len(cells) < width and _has_all_needed(table, cells):
        found.short.append(line)
        cells = [*cells, *[""] * (width - len(cells))]
    elif len(cells) != width and (len(cells) < width or any(map(str.strip, cells[width:]))):
        found.ragged.append(line)
        return
    for column, place in table.columns.items():
        if text := cells[place.position].strip():
            found.values[column].add(text, line, is_kept=is_kept[column])


def _unended_line(table: Recognised) -> int | None:
    """Where a file's very last row begins, blank or not, if no line end follows it."""
    page = table.pages[-1]
    if page.has_last_end:
        return None
    ((line, _),) = deque(page.rows(table.delimiter), maxlen=1)
    return line


def _has_all_needed(table: Recognised, cells: list[str]) -> bool:
    needed = ENTITIES[table.entity].needed_cells({name: place.position for name, place in table.columns.items()})
    return bool(needed) and all(position < len(cells) and cells[position].strip() for position in needed)


def is_total_label(text: str) -> bool:
    """Say whether a text is what people write beside the sum of a column."""
    return text.strip().rstrip(":").casefold() in _TOTAL_LABELS
