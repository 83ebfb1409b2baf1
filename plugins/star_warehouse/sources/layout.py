"""How the files of a feed read: their format, how values are written, and where the columns are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from star_warehouse.sources.dates import date_pattern, read_otherwise
from star_warehouse.sources.declared import Code, Declared, Mistake, Text, check_order
from star_warehouse.sources.entities import ENTITIES, ColumnType
from star_warehouse.sources.period import Period

# Stands in a draft for a header or a sheet that a person has yet to name.
UNKNOWN = "?"


class Format(Declared):
    """How the bytes are read.

    Attributes:
        type: ``csv`` or ``xlsx``.
        delimiter: of a CSV.
        quotes: whether a CSV's quotes hold a field together; where they do not, a quote is a sign like any other and
            every line is one row.
        short_rows: what becomes of a CSV's rows that end before the header does: ``reject``, or ``fill``, which reads
            the missing cells as blank, as far as no line needs them.
        legacy_encoding: tried after a byte order mark and strict UTF-8; without it, anything else is refused.
        in_zip: the CSV is the one member of a ZIP whose name fits this pattern (``*.csv``).
        gzip: the CSV is compressed with gzip.
    """

    type: Literal["csv", "xlsx"]
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    quotes: bool = True
    short_rows: Literal["reject", "fill"] = "reject"
    legacy_encoding: Literal["cp1252"] | None = None
    in_zip: Text | None = None
    gzip: bool = False

    @model_validator(mode="after")
    def _fits_type(self) -> Self:
        if self.type == "csv" and self.delimiter is None:
            raise Mistake("a csv needs a 'delimiter'")
        if self.type == "xlsx" and (
            self.delimiter
            or self.legacy_encoding
            or self.in_zip
            or self.gzip
            or not self.quotes
            or self.short_rows != "reject"
        ):
            raise Mistake("an xlsx has no 'delimiter', 'quotes', 'short_rows', 'legacy_encoding', 'in_zip' or 'gzip'")
        if self.in_zip and self.gzip:
            raise Mistake("a csv is in a ZIP or compressed with gzip, not both", "gzip")
        return self


class TotalsRow(Declared):
    """The row that adds up the others; it is skipped, and what it says must agree to the penny.

    Attributes:
        column: where its label stands.
        label: what stands there, case and outer blanks ignored.
        adds_up: the amount columns whose sum it gives.
        subtotals: what stands there in rows that add up some of the lines only; these are skipped and counted.
    """

    column: Code
    label: Text
    adds_up: Annotated[tuple[Code, ...], Field(min_length=1)]
    subtotals: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        labels = [label.casefold() for label in (self.label, *self.subtotals)]
        if len(set(labels)) != len(labels):
            raise Mistake("two of the labels are the same", "subtotals")
        return self


class Table(Declared):
    """One table of the file and where its columns are.

    Attributes:
        sheet: the sheet of an XLSX, or a shell pattern (``*-2024``) that several fit; all of these are then read.
        columns: for each column of the raw table, the headers that it may have in the file.
        may_be_absent: columns whose header need not be there.
        totals_row: how a totals row is recognised, if the feed has one.
    """

    sheet: Text | None = None
    columns: dict[Code, Annotated[tuple[Text, ...], Field(min_length=1)]]
    may_be_absent: tuple[Code, ...] = ()
    totals_row: TotalsRow | None = None

    @model_validator(mode="after")
    def _refers_to_columns(self) -> Self:
        mentioned: list[tuple[str, tuple[int | str, ...]]] = [
            (name, ("may_be_absent", index)) for index, name in enumerate(self.may_be_absent)
        ]
        if self.totals_row:
            mentioned.append((self.totals_row.column, ("totals_row", "column")))
            mentioned += [
                (name, ("totals_row", "adds_up", index)) for index, name in enumerate(self.totals_row.adds_up)
            ]
        for name, at in mentioned:
            if name not in self.columns:
                raise Mistake(f"{name!r} is not one of the columns declared here", *at)
        return self

    def takes_sheet(self, name: str) -> bool:
        """Say whether a sheet of that name belongs to this table."""
        return self.sheet is not None and (name == self.sheet or fnmatchcase(name, self.sheet))


class Layout(Declared):
    """One way in which the files of a feed read.

    Attributes:
        name: what people call it; a source with one layout calls it ``only``.
        first_day: the first day whose files read so; None when they always did.
        last_day: the last such day; None when they still do.
        format: how the bytes are read.
        date_formats: how dates are written: ``%d/%m/%Y``, or ``excel_serial`` for the day numbers of a spreadsheet;
            dates in XLSX date cells need none.
        null_tokens: texts that stand for nothing, like ``NA``.
        zero_tokens: texts that stand for no pounds in an amount column, like ``Nil``.
        tables: what is in it, by raw table.
    """

    name: Code
    first_day: date | None = Field(alias="from", default=None)
    last_day: date | None = Field(alias="to", default=None)
    format: Format
    date_formats: tuple[Text, ...] = ()
    null_tokens: tuple[Text, ...] = ()
    zero_tokens: tuple[Text, ...] = ()
    tables: dict[Code, Table]

    @field_validator("date_formats")
    @classmethod
    def _one_reading_a_date(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        patterns: list[str] = []
        for index, text in enumerate(formats):
            try:
                pattern = date_pattern(text)
            except ValueError as error:
                raise Mistake(str(error), index) from error
            if pattern in patterns or any(read_otherwise(text, earlier) for earlier in formats[:index]):
                raise Mistake("two of the formats read the same text, perhaps as different days; keep one", index)
            patterns.append(pattern)
        return formats

    @field_validator("zero_tokens")
    @classmethod
    def _no_number_is_zero(cls, tokens: tuple[str, ...]) -> tuple[str, ...]:
        for index, token in enumerate(tokens):
            if any(sign.isdecimal() for sign in token):
                raise Mistake(f"{token!r} has digits; a zero token stands for 0.00 in words or signs", index)
        return tokens

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.first_day, self.last_day)
        return self

    @model_validator(mode="after")
    def _tokens_differ(self) -> Self:
        if both := sorted(set(self.null_tokens) & set(self.zero_tokens)):
            raise Mistake(f"{', '.join(map(repr, both))} cannot mean both nothing and 0.00", "zero_tokens")
        return self

    @model_validator(mode="after")
    def _fits_format(self) -> Self:
        if self.format.type == "csv" and len(self.tables) > 1:
            raise Mistake("a csv holds one table; several come as the sheets of an xlsx", "format", "type")
        return self

    @model_validator(mode="after")
    def _fits_tables(self) -> Self:
        for name, table in self.tables.items():
            if name not in ENTITIES:
                raise Mistake(f"there is no table {name!r}; there are {', '.join(ENTITIES)}", "tables", name)
            _check_columns(name, table)
            if (self.format.type == "xlsx") != (table.sheet is not None):
                at = ("sheet",) if table.sheet is not None else ()
                raise Mistake("'sheet' is given for every table of an xlsx, and only there", "tables", name, *at)
        return self

    def looks_like(self, other: Layout) -> bool:
        """Say whether neither days nor headers nor the kind of file tell what has this layout from what has another."""
        begins_after = other.last_day is not None and self.first_day is not None and self.first_day > other.last_day
        ends_before = other.first_day is not None and self.last_day is not None and self.last_day < other.first_day
        return not begins_after and not ends_before and self._appearance() == other._appearance()

    def _appearance(self) -> tuple[object, ...]:
        needed = {
            (name, column, frozenset(map(_compared, headers)))
            for name, table in self.tables.items()
            for column, headers in table.columns.items()
            if column not in table.may_be_absent
        }
        # Of two that only read quotes, short rows or bytes otherwise, one fits every file that the other fits.
        kind_of_file = (self.format.type, self.format.delimiter, self.format.in_zip, self.format.gzip)
        return kind_of_file, frozenset(needed), frozenset(table.sheet for table in self.tables.values())

    def holds(self, period: Period) -> bool:
        """Say whether every day of a period is one whose files read so."""
        begins = self.first_day is None or self.first_day <= period.start
        ends = self.last_day is None or period.end <= self.last_day
        return begins and ends


def _check_columns(name: str, table: Table) -> None:
    entity = ENTITIES[name]
    for column in table.columns:
        if column not in entity.columns:
            raise Mistake(
                f"table {name} has no column {column!r}; it has {', '.join(entity.columns)}",
                *("tables", name, "columns", column),
            )
    for index, column in enumerate(table.totals_row.adds_up if table.totals_row else ()):
        if entity.columns[column] is not ColumnType.AMOUNT:
            raise Mistake(
                f"{column!r} is not an amount, so no totals row adds it up",
                *("tables", name, "totals_row", "adds_up", index),
            )
    filled: dict[str, str] = {}
    for column, headers in table.columns.items():
        for header in headers:
            if header != UNKNOWN and (other := filled.setdefault(_compared(header), column)) != column:
                raise Mistake(
                    f"the header {header!r} is that of {other} already; one header fills one column",
                    *("tables", name, "columns", column),
                )
    if needed := _told(column for column in entity.required if column not in table.columns):
        raise Mistake(f"table {name} needs the columns {needed}", "tables", name, "columns")
    amounts = [column for column in entity.needs_one_of if column in table.columns]
    if amounts and set(amounts) <= set(table.may_be_absent):
        raise Mistake(
            f"a line needs {' or '.join(amounts)}, so the header of one must be there", "tables", name, "may_be_absent"
        )
    if absent := _told(entity.required.intersection(table.may_be_absent)):
        raise Mistake(f"a line needs {absent}, so the header must be there", "tables", name, "may_be_absent")


def _compared(header: str) -> str:
    """A header as headers are compared: whatever its case and blanks."""
    return " ".join(header.split()).casefold()


def _told(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
