"""CSV: text to rows with their line numbers; a quote that is never closed costs one line, not the rest of the file.

Lines that are one row each, which nearly all lines are, are split by polars, many at once. Only the others are read by
Python's csv module, one by one, and by the same rules: that a line is one row, and of how many fields, is not assumed
but proven by a regular expression.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from star_warehouse.counting import count_byte, count_ends
from star_warehouse.load import RejectedLine
from star_warehouse.read.records import (
    LINE_NUMBER,
    OTHER_BLANK,
    OUTER_BLANK,
    ROWS_OF_HEAD,
    SPOILING,
    Head,
    Row,
    RowBatch,
)
from star_warehouse.refusal import Refusal

_BYTES_OF_HEAD = 1 << 20
# Each stray quote makes us read on up to the csv module's field limit; a file full of them is not worth it.
_MOST_UNREADABLE = 5_000
# No line of a ledger comes near to it; a file without line ends must not be taken into memory whole.
_MOST_LINE_BYTES = 4 << 20
# Nor does a row of several lines, which is read again from its beginning with every block it goes on in.
_MOST_ROW_BYTES = 2 << 20
# Lines of a sign or two would be so many that what is told of each takes more memory than the file.
_MOST_LINES_AT_ONCE = 200_000
_TEXT_TOLD = 60
# Those that ASCII has, besides the ends of lines.
_OTHER_BLANKS = (b"\t", b"\x0b", b"\x0c", b"\x1c", b"\x1d", b"\x1e", b"\x1f")
# Separates the columns of files that have only one.
_NO_SEPARATOR = "\x1f"


class CsvRows:
    """The rows of a CSV.

    Args:
        blocks: the file's text as UTF-8.
        delimiter: what separates its fields.
        where: the file, for people.
        has_quotes: whether quotes hold a field together; else each line is one row.
    """

    sheet = None
    row_word = "line"

    def __init__(self, blocks: Iterable[bytes], delimiter: str, where: str, *, has_quotes: bool = True) -> None:
        self._parts = _of_few_lines(_whole_lines(blocks, where))
        self._delimiter = delimiter
        self._has_quotes = has_quotes
        self._where = where
        self._first = self._beginning()
        self._unreadable_count = 0
        self._first_unreadable = 0

    def _beginning(self) -> tuple[bytes, bool]:
        """The first part, and others where it has but a few lines."""
        data, is_last = next(self._parts, (b"", True))
        while not is_last and len(data) < _BYTES_OF_HEAD and _end_count(data) < ROWS_OF_HEAD:
            more, is_last = next(self._parts)
            data += more
        return data, is_last

    def head(self) -> Head:
        """The first sixty rows."""
        data, is_last = self._first
        part = _Part(data, 1, is_last, has_quotes=self._has_quotes)
        rows: list[Row] = []
        unreadable: list[RejectedLine] = []
        start = 0
        while start < part.count and len(rows) < ROWS_OF_HEAD and len(unreadable) < _MOST_UNREADABLE:
            try:
                row = part.parse(start, self._delimiter)
            except _NeedsMore:
                break
            if isinstance(row, Row):
                rows.append(row)
            else:
                unreadable.append(part.unpaired(start))
            start += row.line_count if row else 1
        return Head(rows, unreadable)

    def below(
        self, header: Row, positions: Sequence[int], nulls: Sequence[str], fewest_cells: int | None = None
    ) -> Iterator[RowBatch]:
        """All rows below the header.

        Raises:
            Refusal: thousands of lines have quotes that do not pair, or a row does not end.
        """
        width = len(header.cells)
        splitter = _Splitter(
            self._delimiter, width, fewest_cells or width, positions, nulls, has_quotes=self._has_quotes
        )
        data, is_last = self._first
        # Its text is needed no more once it is read.
        self._first = (b"", True)
        first_line, begin = 1, header.line_number - 1 + header.line_count
        while True:
            part = _Part(data, first_line, is_last, has_quotes=self._has_quotes)
            batch, unread = self._read(part, splitter, begin)
            yield batch
            if is_last:
                return
            rest = part.from_line(unread)
            if len(rest) > _MOST_ROW_BYTES:
                raise Refusal(
                    f"A row is longer than {_MOST_ROW_BYTES >> 20} MB; it begins in line {first_line + unread}.",
                    where=self._where,
                    way_out="Ask the sender for an extract with its quotes doubled inside quoted fields.",
                )
            first_line, begin = first_line + unread, 0
            data, is_last = next(self._parts)
            data = rest + data

    def _read(self, part: _Part, splitter: _Splitter, begin: int) -> tuple[RowBatch, int]:
        """The rows of a part from one of its lines on, and how many lines were read."""
        is_one_row, is_blank, is_usual = splitter.sort(part.lines)
        is_short = splitter.short(part, ~is_one_row & ~is_blank)
        is_one_row |= is_short
        is_left = part.numbers() >= begin
        odd: list[Row] = []
        unreadable: list[RejectedLine] = []
        taken: list[int] = []
        filled: list[int] = []
        cut_row: int | None = None
        unread, done = part.count, begin
        for start in (is_left & ~is_one_row & ~is_blank).arg_true():
            if start < done:
                continue
            try:
                row = part.parse(start, self._delimiter, (splitter.fewest_cells, splitter.width))
            except _NeedsMore:
                unread = start
                break
            if isinstance(row, _Swallowing):
                unreadable += [part.swallowed(number, row) for number in range(start, start + row.line_count)]
                self._count_unreadable(unreadable[-1])
            elif row is None:
                unreadable.append(part.unpaired(start))
                self._count_unreadable(unreadable[-1])
            else:
                if part.is_cut_at(start + row.line_count):
                    cut_row = row.line_number
                odd.append(splitter.filled(row, may_be_cut=cut_row is not None))
                if odd[-1] is not row:
                    filled.append(row.line_number)
            done = start + (row.line_count if row else 1)
            taken += range(start, done)
        if taken or unread < part.count:
            is_left = is_left & ~part.numbers().is_in(taken) & (part.numbers() < unread)
        lengths = {row.line_number: row.line_count for row in odd}
        batch = RowBatch(
            cells=splitter.split(part, is_left & is_one_row & ~is_blank),
            odd=odd,
            unreadable=unreadable,
            blank_count=int((is_left & is_blank).sum()),
            text_of=lambda line_number: part.text_of(line_number, lengths.get(line_number, 1)),
            may_hold=part.suspicious_signs(is_usual=is_usual),
            filled=[*filled, *((is_left & is_short).arg_true() + part.first_line)],
            cut_row=cut_row,
        )
        return batch, unread

    def _count_unreadable(self, line: RejectedLine) -> None:
        self._first_unreadable = self._first_unreadable or line.line_number
        self._unreadable_count += 1
        if self._unreadable_count > _MOST_UNREADABLE:
            raise Refusal(
                f"More than {_MOST_UNREADABLE:,} lines have quotes that do not pair (the first is line "
                f"{self._first_unreadable}).",
                where=self._where,
                way_out="Ask the sender for an extract with its quotes doubled inside quoted fields.",
            )


class _Part:
    """Some whole lines of a file."""

    def __init__(self, data: bytes, first_line: int, is_last: bool, *, has_quotes: bool) -> None:
        self._has_quotes = has_quotes
        self.data = data
        self.first_line = first_line
        self.is_last = is_last
        self.has_usual_ends = False
        self.lines = self._split()
        self.count = len(self.lines)

    def _split(self) -> pl.Series:
        """The lines without their ends."""
        if self.data and _NO_SEPARATOR.encode() not in self.data:
            lines = pl.read_csv(
                _with_mark_to_spare(self.data),
                has_header=False,
                schema={"": pl.String},
                separator=_NO_SEPARATOR,
                quote_char=None,
            ).to_series()
            # A carriage return alone ends a line too; polars takes away those before a newline.
            if b"\r" not in self.data or not lines.str.contains("\r", literal=True).any():
                self.has_usual_ends = True
                return lines.fill_null("")
        return pl.Series([line.rstrip("\r\n") for line in self.originals], dtype=pl.String)

    @cached_property
    def originals(self) -> list[str]:
        """The lines with their ends, as a list."""
        return list(io.StringIO(self.data.decode(), newline=""))

    def numbers(self) -> pl.Series:
        """The lines' numbers within this part, from 0."""
        return pl.int_range(self.count, eager=True)

    def parse(self, start: int, delimiter: str, widths: tuple[int, int] | None = None) -> Row | _Swallowing | None:
        """Read one row from a line on, by its number within this part; None when it does not read.

        Args:
            start: the line's number.
            delimiter: what separates the fields.
            widths: how many fields a row has at least, and at most, if that is known.

        Raises:
            _NeedsMore: it ends in the next part.
        """
        taken = 0

        def lines() -> Iterator[str]:
            nonlocal taken
            # By number: to skip the lines before would take longer with every line.
            for number in range(start, self.count):
                taken += 1
                yield self.originals[number]
            if not self.is_last:
                raise _NeedsMore

        try:
            if self._has_quotes:
                cells = next(csv.reader(lines(), delimiter=delimiter, strict=True))
            else:
                cells = next(csv.reader(lines(), delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True))
        except csv.Error:
            return None
        fewest, most = widths or (len(cells), len(cells))
        # A line with a single delimiter may be text; more of them are more than text needs, also in a short row.
        if taken > 1 and _swallows_lines(cells, delimiter, max(fewest - 1, min(2, most - 1))):
            # As wide as a row, they may be one. Otherwise they are none, and the quote was a stray one.
            may_be_row = widths is not None and len(cells) >= fewest and not any(map(str.strip, cells[most:]))
            return _Swallowing(self.first_line + start, taken) if may_be_row else None
        return Row(self.first_line + start, cells, taken)

    def swallowed(self, start: int, row: _Swallowing) -> RejectedLine:
        """A line that may be one of its own, or text of a quoted field around it."""
        last = row.line_number + row.line_count - 1
        return RejectedLine(
            line_number=self.first_line + start,
            column=None,
            code="unpaired_quotes",
            reason=f"A quote from line {row.line_number} to line {last} is around what may be whole lines.",
            text=self.lines[start],
        )

    def unpaired(self, start: int) -> RejectedLine:
        """The line as one that does not read."""
        return RejectedLine(
            line_number=self.first_line + start,
            column=None,
            code="unpaired_quotes",
            reason="A quote is not closed, or stands inside a quoted field.",
            text=self.lines[start],
        )

    def text_of(self, line_number: int, line_count: int) -> str:
        """The text of the row that begins at a line of the file."""
        start = line_number - self.first_line
        if line_count == 1:
            return str(self.lines[start])
        return "".join(self.originals[start : start + line_count]).rstrip("\r\n")

    def is_cut_at(self, end: int) -> bool:
        """Whether the file ends before this line, and without a line end: what its last row lacks may be lost."""
        return self.is_last and end == self.count and not self.data.endswith((b"\n", b"\r"))

    def from_line(self, start: int) -> bytes:
        """The bytes from a line on."""
        return b"" if start == self.count else "".join(self.originals[start:]).encode()

    def suspicious_signs(self, *, is_usual: bool) -> frozenset[str]:
        """Which of the suspicious signs may occur.

        Args:
            is_usual: whether all lines are usual ones, whose cells have no blanks around them.
        """
        signs = {sign for sign in SPOILING if sign.encode() in self.data}
        if not is_usual:
            signs.add(OUTER_BLANK)
            if not self.data.isascii() or any(blank in self.data for blank in _OTHER_BLANKS):
                signs.add(OTHER_BLANK)
        return frozenset(signs)


