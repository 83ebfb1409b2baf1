"""How a declaration reads a file: what a person looks at before the first delivery is taken in."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from star_warehouse.load import DeliverySummary, RejectedLine, TableChunk, check_tolerance
from star_warehouse.onboard.aliases import Alias, propose_aliases
from star_warehouse.read import OpenDelivery, open_delivery
from star_warehouse.refusal import Refusal
from star_warehouse.sources import ENTITIES, ColumnType, Period, Source

FIRST_LINES = 5
EXAMPLES = 3


@dataclass
class Rejection:
    """The lines rejected for one reason.

    Attributes:
        count: how many.
        examples: the first of them.
    """

    count: int = 0
    examples: list[RejectedLine] = field(default_factory=list)


@dataclass
class TableCheck:
    """How one table of a file reads.

    Attributes:
        entity: the raw table.
        sheet: the sheet, or None.
        columns: for each declared column the header that holds it, or None where it is absent.
        unused: the headers that hold none.
        first_lines: the first lines, typed: the line's number and the value of each column.
        months: by month of the period's date (``2018-04``; empty for tables without one): lines, and pounds by column.
        rejections: the rejected lines, by code.
    """

    entity: str
    sheet: str | None
    columns: dict[str, str | None]
    unused: list[str]
    first_lines: list[dict[str, object]] = field(default_factory=list)
    months: dict[str, tuple[int, dict[str, Decimal]]] = field(default_factory=dict)
    rejections: dict[str, Rejection] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """The lines that read."""
        return sum(lines for lines, _ in self.months.values())

    @property
    def pounds(self) -> dict[str, Decimal]:
        """What they add up to, by amount column."""
        totals: dict[str, Decimal] = {}
        for _, pounds in self.months.values():
            for column, amount in pounds.items():
                totals[column] = totals.get(column, Decimal(0)) + amount
        return totals


@dataclass
class FileCheck:
    """How a file reads.

    Attributes:
        file_name: the name it would be delivered under.
        period: the days it covers, or None when its name does not say.
        tables: its tables, those of several sheets each by itself.
        layout: the layout that its header fits, or None when it fits none.
        summary: the account of its lines, or None when it does not read to its end.
        refusal: why it would be refused, or None.
        aliases: the columns whose header it lacks, each with the header that may have taken its place.
    """

    file_name: str
    period: Period | None = None
    tables: list[TableCheck] = field(default_factory=list)
    layout: str | None = None
    summary: DeliverySummary | None = None
    refusal: Refusal | None = None
    aliases: list[Alias] = field(default_factory=list)


def check_file(source: Source, path: Path, file_name: str | None = None) -> FileCheck:
    """Read a file by a declaration, without a database.

    Args:
        source: the declaration.
        path: the file.
        file_name: the name it would be delivered under, if that is another.

    Returns:
        how it reads; a refusal is in it, none is raised.
    """
    check = FileCheck(file_name or path.name)
    try:
        if not path.is_file():
            raise Refusal("There is no such file.", where=str(path), way_out="Check its name.")
        check.period = source.period_of(check.file_name)
        with open_delivery(source, check.file_name, path, check.period) as delivery:
            check.layout = delivery.layout.name
            check.tables = [_table(delivery, entity, sheet) for entity, sheet in delivery.headers]
            tables = {(table.entity, table.sheet): table for table in check.tables}
            for chunk in delivery.chunks():
                _add(tables[chunk.entity, chunk.sheet], chunk)
            check.summary = delivery.summary()
        check_tolerance(source, check.file_name, check.summary)
    except Refusal as refusal:
        check.refusal = refusal
        if check.period is not None and check.layout is None:
            layouts = [layout for layout in source.layouts if layout.holds(check.period)]
            check.aliases = propose_aliases(source, layouts, path)
    return check


def _table(delivery: OpenDelivery, entity: str, sheet: str | None) -> TableCheck:
    header = delivery.headers[entity, sheet]
    columns = {
        column: header.name_of(column) if column in header.positions else None
        for column in delivery.layout.tables[entity].columns
    }
    used = set(header.positions.values())
    unused = [name for position, name in enumerate(header.names) if name and position not in used]
    return TableCheck(entity, sheet, columns, unused)


def _add(table: TableCheck, chunk: TableChunk) -> None:
    frame = chunk.frame
    table.first_lines += list(frame.head(FIRST_LINES - len(table.first_lines)).iter_rows(named=True))
    for line in chunk.rejected:
        rejection = table.rejections.setdefault(line.code, Rejection())
        rejection.count += 1
        if len(rejection.examples) < EXAMPLES:
            rejection.examples.append(line)
    entity = ENTITIES[table.entity]
    amounts = [column for column in frame.columns if entity.columns.get(column) is ColumnType.AMOUNT]
    month = pl.col(entity.period_column).dt.strftime("%Y-%m") if entity.period_column in frame.columns else pl.lit("")
    sums = [pl.col(column).cast(pl.Decimal(38, 2)).sum() for column in amounts]
    by_month = frame.select(month.alias("month"), *amounts).group_by("month").agg(pl.len().alias("lines"), *sums)
    for row in by_month.iter_rows(named=True):
        lines, pounds = table.months.get(row["month"], (0, {}))
        added = {column: pounds.get(column, Decimal(0)) + (row[column] or Decimal(0)) for column in amounts}
        table.months[row["month"]] = (lines + row["lines"], added)
    table.months = dict(sorted(table.months.items()))
