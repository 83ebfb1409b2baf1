"""The strict schema of ``dags/sources/<source_id>.yml``: one feed, declared whole."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, field_validator, model_validator

from star_warehouse.refusal import Refusal
from star_warehouse.sources.dates import date_pattern
from star_warehouse.sources.entities import ENTITIES, ENTITIES_OF_KIND, ColumnType
from star_warehouse.sources.period import GROUPS, Cadence, Period, period_from_groups

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(.*\S)?$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Declared(BaseModel):
    """A part of a declaration: unknown keys and wrong types are errors, nothing is coerced or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class Accepts(Declared):
    """The days whose data may come from this source; deliveries of other periods are refused."""

    first_day: date = Field(alias="from")
    last_day: date | None = Field(alias="to", default=None)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"'to' ({self.last_day}) is before 'from' ({self.first_day})")
        return self

    def overlaps(self, other: Accepts) -> bool:
        """Say whether a day is accepted by both."""
        ends_before = self.last_day is not None and self.last_day < other.first_day
        starts_after = other.last_day is not None and other.last_day < self.first_day
        return not ends_before and not starts_after


class FileName(Declared):
    """What the files are called, and where the name says the period.

    Attributes:
        pattern: regular expression for the whole name, case ignored; its named groups give the period: ``year`` and
            ``month``, ``year`` and ``month_name``, ``from`` and ``to``, ``year_start`` and ``year_end``, or ``as_at``.
        example: a name that fits, shown to people whose file's name does not.
    """

    pattern: Text
    example: Text

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        try:
            compiled = re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern is not a regular expression: {error}") from error
        if frozenset(compiled.groupindex) not in GROUPS:
            sets = "; ".join(" and ".join(sorted(groups)) for groups in GROUPS)
            raise ValueError(f"the pattern's named groups must be one of these sets: {sets}")
        if not re.fullmatch(self.pattern, self.example, re.IGNORECASE):
            raise ValueError(f"the example {self.example!r} does not fit the pattern")
        return self


class Rhythm(Declared):
    """How often a delivery comes, and how many days after its period's end it is late."""

    every: Cadence
    late_after_days: Annotated[int, Field(ge=0, le=800)]


class Format(Declared):
    """How the bytes are read.

    Attributes:
        type: ``csv`` or ``xlsx``.
        delimiter: of a CSV.
        legacy_encoding: tried after a byte order mark and strict UTF-8; without it, anything else is refused.
        in_zip: the CSV is the one member of a ZIP whose name fits this pattern (``*.csv``).
    """

    type: Literal["csv", "xlsx"]
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    legacy_encoding: Literal["cp1252"] | None = None
    in_zip: Text | None = None

    @model_validator(mode="after")
    def _fits_type(self) -> Self:
        if self.type == "csv" and self.delimiter is None:
            raise ValueError("a csv needs a 'delimiter'")
        if self.type == "xlsx" and (self.delimiter or self.legacy_encoding or self.in_zip):
            raise ValueError("an xlsx has no 'delimiter', 'legacy_encoding' or 'in_zip'")
        return self


class TotalsRow(Declared):
    """The row that adds up the others; it is skipped, and what it says must agree to the penny.

    Attributes:
        column: where its label stands.
        label: what stands there, case and outer blanks ignored.
        adds_up: the amount columns whose sum it gives.
    """

    column: Code
    label: Text
    adds_up: Annotated[tuple[Code, ...], Field(min_length=1)]


