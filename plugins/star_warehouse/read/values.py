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


def amounts(texts: pl.Series) -> pl.DataFrame:
    """Read pounds: ``1,234.50``, ``£1,234.50``, ``-1234.5``, ``1,234.50-``, ``(1,234.50)``, ``1234.50CR``.

    Args:
        texts: the texts without outer blanks; null where there is nothing.

    Returns:
        ``value``, of two decimals, and ``problem``, the code of the reason where a text does not read.
    """
    groups = _groups(texts, _AMOUNT)
    trailing = pl.col("trailing").str.to_uppercase()
    is_debit = (trailing == "DR").fill_null(False)
    marks = [_has("open"), _has("before"), _has("after"), _has("trailing") & ~is_debit]
    how_many = pl.sum_horizontal(mark.cast(pl.Int8) for mark in marks)
    is_well_formed = (_has("open") == _has("close")) & (how_many + is_debit.cast(pl.Int8) <= 1)
    return _decimals(groups, ColumnType.AMOUNT, is_well_formed, how_many == 1)


def numbers(texts: pl.Series, kind: ColumnType) -> pl.DataFrame:
    """Read quantities and percentages; as ``amounts``, with four decimals and a percent sign allowed at the end."""
    return _decimals(_groups(texts, _NUMBER), kind, pl.lit(True), _has("before"))


def dates(texts: pl.Series, formats: Sequence[str], *, from_cells: bool) -> pl.DataFrame:
    """Read days written in one of the formats and, from a workbook, those of date cells.

    Returns:
        ``value`` and ``problem``, as ``amounts``.
    """
    text = pl.col("text")
    readings = [
        pl.when(text.str.contains(f"^{date_pattern(form)}$")).then(text).str.to_date(form, strict=False)
        for form in formats
    ]
    if from_cells:
        cells = pl.when(text.str.contains(_CELL_DATE)).then(text.str.head(10))
        readings.append(cells.str.to_date("%Y-%m-%d", strict=False))
    value = pl.coalesce(readings) if readings else pl.lit(None, pl.Date)
    return (
        pl.DataFrame({"text": texts})
        .select("text", pl.when(value.is_between(_FIRST_DAY, _LAST_DAY)).then(value).alias("value"))
        .select("value", _unreadable(text))
    )


def _groups(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """The parts of each text, one column a group; made once, for a regular expression is the slow part."""
    return pl.DataFrame({"text": texts}).with_columns(parts=pl.col("text").str.extract_groups(pattern)).unnest("parts")


def _has(group: str) -> pl.Expr:
    return pl.col(group).is_not_null()


def _decimals(groups: pl.DataFrame, kind: ColumnType, is_well_formed: pl.Expr, is_negative: pl.Expr) -> pl.DataFrame:
    places = _DECIMALS[kind]
    whole = pl.col("whole").str.replace_all(",", "", literal=True).fill_null("")
    decimals = pl.col("decimals").fill_null("")
    is_number = is_well_formed & (_has("whole") | _has("decimals")) & (whole.str.len_chars() <= _WHOLE_DIGITS[kind])
    is_exact = decimals.str.len_chars() <= places + 1
    sign = pl.when(is_negative).then(pl.lit("-")).otherwise(pl.lit(""))
    plain = pl.when(is_number & is_exact).then(pl.concat_str(sign, pl.lit("0"), whole, decimals))
    return groups.select(
        "text",
        plain.cast(pl.Decimal(_PRECISION[kind], places), strict=False).alias("value"),
        (is_number & ~is_exact).alias("is_too_precise"),
    ).select(
        "value",
        pl.when("is_too_precise").then(pl.lit(TOO_PRECISE)).otherwise(_unreadable(pl.col("text"))).alias("problem"),
    )


def _unreadable(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null() & pl.col("value").is_null()).then(pl.lit(UNREADABLE)).alias("problem")