@dataclass(frozen=True)
class _Swallowing:
    """A row as wide as rows are, one of whose quoted fields seems to hold whole other rows."""

    line_number: int
    line_count: int


class _NeedsMore(Exception):
    """A quoted field goes on beyond the lines at hand."""


class _Splitter:
    """Splits lines that are one row each, and tells which ones are."""

    def __init__(
        self,
        delimiter: str,
        width: int,
        fewest_cells: int,
        positions: Sequence[int],
        nulls: Sequence[str],
        *,
        has_quotes: bool,
    ) -> None:
        self.width = width
        self.fewest_cells = fewest_cells
        self._nulls = [*nulls]
        self._delimiter = delimiter
        self._positions = sorted(positions)
        self._schema = {str(position): pl.String for position in range(width)}
        separator = re.escape(delimiter)
        self._quote = '"' if has_quotes else None
        field = rf'(?:[^"{separator}]*|"(?:[^"]|"")*")' if has_quotes else rf"[^{separator}]*"
        # Empty fields beyond the header do no harm.
        self._one_row = rf"^{field}(?:{separator}{field}){{{width - 1}}}(?:{separator}[ \t]*)*$"
        self._short = rf"^{field}(?:{separator}{field}){{{fewest_cells - 1},{width - 2}}}$"
        nothing = r'(?:[\s\x1c-\x1f]*|"[\s\x1c-\x1f]*")'
        self._blank = rf"^{nothing}(?:{separator}{nothing})*$"
        # One row as well, without controls, and without blanks around the text of a field.
        outer, inner = rf'[^"{separator}\s\x00-\x1f]', rf'[^"{separator}\x00-\x1f]'
        quoted_outer, quoted_inner = r'(?:[^"\s\x00-\x1f]|"")', r'(?:[^"\x00-\x1f]|"")'
        text = rf"{outer}(?:{inner}*{outer})?"
        quoted = rf'"(?:{quoted_outer}(?:{quoted_inner}*{quoted_outer})?)?"'
        self._usual = rf"^(?:{text}|{quoted})?(?:{separator}(?:{text}|{quoted})?){{{width - 1}}}$"
        # Shorter ones may be nothing but quotes and separators.
        self._shortest_usual = 3 * width

    def sort(self, lines: pl.Series) -> tuple[pl.Series, pl.Series, bool]:
        """Tell lines apart.

        Returns:
            which are one row of as many fields as the header; which have nothing in them; and whether all are usual:
            one row with something in it, and no blanks around any of its cells.
        """
        # To prove more takes no longer than to prove that they are one row; so nearly all are looked at but once.
        is_one_row = lines.str.contains(self._usual) & (lines.str.len_bytes() >= self._shortest_usual)
        is_blank = pl.repeat(False, len(lines), eager=True)
        others = (~is_one_row).arg_true()
        if not len(others):
            return is_one_row, is_blank, True
        unusual = lines.gather(others)
        return (
            is_one_row.scatter(others, unusual.str.contains(self._one_row)),
            is_blank.scatter(others, unusual.str.contains(self._blank)),
            False,
        )

    def short(self, part: _Part, others: pl.Series) -> pl.Series:
        """Tell which of the other lines of a part are one row whose missing last cells are taken for blank."""
        is_short = pl.repeat(False, part.count, eager=True)
        numbers = others.arg_true()
        if self.fewest_cells == self.width or not len(numbers):
            return is_short
        is_short = is_short.scatter(numbers, part.lines.gather(numbers).str.contains(self._short))
        return is_short.scatter(part.count - 1, False) if part.is_cut_at(part.count) else is_short

    def filled(self, row: Row, *, may_be_cut: bool) -> Row:
        """A row with blank cells in place of the missing last ones; the very row where it is not to be filled."""
        if may_be_cut or row.is_blank or not self.fewest_cells <= len(row.cells) < self.width:
            return row
        return replace(row, cells=[*row.cells, *[""] * (self.width - len(row.cells))])

    def split(self, part: _Part, which: pl.Series) -> pl.DataFrame:
        """The cells of the lines that are one row each, with the numbers of their lines in the file."""
        count = int(which.sum())
        numbers = (part.numbers() + part.first_line).alias(LINE_NUMBER)
        data = part.data
        if count < part.count or not part.has_usual_ends:
            numbers = numbers.filter(which)
            data = part.lines.filter(which).str.join("\n")[0].encode() if count else b""
        if not count:
            empty = {LINE_NUMBER: pl.Int64} | {str(position): pl.String for position in self._positions}
            return pl.DataFrame(schema=empty)
        cells = pl.read_csv(
            _with_mark_to_spare(data),
            has_header=False,
            schema=self._schema,
            columns=self._positions,
            separator=self._delimiter,
            quote_char=self._quote,
            null_values=self._nulls,
            truncate_ragged_lines=True,
            missing_columns="insert",
            extra_columns="ignore",
        )
        if cells.height != count:
            raise RuntimeError(f"{count} lines were split into {cells.height} rows")
        return cells.insert_column(0, numbers)


