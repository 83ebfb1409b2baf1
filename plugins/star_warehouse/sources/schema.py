"""The strict schema of ``dags/sources/<source_id>.yml``: one feed, declared whole."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from star_warehouse.refusal import Refusal
from star_warehouse.sources.declared import Code, Declared, Mistake, Text, check_order
from star_warehouse.sources.entities import ENTITIES_OF_KIND, KINDS_OF_ONE_TABLE
from star_warehouse.sources.layout import Layout
from star_warehouse.sources.location import addresses, read_location
from star_warehouse.sources.period import GROUPS, Cadence, Period, period_from_groups

# How a declaration that lists no layouts says its only one, and what that one is called.
LAYOUT_KEYS = ("format", "date_formats", "null_tokens", "zero_tokens", "tables")
ONLY_LAYOUT = "only"


class Accepts(Declared):
    """The days whose data may come from this source; deliveries of other periods are refused."""

    first_day: date = Field(alias="from")
    last_day: date | None = Field(alias="to", default=None)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.first_day, self.last_day)
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
            ``month``, ``year`` and ``month_name``, ``year`` and ``quarter`` (of the calendar), ``fy_start`` and
            ``fy_quarter`` (of the financial year), ``from`` and ``to``, ``year_start`` and ``year_end`` (of the
            financial year), ``calendar_year``, or ``as_at``.
        example: a name that fits, shown to people whose file's name does not.
    """

    pattern: Text
    example: Text

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        try:
            compiled = re.compile(self.pattern)
        except re.error as error:
            raise Mistake(f"the pattern is not a regular expression: {error}", "pattern") from error
        if frozenset(compiled.groupindex) not in GROUPS:
            sets = "; ".join(" and ".join(sorted(groups)) for groups in GROUPS)
            raise Mistake(f"the pattern's named groups must be one of these sets: {sets}", "pattern")
        if not re.fullmatch(self.pattern, self.example, re.IGNORECASE):
            raise Mistake(f"the example {self.example!r} does not fit the pattern", "example")
        return self


class Rhythm(Declared):
    """How often a delivery comes, and when its period is late and when it is closed.

    Attributes:
        every: what one delivery covers: the days of a ``month``, ``quarter``, ``year`` or ``year_to_date``; or how
            things stood on a day, of which the latest counts (``snapshot``, one owed each month) or each for its own
            time (``edition``, one owed each half-year, counted from the month in which the source begins).
        late_after_days: days after the period's end from which a missing delivery is late.
        final_after_days: days after the period's end from which its figures are final: a file that would change them
            then waits for a person. None when they never are.
    """

    every: Cadence
    late_after_days: Annotated[int, Field(ge=0, le=800)]
    final_after_days: Annotated[int, Field(ge=0, le=4000)] | None = None


class Tolerance(Declared):
    """How much of a delivery may be unreadable before all of it is refused."""

    rejected_pct: Annotated[Decimal, Field(ge=0, lt=100)]


