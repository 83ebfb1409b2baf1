"""Text to values: each reading is exact or it is none; nothing is rounded, completed or guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from star_warehouse.sources import EXCEL_SERIAL, FIRST_DAY, LAST_DAY, ColumnType, date_pattern

_MINUS = "[-−]"
# [0-9], for \d would take the digits of any script, of which no number is made.
_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
# One of: leading minus before or after the pound sign, brackets, a trailing minus, CR or DR.
_AMOUNT = (
    rf"^(?P<open>\()?(?P<before>{_MINUS})?\s?£?\s?(?P<after>{_MINUS})?"
    rf"(?P<whole>{_DIGITS})?(?P<decimals>\.[0-9]+)?\s?(?P<trailing>{_MINUS}|(?i:CR|DR))?(?P<close>\))?$"
)
_NUMBER = rf"^(?P<before>{_MINUS})?(?P<whole>{_DIGITS})?(?P<decimals>\.[0-9]+)?\s?%?$"
# The most digits before the point.
WHOLE_DIGITS = {ColumnType.AMOUNT: 12, ColumnType.QUANTITY: 12, ColumnType.PERCENT: 5}
_DECIMALS = {ColumnType.AMOUNT: 2, ColumnType.QUANTITY: 4, ColumnType.PERCENT: 4}
_PRECISION = {ColumnType.AMOUNT: 18, ColumnType.QUANTITY: 18, ColumnType.PERCENT: 9}
# How a date cell of a workbook is handed over; a time of day does not change the day.
_CELL_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)?$"

_DAY_BEFORE_SERIAL_1 = date(1899, 12, 30)
# How most ledgers write most numbers.
_PLAIN = {kind: rf"^-?[0-9]{{1,{WHOLE_DIGITS[kind]}}}(?:\.[0-9]{{1,{_DECIMALS[kind]}}})?$" for kind in _DECIMALS}
_SHORT = {kind: rf"-?[0-9]+\.[0-9]{{1,{_DECIMALS[kind]}}}" for kind in _DECIMALS}
_LONG_DECIMALS = r"^-?[0-9]+\.[0-9]{3,9}$"
_MANGLED = r"^\s*-?[0-9](?:\.[0-9]+)?[eE]\+[0-9]+\s*$"
_MANGLED_CELL = r"^(?:[0-9]{15}0+|[0-9]{17,}|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})$"
_ERROR = r"^\s*#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|NOT CALCULATED!)\s*$"
_NUL = r"\x00"
_NO_PROBLEM = pl.lit(None, pl.String).alias("problem")

UNREADABLE = "unreadable"
TOO_PRECISE = "too_many_decimals"
TOO_LARGE = "too_large"
MANGLED = "mangled_identifier"
SPREADSHEET_ERROR = "spreadsheet_error"


def texts(
    as_written: pl.Series, may_hold: frozenset[str], *, is_identifier: bool, from_cells: bool = False
) -> pl.DataFrame:
    """Take texts as they are written, but for those that say nothing of what once stood there.

    Args:
        as_written: the texts; null where there is nothing.
        may_hold: the suspicious signs that they may hold (``records.SUSPICIOUS``); the others need not be looked for.
        is_identifier: whether a number like ``1.23E+11`` is a mangled identifier.
        from_cells: whether they are the cells of a workbook, which keeps fifteen digits of a number and zeros for the
            others, and where an identifier may have become a day.

    Returns:
        ``value`` and ``problem``, as ``amounts``.
    """
    spoilt: dict[str, str] = {}
    if is_identifier and "+" in may_hold:
        spoilt[_MANGLED] = MANGLED
    if is_identifier and from_cells:
        spoilt[_MANGLED_CELL] = MANGLED
    if "#" in may_hold:
        spoilt[_ERROR] = SPREADSHEET_ERROR
    if "\0" in may_hold:
        # PostgreSQL keeps no NUL.
        spoilt[_NUL] = UNREADABLE
    read = pl.DataFrame({"value": as_written})
    # One look for all of them, which nearly always finds none.
    if not spoilt or not as_written.str.contains("|".join(spoilt)).any():
        return read.with_columns(_NO_PROBLEM)
    problem = pl.lit(None, pl.String)
    for pattern, code in spoilt.items():
        problem = pl.when(pl.col("value").str.contains(pattern)).then(pl.lit(code)).otherwise(problem)
    return read.with_columns(problem=problem)


def amounts(texts: pl.Series, zero_tokens: Sequence[str] = (), *, from_cells: bool = False) -> pl.DataFrame:
    """Read pounds: ``1,234.50``, ``£1,234.50``, ``-1234.5``, ``1,234.50-``, ``(1,234.50)``, ``1234.50CR``.

    Args:
        texts: the texts without outer blanks; null where there is nothing.
        zero_tokens: texts that stand for 0.00.
        from_cells: whether they are the cells of a workbook, where a number is a binary fraction.

    Returns:
        ``value``, of two decimals, and ``problem``, the code of the reason where a text does not read.
    """
    return _mostly_plain(texts, ColumnType.AMOUNT, zero_tokens, from_cells)


def numbers(texts: pl.Series, kind: ColumnType, *, from_cells: bool = False) -> pl.DataFrame:
    """Read quantities and percentages; as ``amounts``, with four decimals and a percent sign allowed at the end."""
    return _mostly_plain(texts, kind, (), from_cells)


def dates(texts: pl.Series, formats: Sequence[str], *, from_cells: bool) -> pl.DataFrame:
    """Read days written in one of the formats and, from a workbook, those of date cells.

    Returns:
        ``value`` and ``problem``, as ``amounts``.
    """
    text = pl.col("text")
    readings = [_day(text, form) for form in formats]
    if from_cells:
        cells = pl.when(text.str.contains(_CELL_DATE)).then(text.str.head(10))
        readings.append(cells.str.to_date("%Y-%m-%d", strict=False))
    value = pl.coalesce(readings) if readings else pl.lit(None, pl.Date)
    # A ledger writes few days many times; each is read once.
    days = pl.DataFrame({"text": texts.unique()}).select(
        "text", pl.when(value.is_between(FIRST_DAY, LAST_DAY)).then(value).alias("value")
    )
    read = pl.DataFrame({"text": texts}).join(days, on="text", how="left", maintain_order="left")
    if read["value"].null_count() == texts.null_count():
        return read.select("value", _NO_PROBLEM)
    return read.select("value", _unreadable(text))


def _day(text: pl.Expr, form: str) -> pl.Expr:
    written = pl.when(text.str.contains(f"^{date_pattern(form)}$")).then(text)
    if form == EXCEL_SERIAL:
        return pl.lit(_DAY_BEFORE_SERIAL_1) + pl.duration(days=written.cast(pl.Int64))
    return written.str.to_date(form, strict=False)


def _mostly_plain(texts: pl.Series, kind: ColumnType, zero_tokens: Sequence[str], from_cells: bool) -> pl.DataFrame:
    """Numbers of any style; those written plainly, which nearly all are, without taking them apart."""
    is_plain = texts.str.contains(_PLAIN[kind])
    decimal = pl.Decimal(_PRECISION[kind], _DECIMALS[kind])
    plain = pl.DataFrame({"text": texts, "is_plain": is_plain}).select(
        value=pl.when("is_plain").then("text").cast(decimal, strict=False)
    )
    if is_plain.all():
        return plain.select("value", _NO_PROBLEM)
    others = (~is_plain).arg_true()
    taken_apart = _styled(_shortest(texts.gather(others), kind) if from_cells else texts.gather(others), kind)
    if zero_tokens:
        is_zero = texts.gather(others).is_in([*zero_tokens])
        taken_apart = taken_apart.select(
            pl.when(is_zero).then(pl.lit("0").cast(decimal)).otherwise("value").alias("value"),
            pl.when(is_zero).then(pl.lit(None, pl.String)).otherwise("problem").alias("problem"),
        )
    place = pl.DataFrame({"place": others.cast(pl.UInt32)})
    return (
        plain.with_row_index("place")
        .join(pl.concat([place, taken_apart], how="horizontal"), on="place", how="left", maintain_order="left")
        .select(pl.coalesce("value", "value_right").alias("value"), "problem")
    )


def _styled(texts: pl.Series, kind: ColumnType) -> pl.DataFrame:
    if kind is not ColumnType.AMOUNT:
        return _decimals(_groups(texts, _NUMBER), kind, pl.lit(True), _has("before"))
    groups = _groups(texts, _AMOUNT)
    trailing = pl.col("trailing").str.to_uppercase()
    is_debit = (trailing == "DR").fill_null(False)
    marks = [_has("open"), _has("before"), _has("after"), _has("trailing") & ~is_debit]
    how_many = pl.sum_horizontal(mark.cast(pl.Int8) for mark in marks)
    is_well_formed = (_has("open") == _has("close")) & (how_many + is_debit.cast(pl.Int8) <= 1)
    return _decimals(groups, kind, is_well_formed, how_many == 1)


def _shortest(texts: pl.Series, kind: ColumnType) -> pl.Series:
    """The numbers of a workbook's cells in their shortest form: 123456789.91 for 123456789.909999996.

    The reader writes them with up to nine decimals, of which those beyond the sixteenth digit are noise. Where the
    shortest number that is the same binary fraction has few enough decimals, it is what the cell holds.
    """
    long = texts.str.contains(_LONG_DECIMALS).fill_null(False).arg_true()
    if not len(long):
        return texts
    shortest = [repr(float(text)) for text in texts.gather(long)]
    fitting = {place: text for place, text in zip(long, shortest, strict=True) if re.fullmatch(_SHORT[kind], text)}
    return texts.scatter([*fitting], [*fitting.values()]) if fitting else texts


def _groups(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """The parts of each text, one column a group; made once, for a regular expression is the slow part."""
    return pl.DataFrame({"text": texts}).with_columns(parts=pl.col("text").str.extract_groups(pattern)).unnest("parts")


def _has(group: str) -> pl.Expr:
    return pl.col(group).is_not_null()


def _decimals(groups: pl.DataFrame, kind: ColumnType, is_well_formed: pl.Expr, is_negative: pl.Expr) -> pl.DataFrame:
    places = _DECIMALS[kind]
    whole = pl.col("whole").str.replace_all(",", "", literal=True).str.strip_chars_start("0").fill_null("")
    decimals = pl.col("decimals").fill_null("")
    is_number = is_well_formed & (_has("whole") | _has("decimals"))
    is_small = whole.str.len_chars() <= WHOLE_DIGITS[kind]
    is_exact = decimals.str.len_chars() <= places + 1
    sign = pl.when(is_negative).then(pl.lit("-")).otherwise(pl.lit(""))
    plain = pl.when(is_number & is_small & is_exact).then(pl.concat_str(sign, pl.lit("0"), whole, decimals))
    return groups.select(
        "text",
        plain.cast(pl.Decimal(_PRECISION[kind], places), strict=False).alias("value"),
        pl.when(is_number & ~is_small)
        .then(pl.lit(TOO_LARGE))
        .when(is_number & ~is_exact)
        .then(pl.lit(TOO_PRECISE))
        .alias("flaw"),
    ).select("value", pl.coalesce("flaw", _unreadable(pl.col("text"))).alias("problem"))


def _unreadable(text: pl.Expr) -> pl.Expr:
    """Why texts that gave no value did not; null where there is a value or no text."""
    reason = pl.when(text.str.contains(_ERROR)).then(pl.lit(SPREADSHEET_ERROR)).otherwise(pl.lit(UNREADABLE))
    return pl.when(text.is_not_null() & pl.col("value").is_null()).then(reason).alias("problem")
