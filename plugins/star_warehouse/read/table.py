"""Rows of text to the typed lines of one raw table, and the lines that do not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import polars as pl

from star_warehouse.load import RejectedLine, TableLines
from star_warehouse.read.header import Header, find_header
from star_warehouse.read.records import Records
from star_warehouse.read.totals import check_totals
from star_warehouse.read.values import TOO_PRECISE, UNREADABLE, amounts, dates, numbers
from star_warehouse.sources import ENTITIES, ColumnType, Entity, Period, Source

_MISSING, _OUTSIDE, _NONE_OF = "missing", "outside_period", "no_amount"
_WORDS = {
    ColumnType.TEXT: "text",
    ColumnType.DATE: "date",
    ColumnType.AMOUNT: "amount",
    ColumnType.QUANTITY: "number",
    ColumnType.PERCENT: "percentage",
}
_ARTICLES = dict.fromkeys(ColumnType, "a") | {ColumnType.AMOUNT: "an"}
_TEXT_TOLD = 80
_PLACE = ("row_index", "line_number")


def read_table(records: Records, source: Source, entity_name: str, period: Period, where: str) -> TableLines:
    """Read one table of a delivery.

    Raises:
        Refusal: its header is not found, or its totals row is missing or does not agree with its lines.
    """
    table, entity = source.tables[entity_name], ENTITIES[entity_name]
    header = find_header(records, table, where)
    good, totals_rows, rejected, skipped = _sort_rows(records, header, source, entity_name)
    values = _values(records, header, good, source, entity, period)
    control_totals = (
        check_totals(table.totals_row, records, header, totals_rows, values, rejected, where)
        if table.totals_row
        else {}
    )
    is_rejected = values["problem_column"].is_not_null()
    rejected += [
        _rejected(records, index, header, entity.columns[column], (column, code, text or ""), period)
        for index, column, code, text in values.filter(is_rejected)
        .select("row_index", "problem_column", "problem_code", "problem_text")
        .iter_rows()
    ]
    columns = [column for column in entity.columns if column in header.positions]
    return TableLines(
        entity=entity_name,
        sheet=records.sheet,
        frame=values.filter(~is_rejected).select("line_number", *columns),
        rejected=sorted(rejected, key=lambda line: line.line_number),
        skipped=skipped,
        control_totals=control_totals,
        headers=tuple(cell.strip() for cell in header.cells),
    )


def _sort_rows(
    records: Records, header: Header, source: Source, entity_name: str
) -> tuple[list[int], list[int], list[RejectedLine], Counter[str]]:
    """Which rows hold data and which are totals rows, the lines rejected as a whole, and the count of the others."""
    totals = source.tables[entity_name].totals_row
    label_at = header.positions.get(totals.column) if totals else None
    label = totals.label.casefold() if totals else ""
    width = len(header.cells)
    header_line = records.line_numbers[header.index]
    rejected = [line for line in records.unreadable if line.line_number > header_line]
    skipped = Counter(preamble=header.index + len(records.unreadable) - len(rejected), header=1)
    good, totals_rows = [], []
    for index in range(header.index + 1, len(records.rows)):
        row = records.rows[index]
        if not any(cell and not cell.isspace() for cell in row):
            skipped["blank"] += 1
        elif label_at is not None and len(row) > label_at and row[label_at].strip().casefold() == label:
            skipped["totals"] += 1
            totals_rows.append(index)
        elif header.is_repeated_by(row):
            skipped["repeated_header"] += 1
        elif len(row) == width or (len(row) > width and not any(map(str.strip, row[width:]))):
            good.append(index)
        else:
            rejected.append(
                RejectedLine(
                    records.line_numbers[index],
                    None,
                    "wrong_field_count",
                    f"It has {len(row)} fields where the header has {width}.",
                    records.text_of(index),
                )
            )
    return good, totals_rows, rejected, +skipped


def _values(
    records: Records, header: Header, good: list[int], source: Source, entity: Entity, period: Period
) -> pl.DataFrame:
    """The typed columns of the data rows, and of the first thing wrong with a row its column, code and text."""
    nulls = ["", *source.null_tokens]
    rows = [records.rows[index] for index in good]
    line_numbers = [records.line_numbers[index] for index in good]
    columns = [column for column in entity.columns if column in header.positions]
    frame = pl.DataFrame({"row_index": good, "line_number": line_numbers}, schema=dict.fromkeys(_PLACE, pl.Int64))
    for column in columns:
        cells = [row[header.positions[column]] for row in rows]
        as_written = pl.Series(column, cells, dtype=pl.String)
        is_null = as_written.str.strip_chars().is_in(nulls)
        as_written = as_written.set(is_null, None)
        reading = _typed(as_written, entity.columns[column], source)
        problem = _problem(column, entity, period)
        frame = frame.with_columns(
            reading["value"].alias(column),
            reading.select(problem).to_series().alias(f"problem {column}"),
            as_written.alias(f"text {column}"),
        )
    return frame.select(*_PLACE, *columns, *_first_problem(columns, entity))


def _first_problem(columns: list[str], entity: Entity) -> Iterable[pl.Expr]:
    """Column, code and text of the first thing that is wrong in a row; null where nothing is."""
    column_name: pl.Expr = pl.lit(None, pl.String)
    code: pl.Expr = pl.lit(None, pl.String)
    text: pl.Expr = pl.lit(None, pl.String)
    amount_columns = [column for column in entity.needs_one_of if column in columns]
    if amount_columns:
        has_none = pl.all_horizontal(pl.col(column).is_null() for column in amount_columns)
        column_name = pl.when(has_none).then(pl.lit(amount_columns[0]))
        code = pl.when(has_none).then(pl.lit(_NONE_OF))
    for column in reversed(columns):
        problem = pl.col(f"problem {column}")
        column_name = pl.when(problem.is_not_null()).then(pl.lit(column)).otherwise(column_name)
        code = pl.coalesce(problem, code)
        text = pl.when(problem.is_not_null()).then(pl.col(f"text {column}")).otherwise(text)
    return column_name.alias("problem_column"), code.alias("problem_code"), text.alias("problem_text")


def _problem(column: str, entity: Entity, period: Period) -> pl.Expr:
    """The code of what is wrong with a value of a column, given ``value`` and the ``problem`` of reading it."""
    value, problem = pl.col("value"), pl.col("problem")
    if column in entity.required:
        problem = pl.when(value.is_null() & problem.is_null()).then(pl.lit(_MISSING)).otherwise(problem)
    if column == entity.period_column:
        is_outside = ~value.is_between(period.start, period.end)
        problem = pl.when(is_outside).then(pl.lit(_OUTSIDE)).otherwise(problem)
    return problem


def _typed(as_written: pl.Series, kind: ColumnType, source: Source) -> pl.DataFrame:
    """The ``value`` of each text, and the code of the ``problem`` where it does not read."""
    if kind is ColumnType.TEXT:
        has_nul = as_written.str.contains("\0", literal=True)
        return pl.DataFrame({"value": as_written}).with_columns(problem=pl.when(has_nul).then(pl.lit(UNREADABLE)))
    text = as_written.str.strip_chars()
    if kind is ColumnType.DATE:
        return dates(text, source.date_formats, from_cells=source.format.type == "xlsx")
    if kind is ColumnType.AMOUNT:
        return amounts(text)
    return numbers(text, kind)


def _rejected(
    records: Records, index: int, header: Header, kind: ColumnType, problem: tuple[str, str, str], period: Period
) -> RejectedLine:
    column, code, text = problem
    name, word = header.name_of(column), _WORDS[kind]
    shown = text.strip() if len(text) <= _TEXT_TOLD else f"{text[:_TEXT_TOLD]}…"
    reasons = {
        UNREADABLE: (f"unreadable_{word}", f"{name} is {shown!r}, which does not read as {_ARTICLES[kind]} {word}."),
        TOO_PRECISE: (TOO_PRECISE, f"{name} is {shown!r}, which has too many decimals."),
        _MISSING: (f"missing_{word}", f"{name} is empty."),
        _NONE_OF: (_NONE_OF, f"{name} is empty, so the line has no amount."),
        _OUTSIDE: (_OUTSIDE, f"{name} is {shown}, outside the delivery's period {period.key}."),
    }
    return RejectedLine(records.line_numbers[index], column, *reasons[code], text=records.text_of(index))
