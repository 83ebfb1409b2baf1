"""Text to values: each reading is exact or it is none; nothing is rounded, completed or guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from star_warehouse.sources import ColumnType, date_pattern

_MINUS = "[-−]"
_DIGITS = r"\d{1,3}(?:,\d{3})+|\d+"
# One of: leading minus before or after the pound sign, brackets, a trailing minus, CR or DR.
_AMOUNT = (
    rf"^(?P<open>\()?(?P<before>{_MINUS})?\s?£?\s?(?P<after>{_MINUS})?"
    rf"(?P<whole>{_DIGITS})?(?P<decimals>\.\d+)?\s?(?P<trailing>{_MINUS}|(?i:CR|DR))?(?P<close>\))?$"
)
_NUMBER = rf"^(?P<before>{_MINUS})?(?P<whole>{_DIGITS})?(?P<decimals>\.\d+)?\s?%?$"
_WHOLE_DIGITS = {ColumnType.AMOUNT: 12, ColumnType.QUANTITY: 12, ColumnType.PERCENT: 5}
_DECIMALS = {ColumnType.AMOUNT: 2, ColumnType.QUANTITY: 4, ColumnType.PERCENT: 4}
_PRECISION = {ColumnType.AMOUNT: 18, ColumnType.QUANTITY: 18, ColumnType.PERCENT: 9}
# How a date cell of a workbook is handed over; a time of day does not change the day.
_CELL_DATE = r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?$"
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

UNREADABLE = "unreadable"
TOO_PRECISE = "too_many_decimals"


def amounts(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Read pounds: ``1,234.50``, ``£1,234.50``, ``-1234.5``, ``1,234.50-``, ``(1,234.50)``, ``1234.50CR``.

    Returns:
        the amounts as decimals of two places, null where they do not read, and the code of the reason there.
    """
    groups = text.str.extract_groups(_AMOUNT)
    brackets = _has(groups, "open")
    trailing = groups.struct.field("trailing").str.to_uppercase()
    marks = [brackets, _has(groups, "before"), _has(groups, "after"), trailing.is_not_null() & (trailing != "DR")]
    how_many = pl.sum_horizontal(mark.cast(pl.Int8) for mark in marks)
    is_well_formed = (brackets == _has(groups, "close")) & (how_many <= 1) & ~((trailing == "DR") & (how_many > 0))
    return _decimals(groups, ColumnType.AMOUNT, is_well_formed.fill_null(True), how_many == 1)


def numbers(text: pl.Expr, kind: ColumnType) -> tuple[pl.Expr, pl.Expr]:
    """Read quantities and percentages; as ``amounts``, with four places and a percent sign allowed at the end."""
    groups = text.str.extract_groups(_NUMBER)
    return _decimals(groups, kind, pl.lit(True), _has(groups, "before"))


def dates(text: pl.Expr, formats: Sequence[str], *, from_cells: bool) -> tuple[pl.Expr, pl.Expr]:
    """Read days written in one of the formats, and, from a workbook, those of date cells.

    Returns:
        the days, null where they do not read, and the code of the reason there.
    """
    readings = [
        pl.when(text.str.contains(f"^{date_pattern(form)}$")).then(text).str.to_date(form, strict=False)
        for form in formats
    ]
    if from_cells:
        cells = pl.when(text.str.contains(_CELL_DATE)).then(text.str.head(10))
        readings.append(cells.str.to_date("%Y-%m-%d", strict=False))
    value = pl.coalesce(readings) if readings else pl.lit(None, pl.Date)
    value = pl.when(value.is_between(_FIRST_DAY, _LAST_DAY)).then(value)
    return value, pl.when(text.is_not_null() & value.is_null()).then(pl.lit(UNREADABLE))


def _has(groups: pl.Expr, name: str) -> pl.Expr:
    return groups.struct.field(name).is_not_null()


def _decimals(
    groups: pl.Expr, kind: ColumnType, is_well_formed: pl.Expr, is_negative: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    places = _DECIMALS[kind]
    whole = groups.struct.field("whole").str.replace_all(",", "", literal=True)
    decimals = groups.struct.field("decimals")
    is_number = is_well_formed & (whole.is_not_null() | decimals.is_not_null())
    is_number &= whole.fill_null("").str.len_chars() <= _WHOLE_DIGITS[kind]
    is_precise = decimals.is_not_null() & (decimals.str.len_chars() > places + 1)
    sign = pl.when(is_negative).then(pl.lit("-")).otherwise(pl.lit(""))
    plain = pl.concat_str(sign, whole.fill_null("0"), decimals.fill_null(""))
    value = pl.when(is_number & ~is_precise).then(plain).cast(pl.Decimal(_PRECISION[kind], places), strict=False)
    code = pl.when(is_number & is_precise).then(pl.lit(TOO_PRECISE)).when(value.is_null()).then(pl.lit(UNREADABLE))
    return value, code
