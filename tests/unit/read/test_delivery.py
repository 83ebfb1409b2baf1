"""One delivery: its lines, those that do not read, those that are none, and what is refused as a whole."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from star_warehouse.load import DeliverySummary
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source
from tests.builders import HEADER, LAYOUTS, SPEND, WORKBOOK, declare, spend_file, workbook
from tests.reading import ReadTable, read_bytes

GOOD = "Acme Ltd,007,03/04/2018,10.00,Pens"
ROW = "    totals_row: {column: supplier_name, label: Total, adds_up: [amount_net_gbp]}\n"
NET = "      amount_net_gbp: [Net]\n"
ABSENT = "    may_be_absent: [purpose]\n"
TOTALS = (ABSENT, ABSENT + ROW)


@pytest.fixture
def town(tmp_path: Path) -> Source:
    return declare(tmp_path)


def read(source: Source, data: bytes) -> DeliverySummary:
    return read_bytes(source, data).summary


def table(source: Source, data: bytes) -> ReadTable:
    (only,) = read_bytes(source, data).tables
    return only


def test_lines_are_typed_and_keep_their_texts(town: Source) -> None:
    lines = table(town, spend_file(" Acme  Ltd ,007,03/04/2018,-1.50,NA", '"NA",,30/04/2018,"1,000.00","a, b"'))

    assert lines.frame.rows(named=True) == [
        {
            "line_number": 2,
            "supplier_name": " Acme  Ltd ",
            "supplier_ref": "007",
            "payment_date": date(2018, 4, 3),
            "amount_net_gbp": Decimal("-1.50"),
            "purpose": None,
        },
        {
            "line_number": 3,
            "supplier_name": None,
            "supplier_ref": None,
            "payment_date": date(2018, 4, 30),
            "amount_net_gbp": Decimal("1000.00"),
            "purpose": "a, b",
        },
    ]
    assert lines.rejected == []


def test_identical_lines_are_all_kept(town: Source) -> None:
    assert table(town, spend_file(GOOD, GOOD, GOOD)).frame.height == 3


def test_only_the_null_token_itself_is_nothing(town: Source) -> None:
    lines = table(town, spend_file("na,NAN,03/04/2018,1.00, NA ", "NA Ltd,N/A,03/04/2018,1.00,\u00a0"))

    assert lines.frame.select("supplier_name", "supplier_ref", "purpose").rows() == [
        ("na", "NAN", None),
        ("NA Ltd", "N/A", None),
    ]


@pytest.mark.parametrize(
    ("line", "column", "code", "reason"),
    [
        (
            "Acme,7,31/04/2018,1.00,x",
            "payment_date",
            "unreadable_date",
            "Paid is '31/04/2018', which does not read as a date.",
        ),
        ("Acme,7,,1.00,x", "payment_date", "missing_date", "Paid is empty."),
        (
            "Acme,7,01/05/2018,1.00,x",
            "payment_date",
            "outside_period",
            "Paid is 01/05/2018, outside the delivery's period 2018-04.",
        ),
        (
            "Acme,7,31/03/2018,1.00,x",
            "payment_date",
            "outside_period",
            "Paid is 31/03/2018, outside the delivery's period 2018-04.",
        ),
        (
            "Acme,7,03/04/2018,ten,x",
            "amount_net_gbp",
            "unreadable_amount",
            "Net is 'ten', which does not read as an amount.",
        ),
        (
            "Acme,7,03/04/2018,1.005,x",
            "amount_net_gbp",
            "too_many_decimals",
            "Net is '1.005', which has too many decimals.",
        ),
        (
            "Acme,7,03/04/2018,1234567890123.00,x",
            "amount_net_gbp",
            "too_large",
            "Net is '1234567890123.00', which is too large: it has more than 12 digits before the point.",
        ),
        ("Acme,7,03/04/2018,NA,x", "amount_net_gbp", "no_amount", "Net is empty, so the line has no amount."),
        ("Acme,7,03/04/2018,1.00", None, "wrong_field_count", "It has 4 fields where the header has 5."),
        ("Acme,7,03/04/2018,1.00,x,y", None, "wrong_field_count", "It has 6 fields where the header has 5."),
        (
            '"Acme,7,03/04/2018,1.00,x',
            None,
            "unpaired_quotes",
            "A quote is not closed, or stands inside a quoted field.",
        ),
        (
            "Ac\0me,7,03/04/2018,1.00,x",
            "supplier_name",
            "unreadable_text",
            "Supplier is 'Ac\\x00me', which does not read as a text.",
        ),
        ("Acme,7,xx,yy,x", "payment_date", "unreadable_date", "Paid is 'xx', which does not read as a date."),
    ],
)
def test_a_line_that_does_not_read_is_rejected(
    town: Source, line: str, column: str | None, code: str, reason: str
) -> None:
    lines = table(town, spend_file(GOOD, line, GOOD))

    assert lines.frame["line_number"].to_list() == [2, 4]
    (rejected,) = lines.rejected
    assert (rejected.line_number, rejected.column, rejected.code) == (3, column, code)
    assert (rejected.reason, rejected.text) == (reason, line)


def test_every_line_is_counted(town: Source) -> None:
    data = spend_file(
        "Town Council",
        '"Payments, April"',
        "",
        HEADER,
        GOOD,
        "",
        ",,,,",
        "  , ,,,",
        HEADER,
        GOOD,
        "bad",
        header="Report",
    )

    lines = read(town, data)

    assert lines.skipped == Counter(preamble=4, header=1, blank=3, repeated_header=1)
    assert (lines.lines_in, lines.lines_loaded, lines.lines_rejected) == (12, 2, 1)


def test_quotes_that_do_not_pair_above_the_header_do_no_harm(town: Source) -> None:
    data = spend_file(HEADER, GOOD, header='Report for "April" 2018,"x"y')

    lines = read(town, data)

    assert (lines.lines_loaded, lines.lines_rejected, lines.skipped) == (1, 0, Counter(preamble=1, header=1))


def test_a_line_number_is_that_of_the_files_own_line(town: Source) -> None:
    data = spend_file(GOOD, '"Acme\nof\nTown",7,03/04/2018,1.00,x', "Acme,7,03/04/2018,ten,x")

    lines = table(town, data)

    assert lines.frame["line_number"].to_list() == [2, 3]
    assert lines.rejected[0].line_number == 6


def test_empty_fields_beyond_the_header_do_no_harm(town: Source) -> None:
    assert table(town, spend_file(f"{GOOD},,")).frame.height == 1


CUT_OFF = "It has 4 fields where the header has 5, and the file ends there without a line end; it may be cut off."
FILL = ("delimiter: ','", "delimiter: ',', short_rows: fill")


def test_short_rows_are_read_with_blank_last_cells_where_that_is_declared(tmp_path: Path) -> None:
    filled = ["Acme,7,03/04/2018,1.00", '"Acme\nLtd",7,03/04/2018,"2.00"']
    too_short, cut = "Acme,7,03/04/2018", "Acme,7,03/04/2018,4.0"
    data = spend_file(GOOD, *filled, "", too_short, f"{GOOD},x") + cut.encode()

    whole = read_bytes(declare(tmp_path, SPEND, FILL), data)

    (lines,) = whole.tables
    assert lines.frame.select("line_number", "supplier_name", "amount_net_gbp", "purpose").rows() == [
        (2, "Acme Ltd", Decimal("10.00"), "Pens"),
        (3, "Acme", Decimal("1.00"), None),
        (4, "Acme\nLtd", Decimal("2.00"), None),
    ]
    assert [(line.line_number, line.code, line.reason, line.text) for line in lines.rejected] == [
        (7, "wrong_field_count", "It has 3 fields where the header has 5 and a line needs 4 at least.", too_short),
        (8, "wrong_field_count", "It has 6 fields where the header has 5.", f"{GOOD},x"),
        (9, "cut_off", CUT_OFF, cut),
    ]
    assert whole.summary.filled_count == 2


@pytest.mark.parametrize("text", ["Acme,7,03/04/2018,4.0", '"Acme\nLtd",7,03/04/2018,4.0'])
def test_a_short_last_row_without_a_line_end_may_be_cut_off(town: Source, text: str) -> None:
    ended, cut = (table(town, spend_file(GOOD) + text.encode() + end) for end in (b"\n", b""))

    assert [(line.line_number, line.code) for line in ended.rejected] == [(3, "wrong_field_count")]
    assert [(line.line_number, line.code, line.reason, line.text) for line in cut.rejected] == [
        (3, "cut_off", CUT_OFF, text)
    ]


@pytest.mark.parametrize(
    ("last", "codes"),
    [
        (f"{GOOD},x", ["wrong_field_count"]),
        (GOOD, []),
        ("Acme,7\n ", ["wrong_field_count"]),
        ("Acme,7\n,", ["wrong_field_count"]),
    ],
)
def test_only_a_row_that_lacks_cells_in_the_files_very_end_may_be_cut_off(
    town: Source, last: str, codes: list[str]
) -> None:
    lines = table(town, spend_file(GOOD) + last.encode())

    assert [line.code for line in lines.rejected] == codes


def test_a_short_totals_row_is_one_too_and_no_filled_line(tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, FILL, TOTALS)
    short = ["Acme,7,03/04/2018,1.00", '"Bolt\nLtd",8,04/04/2018,2.00', "Cogs,9,05/04/2018,four"]

    lines = read(town, spend_file(*short, GOOD, "Total,,,13.00"))

    assert (lines.lines_loaded, lines.lines_rejected, lines.skipped) == (3, 1, Counter(header=1, totals=1))
    assert lines.filled_count == 3
    assert lines.control_totals == {"amount_net_gbp": Decimal("13.00")}


def test_a_stray_quote_around_short_rows_swallows_none(tmp_path: Path) -> None:
    rows = ['"Acme,7,03/04/2018,1.00', "Bolt,8,04/04/2018,2.00", 'Cogs",9,05/04/2018,3.00,Nuts']
    lines = table(declare(tmp_path, SPEND, FILL), spend_file(GOOD, *rows))

    assert lines.frame["line_number"].to_list() == [2]
    assert {(line.line_number, line.code) for line in lines.rejected} == {
        (number, "unpaired_quotes") for number in (3, 4, 5)
    }


@pytest.mark.parametrize(
    ("text", "without", "filled"),
    [
        ("Pens,\nred, blue, green", [], []),
        ("Pens,\nred, blue, green, black", [], [3, 4]),
        ("Pens,\nred, blue, green, black, grey", [3, 4], [3, 4]),
    ],
)
def test_a_quoted_line_break_passes_for_a_stray_quote_sooner_where_short_rows_are_filled(
    tmp_path: Path, town: Source, text: str, without: list[int], filled: list[int]
) -> None:
    data = spend_file(GOOD, f'Acme,7,03/04/2018,1.00,"{text}"', GOOD)

    for source, lines in ((town, without), (declare(tmp_path, SPEND, FILL), filled)):
        rejected = table(source, data).rejected
        assert [(line.line_number, line.code) for line in rejected] == [(line, "unpaired_quotes") for line in lines]


def test_headers_differ_in_case_and_blanks_and_may_have_another_name(town: Source) -> None:
    lines = table(town, spend_file("x,Acme,7,1.00,03/04/2018", header='Other, SUPPLIER\u00a0,ref,"Net\n£",paid'))

    assert lines.frame.columns == ["line_number", "supplier_name", "supplier_ref", "payment_date", "amount_net_gbp"]


def test_columns_are_found_in_any_order_and_new_ones_are_let_be(town: Source) -> None:
    lines = table(town, spend_file("new,1.00,03/04/2018,7,Acme", header="New,Net,Paid,Ref,Supplier"))

    assert lines.frame.row(0) == (2, "Acme", "7", date(2018, 4, 3), Decimal("1.00"))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "The file is empty."),
        (b" \r\n\r\n", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"\xef\xbb\xbf\r\n\r\n", "The file is empty."),
        (
            spend_file(header="Supplier;Ref;Paid;Net"),
            "'Supplier', 'Ref', 'Paid', 'Net' or 'Net £'. The nearest to a header is line 1: Supplier;Ref;Paid;Net.",
        ),
        (
            spend_file(header="Supplier,Ref,Paid,Amount"),
            "columns are missing: 'Net' or 'Net £'. The nearest to a header is line 1: Supplier, Ref, Paid, Amount.",
        ),
        (spend_file(GOOD, header="Report"), "4 of 4 columns are missing"),
        (spend_file(header="Supplier,Ref,Paid,Net,Net £"), "Two columns could be amount_net_gbp: 'Net' and 'Net £'."),
        (spend_file(header="Supplier,Ref,Paid,Net,Paid"), "Two columns could be payment_date: 'Paid' and 'Paid'."),
        (workbook([["a"]]), "The file is a ZIP or XLSX file, not a CSV."),
        (spend_file(GOOD).replace(b"Acme", b"Caf\xe9"), "The text is not UTF-8 (byte 0xE9 in line 2)"),
    ],
)
def test_a_file_that_does_not_read_is_refused(town: Source, data: bytes, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(town, data)

    assert what in refusal.value.what
    assert refusal.value.where.startswith("town: town_2018-04.csv")
    assert refusal.value.way_out


def test_a_totals_row_is_skipped_and_agrees(tmp_path: Path) -> None:
    source = declare(tmp_path, SPEND, TOTALS)

    lines = read(source, spend_file(GOOD, "Acme,7,31/04/2018,-2.50,x", " TOTAL ,,,7.50,", ",,,,"))

    assert lines.lines_loaded == 1
    assert lines.lines_rejected == 1
    assert lines.skipped == Counter(header=1, totals=1, blank=1)
    assert lines.control_totals == {"amount_net_gbp": Decimal("7.50")}


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (
            [GOOD, "Total,,,10.01,"],
            "£10.01 for Net, but the lines add up to £10.00 (difference £0.01; lines without a readable amount: 0)",
        ),
        ([GOOD, "Acme,7,03/04/2018,ten,x", "Total,,,20.00,"], "difference £10.00; lines without a readable amount: 1"),
        ([GOOD, "short", "Total,,,20.00,"], "lines without a readable amount: 1"),
        ([GOOD], "The totals row ('Total') is missing; the file may have been cut off."),
        ([GOOD, "Total,,,10.00,", GOOD, "Total,,,20.00,"], "There are 2 totals rows (lines 3, 5)."),
        ([GOOD, "Total,,,,"], "The totals row says '' for Net, which is no amount."),
        ([GOOD, "Total"], "The totals row says '' for Net, which is no amount."),
        ([GOOD, "Total,,,--10.00,"], "The totals row says '--10.00' for Net, which is no amount."),
        ([GOOD, "Total,,,١٠.٠٠,"], "The totals row says '١٠.٠٠' for Net, which is no amount."),
        ([GOOD, f"Total,,,{'9' * 40},"], "for Net, which is no amount."),
        ([GOOD, "Total,,,lots,"], "The totals row says 'lots' for Net, which is no amount."),
    ],
)
def test_a_totals_row_that_does_not_agree_is_refused(tmp_path: Path, lines: list[str], what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(declare(tmp_path, SPEND, TOTALS), spend_file(*lines))

    assert what in refusal.value.what


def test_a_workbook_is_read_with_the_rows_of_its_sheet(tmp_path: Path) -> None:
    source = declare(tmp_path, WORKBOOK, (NET, NET + ROW))
    data = workbook(
        [
            ["Payments"],
            [],
            ["Supplier", "Ref", "Paid", "Net"],
            ["Acme", 7, date(2018, 4, 3), 0.1],
            ["Acme", "007", date(2018, 4, 4), 0.2],
            ["Acme", 7, date(2018, 4, 4), "=1/0"],
            ["Acme", 7, date(2018, 5, 4), 1],
            ["Acme", 7, date(2018, 4, 4), 0.125],
            ["Total", "", "", 0.1 + 0.2 + 1],
        ],
    )

    whole = read_bytes(source, data)
    (lines,) = whole.tables

    assert lines.frame.rows() == [
        (4, "Acme", "7", date(2018, 4, 3), Decimal("0.10")),
        (5, "Acme", "007", date(2018, 4, 4), Decimal("0.20")),
    ]
    assert [(line.line_number, line.code) for line in lines.rejected] == [
        (6, "spreadsheet_error"),
        (7, "outside_period"),
        (8, "too_many_decimals"),
    ]
    assert lines.rejected[0].text == "Acme\t7\t2018-04-04 00:00:00\t#DIV/0!"
    assert whole.summary.control_totals == {"amount_net_gbp": Decimal("1.30")}
    assert lines.sheet == "Payments"


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        (b"Supplier,Ref\n", "not an XLSX workbook", "village: village 2018-04.xlsx"),
        (
            workbook([["Supplier", "Ref"]], sheet="Other"),
            "There is no sheet 'Payments'",
            "village: village 2018-04.xlsx",
        ),
        (workbook([]), "The sheet is empty.", "village: village 2018-04.xlsx, sheet Payments"),
        (
            workbook([["x"], ["Supplier", "Ref"]]),
            "2 of 4 columns are missing: 'Paid', 'Net'. The nearest to a header is row 2: Supplier, Ref.",
            "village: village 2018-04.xlsx, sheet Payments",
        ),
    ],
)
def test_a_workbook_that_does_not_read_is_refused(tmp_path: Path, data: bytes, what: str, where: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(declare(tmp_path, WORKBOOK), data)

    assert what in refusal.value.what
    assert refusal.value.where == where


@pytest.mark.parametrize("is_declared", [False, True])
def test_day_numbers_of_a_workbook_that_counts_from_1904_are_refused(tmp_path: Path, is_declared: bool) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy", "date_1904": True}) as book:
        page = book.add_worksheet("Payments")
        page.write_row(0, 0, ["Supplier", "Ref", "Paid", "Net"])
        page.write_row(1, 0, ["Acme", "7"])
        page.write(1, 2, date(2018, 4, 3))
        page.write(1, 3, 1.5)
    formats = ("format: {type: xlsx}", "format: {type: xlsx}" + "\ndate_formats: [excel_serial]" * is_declared)
    village = declare(tmp_path, WORKBOOK, formats)

    if is_declared:
        with pytest.raises(Refusal, match="counts its days from 1904"):
            read(village, stream.getvalue())
    else:
        assert table(village, stream.getvalue()).frame["payment_date"].to_list() == [date(2018, 4, 3)]


GZIP = ("format: {type: csv, delimiter: ','}", "format: {type: csv, delimiter: ',', gzip: true}")


def test_a_file_compressed_with_gzip_is_read(tmp_path: Path) -> None:
    lines = read(declare(tmp_path, SPEND, GZIP), gzip.compress(spend_file(GOOD, GOOD)))

    assert (lines.lines_in, lines.lines_loaded, lines.encoding) == (3, 2, "utf-8")


def test_the_header_tells_layouts_of_the_same_days_apart(tmp_path: Path) -> None:
    dated = ("    from: 2018-04-01\n    to: 2020-03-31\n", ""), ("    from: 2020-04-01\n", "")
    source = declare(tmp_path, LAYOUTS, *dated)

    old = read_bytes(source, b"Supplier,Paid,Net\nAcme,03/04/2018,1.00\n")
    new = read_bytes(source, b"Payee;Date;Total\nAcme;2018-04-03;Nil\nAcme;2018-04-03;2.00\n")

    assert (old.summary.layout_name, new.summary.layout_name) == ("old", "new")
    assert new.tables[0].frame["amount_net_gbp"].to_list() == [Decimal("0.00"), Decimal("2.00")]
    with pytest.raises(Refusal, match=r"missing: 'Total'\. The nearest to a header is line 1: Payee"):
        read(source, b"Payee;Date;Sum\nAcme;2018-04-03;1.00\n")


def test_a_header_that_two_layouts_of_the_same_days_fit_is_refused(tmp_path: Path) -> None:
    semicolons = ("delimiter: ','", "delimiter: ';'")
    wider = "[Supplier]", "[Supplier, Payee]"
    aliases = ("[Paid]", "[Paid, Date]"), ("amount_net_gbp: [Net]", "amount_net_gbp: [Net, Total]")
    dated = ("    from: 2018-04-01\n    to: 2020-03-31\n", ""), ("    from: 2020-04-01\n", "")
    new = b"Payee;Date;Total\nAcme;2018-04-03;1.00\n"

    with pytest.raises(Refusal) as refusal:
        read(declare(tmp_path, LAYOUTS, semicolons, wider, *aliases, *dated), new)

    assert refusal.value.what == "Its header fits two layouts of 2018-04: 'old' and 'new'."
    assert "declare one layout, with that column in 'may_be_absent'. Else give them days" in refusal.value.way_out
    # What fits the older one alone is still read by it.
    old = read_bytes(
        declare(tmp_path, LAYOUTS, semicolons, wider, *aliases, *dated), b"Supplier;Paid;Net\nA;03/04/2018;1\n"
    )
    assert old.summary.layout_name == "old"


@pytest.mark.parametrize("above", [59, 60])
def test_a_header_is_looked_for_in_sixty_rows_and_the_refusal_says_so(town: Source, above: int) -> None:
    data = spend_file(*[f"Page {number}" for number in range(1, above)], HEADER, GOOD, header="Town Council")

    if above == 59:
        assert read(town, data).lines_loaded == 1
    else:
        with pytest.raises(
            Refusal, match=r"The nearest to a header is line 1: .* Only the first 60 lines were searched\."
        ):
            read(town, data)


def test_every_sheet_that_fits_is_read_and_no_line_number_comes_twice(tmp_path: Path) -> None:
    source = declare(tmp_path, WORKBOOK, ("    sheet: Payments\n", "    sheet: 'Pay*'\n"))
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for name, days in (("Pay 1", ["3", "x"]), ("Notes", []), ("Pay 2", ["4"])):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["Supplier", "Ref", "Paid", "Net"])
            for number, day in enumerate(days, 1):
                page.write_row(number, 0, ["Acme", "7", f"2018-04-0{day}", 1.25])

    whole = read_bytes(source, stream.getvalue())

    first, second = whole.tables
    assert (first.sheet, second.sheet) == ("Pay 1", "Pay 2")
    assert first.frame["line_number"].to_list() == [2]
    # The three rows of the first sheet come before the second row of the other.
    assert second.frame["line_number"].to_list() == [5]
    assert [line.line_number for line in first.rejected] == [3]
    assert (whole.summary.lines_in, whole.summary.amount_in_gbp) == (5, Decimal("3.75"))


@pytest.mark.parametrize("again", ["supplier,REF,paid, Net ,Purpose", HEADER.upper()])
def test_a_repeated_header_may_be_written_otherwise(town: Source, again: str) -> None:
    lines = read(town, spend_file(GOOD, again, GOOD, f"{again},"))

    assert (lines.lines_loaded, lines.lines_rejected, lines.skipped["repeated_header"]) == (2, 0, 2)


def test_subtotals_are_skipped_and_counted(tmp_path: Path) -> None:
    subtotals = ABSENT, ABSENT + ROW.replace("]}", "], subtotals: [Subtotal]}")
    source = declare(tmp_path, SPEND, subtotals)

    lines = read(source, spend_file(GOOD, "subtotal,,,10.00,", GOOD, "Subtotal", "Total,,,20.00,"))

    assert lines.lines_loaded == 2
    assert lines.skipped == Counter(header=1, subtotals=2, totals=1)


TENDERS = """\
id: lots
title: Invented tenders
kind: tenders
extract: internal
vat_basis: none
accepts: {from: 2018-04-01}
file_name: {pattern: 'lots_(?P<as_at>\\d{8})\\.xlsx', example: lots_20240331.xlsx}
cadence: {every: snapshot, late_after_days: 120}
format: {type: xlsx}
tolerance: {rejected_pct: 1}
tables:
  tender_lot:
    sheet: Payments
    columns: {opportunity_ref: [Ref], lot_number: [Lot], buyer: [Buyer], status: [Status], price_weight_pct: [Price]}
  tender_bid:
    sheet: Payments
    columns: {opportunity_ref: [Ref], lot_number: [Lot], stage: [Status]}