class Source(Declared):
    """One feed.

    A feed whose files always read the same way says how beside its other keys (``format``, ``date_formats``,
    ``null_tokens``, ``zero_tokens``, ``tables``: these are then its only layout); one whose files changed lists its
    ``layouts``, each of which says these.

    Attributes:
        id: its name; the file's name without ``.yml``.
        title: what people call it.
        kind: what it delivers.
        partner: the partner whose spend it is (kind ``spend`` only).
        extract: ``internal`` (with postcodes) or ``published``.
        vat_basis: what its amounts are: ``net``, ``gross``, ``both`` (a column each), ``none`` (no payments).
        accepts: the days it may deliver.
        location: where its files come to: a folder, relative to the home folder, or a URL (``docs/add-a-partner.md``);
            ``inbox/<id>`` when not given.
        file_name: what its files are called.
        cadence: how often they come.
        tolerance: how much may be unreadable.
        layouts: how its files read, and when they do so.
    """

    id: Code
    title: Text
    kind: Literal["spend", "social_value", "contracts", "tenders", "register"]
    partner: Code | None = None
    extract: Literal["internal", "published"]
    vat_basis: Literal["net", "gross", "both", "none"]
    accepts: Accepts
    location: Text | None = None
    file_name: FileName
    cadence: Rhythm
    tolerance: Tolerance
    layouts: tuple[Layout, ...]

    _definition_sha256: str = PrivateAttr(default="")

    @property
    def definition_sha256(self) -> str:
        """SHA-256 of the file that declares this source; empty for one made in memory."""
        return self._definition_sha256

    @field_validator("location", mode="before")
    @classmethod
    def _location_is_safe(cls, location: object) -> object:
        # Before anything else looks at it: what a location should not hold must not be told in a sentence either.
        if location is not None and not isinstance(location, str):
            raise ValueError("a location is one text, a folder or a URL")
        if location is not None:
            read_location(location)
        return location

    @model_validator(mode="after")
    def _layouts_differ(self) -> Self:
        if not self.layouts:
            raise Mistake("a source needs a layout at least", "layouts")
        names = [layout.name for layout in self.layouts]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise Mistake(f"two layouts are called {name!r}", "layouts", index, "name")
        for index, layout in enumerate(self.layouts):
            for earlier in self.layouts[:index]:
                if layout.looks_like(earlier):
                    raise Mistake(
                        f"neither days nor headers tell it from layout {earlier.name!r}", "layouts", index, "name"
                    )
        return self

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        possible = ENTITIES_OF_KIND[self.kind]
        is_one_of = self.kind in KINDS_OF_ONE_TABLE
        wanted = set(self.layouts[0].tables) if is_one_of else possible
        for index, layout in enumerate(self.layouts):
            if set(layout.tables) != wanted or not wanted <= possible or (is_one_of and len(wanted) != 1):
                raise Mistake(
                    f"a source of kind {self.kind} has {'one of ' if is_one_of else ''}these tables: "
                    f"{', '.join(sorted(possible))}",
                    *("layouts", index, "tables"),
                )
        if (self.kind == "spend") != (self.partner is not None):
            raise Mistake("'partner' is given for kind spend, and only there", "partner" if self.partner else "kind")
        if self.cadence.every not in GROUPS[frozenset(re.compile(self.file_name.pattern).groupindex)]:
            raise Mistake(
                f"the file name's pattern does not give a {self.cadence.every.replace('_', ' ')}",
                *("file_name", "pattern"),
            )
        return self

    @model_validator(mode="after")
    def _addresses_name_their_period(self) -> Self:
        location = read_location(self.location or self.id)
        if not location.has_period:
            return self
        days = self.accepts.first_day, self.accepts.last_day
        try:
            for address in addresses(location, self.cadence.every, *days, days[0] + timedelta(days=800)):
                if self.period_of(address.file_name) != address.period:
                    raise Mistake(f"{address.file_name!r} says another period than {address.period.key}", "location")
        except ValueError as error:
            raise Mistake(str(error), "location") from error
        except Refusal:
            raise Mistake(
                f"{address.file_name!r}, with which the address of {address.period.key} ends, does not fit "
                "'file_name'; write the file's name after a #",
                "location",
            ) from None
        return self

    @model_validator(mode="after")
    def _fits_vat_basis(self) -> Self:
        wanted = {"net": {"amount_net_gbp"}, "gross": {"amount_gross_gbp"}, "none": set[str]()}.get(
            self.vat_basis, {"amount_net_gbp", "amount_gross_gbp"}
        )
        if (self.kind == "spend") == (self.vat_basis == "none"):
            raise Mistake("vat_basis is net, gross or both for spend, and none for anything else", "vat_basis")
        if self.kind == "spend":
            for index, layout in enumerate(self.layouts):
                columns = set(layout.tables["spend_line"].columns)
                if columns & {"amount_net_gbp", "amount_gross_gbp"} != wanted:
                    raise Mistake(
                        f"vat_basis {self.vat_basis} goes with the columns {', '.join(sorted(wanted))}",
                        *("layouts", index, "tables", "spend_line", "columns"),
                    )
        return self

    @model_validator(mode="after")
    def _every_day_reads(self) -> Self:
        day: date | None = self.accepts.first_day
        for layout in sorted(self.layouts, key=lambda layout: layout.first_day or date.min):
            if day is None or (layout.first_day is not None and layout.first_day > day):
                break
            if layout.last_day is None:
                day = None
            elif layout.last_day >= day:
                day = layout.last_day + timedelta(days=1)
        if day is not None and (self.accepts.last_day is None or day <= self.accepts.last_day):
            raise Mistake(f"no layout holds {day}, which the source accepts", "layouts")
        return self

    def layouts_for(self, period: Period) -> tuple[Layout, ...]:
        """The layouts that a file of a period may have, in declared order; the one whose header it has is its own.

        Raises:
            Refusal: no layout holds the whole period.
        """
        fitting = tuple(layout for layout in self.layouts if layout.holds(period))
        if not fitting:
            raise Refusal(
                f"No layout of the source holds the whole period {period.key} ({period.start} to {period.end}).",
                where=self.id,
                way_out="Change 'from' and 'to' of the source's layouts, or ask for files that lie within one of them.",
            )
        return fitting

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