class Table(Declared):
    """One table of the file and where its columns are.

    Attributes:
        sheet: the sheet of an XLSX.
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
        mentioned = [*self.may_be_absent]
        if self.totals_row:
            mentioned += [self.totals_row.column, *self.totals_row.adds_up]
        for name in mentioned:
            if name not in self.columns:
                raise ValueError(f"{name!r} is not one of the columns declared here")
        return self


class Tolerance(Declared):
    """How much of a delivery may be unreadable before all of it is refused."""

    rejected_pct: Annotated[Decimal, Field(ge=0, lt=100)]


class Source(Declared):
    """One feed.

    Attributes:
        id: its name; the file's name without ``.yml``.
        title: what people call it.
        kind: what it delivers.
        partner: the partner whose spend it is (kind ``spend`` only).
        extract: ``internal`` (with postcodes) or ``published``.
        vat_basis: what its amounts are: ``net``, ``gross``, ``both`` (a column each), ``none`` (no payments).
        accepts: the days it may deliver.
        location: folder its files come to, relative to the home folder; ``inbox/<id>`` when not given.
        file_name: what its files are called.
        cadence: how often they come.
        format: how they are read.
        date_formats: how dates are written (``%d/%m/%Y``); dates in XLSX date cells need none.
        null_tokens: texts that stand for nothing, like ``NA``.
        tolerance: how much may be unreadable.
        tables: what is in it, by raw table.
    """

    id: Code
    title: Text
    kind: Literal["spend", "social_value", "contracts", "tenders"]
    partner: Code | None = None
    extract: Literal["internal", "published"]
    vat_basis: Literal["net", "gross", "both", "none"]
    accepts: Accepts
    location: Text | None = None
    file_name: FileName
    cadence: Rhythm
    format: Format
    date_formats: tuple[Text, ...] = ()
    null_tokens: tuple[Text, ...] = ()
    tolerance: Tolerance
    tables: dict[Code, Table]

    _definition_sha256: str = PrivateAttr(default="")

    @property
    def definition_sha256(self) -> str:
        """SHA-256 of the file that declares this source; empty for one made in memory."""
        return self._definition_sha256

    @field_validator("date_formats")
    @classmethod
    def _one_reading_a_date(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        patterns = [date_pattern(text) for text in formats]
        if len(set(patterns)) != len(patterns):
            raise ValueError("two of the formats read the same text, perhaps as different days; keep one")
        return formats

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        wanted = ENTITIES_OF_KIND[self.kind]
        if set(self.tables) != wanted:
            raise ValueError(f"a source of kind {self.kind} has these tables: {', '.join(sorted(wanted))}")
        if (self.kind == "spend") != (self.partner is not None):
            raise ValueError("'partner' is given for kind spend, and only there")
        if self.cadence.every not in GROUPS[frozenset(re.compile(self.file_name.pattern).groupindex)]:
            raise ValueError(f"the file name's pattern does not give a {self.cadence.every}")
        return self

    @model_validator(mode="after")
    def _fits_tables(self) -> Self:
        for name, table in self.tables.items():
            entity = ENTITIES[name]
            for column in table.columns:
                if column not in entity.columns:
                    raise ValueError(f"table {name} has no column {column!r}; it has {', '.join(entity.columns)}")
            for column in table.totals_row.adds_up if table.totals_row else ():
                if entity.columns[column] is not ColumnType.AMOUNT:
                    raise ValueError(f"{column!r} is not an amount, so no totals row adds it up")
            needed = {column for column in entity.required if column not in table.columns}
            if needed:
                raise ValueError(f"table {name} needs the columns {', '.join(sorted(needed))}")
            if absent := entity.required.intersection(table.may_be_absent):
                raise ValueError(f"a line needs {', '.join(sorted(absent))}, so the header must be there")
            if (self.format.type == "xlsx") != (table.sheet is not None):
                raise ValueError("'sheet' is given for every table of an xlsx, and only there")
        return self

    @model_validator(mode="after")
    def _fits_vat_basis(self) -> Self:
        wanted = {"net": {"amount_net_gbp"}, "gross": {"amount_gross_gbp"}, "none": set[str]()}.get(
            self.vat_basis, {"amount_net_gbp", "amount_gross_gbp"}
        )
        if (self.kind == "spend") == (self.vat_basis == "none"):
            raise ValueError("vat_basis is net, gross or both for spend, and none for anything else")
        if self.kind == "spend":
            columns = set(self.tables["spend_line"].columns)
            if columns & {"amount_net_gbp", "amount_gross_gbp"} != wanted:
                raise ValueError(f"vat_basis {self.vat_basis} goes with the columns {', '.join(sorted(wanted))}")
        return self

    def period_of(self, file_name: str) -> Period:
        """Read the period from a file's name.

        Raises:
            Refusal: the name does not fit, says no period, or one that this source does not accept.
        """
        way_out = f"Name the file like {self.file_name.example} and deliver it again."
        match = re.fullmatch(self.file_name.pattern, file_name, re.IGNORECASE)
        if match is None:
            raise Refusal("The file's name does not say its period.", where=f"{self.id}: {file_name}", way_out=way_out)
        try:
            period = period_from_groups(match.groupdict(), self.cadence.every)
        except ValueError as error:
            raise Refusal(
                f"The file's name says no period: {error}", where=f"{self.id}: {file_name}", way_out=way_out
            ) from error
        if period.start < self.accepts.first_day or (self.accepts.last_day and period.end > self.accepts.last_day):
            until = f"to {self.accepts.last_day}" if self.accepts.last_day else "on"
            raise Refusal(
                f"The period {period.key} is not accepted here: this source delivers from "
                f"{self.accepts.first_day} {until}.",
                where=f"{self.id}: {file_name}",
                way_out="Check the year in the file's name; if the period is right, change 'accepts' of the source.",
            )
        return period