"""


@pytest.mark.parametrize(
    ("weights", "is_read"), [((60, 0.5), True), ((0.6, 0.4), False), ((0.6, 1), False), ((0,), True)]
)
def test_fractions_are_no_percentages(tmp_path: Path, weights: tuple[float, ...], is_read: bool) -> None:
    rows = [["Ref", "Lot", "Buyer", "Status", "Price"], *(["R1", "1", "Town", "Open", weight] for weight in weights)]
    source = declare(tmp_path, TENDERS)

    if is_read:
        read(source, workbook(rows))
    else:
        with pytest.raises(Refusal, match="No value of Price is greater than 1, as if 1 stood for 100 %"):
            read(source, workbook(rows))


def test_the_account_in_pounds_adds_up(town: Source) -> None:
    lines = read(town, spend_file(GOOD, "Acme,7,31/04/2018,-2.50,x", "Acme,7,03/04/2018,ten,x", "short", GOOD))

    assert (lines.amount_in_gbp, lines.amount_loaded_gbp, lines.amount_rejected_gbp) == (
        Decimal("17.50"),
        Decimal("20.00"),
        Decimal("-2.50"),
    )
    # Ten, and the line that does not split.
    assert lines.unpriced_count == 2
    assert (lines.lines_in, lines.lines_loaded, lines.lines_rejected, lines.skipped.total()) == (6, 2, 3, 1)


@pytest.mark.parametrize(
    ("line", "column", "code", "reason"),
    [
        (
            "Acme,1.23E+11,03/04/2018,1.00,x",
            "supplier_ref",
            "mangled_identifier",
            "Ref is '1.23E+11': a spreadsheet made a number of it, and its digits are lost.",
        ),
        (
            "#REF!,7,03/04/2018,1.00,x",
            "supplier_name",
            "spreadsheet_error",
            "Supplier is '#REF!', a spreadsheet's word for an error.",
        ),
    ],
)
def test_what_a_spreadsheet_spoilt_is_rejected(town: Source, line: str, column: str, code: str, reason: str) -> None:
    (rejected,) = table(town, spend_file(GOOD, line, GOOD)).rejected

    assert (rejected.line_number, rejected.column, rejected.code, rejected.reason) == (3, column, code, reason)


# Without the four separators that are blanks to Python and to nobody else.
NAME_SIGN = st.characters(codec="utf-8", exclude_characters="\0\x1c\x1d\x1e\x1f")
FIELD = st.text(st.sampled_from('ab,"\r\n ;0£\u00a0é'), max_size=6)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(FIELD, max_size=7), max_size=8))
def test_whatever_the_bytes_no_line_is_lost(town: Source, rows: list[list[str]]) -> None:
    """Rows of raw text below a header: every line of the file is loaded, rejected or skipped, once."""
    body = "\n".join(",".join(row) for row in rows)
    whole = read_bytes(town, f"{HEADER}\n{GOOD}\n{body}\n".encode())
    lines, (only,) = whole.summary, whole.tables

    places = [*only.frame["line_number"], *(line.line_number for line in only.rejected)]
    assert len(places) == len(set(places))
    assert lines.lines_loaded >= 1
    assert lines.lines_in == lines.lines_loaded + lines.lines_rejected + lines.skipped.total()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.text(NAME_SIGN), st.integers(-(10**9), 10**9)), min_size=1))
def test_what_was_written_is_read_back(town: Source, written: list[tuple[str, int]]) -> None:
    """Any names and amounts, quoted as CSV wants it."""
    rows = [
        f'"{name.replace(chr(34), chr(34) * 2)}",7,03/04/2018,{Decimal(pence).scaleb(-2)},x' for name, pence in written
    ]
    lines = table(town, spend_file(*rows))

    if lines.rejected:
        # A name that looks like whole lines of the file may be taken for a stray quote.
        assert any(name.count(",") >= 4 for name, _ in written)
        return
    assert lines.frame["amount_net_gbp"].to_list() == [Decimal(pence).scaleb(-2) for _, pence in written]
    names = [name if name.strip() not in ("", "NA") else None for name, _ in written]
    assert lines.frame["supplier_name"].to_list() == names
