"""Rows of text to the typed lines of one raw table, and the lines that do not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from star_warehouse.load import RejectedLine, TableChunk, made_ahead
from star_warehouse.read.header import Header
from star_warehouse.read.percentages import Percentages
from star_warehouse.read.records import LINE_NUMBER, OTHER_BLANK, OUTER_BLANK, SPOILING, Row, RowBatch, Rows
from star_warehouse.read.totals import Totals, add_up
from star_warehouse.read.values import (
    MANGLED,
    SPREADSHEET_ERROR,
    TOO_LARGE,
    TOO_PRECISE,
    UNREADABLE,
    WHOLE_DIGITS,
    amounts,
    dates,
    numbers,
    texts,
)
from star_warehouse.sources import ENTITIES, ColumnType, Layout, Period

_MISSING, _OUTSIDE, _NONE_OF = "missing", "outside_period", "no_amount"
_WORDS = {
    ColumnType.TEXT: "text",
    ColumnType.IDENTIFIER: "identifier",
    ColumnType.DATE: "date",
    ColumnType.AMOUNT: "amount",
    ColumnType.QUANTITY: "number",
    ColumnType.PERCENT: "percentage",
}
_ARTICLES = dict.fromkeys(ColumnType, "a") | {ColumnType.AMOUNT: "an", ColumnType.IDENTIFIER: "an"}
_TEXT_TOLD = 80


class TableReader:
    """Reads one table of a delivery, chunk by chunk.

    Args:
        rows: the rows of the file or sheet.
        header: where its columns are.
        layout: how its values are written.
        entity_name: the raw table.
        period: the days that the delivery covers.
        where: the table, for people.
        lines_before: what to add to line numbers in ``raw``: the rows of earlier sheets of the same table.

    Attributes:
        header: the header found.
        skipped: how many lines are no data, by reason.
        lines_loaded: the lines that read.
        amount_loaded_gbp: their pounds: net where there is a net amount, else gross.
        amount_rejected_gbp: the pounds of rejected lines whose amounts read.
        filled_count: the lines loaded or rejected that were shorter than the header and read with blank last cells.
        unpriced_count: the rejected lines whose pounds are not known: no amount of theirs reads, or they do not split.
    """

    def __init__(
        self,
        rows: Rows,
        header: Header,
        layout: Layout,
        entity_name: str,
        period: Period,
        where: str,
        lines_before: int = 0,
    ) -> None:
        self.header = header
        self.skipped = Counter(header=1)
        if header.preamble_count:
            self.skipped["preamble"] = header.preamble_count
        self.lines_loaded = 0
        self.amount_loaded_gbp = self.amount_rejected_gbp = Decimal(0)
        self.filled_count = self.unpriced_count = 0
        self._nulls = ["", *layout.null_tokens]
        self._rows = rows
        self._layout = layout
        self._entity = ENTITIES[entity_name]
        self._period = period
        self._lines_before = lines_before
        self._columns = [column for column in self._entity.columns if column in header.positions]
        self._amount_columns = [column for column in self._entity.needs_one_of if column in self._columns]
        totals = layout.tables[entity_name].totals_row
        self._totals = Totals(totals, rows, header, where) if totals else None
        self._percents = Percentages(header, where) if layout.format.type == "xlsx" else None

    def chunks(self) -> Iterator[TableChunk]:
        """Read all lines below the header."""
        positions = sorted({*self.header.positions.values()})
        # Rows are split beside the typing of those before them; neither alone keeps up with the database.
        below = self._rows.below(self.header.row, positions, self._nulls, self._fewest_cells())
        with made_ahead(below) as batches:
            for batch in batches:
                yield self._chunk(batch)

    def _fewest_cells(self) -> int | None:
        """How many cells a row to be filled has at least: up to the last that a line needs; None: none is filled."""
        if self._layout.format.short_rows == "reject":
            return None
        return max(self._entity.needed_cells(self.header.positions)) + 1

    def control_totals(self) -> dict[str, Decimal]:
        """What the totals row says, by amount column, once all chunks were taken; nothing where none is declared.

        Raises:
            Refusal: the totals row is missing or does not agree with the lines; a column of percentages of a workbook
                holds fractions.
        """
        if self._percents:
            self._percents.check()
        return self._totals.check() if self._totals else {}

    def _chunk(self, batch: RowBatch) -> TableChunk:
        if batch.blank_count:
            self.skipped["blank"] += batch.blank_count
        cells, rejected = self._data_rows(batch)
        if batch.filled:
            self.filled_count += int(cells[LINE_NUMBER].is_in(batch.filled).sum())
        self.unpriced_count += len(rejected)
        lines, problems = self._typed(cells, batch)
        if self._totals:
            self._totals.add(lines, len(rejected))
        is_rejected = problems["code"].is_not_null() if problems is not None else None
        if problems is not None and is_rejected is not None:
            bad = pl.concat([lines.select(LINE_NUMBER), problems], how="horizontal").filter(is_rejected)
            self.unpriced_count += self._unpriced(lines.filter(is_rejected))
            rejected += [self._rejected(batch, *row) for row in bad.iter_rows()]
            self.amount_rejected_gbp += self._pounds(lines.filter(is_rejected))
            lines = lines.filter(~is_rejected)
        self.lines_loaded += lines.height
        self.amount_loaded_gbp += self._pounds(lines)
        if self._lines_before:
            lines = lines.with_columns(pl.col(LINE_NUMBER) + self._lines_before)
        rejected.sort(key=lambda line: line.line_number)
        return TableChunk(self._entity.name, self._rows.sheet, lines, rejected)

    def _data_rows(self, batch: RowBatch) -> tuple[pl.DataFrame, list[RejectedLine]]:
        """The rows of a batch that hold data, and the lines that are rejected as a whole."""
        cells = self._without_totals(batch.cells)
        cells = self._without_repeated_headers(cells)
        rejected = [*batch.unreadable]
        others = []
        for row in batch.odd:
            if row.is_blank:
                self.skipped["blank"] += 1
            elif self._totals and (total := self._totals.takes(row)):
                self.skipped[total] += 1
            elif self.header.is_repeated_by(dict(enumerate(row.cells))):
                self.skipped["repeated_header"] += 1
            elif len(row.cells) < self.header.width or any(map(str.strip, row.cells[self.header.width :])):
                rejected.append(self._wrong_field_count(row, batch))
            else:
                others.append(row)
        if others:
            positions = [int(name) for name in cells.columns if name != LINE_NUMBER]
            data = [[row.line_number, *(self._cell(row, position) for position in positions)] for row in others]
            cells = pl.concat([cells, pl.DataFrame(data, schema=cells.schema, orient="row")]).sort(LINE_NUMBER)
        return cells, rejected

    def _without_totals(self, cells: pl.DataFrame) -> pl.DataFrame:
        if self._totals is None or self._totals.position is None:
            return cells
        is_totals = cells.select(self._totals.is_label(pl.col(str(self._totals.position))).fill_null(False)).to_series()
        if not is_totals.any():
            return cells
        width = self.header.width
        for row in cells.filter(is_totals).iter_rows(named=True):
            cells_of_row = [row.get(str(position)) or "" for position in range(width)]
            if total := self._totals.takes(Row(row[LINE_NUMBER], cells_of_row)):
                self.skipped[total] += 1
        return cells.filter(~is_totals)

    def _without_repeated_headers(self, cells: pl.DataFrame) -> pl.DataFrame:
        # A look at one letter of one column, best of the dates, spares one at all the others, nearly always.
        position = self.header.positions.get(self._entity.period_column or "", next(iter(self.header.keys)))
        key, name = self.header.keys[position], pl.col(str(position)).str.to_lowercase()
        may_be_header = cells[str(position)].str.contains(rf"^\s*(?i:{re.escape(key[0])})")
        if not may_be_header.any():
            return cells
        suspects = cells.filter(may_be_header, name.str.replace_all(r"\s+", "") == "".join(key.split()))
        repeated = [
            row[LINE_NUMBER]
            for row in suspects.iter_rows(named=True)
            if self.header.is_repeated_by({int(name): row[name] for name in suspects.columns if name != LINE_NUMBER})
        ]
        if not repeated:
            return cells
        self.skipped["repeated_header"] += len(repeated)
        return cells.filter(~pl.col(LINE_NUMBER).is_in(repeated))

    def _typed(self, cells: pl.DataFrame, batch: RowBatch) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """The typed columns, and of the first thing wrong with each row its column, code and text; None: nothing."""
        as_written = self._as_written(cells, batch)
        lines = [as_written[LINE_NUMBER]]
        wrong: list[tuple[str, pl.Series]] = []
        for column in self._columns:
            value, problem = self._value(column, as_written[column], batch)
            lines.append(value.alias(column))
            if self._percents and self._entity.columns[column] is ColumnType.PERCENT:
                self._percents.look_at(column, value)
            if problem is not None:
                wrong.append((column, problem))
        typed = pl.DataFrame(lines)
        if self._amount_columns:
            has_none = typed.select(pl.all_horizontal(pl.col(self._amount_columns).is_null())).to_series()
            if has_none.any():
                none = pl.DataFrame({"none": has_none}).select(pl.when("none").then(pl.lit(_NONE_OF))).to_series()
                wrong.append((self._amount_columns[0], none))
        return typed, _first_problem(wrong, as_written) if wrong else None

    def _as_written(self, cells: pl.DataFrame, batch: RowBatch) -> pl.DataFrame:
        """The texts of the columns, null where they stand for nothing, whatever blanks are around it."""
        texts = {column: pl.col(str(self.header.positions[column])) for column in self._columns}
        if OUTER_BLANK not in batch.may_hold:
            padded = set()
        elif OTHER_BLANK in batch.may_hold:
            padded = {*texts}
        else:
            # Two looks at each cell are half as dear as taking away what is nearly never there.
            found = cells.select(
                (text.str.starts_with(" ") | text.str.ends_with(" ")).any().alias(column)
                for column, text in texts.items()
            )
            padded = {column for column, is_padded in found.row(0, named=True).items() if is_padded}
        return cells.select(
            LINE_NUMBER,
            *((self._unless_null(text) if column in padded else text).alias(column) for column, text in texts.items()),
        )

    def _unless_null(self, text: pl.Expr) -> pl.Expr:
        return pl.when(~text.str.strip_chars().is_in(self._nulls)).then(text)

    def _cell(self, row: Row, position: int) -> str | None:
        return None if row.cells[position].strip() in self._nulls else row.cells[position]

    def _value(self, column: str, as_written: pl.Series, batch: RowBatch) -> tuple[pl.Series, pl.Series | None]:
        """The values of a column, and the codes of what is wrong with them; None when nothing is."""
        kind = self._entity.columns[column]
        is_text = kind in (ColumnType.TEXT, ColumnType.IDENTIFIER)
        if is_text and not batch.may_hold & SPOILING and column not in self._entity.required:
            # Nearly every part of nearly every file.
            return as_written, None
        reading = self._reading(kind, as_written, batch)
        value, problem = reading["value"], reading["problem"]
        if column in self._entity.required and value.null_count():
            reading = reading.with_columns(
                problem=pl.when(pl.col("value").is_null() & pl.col("problem").is_null())
                .then(pl.lit(_MISSING))
                .otherwise("problem")
            )
            problem = reading["problem"]
        if column == self._entity.period_column:
            is_outside = ~value.is_between(self._period.start, self._period.end)
            if is_outside.any():
                problem = reading.select(pl.when(is_outside).then(pl.lit(_OUTSIDE)).otherwise("problem")).to_series()
        return value, problem if problem.null_count() < len(problem) else None

    def _reading(self, kind: ColumnType, as_written: pl.Series, batch: RowBatch) -> pl.DataFrame:
        is_workbook = self._layout.format.type == "xlsx"
        if kind in (ColumnType.TEXT, ColumnType.IDENTIFIER):
            is_identifier = kind is ColumnType.IDENTIFIER
            return texts(as_written, batch.may_hold, is_identifier=is_identifier, from_cells=is_workbook)
        text = as_written.str.strip_chars() if OUTER_BLANK in batch.may_hold else as_written
        if kind is ColumnType.DATE:
            return dates(text, self._layout.date_formats, from_cells=is_workbook)
        if kind is ColumnType.AMOUNT:
            return amounts(text, self._layout.zero_tokens, from_cells=is_workbook)
        return numbers(text, kind, from_cells=is_workbook)

    def _pounds(self, lines: pl.DataFrame) -> Decimal:
        if not self._amount_columns:
            return Decimal(0)
        return add_up(lines.select(pl.coalesce(self._amount_columns)).to_series())

    def _unpriced(self, lines: pl.DataFrame) -> int:
        if not self._amount_columns:
            return lines.height
        return lines.select(pl.coalesce(self._amount_columns)).to_series().null_count()

    def _rejected(self, batch: RowBatch, line_number: int, column: str, code: str, text: str | None) -> RejectedLine:
        text = text or ""
        kind = self._entity.columns[column]
        name, word = self.header.name_of(column), _WORDS[kind]
        shown = text.strip() if len(text) <= _TEXT_TOLD else f"{text[:_TEXT_TOLD]}…"
        reasons = {
            UNREADABLE: (
                f"unreadable_{word}",
                f"{name} is {shown!r}, which does not read as {_ARTICLES[kind]} {word}.",
            ),
            TOO_PRECISE: (TOO_PRECISE, f"{name} is {shown!r}, which has too many decimals."),
            TOO_LARGE: (
                TOO_LARGE,
                f"{name} is {shown!r}, which is too large: it has more than {WHOLE_DIGITS.get(kind)} digits before the "
                "point.",
            ),
            MANGLED: (MANGLED, f"{name} is {shown!r}: a spreadsheet made a number of it, and its digits are lost."),
            SPREADSHEET_ERROR: (SPREADSHEET_ERROR, f"{name} is {shown!r}, a spreadsheet's word for an error."),
            _MISSING: (f"missing_{word}", f"{name} is empty."),
            _NONE_OF: (_NONE_OF, f"{name} is empty, so the line has no amount."),
            _OUTSIDE: (_OUTSIDE, f"{name} is {shown}, outside the delivery's period {self._period.key}."),
        }
        return RejectedLine(line_number, column, *reasons[code], text=batch.text_of(line_number))

    def _wrong_field_count(self, row: Row, batch: RowBatch) -> RejectedLine:
        code, told = "wrong_field_count", f"It has {len(row.cells)} fields where the header has {self.header.width}"
        if len(row.cells) < self.header.width:
            if row.line_number == batch.cut_row:
                code = "cut_off"
                told += ", and the file ends there without a line end; it may be cut off"
            elif fewest := self._fewest_cells():
                told += f" and a line needs {fewest} at least"
        return RejectedLine(row.line_number, None, code, f"{told}.", batch.text_of(row.line_number))


def _first_problem(wrong: list[tuple[str, pl.Series]], as_written: pl.DataFrame) -> pl.DataFrame:
    """Column, code and text of the first thing that is wrong in each row; null where nothing is."""
    name: pl.Expr = pl.lit(None, pl.String)
    code: pl.Expr = pl.lit(None, pl.String)
    text: pl.Expr = pl.lit(None, pl.String)
    for column, problem in reversed(wrong):
        is_wrong = problem.is_not_null()
        name = pl.when(is_wrong).then(pl.lit(column)).otherwise(name)
        code = pl.when(is_wrong).then(problem).otherwise(code)
        text = pl.when(is_wrong).then(pl.col(column)).otherwise(text)
    return as_written.select(name.alias("column"), code.alias("code"), text.alias("text"))