def _with_mark_to_spare(data: bytes) -> bytes:
    """Bytes that polars reads as these: it takes one byte order mark away, and the file's own is gone already."""
    return codecs.BOM_UTF8 + data if data.startswith(codecs.BOM_UTF8) else data


def _whole_lines(blocks: Iterable[bytes], where: str) -> Iterator[tuple[bytes, bool]]:
    """The text cut at line ends, and whether it is the last of it."""
    ready, rest = b"", b""
    for block in blocks:
        data = rest + block
        # A last carriage return may be the first half of a line end.
        cut = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
        if len(data) - cut > _MOST_LINE_BYTES:
            raise Refusal(
                f"A line is longer than {_MOST_LINE_BYTES >> 20} MB; it begins {data[cut : cut + _TEXT_TOLD]!r}.",
                where=where,
                way_out="Ask the sender for the extract as CSV, a line a payment.",
            )
        if not cut:
            rest = data
            continue
        if ready:
            yield ready, False
        ready, rest = data[:cut], data[cut:]
    if rest:
        if ready:
            yield ready, False
        ready = rest
    yield ready, True


def _of_few_lines(parts: Iterable[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """The same text, cut again where a part has very many lines."""
    for data, is_last in parts:
        *before, last = _portions(data)
        for portion in before:
            yield portion, False
        yield last, is_last


def _portions(data: bytes) -> Iterator[bytes]:
    half = len(data) // 2
    # The carriage return just before the middle may be the first half of a line end.
    cut = data.rfind(b"\n", 0, half) + 1 or data.rfind(b"\r", 0, half - 1) + 1
    # The first count, of a few signs more, is half as dear, and nearly always enough.
    if cut and count_ends(data) > _MOST_LINES_AT_ONCE and _end_count(data) > _MOST_LINES_AT_ONCE:
        yield from _portions(data[:cut])
        yield from _portions(data[cut:])
    else:
        yield data


def _end_count(data: bytes) -> int:
    """How many lines end, whatever ends them."""
    return max(count_byte(data, b"\n"), count_byte(data, b"\r"))


def _swallows_lines(row: list[str], delimiter: str, others: int) -> bool:
    """Say whether a quoted field seems to hold other rows, of so many fields and one, between two stray quotes."""
    return others > 1 and any(
        line.count(delimiter) >= others for field in row for line in re.split("[\r\n]", field)[1:]
    )
