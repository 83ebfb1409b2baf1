"""Files made to do harm: each is refused in its own words, quickly and in little memory, or read for what it holds."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.receive import take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, WORKBOOK, declare
from tests.faults.hostile import (
    BLANKS,
    GOOD_LINE,
    SHEET,
    START,
    STRINGS,
    empty_rows,
    of_blanks,
    one_line,
    packed,
    packed_blanks,
    sheet,
    telling,
    with_rows,
)
from tests.faults.town import LONG_AGO, Month, check_account, counts, put, states
from tests.faults.worker import Ended, worker

# The limit that the ingest keeps for files of any size; of time, a generous one for a busy machine.
MOST_MB, MOST_SECONDS = 600, 30
CSV = ("format: {type: csv, delimiter: ','}", "format: {type: csv, delimiter: ','}")
ZIP = (CSV[0], "format: {type: csv, delimiter: ',', in_zip: '*.csv'}")
GZIP = (CSV[0], "format: {type: csv, delimiter: ',', gzip: true}")


def zipped(data: bytes) -> bytes:
    return packed({"town.csv": data}, level=6)


def taken_in(source: Source, data: bytes, settings: Settings, warehouse: Warehouse) -> tuple[Ended, Path]:
    """Take in one file in a process of its own, and hold its memory and time against the limits."""
    path = put(Month(source.file_name.example, data, []), settings.inbox / source.id)
    began = time.monotonic()
    with worker(source, settings, warehouse) as process:
        ended = process.end()
    seconds = time.monotonic() - began
    print(f"{seconds:.1f} s, {ended.peak_mb} MB")  # Shown by `pytest -rP`.
    assert ended.peak_mb < MOST_MB
    assert seconds < MOST_SECONDS
    check_account(warehouse, settings)
    return ended, path


HOSTILE: dict[str, tuple[tuple[str, str], Callable[[], bytes], str]] = {
    "ZIP bomb": (ZIP, lambda: packed_blanks(220), "unpacks to more than 0.2 GB, far more than its packed size"),
    "gzip bomb": (
        GZIP,
        lambda: gzip.compress(START) + gzip.compress(BLANKS) * 220,
        "unpacks to more than 0.2 GB, far more than its packed size",
    ),
    "ZIP in a ZIP": (ZIP, lambda: packed({"inner.zip": zipped(START)}), "it holds inner.zip"),
    "ZIP in a ZIP under a false name": (ZIP, lambda: zipped(zipped(of_blanks(9))), "The text is not UTF-8"),
    "ZIP that tells too small a size": (
        ZIP,
        lambda: telling(zipped(of_blanks(20)), "town.csv", len(START)),
        "cannot be unpacked: Bad CRC-32 for file 'town.csv'",
    ),
    "two files, one with a path": (
        ZIP,
        lambda: packed({"../../town.csv": START, "/tmp/town.csv": START}),
        "it holds ../../town.csv, /tmp/town.csv",
    ),
    "line of 2 GB": (GZIP, lambda: one_line(2), "A line is longer than 4 MB; it begins b'xxxxx"),
    "row without end": (CSV, lambda: START + b'"x\n",' * 4_000_000, "A row is longer than 2 MB; it begins in line 3"),
    "lines of one sign": (CSV, lambda: START + b"x\n" * 2_500_000, "lines do not read, more than the 25 % tolerated"),
    "a line of nothing but commas": (CSV, lambda: START + b"," * 3_900_000 + b"x", "1 of 2 lines do not read"),
    "only NUL bytes": (CSV, lambda: b"\0" * 5_000_000, "A line is longer than 4 MB"),
    "zeros that an interrupted copy left": (CSV, lambda: b"\0" * 1_000, "columns are missing"),
    "NUL in a header": (CSV, lambda: START.replace(b"Supplier", b"Sup\0plier"), "columns are missing: 'Supplier'"),
    "pounds that no ledger holds": (
        CSV,
        lambda: START + b"Acme,7,03/04/2018,999999999999.99,x\r\n" * 10_100,
        "The warehouse does not take a line of it: numeric field overflow",
    ),
    "pounds that no ledger holds, all outside the period": (
        CSV,
        lambda: START + b"Acme,7,03/04/2019,999999999999.99,x\r\n" * 10_100,
        "lines do not read, more than the 25 % tolerated",
    ),
    "UTF-8 that breaks in the middle": (
        CSV,
        lambda: START + GOOD_LINE * 160_000 + b"Caf\xe9,7,03/04/2018,1.00,x\r\n" + GOOD_LINE * 20_000,
        "The text is not UTF-8 (byte 0xE9 in line 160003)",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_harms_nothing(
    name: str, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    form, make, what = HOSTILE[name]
    town = declare(tmp_path, SPEND, form)

    ended, path = taken_in(town, make(), settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(refused=1)
    assert what in ended.report.refusals[0].what
    assert ended.report.refusals[0].where.startswith(f"town: {path.name}")
    assert counts(warehouse) == (0, 0)
    assert states(warehouse) == [(path.name, "refused")]
    # The same again is known; a mended file is taken.
    assert take_in(town, settings, warehouse, "again").counts == Counter()
    good = {CSV: lambda: START, ZIP: lambda: zipped(START), GZIP: lambda: gzip.compress(START)}[form]()
    put(Month(path.name, good, []), path.parent, written=LONG_AGO + 60)
    assert take_in(town, settings, warehouse, "mended").counts == Counter(checking=1)
    assert counts(warehouse) == (1, 0)
    check_account(warehouse, settings)


@pytest.mark.parametrize("name", ["../../../evil.csv", "/evil.csv", "a/../../evil.csv", "C:\\evil.csv"])
def test_the_path_of_a_member_leads_nowhere(
    name: str, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    """The one CSV of a ZIP is read whatever its name says; nothing is ever unpacked to a file."""
    town = declare(tmp_path / "declared", SPEND, ZIP)

    ended, path = taken_in(town, packed({name: START, "readme.txt": b"x"}), settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(checking=1)
    assert counts(warehouse) == (1, 0)
    assert [*tmp_path.rglob("*evil*"), *tmp_path.parent.glob("*evil*"), *Path("/").glob("evil*")] == []
    below = {found for found in settings.home.rglob("*") if found.is_file()}
    assert len(below) == 2
    assert path in below


def test_a_nul_in_a_header_that_is_not_used_is_kept_as_its_sign(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    header, _, lines = START.partition(b"\r\n")
    data = header + b",X\0Y\r\n" + lines.replace(b"\r\n", b",z\r\n")

    ended, _ = taken_in(declare(tmp_path), data, settings, warehouse)

    assert ended.report and ended.report.counts == Counter(checking=1)
    with warehouse.connect() as connection:
        ((layout,),) = connection.execute("select layout from ops.delivery").fetchall()
    assert layout.endswith(" | X\N{SYMBOL FOR NULL}Y")


def test_nul_bytes_cost_the_lines_they_stand_in(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> None:
    bad = [b"Ac\0me,7,03/04/2018,1.00,x", b"Acme,7,03/04/2018,1.\x0000,x", b"Acme,7,\0,2.00,x"]
    data = START + b"\r\n".join(bad) + b"\r\n" + GOOD_LINE * 20

    ended, _ = taken_in(declare(tmp_path), data, settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(checking=1)
    assert counts(warehouse) == (21, 3)
    with warehouse.connect() as connection:
        rejected = connection.execute(
            "select line_number, column_name, reason_code, line_text from ops.rejected_line order by line_number"
        ).fetchall()
        pounds = connection.execute(
            "select amount_in_gbp, amount_loaded_gbp, amount_rejected_gbp from ops.delivery"
        ).fetchall()
    assert rejected == [
        (3, "supplier_name", "unreadable_text", "Ac␀me,7,03/04/2018,1.00,x"),
        (4, "amount_net_gbp", "unreadable_amount", "Acme,7,03/04/2018,1.␀00,x"),
        (5, "payment_date", "unreadable_date", "Acme,7,␀,2.00,x"),
    ]
    assert pounds == [(Decimal(213), Decimal(210), Decimal(3))]


HOSTILE_BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a cell in the last corner": (
        lambda: packed(with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "The sheet's cells reach to column XFD and to row 1,048,576, more than is taken into memory.",
    ),
    "sheet that tells too small a size": (
        lambda: telling(packed(with_rows(empty_rows(3, 500_000))), SHEET, 2_000),
        f"The workbook cannot be read: Bad CRC-32 for file '{SHEET}'.",
    ),
    "texts that tell too small a size": (
        lambda: telling(packed(sheet() | {STRINGS: b"<sst>" + b"<si><t>x</t></si>" * 9_000_000}), STRINGS, 999),
        f"The workbook cannot be read: Bad CRC-32 for file '{STRINGS}'.",
    ),
    "bomb that tells its size": (
        lambda: telling(packed(sheet()), SHEET, 3_000_000_000),
        "The file holds 3.0 GB unpacked, more than the 1 GB allowed.",
    ),
    "workbook in a ZIP": (lambda: zipped(packed(sheet())), "The workbook cannot be read"),
}


@pytest.mark.parametrize("name", HOSTILE_BOOKS)
def test_a_hostile_workbook_is_refused_and_harms_nothing(
    name: str, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    make, what = HOSTILE_BOOKS[name]
    village = declare(tmp_path, WORKBOOK)

    ended, path = taken_in(village, make(), settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(refused=1)
    assert what in ended.report.refusals[0].what
    assert counts(warehouse) == (0, 0)
    put(Month(path.name, packed(sheet()), []), path.parent, written=LONG_AGO + 60)
    assert take_in(village, settings, warehouse, "mended").counts == Counter(checking=1)
    assert counts(warehouse) == (1, 0)


def test_a_workbook_with_a_million_empty_rows_is_its_few_lines(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    data = packed(with_rows(empty_rows(3, 1_048_575)))

    ended, _ = taken_in(declare(tmp_path, WORKBOOK), data, settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(checking=1)
    assert counts(warehouse) == (1, 0)


def test_a_line_below_a_million_empty_rows_is_found(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> None:
    last = (
        b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>Last</t></is></c>'
        b'<c r="B1048576"><v>8</v></c><c r="C1048576" s="1"><v>43194</v></c><c r="D1048576"><v>2.5</v></c></row>'
    )

    ended, _ = taken_in(declare(tmp_path, WORKBOOK), packed(with_rows(last)), settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(checking=1)
    with warehouse.connect() as connection:
        raw = connection.execute(
            "select line_number, supplier_name, supplier_ref, payment_date, amount_net_gbp from raw.spend_line "
            "order by line_number"
        ).fetchall()
        account = connection.execute("select lines_in, lines_skipped, skipped_by_reason from ops.delivery").fetchall()
    assert raw == [
        (2, "Acme", "7", date(2018, 4, 3), Decimal(10)),
        (1_048_576, "Last", "8", date(2018, 4, 4), Decimal("2.50")),
    ]
    assert account == [(1_048_576, 1_048_574, {"header": 1, "blank": 1_048_573})]


def test_formulas_are_read_as_they_were_calculated_or_not_at_all(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    day = b'<c r="C%d" s="1"><v>43194</v></c>'
    rows = [
        b'<c r="A3" t="str"><f>A2&amp;""</f><v>Calculated</v></c>%s<c r="D3"><f>D2*2</f><v>20.5</v></c>',
        b'<c r="A4"><f>A2&amp;B2</f></c>%s<c r="D4"><v>1</v></c>',
        b'<c r="A5" t="inlineStr"><is><t>Acme</t></is></c>%s<c r="D5"><f>SUM(D2:D3)</f><v></v></c>',
        b'<c r="A6" t="e"><f>VLOOKUP(1,A:B,2)</f><v>#N/A</v></c>%s<c r="D6"><v>2</v></c>',
        b'<c r="A7" t="inlineStr"><is><t>Acme</t></is></c>%s<c r="D7" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        b'<c r="A8" t="str"><f>IF(1,"","")</f><v></v></c>%s<c r="D8"><v>3</v></c>',
        b'<c r="A9" t="e"/>%s<c r="D9"><v>4</v></c>',
    ]
    xml = b"".join(b'<row r="%d">%s</row>' % (number, row % (day % number)) for number, row in enumerate(rows, 3))
    source = declare(tmp_path, WORKBOOK, ("rejected_pct: 25", "rejected_pct: 90"))

    ended, _ = taken_in(source, packed(with_rows(xml)), settings, warehouse)

    assert ended.report
    assert ended.report.counts == Counter(checking=1)
    with warehouse.connect() as connection:
        raw = connection.execute(
            "select line_number, supplier_name, amount_net_gbp from raw.spend_line order by line_number"
        ).fetchall()
        bad = connection.execute(
            "select line_number, column_name, reason_code from ops.rejected_line order by line_number"
        ).fetchall()
    assert raw == [(2, "Acme", Decimal(10)), (3, "Calculated", Decimal("20.50")), (8, None, Decimal(3))]
    assert bad == [
        (4, "supplier_name", "spreadsheet_error"),
        (5, "amount_net_gbp", "spreadsheet_error"),
        (6, "supplier_name", "spreadsheet_error"),
        (7, "amount_net_gbp", "spreadsheet_error"),
        (9, "supplier_name", "spreadsheet_error"),
    ]
