"""``star-warehouse source``: a draft that can be piped, a check whose exit code says whether the file would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from star_warehouse.settings import REPOSITORY
from tests.builders import SPEND, spend_file
from tests.unit.cli.test_cli import command, refused

LINE = "Acme,7,13/04/2018,10.00,Pens"


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "town.yml"
    path.write_text(SPEND, encoding="utf-8")
    return path


def test_a_draft_goes_to_standard_output(tmp_path: Path) -> None:
    file = tmp_path / "town_2018-04.csv"
    file.write_bytes(spend_file(LINE))

    done = command("source", "draft", str(file))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Drafted from town_2018-04.csv, 1 line.")
    assert "payment_date: [Paid]" in done.stdout


def test_a_draft_of_what_is_no_table_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(b"%PDF-1.7")

    assert refused(command("source", "draft", str(file))) == (
        "report.pdf: The file is a PDF. Ask the sender for a CSV or an XLSX workbook."
    )
    assert "cannot be read: No such file" in refused(command("source", "draft", str(tmp_path / "none.csv")))


def test_a_draft_is_not_written_over_a_declaration(tmp_path: Path, declaration: Path) -> None:
    file = tmp_path / "town_2018-04.csv"
    file.write_bytes(spend_file(LINE))

    sentence = refused(command("source", "draft", str(file), "--to", str(declaration)))

    assert "There is a declaration already" in sentence
    assert declaration.read_text(encoding="utf-8") == SPEND


def test_the_exit_code_of_a_check_is_that_of_the_worst_file(tmp_path: Path, declaration: Path) -> None:
    good, bad = tmp_path / "town_2018-04.csv", tmp_path / "town_2018-05.csv"
    good.write_bytes(spend_file(LINE))
    bad.write_bytes(spend_file(LINE))

    fine = command("source", "check", str(declaration), str(good))
    both = command("source", "check", str(declaration), str(good), str(bad))

    assert fine.returncode == 1, fine.stdout + fine.stderr
    assert "Not counted. source town: Its partner 'town' is in no row of partner.csv or membership.csv" in fine.stdout
    assert "It reads, but would not be taken in" in fine.stdout
    assert "Pounds: £10.00 in the file = £10.00 read + £0.00 rejected" in fine.stdout
    assert both.returncode == 2
    assert "1 outside_period, such as" in both.stdout
    assert "Would be refused. town: town_2018-05.csv: 1 of 1 lines do not read" in both.stdout


def test_one_mark_that_is_left_is_told_as_one(tmp_path: Path, declaration: Path) -> None:
    declaration.write_text(f"# ? To be confirmed.\n{SPEND}", encoding="utf-8")

    said = command("source", "check", str(declaration), str(tmp_path / "town_2018-04.csv")).stdout

    assert said.splitlines()[0] == f"1 place of {declaration} is still marked '# ?'."


def test_a_check_says_how_many_rows_were_filled(tmp_path: Path, declaration: Path) -> None:
    declaration.write_text(SPEND.replace("delimiter: ','", "delimiter: ',', short_rows: fill"), encoding="utf-8")
    file = tmp_path / "town_2018-04.csv"
    file.write_bytes(spend_file(LINE, "Acme,7,14/04/2018,2.00"))

    said = command("source", "check", str(declaration), str(file)).stdout

    assert "Short rows: 1 with fewer cells than the header, the missing ones read as blank" in said


def test_a_check_says_of_how_many_lines_the_pounds_are_not_known(tmp_path: Path, declaration: Path) -> None:
    file = tmp_path / "town_2018-04.csv"
    file.write_bytes(spend_file(LINE, "Acme,7,13/04/2018,ten,Pens", "short", "Acme,7,31/04/2018,2.50,Pens"))

    said = command("source", "check", str(declaration), str(file)).stdout

    assert "Lines: 5 in the file = 1 read + 3 rejected + 1 skipped (1 header)" in said
    assert "Pounds: £12.50 in the file = £10.00 read + £2.50 rejected" in said
    assert "Amount not readable in 2 of the rejected lines, which no sum of pounds holds" in said


TOTALS = "    totals_row: {column: supplier_name, label: Total, adds_up: [amount_net_gbp]}\n"


def test_a_check_says_which_rejected_lines_no_control_total_holds(tmp_path: Path, declaration: Path) -> None:
    declaration.write_text(SPEND + TOTALS, encoding="utf-8")
    priced, unpriced = tmp_path / "town_2018-04.csv", tmp_path / "town_2018-05.csv"
    priced.write_bytes(spend_file(LINE, "Acme,7,31/04/2018,2.50,Pens", "Total,,,12.50,"))
    unpriced.write_bytes(spend_file("Acme,7,13/05/2018,10.00,Pens", "Acme,7,13/05/2018,ten,Pens", "Total,,,10.00,"))

    said = command("source", "check", str(declaration), str(priced), str(unpriced)).stdout

    assert "£12.50, to which the lines add up, rejected ones included\n" in said
    assert "£10.00, to which the lines add up, rejected ones included, apart from 1 whose amount does not read" in said


def test_a_check_of_two_control_totals_claims_no_amount_that_does_not_read(tmp_path: Path, declaration: Path) -> None:
    text = SPEND + TOTALS.replace("[amount_net_gbp]", "[amount_net_gbp, amount_gross_gbp]")
    text = text.replace("vat_basis: net", "vat_basis: both").replace(
        "[Purpose]", "[Purpose]\n      amount_gross_gbp: [Gross]"
    )
    declaration.write_text(text, encoding="utf-8")
    file = tmp_path / "town_2018-04.csv"
    lines = ("Acme,7,13/04/2018,10.00,12.00", "Acme,7,13/04/2018,ten,12.00", "Total,,,10.00,24.00")
    file.write_bytes(spend_file(*lines, header="Supplier,Ref,Paid,Net,Gross"))

    said = command("source", "check", str(declaration), str(file)).stdout

    included = "to which the lines add up, rejected ones included as far as this amount of theirs reads"
    assert f"Control total of amount_net_gbp: £10.00, {included}" in said
    assert f"Control total of amount_gross_gbp: £24.00, {included}" in said


def test_a_check_names_the_date_formats_that_are_not_declared(tmp_path: Path, declaration: Path) -> None:
    declaration.write_text(SPEND.replace("date_formats: ['%d/%m/%Y']\n", ""), encoding="utf-8")
    file = tmp_path / "town_2018-04.csv"
    file.write_bytes(spend_file(LINE))

    said = command("source", "check", str(declaration), str(file)).stdout

    assert "1 unreadable_date (the declaration has no 'date_formats'), such as" in said
    assert "No date reads: the declaration has no 'date_formats'." in said


def test_a_check_by_a_wrong_declaration_names_its_line(tmp_path: Path, declaration: Path) -> None:
    declaration.write_text(SPEND.replace("vat_basis: net", "vat_basis: nett"), encoding="utf-8")

    assert f"{declaration}:6" in refused(command("source", "check", str(declaration), "x.csv"))


def test_a_check_says_which_dates_are_expected_and_which_line_to_add(tmp_path: Path, declaration: Path) -> None:
    days, renamed, gross = (tmp_path / f"town_2018-0{number}.csv" for number in (4, 5, 6))
    days.write_bytes(spend_file("Acme,7,2018-04-13,10.00,Pens"))
    renamed.write_bytes(spend_file(LINE, header="Supplier,Ref,Paid,Net Value,Purpose"))
    gross.write_bytes(spend_file(LINE, header="Supplier,Ref,Paid,Gross Value,Purpose"))

    said = command("source", "check", str(declaration), str(days), str(renamed), str(gross)).stdout

    assert "1 unreadable_date (expected: 31/12/2024 (%d/%m/%Y)), such as" in said
    assert "add it to spend_line in the declaration: amount_net_gbp: [Net, Net £, Net Value]" in said
    assert "No header of the file is near to 'Net' or 'Net £'. Ask the sender for that column" in said
    assert "£, Gross Value]" not in said


def test_a_check_knows_partners_and_bodies_that_are_none(tmp_path: Path) -> None:
    partner = tmp_path / "town.yml"
    partner.write_text(SPEND.replace("partner: town", "partner: trafford"), encoding="utf-8")
    (tmp_path / "town_2018-04.csv").write_bytes(spend_file(LINE))
    (tmp_path / "2021-04.csv").write_bytes(b"nothing")
    manchester = REPOSITORY / "dags" / "sources" / "other_bodies" / "manchester.yml"

    counted = command("source", "check", str(partner), str(tmp_path / "town_2018-04.csv"))
    other = command("source", "check", str(manchester), str(tmp_path / "2021-04.csv")).stdout

    assert counted.returncode == 0, counted.stderr
    assert "Would be taken in, if the checks of the delivery agree." in counted.stdout
    assert "Not counted" not in counted.stdout
    assert other.startswith("Not counted. What is declared in other_bodies is only read by this command, never run or")
