"""A draft from a file alone: what it finds, what it only guesses, and that it can be read as a declaration."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from star_warehouse.onboard import check_file, draft_source, to_yaml
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source, read_declaration
from tests.builders import workbook

LINES = ["Payee,Paid On,Amount,Reason", "Acme,13/04/2018,10.00,Pens", "Bolt,14/04/2018,-2.50,Nuts"]
NAME = "old_town_2018-04.csv"


def csv_of(*lines: str) -> bytes:
    return "\r\n".join([*lines, ""]).encode()


def draft(folder: Path, data: bytes, name: str = NAME, kind: str | None = None) -> tuple[Source, str]:
    """A draft, read as a declaration as it stands, and its text."""
    made = draft_source(name, data, kind=kind)
    text = to_yaml(made)
    path = folder / f"{made.source_id}.yml"
    path.write_text(text, encoding="utf-8")
    return read_declaration(path), text


def columns(source: Source) -> dict[str, str]:
    return {column: headers[0] for column, headers in source.layouts[0].tables["spend_line"].columns.items()}


def remarks(text: str) -> str:
    """The text with its remarks in one line."""
    return " ".join(text.split()).replace("# ", "")


def test_the_whole_of_a_small_draft(tmp_path: Path) -> None:
    source, text = draft(tmp_path, csv_of(*LINES))

    assert source.id == "old_town"
    assert columns(source) == {"supplier_name": "Payee", "payment_date": "Paid On", "amount_net_gbp": "Amount"}
    assert text == (
        """\
# Drafted from old_town_2018-04.csv, 2 lines. What is marked '# ?' is not sure: confirm or correct it, then take the
# mark away. The other remarks say what was seen.
# ? The name of this file in dags/sources/, without .yml.
id: old_town
# ? What people call this source.
title: old town, payments to suppliers
# Found out from 3 headers.
kind: spend
# ? Its code in dbt_project/seeds/reference/partner.csv.
partner: old_town
# It has no postcode of the supplier, so nothing can be located.
extract: published
# ? A guess: see amount_net_gbp.
vat_basis: net
# ? The first day of this file. From which day on does this source deliver, and to which?
accepts: {from: 2018-04-01}
file_name:
  # Read as 2018-04; all 2 lines lie inside.
  pattern: 'old_town_(?P<year>\\d{4})-(?P<month>\\d{2})\\.csv'
  example: old_town_2018-04.csv
# ? How long after a period's end does its file come? No file says.
cadence: {every: month, late_after_days: 20}
# ? Every byte is ASCII, so nothing shows whether this body writes UTF-8 or cp1252.
format: {type: csv, delimiter: ','}
date_formats: ['%d/%m/%Y']
# ? How many lines may be unreadable before the whole file is refused?
tolerance: {rejected_pct: 1}
tables:
  spend_line:
    # The header is line 1.
    # ? Nothing was found for supplier_ref, company_number, remit_postcode, purpose, which say who was paid, where and
    # for what. Is it one of the headers not used (Reason)?
    columns:
      supplier_name: [Payee]
      # %d/%m/%Y, not %m/%d/%Y: '13/04/2018' in line 2 can only be read so.
      payment_date: [Paid On]
      # ? 'Amount' says no VAT basis; the Transparency Code asks for net.
      # Negatives: 1 with a minus in front ('-2.50' in line 3).
      amount_net_gbp: [Amount]
    # Not used: Reason.
