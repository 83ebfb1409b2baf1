"""Values read from text are exact, or they are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from star_warehouse.read.records import SUSPICIOUS
from star_warehouse.read.values import (
    MANGLED,
    SPREADSHEET_ERROR,
    TOO_LARGE,
    TOO_PRECISE,
    UNREADABLE,
    amounts,
    dates,
    numbers,
    texts,
)
from star_warehouse.sources import EXCEL_SERIAL, ColumnType


def amount(text: str) -> tuple[Decimal | None, str | None]:
    return amounts(pl.Series([text], dtype=pl.String)).row(0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0.00"),
        ("5", "5.00"),
        ("5.1", "5.10"),
        (".50", "0.50"),
        ("-.05", "-0.05"),
        ("0012.50", "12.50"),
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12,345,678.90", "12345678.90"),
        ("-195.75", "-195.75"),
        ("−195.75", "-195.75"),
        ("1,234.50-", "-1234.50"),
        ("1,234.50 -", "-1234.50"),
        ("(1,234.50)", "-1234.50"),
        ("£1,234.50", "1234.50"),
        ("£ 1,234.50", "1234.50"),
        ("-£1,234.50", "-1234.50"),
        ("£-1,234.50", "-1234.50"),
        ("(£1,234.50)", "-1234.50"),
        ("1234.50CR", "-1234.50"),
        ("1234.50 cr", "-1234.50"),
        ("1234.50DR", "1234.50"),
        ("-0.00", "0.00"),
        ("999999999999.99", "999999999999.99"),
        ("25000.00", "25000.00"),
    ],
)
def test_an_amount_is_read(text: str, value: str) -> None:
    assert amount(text) == (Decimal(value), None)


@pytest.mark.parametrize(
    "text",
    [
        "-", "()", "£", ".", "5.", "CR", "see note", "12.3.4", "1.234,50", "1 234.50", "12,34.50", "1,2345", ",123",
        "1,234,5", "12,5O.00", "--5", "-5-", "(-5)", "(5", "5)", "-5CR", "(5)CR", "-5DR", "(5.00)-", "5CRCR", "1e5",
        "1E+05", "£5£", "$5", "€5", "5%", "NaN", "inf", "0x10", "٣", "٣.٣٣٣", "1_000", "+5",
        "5.00 GBP",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert amount(text) == (None, UNREADABLE)


@pytest.mark.parametrize("text", ["1.234", "12.500", "0.001", "1,234.567-", "(£0.005)", "0.30000000000000004"])
def test_more_than_two_decimals_are_refused(text: str) -> None:
    assert amount(text) == (None, TOO_PRECISE)


@pytest.mark.parametrize("text", ["1000000000000", "-1,000,000,000,000.00", "(£1000000000000.005)", "9" * 40])
def test_more_than_twelve_digits_before_the_point_are_too_large(text: str) -> None:
    assert amount(text) == (None, TOO_LARGE)


@pytest.mark.parametrize(("text", "value"), [("0000000000001.50", "1.50"), ("-00000000000000", "0.00")])
def test_zeros_in_front_make_no_amount_too_large(text: str, value: str) -> None:
    assert amount(text) == (Decimal(value), None)


def test_nothing_is_nothing() -> None:
    assert amounts(pl.Series([None], dtype=pl.String)).row(0) == (None, None)


STYLES = {
    "plain": ("{}", "-{}"),
    "pound": ("£{}", "-£{}"),
    "brackets": ("{}", "({})"),
    "pound in brackets": ("£{}", "(£{})"),
    "trailing": ("{}", "{}-"),
    "credit": ("{}DR", "{}CR"),
}


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.sampled_from(sorted(STYLES)), st.booleans())
def test_what_was_written_is_read_back(pence: int, style: str, has_commas: bool) -> None:
    pounds = f"{abs(pence) // 100:,}" if has_commas else f"{abs(pence) // 100}"
    positive, negative = STYLES[style]
    text = (negative if pence < 0 else positive).format(f"{pounds}.{abs(pence) % 100:02}")

    assert amount(text) == (Decimal(pence).scaleb(-2), None)


@given(st.text("0123456789,.-−()£CRDR e+", max_size=12))
def test_no_digit_is_ever_changed(text: str) -> None:
    value, problem = amount(text)

    if value is None:
        assert problem in (UNREADABLE, TOO_PRECISE)
        return
    whole, _, decimals = "".join(sign for sign in text if sign in "0123456789.").partition(".")
    assert abs(value) == int(f"{whole}{decimals.ljust(2, '0')}" or 0) / Decimal(100)
    assert (value < 0) <= any(sign in text for sign in ("-", "−", "(", "CR", "cr", "Cr", "cR"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("33.3333", "33.3333"), ("20%", "20"), ("20 %", "20"), ("-1", "-1"), ("100", "100"), ("0.5", "0.5")],
)
def test_a_percentage_is_read(text: str, value: str) -> None:
    assert numbers(pl.Series([text]), ColumnType.PERCENT).row(0) == (Decimal(value), None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("33.33333", TOO_PRECISE),
        ("٣.٣٣٣٣٣", UNREADABLE),
        ("1234567", TOO_LARGE),
        ("twenty", UNREADABLE),
        ("(5)", UNREADABLE),
        ("%", UNREADABLE),
    ],
)
def test_what_is_no_percentage_is_refused(text: str, problem: str) -> None:
    assert numbers(pl.Series([text]), ColumnType.PERCENT).row(0) == (None, problem)


def test_a_quantity_is_read() -> None:
    assert numbers(pl.Series(["1,234.5678"]), ColumnType.QUANTITY).row(0) == (Decimal("1234.5678"), None)


def day(text: str, *formats: str, from_cells: bool = False) -> date | None:
    value, problem = dates(pl.Series([text], dtype=pl.String), formats, from_cells=from_cells).row(0)
    assert problem == (UNREADABLE if value is None else None)
    return value


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("03/04/2018", "%d/%m/%Y", date(2018, 4, 3)),
        ("3/4/2018", "%d/%m/%Y", date(2018, 4, 3)),
        ("03-Apr-2018", "%d-%b-%Y", date(2018, 4, 3)),
        ("03-APR-2018", "%d-%b-%Y", date(2018, 4, 3)),
        ("3 April 2018", "%d %B %Y", date(2018, 4, 3)),
        ("20180403", "%Y%m%d", date(2018, 4, 3)),
        ("03.04.18", "%d.%m.%y", date(2018, 4, 3)),
        ("2020-02-29", "%Y-%m-%d", date(2020, 2, 29)),
    ],
)
def test_a_date_is_read(text: str, form: str, value: date) -> None:
    assert day(text, form) == value


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31/06/2019", "%d/%m/%Y"),
        ("29/02/2019", "%d/%m/%Y"),
        ("04/13/2018", "%d/%m/%Y"),
        ("03/04/18", "%d/%m/%Y"),
        ("03/04/20188", "%d/%m/%Y"),
        ("03/04/+2018", "%d/%m/%Y"),
        ("2018-04-03", "%d/%m/%Y"),
        ("03/04/1018", "%d/%m/%Y"),
        ("003/04/2018", "%d/%m/%Y"),
        ("03/04/2018 10:00", "%d/%m/%Y"),
        ("2018043", "%Y%m%d"),
        ("201804003", "%Y%m%d"),
        ("03-Avr-2018", "%d-%b-%Y"),
        ("03-April-2018", "%d-%b-%Y"),
        ("03x04x2018", "%d.%m.%Y"),
        ("٠٣/04/2018", "%d/%m/%Y"),
        ("03/04/٢٠١٨", "%d/%m/%Y"),
        ("43193", "%d/%m/%Y"),
    ],
)
def test_what_is_no_date_of_the_format_is_refused(text: str, form: str) -> None:
    assert day(text, form) is None


def test_the_first_format_that_fits_is_taken() -> None:
    assert day("2018-04-03", "%d/%m/%Y", "%Y-%m-%d") == date(2018, 4, 3)


def test_date_cells_are_read_in_workbooks_only() -> None:
    assert day("2018-04-03 00:00:00", from_cells=True) == date(2018, 4, 3)
    assert day("2018-04-03 13:05:00", from_cells=True) == date(2018, 4, 3)
    assert day("2018-04-03 00:00:00", "%d/%m/%Y") is None
    assert day("43193", from_cells=True) is None
    assert day("٢٠١٨-04-03 00:00:00", from_cells=True) is None


FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y", "%Y%m%d", "%d %B %Y")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(FORMATS))
def test_a_date_written_is_read_back(value: date, form: str) -> None:
    assert day(value.strftime(form), form) == value


@given(st.integers(0, 39), st.integers(0, 19), st.integers(1890, 2210))
def test_a_day_that_is_not_in_the_calendar_is_refused(day_number: int, month: int, year: int) -> None:
    try:
        expected = date(year, month, day_number) if 1900 <= year <= 2199 else None
    except ValueError:
        expected = None

    assert day(f"{day_number:02}/{month:02}/{year}", "%d/%m/%Y") == expected


@pytest.mark.parametrize(("serial", "value"), [("43191", date(2018, 4, 1)), ("45382", date(2024, 3, 31))])
def test_the_day_number_of_a_spreadsheet_is_read_where_it_is_declared(serial: str, value: date) -> None:
    assert day(serial, "%d/%m/%Y", EXCEL_SERIAL) == value
    assert day(serial, "%d/%m/%Y") is None


@pytest.mark.parametrize("text", ["4319", "431911", "43191.5", "-43191", "٤٥٣٨٥", "4538٥"])
def test_other_numbers_are_no_day_numbers(text: str) -> None:
    assert day(text, EXCEL_SERIAL) is None


def test_a_zero_token_is_no_pounds_and_only_where_it_is_declared() -> None:
    written = pl.Series(["Nil", "5.00", "-", None, "nil", "(1.00)"])

    assert amounts(written, ["Nil", "-"]).rows() == [
        (Decimal("0.00"), None),
        (Decimal("5.00"), None),
        (Decimal("0.00"), None),
        (None, None),
        (None, UNREADABLE),
        (Decimal("-1.00"), None),
    ]
    assert amounts(written)["problem"].to_list() == [UNREADABLE, None, UNREADABLE, None, UNREADABLE, None]


def test_styles_may_be_mixed_and_keep_their_order() -> None:
    written = ["1.00", "2.00-", "£3.00", None, "4", "five", "6.005"]

    assert amounts(pl.Series(written)).rows() == [
        (Decimal("1.00"), None),
        (Decimal("-2.00"), None),
        (Decimal("3.00"), None),
        (None, None),
        (Decimal("4.00"), None),
        (None, UNREADABLE),
        (None, TOO_PRECISE),
    ]


@example(85_290_269_824)
@given(st.integers(-(10**12), 10**12))
def test_a_number_cell_is_what_the_spreadsheet_shows(pence: int) -> None:
    """The reader of workbooks writes numbers with nine decimals, whatever a binary fraction makes of them."""
    text = f"{pence / 100:.9f}".rstrip("0").rstrip(".")

    assert amounts(pl.Series([text]), from_cells=True).row(0) == (Decimal(pence).scaleb(-2), None)


def test_a_number_cell_of_more_decimals_is_refused() -> None:
    for text in ("0.125", "123456789.1234", "0.333333333"):
        assert amounts(pl.Series([text]), from_cells=True).row(0) == (None, TOO_PRECISE)


@pytest.mark.parametrize("text", ["1.23E+11", "1E+05", "5.1E+9", "1.2e+15", " 1.23E+11 "])
def test_an_identifier_that_became_a_number_is_refused(text: str) -> None:
    read = partial(texts, pl.Series([text]), SUSPICIOUS)

    assert read(is_identifier=True).row(0) == (text, MANGLED)
    assert read(is_identifier=False).row(0) == (text, None)


@pytest.mark.parametrize("text", ["0012", "E+11", "1.23E11", "12.3E+11", "1E+X", "A1.23E+11", "1+1"])
def test_other_identifiers_are_kept_as_they_are(text: str) -> None:
    assert texts(pl.Series([text]), SUSPICIOUS, is_identifier=True).row(0) == (text, None)


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", " #REF! "])
def test_an_error_of_a_spreadsheet_is_no_text(text: str) -> None:
    assert texts(pl.Series([text]), SUSPICIOUS, is_identifier=False).row(0) == (text, SPREADSHEET_ERROR)


@pytest.mark.parametrize("text", ["#REF!", "#NOT CALCULATED!"])
def test_an_error_of_a_spreadsheet_is_no_amount_number_or_day(text: str) -> None:
    series = pl.Series([text, "#2", None])

    for read in (
        amounts(series),
        numbers(series, ColumnType.QUANTITY),
        numbers(series, ColumnType.PERCENT, from_cells=True),
        dates(series, ["%d/%m/%Y"], from_cells=False),
    ):
        assert read.rows() == [(None, SPREADSHEET_ERROR), (None, UNREADABLE), (None, None)]


def test_a_number_sign_alone_is_a_text() -> None:
    for text in ("#1 Cleaning Ltd", "# N/A", "#REF! Ltd"):
        assert texts(pl.Series([text]), SUSPICIOUS, is_identifier=False).row(0) == (text, None)


@pytest.mark.parametrize("text", ["1230000000000000", "12345678901234569216", "2018-04-03 00:00:00"])
def test_an_identifier_that_a_workbook_spoilt_is_refused(text: str) -> None:
    read = partial(texts, pl.Series([text]), SUSPICIOUS, is_identifier=True)

    assert read(from_cells=True).row(0) == (text, MANGLED)
    assert read(from_cells=False).row(0) == (text, None)
