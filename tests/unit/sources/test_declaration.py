"""A mistake in a declaration is told with its file, its line and the way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from star_warehouse.refusal import Refusal
from star_warehouse.sources import read_declaration
from tests.builders import LAYOUTS, REGISTER, SNAPSHOT, SPEND, WORKBOOK, declare


def test_a_right_declaration_is_read(tmp_path: Path) -> None:
    source = declare(tmp_path)

    assert (source.id, source.partner, source.layouts[0].format.delimiter) == ("town", "town", ",")
    assert source.accepts.first_day == date(2018, 4, 1)
    assert source.layouts[0].tables["spend_line"].columns["amount_net_gbp"] == ("Net", "Net £")
    assert len(source.definition_sha256) == 64


def test_another_text_has_another_sha256(tmp_path: Path) -> None:
    one = declare(tmp_path / "one").definition_sha256
    same = declare(tmp_path / "same").definition_sha256
    other = declare(tmp_path / "other", SPEND, ("rejected_pct: 25", "rejected_pct: 24")).definition_sha256

    assert one == same != other


# The declaration, the text to change, its replacement, the line to be named, words of the sentence, of the way out.
MISTAKES = [
    (SPEND, "delimiter: ','", "delimeter: ','", 12, "Unknown key 'format.delimeter'", "Did you mean 'delimiter'?"),
    (SPEND, "vat_basis: net", "vat_bases: net", 6, "Unknown key 'vat_bases'", "Did you mean 'vat_basis'?"),
    (SPEND, "    may_be_absent", "    may_be_apsent", 24, "tables.spend_line.may_be_apsent", "'may_be_absent'"),
    (SPEND, "kind: spend", "kind: spend\nzzz: 1", 4, "Unknown key 'zzz'", "Known keys here: id, title, kind"),
    (SPEND, "from: 2018-04-01, ", "", 7, "The key 'accepts.from' is missing", "Add 'from'"),
    (SPEND, "title: Town Council, payments to suppliers\n", "", 1, "The key 'title' is missing", "Add 'title'"),
    (SPEND, "from: 2018-04-01", "from: 2018-04-31", 7, "accepts.from", "Correct that key"),
    (SPEND, "to: 2024-03-31", "to: 2017-03-31", 7, "'to' (2017-03-31) is before 'from'", "Correct"),
    (SPEND, "vat_basis: net", "vat_basis: nett", 6, "'net', 'gross', 'both' or 'none', not 'nett'", "Correct"),
    (SPEND, "late_after_days: 20", "late_after_days: soon", 11, "cadence.late_after_days", "Correct"),
    (SPEND, "late_after_days: 20", "late_after_days: -1", 11, "greater than or equal to 0, not -1", "Correct"),
    (SPEND, "rejected_pct: 25", "rejected_pct: 100", 15, "less than 100", "Correct"),
    (SPEND, "'%d/%m/%Y'", "'%d/%m/%Y', '%m/%d/%Y'", 13, "read the same text", "Correct"),
    (SPEND, "'%d/%m/%Y'", "'%d/%m'", 13, "must have one day, one month and one year", "Correct"),
    (SPEND, "'%d/%m/%Y'", "'%d/%m/%Q'", 13, "'%Q'", "Correct"),
    (SPEND, "example: town_2018-04.csv", "example: city_2018-04.csv", 10, "does not fit the pattern", "Correct"),
    (SPEND, "(?P<month>", "(?P<day>", 9, "named groups must be one of these sets", "Correct"),
    (SPEND, "(?P<month>", "((?P<month>", 9, "is not a regular expression", "Correct"),
    (SPEND, "every: month", "every: year", 9, "does not give a year", "Correct"),
    (SPEND, "partner: town\n", "", 3, "'partner' is given for kind spend", "Correct"),
    (SPEND, "      supplier_name:", "      supplier_nom:", 19, "has no column 'supplier_nom'", "Correct"),
    (SPEND, "      payment_date: [Paid]\n", "", 18, "table spend_line needs the columns payment_date", "Correct"),
    (SPEND, "[Supplier]", "[Supplier, PAID]", 21, "the header 'Paid' is that of supplier_name already", "Correct"),
    (SPEND, "[Purpose]", "[Supplier]", 23, "the header 'Supplier' is that of supplier_name already", "Correct"),
    (SPEND, "[Net, Net £]", "[Net]\n      amount_gross_gbp: [NET]", 23, "'NET' is that of amount_net_gbp", "Correct"),
    (SPEND, "[purpose]", "[payment_date]", 24, "a line needs payment_date", "Correct"),
    (SPEND, "[purpose]", "[porpoise]", 24, "'porpoise' is not one of the columns declared here", "Correct"),
    (SPEND, "vat_basis: net", "vat_basis: both", 18, "amount_gross_gbp, amount_net_gbp", "Correct"),
    (SNAPSHOT, "kind: contracts", "kind: register", 14, "a source of kind register has one of these tables", "Correct"),
    (REGISTER, "quotes: false", "quotes: none", 11, "format.quotes", "Correct"),
    (WORKBOOK, "type: xlsx", "type: xlsx, quotes: false", 12, "an xlsx has no 'delimiter', 'quotes'", "Correct"),
    (SPEND, "kind: spend", "kind: contracts", 16, "a source of kind contracts has these tables: contract", "Correct"),
    (SPEND, ", delimiter: ','", "", 12, "a csv needs a 'delimiter'", "Correct"),
    (SPEND, "[Supplier]", "Supplier", 19, "tables.spend_line.columns.supplier_name", "Correct"),
    (SPEND, "[Supplier]", "[3]", 19, "valid string, not 3", "Correct"),
    (SPEND, "spend_line:\n", "spend_line:\n    sheet: S\n", 18, "'sheet' is given for every table", "Correct"),
    (WORKBOOK, "{type: xlsx}", "{type: xlsx, short_rows: fill}", 12, "an xlsx has no 'delimiter'", "Correct"),
    (WORKBOOK, "{type: xlsx}", "{type: xlsx, delimiter: ','}", 12, "an xlsx has no 'delimiter'", "Correct"),
    (WORKBOOK, "    sheet: Payments\n", "", 15, "'sheet' is given for every table of an xlsx", "Correct"),
    (SNAPSHOT, "vat_basis: none", "vat_basis: net", 5, "none for anything else", "Correct"),
    (SPEND, "title: Town", "id: town\ntitle: Town", 2, "A key is there twice", "Keep one"),
    (SPEND, "format: {type", "format: {{type", 13, "The file is not YAML", "Correct that line"),
    (SPEND, "to: 2024-03-31", "to: 2018-03-31", 7, "'to' (2018-03-31) is before 'from'", "Correct"),
    (SPEND, "spend_line:", "spend_lien:", 17, "there is no table 'spend_lien'", "Correct"),
    (SPEND, "format: {", "fromat: {", 12, "Unknown key 'fromat'", "Did you mean 'format'?"),
    (SPEND, "format: {type: csv, delimiter: ','}\n", "", 1, "The key 'format' is missing", "Add 'format'"),
    (SPEND, "[NA]\n", "[NA]\nzero_tokens: [Nil, NA]\n", 15, "'NA' cannot mean both nothing and 0.00", "Correct"),
    (SPEND, "[NA]\n", "[NA]\nzero_tokens: [Nil, '1']\n", 15, "'1' has digits", "Correct"),
    (SPEND, "','}", "',', gzip: yes please}", 12, "format.gzip", "Correct"),
    (SPEND, "','}", "',', gzip: true, in_zip: '*.csv'}", 12, "in a ZIP or compressed with gzip, not both", "Correct"),
    (SPEND, "days: 20}", "days: 20, final_after_days: -1}", 11, "cadence.final_after_days", "Correct"),
    (SPEND, "every: month", "every: quarter", 9, "does not give a quarter", "Correct"),
    (WORKBOOK, "{type: xlsx}", "{type: xlsx, gzip: true}", 12, "an xlsx has no", "Correct"),
    (WORKBOOK, "format: {type: xlsx}\n", "format: {type: xlsx}\nlayouts: []\n", 12, "'format' stands beside", "each"),
    (LAYOUTS, "name: new", "name: old", 20, "two layouts are called 'old'", "Correct"),
    (LAYOUTS, "to: 2020-03-31", "to: 2018-03-31", 15, "layouts.0: 'to' (2018-03-31) is before 'from'", "Correct"),
    (LAYOUTS, "to: 2020-03-31", "to: 2020-02-29", 12, "no layout holds 2020-03-01, which the source acc", "Correct"),
    (LAYOUTS, "from: 2018-04-01\n    to", "from: 2018-05-01\n    to", 12, "no layout holds 2018-04-01", "Correct"),
    (LAYOUTS, "    from: 2020-04-01", "    from: 2020-04-01\n    to: 2023-03-31", 12, "no layout holds 2023-04", "Cor"),
    (LAYOUTS, "supplier_name: [Payee]", "supplier_nam: [Payee]", 29, "has no column 'supplier_nam'", "Correct"),
    (LAYOUTS, "delimiter: ';'", "delimeter: ';'", 23, "Unknown key 'layouts.1.format.delimeter'", "'delimiter'?"),
    (LAYOUTS, "amount_net_gbp: [Total]", "amount_gross_gbp: [Total]", 28, "vat_basis net goes with", "Correct"),
    (LAYOUTS, "tolerance:", "zero_tokens: [Nil]\ntolerance:", 11, "'zero_tokens' stands beside 'layouts'", "each of"),
    (SPEND, "id: town", "id: city", 1, "The id is 'city' but the file is called town.yml", "to city.yml"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "line", "what", "way_out"), MISTAKES)
def test_a_mistake_names_file_line_and_way_out(
    tmp_path: Path, text: str, old: str, new: str, line: int, what: str, way_out: str
) -> None:
    assert text.count(old) == 1
    name = text.split("\n", 1)[0].removeprefix("id: ")
    path = tmp_path / f"{name}.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(Refusal) as refusal:
        read_declaration(path)

    assert refusal.value.where == f"{path}:{line}"
    assert what in refusal.value.what
    assert way_out in refusal.value.way_out


def test_several_mistakes_are_all_told(tmp_path: Path) -> None:
    path = tmp_path / "town.yml"
    path.write_text(SPEND.replace("title:", "titel:").replace("extract: internal", "extract: external"))

    with pytest.raises(Refusal) as refusal:
        read_declaration(path)

    assert refusal.value.where == f"{path}:2"
    assert refusal.value.what.startswith(
        "Unknown key 'titel'. Line 5: extract: Input should be 'internal' or 'published'"
    )
    assert "missing" not in refusal.value.what


@pytest.mark.parametrize("content", [b"", b"- a list\n", b"id: \xff\n"])
def test_what_is_no_declaration_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "town.yml"
    path.write_bytes(content)

    with pytest.raises(Refusal, match=r"town\.yml"):
        read_declaration(path)


def test_a_declaration_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read: No such file"):
        read_declaration(tmp_path / "town.yml")