"""
    )


def test_a_header_that_is_there_twice_is_claimed_for_no_second_column(tmp_path: Path) -> None:
    source, _ = draft(tmp_path, csv_of("OrganisationLabel,OrganisationLabel", "Town,01102000"))

    assert columns(source)["organisation"] == "OrganisationLabel"
    assert columns(source)["payment_date"] == "?"


def test_the_period_of_a_file_whose_days_prove_two_orders_is_not_sure(tmp_path: Path) -> None:
    # April, half of it written the American way: read day first, the 5th to the 12th are days of eight months.
    american = [f"Bolt,04/{day:02}/2018,1.00,x" for day in (*range(5, 13), 14)]

    source, text = draft(tmp_path, csv_of(*LINES, *american))
    _, plain = draft(tmp_path, csv_of(*LINES))

    assert source.cadence.every == "year"
    assert "# ? Read as 2018; all 10 lines lie inside, if their days are read right, which is not sure." in text
    assert "# Read as 2018-04; all 2 lines lie inside." in plain


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Payee,Paid On,Amo\0unt,Reason", r"The header 'Amo\x00unt' holds '\x00'"),
        ("Payee,Paid On,Amount,Rea\x01son", r"The header 'Rea\x01son' holds '\x01'"),
        ("One\x7f,Two,Three,Four", r"The header 'One\x7f' holds '\x7f'"),
    ],
)
def test_a_header_with_a_sign_that_yaml_cannot_hold_is_refused(header: str, told: str) -> None:
    with pytest.raises(Refusal) as refusal:
        draft_source(NAME, csv_of("About this extract", header, *LINES[1:]))

    assert refusal.value.what == f"{told}, a sign that YAML cannot; the file may be damaged."
    assert refusal.value.where == f"{NAME}, line 2"


def test_a_title_is_made_of_names_without_control_signs(tmp_path: Path) -> None:
    rows = ["To\0wn,Acme,13/04/2018,1.00", "To\0wn,Acme,13/04/2018,1.00", "Old\u00a0 Town,Acme,13/04/2018,1.00"]

    source, _ = draft(tmp_path, csv_of("Organisation,Payee,Paid On,Amount", *rows))

    assert source.title == "Old Town, payments to suppliers"


@pytest.mark.parametrize(
    ("name", "day", "cadence", "pattern", "doubts"),
    [
        (
            *("q_2024-04.csv", "13/05/2024", "year", r"q_(?P<calendar_year>\d{4})-04\.csv"),
            ("'04' in the name would have to be the same", "All lines lie in 2024-05. Is it a month's file"),
        ),
        (
            *("y_04-05-2024.csv", "13/04/2024", "year_to_date", r"y_04-(?P<month>\d{2})-(?P<year>\d{4})\.csv"),
            ("'04' in the name would have to be the same", "All lines lie in 2024-04. Is it a month's file"),
        ),
        (
            *("over500_2024-04.csv", "13/04/2024", "month", r"over500_(?P<year>\d{4})-(?P<month>\d{2})\.csv"),
            ("'500' in the name would have to be the same",),
        ),
        ("q_2024-04.csv", "13/04/2024", "month", r"q_(?P<year>\d{4})-(?P<month>\d{2})\.csv", ()),
    ],
)
def test_a_name_that_may_say_another_period_is_marked(
    tmp_path: Path, name: str, day: str, cadence: str, pattern: str, doubts: tuple[str, ...]
) -> None:
    source, text = draft(tmp_path, csv_of(LINES[0], f"Acme,{day},10.00,Pens"), name)

    assert (source.cadence.every, source.file_name.pattern) == (cadence, pattern)
    said = [line for line in text.partition("file_name:")[2].partition("  pattern:")[0].splitlines() if "# ?" in line]
    assert len(said) == len(doubts)
    assert all(any(told in line for line in said) for told in doubts)


def test_a_year_whose_lines_lie_in_several_months_is_not_marked(tmp_path: Path) -> None:
    _, text = draft(tmp_path, csv_of(*LINES, "Cogs,15/05/2018,3.00,Cups"), "old_town_2018.csv")

    assert "  # Read as 2018; all 3 lines lie inside.\n  pattern:" in text


def test_short_rows_that_lack_nothing_needed_are_proposed_to_be_filled(tmp_path: Path) -> None:
    short = ["Cogs,15/04/2018,3.00", "Dyes,16/04/2018"]

    source, text = draft(tmp_path, csv_of(*LINES, *short))

    assert source.layouts[0].format.short_rows == "fill"
    assert "# ? 1 row with fewer cells than the header (the first in line 4)" in text
    assert "# ? 1 line with another number of cells would be rejected (line 5)" in text
    (tmp_path / NAME).write_bytes(csv_of(*LINES, *short))
    check = check_file(source, tmp_path / NAME)
    assert check.summary is not None
    assert (check.summary.lines_loaded, check.summary.filled_count) == (3, 1)


def test_a_short_last_line_without_a_line_end_is_taken_for_cut_off_and_no_reason_to_fill(tmp_path: Path) -> None:
    whole, cut = csv_of(*LINES, "Cogs,15/04/2018,3.00"), csv_of(*LINES) + b"Cogs,15/04/2018,3.00"

    filled, ended = draft(tmp_path, whole)
    source, text = draft(tmp_path, cut)

    said = "? The last line has no line end and fewer cells than the header (line 4); the file may be cut off"
    assert (filled.layouts[0].format.short_rows, source.layouts[0].format.short_rows) == ("fill", "reject")
    assert said in remarks(text)
    assert said not in remarks(ended)
    assert "fewer cells than the header (the first in line" not in remarks(text)


@pytest.mark.parametrize("last", ["Cogs,15/04/2018,3.00,Cups", "Cogs,15/04/2018,3.00\r\n,,", "Total,,7.50"])
def test_another_last_line_without_a_line_end_is_not_taken_for_cut_off(tmp_path: Path, last: str) -> None:
    _, text = draft(tmp_path, csv_of(*LINES) + last.encode())

    assert "may be cut off" not in remarks(text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", [0, 7])
def test_delimiter_and_header_below_a_preamble_are_found(tmp_path: Path, delimiter: str, above: int) -> None:
    lines = [line.replace(",", delimiter) for line in LINES]

    source, text = draft(tmp_path, csv_of(*(f"About this extract {number}" for number in range(above)), *lines))

    assert source.layouts[0].format.delimiter == delimiter
    assert f"The header is line {above + 1}" in text
    assert len(columns(source)) == 3


@pytest.mark.parametrize(
    ("data", "legacy", "words"),
    [
        ("\ufeff".encode() + csv_of(*LINES), None, "The file begins with the mark of utf-8."),
        (csv_of(*LINES, "Café,15/04/2018,1.00,x"), None, "signs beyond ASCII (the first in line 4)"),
        (csv_of(*LINES), None, "? Every byte is ASCII"),
        (
            csv_of(*LINES, "Café £,15/04/2018,1.00,x").decode().encode("cp1252"),
            "cp1252",
            "? It is not UTF-8: byte 0xE9 in line 4. In cp1252 its bytes beyond ASCII read 0xE9 = é (1), 0xA3 = £ (1)",
        ),
    ],
)
def test_the_encoding_comes_with_its_evidence(tmp_path: Path, data: bytes, legacy: str | None, words: str) -> None:
    source, text = draft(tmp_path, data)

    assert source.layouts[0].format.legacy_encoding == legacy
    assert words in remarks(text)


def test_what_is_in_no_encoding_is_refused() -> None:
    with pytest.raises(Refusal, match=r"not UTF-8, nor Windows-1252 \(byte 0x81 in line 4\)"):
        draft_source(NAME, csv_of(*LINES) + b"\x81")


def test_packed_files_are_opened(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("extract/Old Town 2018-04.csv", csv_of(*LINES))
        archive.writestr("__MACOSX/._Old Town.csv", b"x")
        archive.writestr("readme.pdf", b"x")

    in_zip, text = draft(tmp_path, stream.getvalue(), "old_town_2018-04.zip")
    in_gzip, _ = draft(tmp_path, gzip.compress(csv_of(*LINES)), "old_town_2018-04.csv.gz")

    assert in_zip.layouts[0].format.in_zip == "Old Town *.csv"
    asked = "? In the ZIP it is called 'Old Town 2018-04.csv'. Does 'Old Town *.csv' fit it in every month"
    assert asked in remarks(text)
    assert in_gzip.layouts[0].format.gzip
    assert columns(in_zip) == columns(in_gzip)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7", "The file is a PDF"),
        (b"\x1f\x8bnonsense", "cannot be unpacked"),
        (b"PK\x03\x04nonsense", "cannot be unpacked"),
        (
            csv_of(*LINES).decode().encode("utf-16-le"),
            "UTF-16 without a byte order mark.*Save the file as CSV in UTF-8",
        ),
        (b"just one column\r\nof words\r\n", "None of the first 60 rows looks like a header"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        draft_source(NAME, data)


def test_a_workbook_with_a_sheet_a_month_gets_a_pattern(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy"}) as book:
        book.add_worksheet("Notes").write(0, 0, "About")
        for month in (4, 5):
            page = book.add_worksheet(f"Paid 2018-{month:02}")
            for number, row in enumerate(
                [["Supplier", "Date Paid", "Net Amount"], ["Acme", date(2018, month, 3), 5.5]]
            ):
                for column, cell in enumerate(row):
                    page.write(number, column, cell)

    source, text = draft(tmp_path, stream.getvalue(), "old town 2018-05.xlsx")

    assert source.layouts[0].tables["spend_line"].sheet == "Paid 2018-0*"
    assert "# ? 2 sheets have this header: Paid 2018-04, Paid 2018-05." in text
    assert source.layouts[0].date_formats == ()
    assert source.cadence.every == "year_to_date"


def test_one_sheet_of_a_workbook_is_named(tmp_path: Path) -> None:
    data = workbook([["Supplier", "Date Paid", "Net Amount"], ["Acme", date(2018, 4, 3), 5.5]], first_row=3)

    source, text = draft(tmp_path, data, "old town 2018-04.xlsx")

    assert source.layouts[0].tables["spend_line"].sheet == "Payments"
    assert "The header is row 4" in text


@pytest.mark.parametrize(
    ("sheet", "others", "declared", "words"),
    [
        ("Payments", ["Notes"], "Payments", None),
        ("Sheet1", [], "Sheet1", None),
        (
            "April 2018",
            [],
            "*",
            "? In this file it is 'April 2018'. Does '*' fit it in every month",
        ),
        ("Paid Apr-18", ["Notes"], "Paid *", "? In this file it is 'Paid Apr-18'."),
        ("Q1 paid (net)", ["Notes"], "* paid (net)", "? In this file it is 'Q1 paid (net)'."),
        (
            "April 2018",
            ["Notes"],
            "April 2018",
            "? 'April 2018' may change with the period, but its",
        ),
    ],
)
def test_a_sheet_that_is_called_after_its_month_is_left_open_or_asked_about(
    tmp_path: Path, sheet: str, others: list[str], declared: str, words: str | None
) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet(sheet)
        for other in others:
            book.add_worksheet(other).write(0, 0, "About")
        for number, row in enumerate([["Supplier", "Date Paid", "Net Amount"], ["Acme", date(2018, 4, 13), -5.5]]):
            for column, cell in enumerate(row):
                page.write(number, column, cell)

    source, text = draft(tmp_path, stream.getvalue(), "old town 2018-04.xlsx")

    table = source.layouts[0].tables["spend_line"]
    assert table.sheet == declared
    assert table.takes_sheet(sheet)
    asked = [line for line in text.splitlines() if "fit it in every" in line or "may change" in line]
    assert (words is None and not asked) or (words is not None and words in remarks(text))


@pytest.mark.parametrize(
    ("member", "pattern"),
    [
        ("Old Town April 2018.csv", "Old Town *.csv"),
        ("spend_201804.CSV", "spend_*.csv"),
        ("Spend Q1 2018-19.txt", "Spend *.txt"),
        ("May.csv", "*.csv"),
        ("mayor spend.csv", "mayor spend.csv"),
        ("spend [final] Apr18.csv", "spend [[]final] *.csv"),
    ],
)
def test_what_a_zip_holds_is_found_in_other_months_too(tmp_path: Path, member: str, pattern: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, csv_of(*LINES))
    path = tmp_path / "old_town_2018-04.zip"
    path.write_bytes(stream.getvalue())

    source, text = draft(tmp_path, stream.getvalue(), path.name)

    assert source.layouts[0].format.in_zip == pattern
    assert f"In the ZIP it is called '{member}'." in remarks(text)
    assert check_file(source, path).refusal is None


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (["10.00", "2.50-"], "1 with a minus behind ('2.50-' in line 3)"),
        (["10.00", "(2.50)"], "1 in brackets ('(2.50)' in line 3)"),
        (["10.00", "2.50CR"], "1 marked CR ('2.50CR' in line 3)"),
        (["10.00", "-£2.50"], "1 with a minus in front ('-£2.50' in line 3)"),
        (["10.00", "2.50"], "? Not one is negative. How does this body write a credit?"),
        (["10.00", "-2.505"], "? '-2.505' in line 3 has more than 2 decimals and would be rejected."),
        (["10.00", "about 3"], "? 'about 3' in line 3 is no number and would be rejected."),
    ],
)
def test_the_sign_is_told_as_it_is_written(tmp_path: Path, amounts: list[str], words: str) -> None:
    lines = [f"Acme,1{number}/04/2018,{amount},x" for number, amount in enumerate(amounts, 3)]

    _, text = draft(tmp_path, csv_of(LINES[0], *lines))

    assert words in remarks(text)


def test_words_for_nothing_and_for_no_pounds_are_told_apart(tmp_path: Path) -> None:
    lines = ["Acme,13/04/2018,10.00,Nil,N/A", "Bolt,14/04/2018,5.00,-,Not yet available", "Cog,15/04/2018,5,1.00,-"]

    source, text = draft(tmp_path, csv_of("Supplier,Date Paid,Net,Irrecoverable VAT,Contract", *lines))

    (layout,) = source.layouts
    assert layout.zero_tokens == ("Nil", "-")
    assert layout.null_tokens == ("N/A", "Not yet available")
    assert "? 'Nil' stands in 1 cell, first in 'Irrecoverable VAT', line 2: taken for 0.00." in remarks(text)


def test_a_word_for_nothing_stays_where_a_line_needs_a_value(tmp_path: Path) -> None:
    source, _ = draft(
        tmp_path,
        csv_of("Contract Reference,Client,Title,Value", "C1,Town,None,5", "None,Town,NA,7"),
        "register_2018-04-30.csv",
    )

    assert source.kind == "contracts"
    # 'None' is a reference there, and a title elsewhere: no line is lost for it.
    assert source.layouts[0].null_tokens == ("NA",)


def test_a_totals_row_is_proven_by_adding_up(tmp_path: Path) -> None:
    good, text = draft(tmp_path / ".", csv_of(*LINES, "Total,,7.50,"))
    assert good.layouts[0].tables["spend_line"].totals_row is not None
    assert "Line 4 adds up the others, to the penny." in text

    bad, text = draft(tmp_path, csv_of(*LINES, "Total,,7.51,"))
    assert bad.layouts[0].tables["spend_line"].totals_row is None
    assert (
        "? Line 4 looks like a totals row, but for 'Amount' it says £7.51, and the 2 lines above add up to £7.50 "
        "(difference £0.01)."
    ) in remarks(text)

    _, text = draft(tmp_path, csv_of(*LINES, "Total,,,"))
    assert "? Line 4 looks like a totals row, but no amount stands in it." in remarks(text)
    _, text = draft(tmp_path, csv_of(*LINES, ",,7.50,Total"))
    assert "? Line 4 looks like a totals row, but its label stands in no column that is used." in remarks(text)


def test_columns_without_a_known_header_are_found_by_their_values(tmp_path: Path) -> None:
    lines = ["Acme,M33 7ZF,13/04/2018,10.00", "Bolt,SK1 3XE,14/04/2018,-2.50"]

    source, text = draft(tmp_path, csv_of("Supplier,Where,When,How much (sterling)", *lines))

    assert columns(source) == {
        "supplier_name": "Supplier",
        "remit_postcode": "Where",
        "payment_date": "When",
        "amount_net_gbp": "How much (sterling)",
    }
    for words in ("Its values are postcodes", "'When' is not a header known", "No header says an amount; these are"):
        assert f"? {words}" in remarks(text)


def test_a_file_with_no_known_header_gets_a_draft_that_says_so(tmp_path: Path) -> None:
    source, text = draft(tmp_path, csv_of("Alpha;Beta;Gamma", "x;y;z", "u;v;w"))

    assert columns(source) == {"payment_date": "?", "amount_net_gbp": "?"}
    assert "hardly a name in it is known" in remarks(text)
    assert check_file(source, tmp_path / "old_town.yml", NAME).refusal is not None


def test_two_headers_for_one_column_are_told(tmp_path: Path) -> None:
    source, text = draft(tmp_path, csv_of("Supplier,Vendor,Date Paid,Date,Net", "A,B,13/04/2018,14/04/2018,-1.00"))

    assert columns(source)["payment_date"] == "Date Paid"
    assert "? It could also be 'Date'." in remarks(text)


def test_ragged_lines_and_repeated_headers_are_told(tmp_path: Path) -> None:
    data = csv_of(*LINES, LINES[0], "Cog,15/04/2018,1.00", "", "Dot,16/04/2018,1.00,Pins,,,", ",,,")

    source, text = draft(tmp_path, data)

    assert "The header is there 1 more time, which is skipped." in text
    assert "? 1 row with fewer cells than the header (the first in line 5)" in remarks(text)
    assert source.id == "old_town"


def test_lines_outside_the_period_are_told(tmp_path: Path) -> None:
    lines = [f"Acme,{day}/04/2018,1.00,x" for day in range(13, 20)]

    _, text = draft(tmp_path, csv_of(*LINES, *lines, "Bolt,01/05/2018,1.00,x"))

    assert "? Read as 2018-04, yet 1 of 10 lines lie outside, such as those of 2018-05-01" in remarks(text)


def test_the_kind_can_be_said(tmp_path: Path) -> None:
    data = csv_of("Reference,Supplier,Council,Value", "C1,Acme,Town,5.00")

    source, _ = draft(tmp_path, data, "register_2018-04-30.csv", kind="contracts")

    assert source.kind == "contracts"
