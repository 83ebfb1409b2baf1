"""Real published files by the declarations delivered for them, against a plain reading with Python's own csv module.

The files are not part of the repository: without them the tests are skipped.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.onboard import FileCheck, check_file
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import read_declaration
from tests.realdata import REAL_DATA

SOURCES = REPOSITORY / "dags" / "sources"
OTHERS = SOURCES / "other_bodies"
MANCHESTER = [f"{2021 + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]

Row = dict[str, str]


@dataclass(frozen=True)
class RealFile:
    """A real file, and what somebody who knows the file expects of it.

    Attributes:
        declaration: the source's declaration.
        path: the file, below the folder of real files.
        open: opens its text.
        date: the header of the payment's day; None where lines have none.
        amount: the header of the pounds.
        lines: its lines of data, counted once by hand.
        delivered_as: the name it is delivered under, if it has another.
        rejected: why a line is rejected, by a function of the row; None where none is.
    """

    declaration: Path
    path: str
    open: Callable[[Path], io.TextIOBase]
    date: str | None
    amount: str
    lines: int
    delivered_as: str | None = None
    rejected: Callable[[Row], str | None] = lambda row: None


def _plain(path: Path) -> io.TextIOBase:
    return path.open(encoding="utf-8", newline="")


def _gzip(path: Path) -> io.TextIOBase:
    return io.TextIOWrapper(gzip.open(path), encoding="utf-8", newline="")  # type: ignore[arg-type]


def _zip(path: Path) -> io.TextIOBase:
    archive = zipfile.ZipFile(path)
    (member,) = archive.namelist()
    return io.TextIOWrapper(archive.open(member), encoding="utf-8", newline="")


def _after_wakefields_quarter(row: Row) -> str | None:
    # The card statement of 4 April 2022 is published with the quarter before; it belongs to the next.
    return "outside_period" if row["Payment Date"] == "2022-04-04" else None


def _without_reference_or_client(row: Row) -> str | None:
    # The lots of Norfolk's transport contracts stand without a reference, later ones without the council's name.
    if not row["Contract Reference number / ID"].strip():
        return "missing_identifier"
    return None if row["Organisation name"].strip() else "missing_text"


FILES = {
    **{
        f"manchester {month}": RealFile(
            OTHERS / "manchester.yml", f"manchester/{month}.csv", _plain, "Invoice Payment Date", "Net Amount", lines
        )
        for month, lines in zip(
            MANCHESTER, (3021, 2516, 2896, 3251, 3516, 2541, 3082, 3119, 2661, 3787, 3615, 5183), strict=True
        )
    },
    "wakefield": RealFile(
        OTHERS / "wakefield.yml",
        "wakefield/2021-Q4.csv",
        _plain,
        "Payment Date",
        "Net Amount",
        11_517,
        rejected=_after_wakefields_quarter,
    ),
    "tameside": RealFile(
        OTHERS / "nwod_tameside.yml", "nwod_2019/tameside_2019.csv.gz", _gzip, "payment_date", "amount", 22_749
    ),
    "bolton": RealFile(
        OTHERS / "nwod_bolton.yml", "nwod_2019/bolton_2019.csv.gz", _gzip, "payment_date", "amount", 17_035
    ),
    "norfolk": RealFile(
        OTHERS / "norfolk_contracts.yml",
        "norfolk_contracts/NCC164467.csv.gz",
        _gzip,
        None,
        "Contract value",
        5_729,
        delivered_as="norfolk_contracts_2015-03-28.csv.gz",
        rejected=_without_reference_or_client,
    ),
    "trafford 2024-25": RealFile(
        SOURCES / "trafford_published.yml",
        "trafford/trafford-supplier-spend-2024-25.zip",
        _zip,
        "PaymentDate",
        "Amount",
        210_068,
    ),
    "trafford 2025-26": RealFile(
        SOURCES / "trafford_published.yml",
        "trafford/trafford-supplier-spend-2025-26.zip",
        _zip,
        "PaymentDate",
        "Amount",
        241_764,
    ),
}
REJECTED = {"wakefield": Counter(outside_period=1_158), "norfolk": Counter(missing_identifier=696, missing_text=272)}

pytestmark = pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"there are no real files at {REAL_DATA}")


@dataclass
class Plain:
    """What a file holds, read without the pipeline."""

    lines: int = 0
    loaded: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    loaded_gbp: Decimal = Decimal(0)
    rejected_gbp: Decimal = Decimal(0)
    months: dict[str, tuple[int, Decimal]] = field(default_factory=dict)


@pytest.fixture(scope="module", params=list(FILES))
def reading(request: pytest.FixtureRequest) -> Iterator[tuple[str, FileCheck, Plain]]:
    """A real file, read by its declaration and plainly."""
    file = FILES[request.param]
    path = REAL_DATA / file.path
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    yield request.param, check_file(read_declaration(file.declaration), path, file.delivered_as), _read(file, path)


def test_every_line_and_every_penny_is_accounted_for(reading: tuple[str, FileCheck, Plain]) -> None:
    name, check, plain = reading

    assert check.refusal is None
    assert check.summary is not None
    assert plain.lines == FILES[name].lines
    assert check.summary.skipped == Counter(header=1)
    assert check.summary.lines_in == plain.lines + 1
    assert check.summary.lines_loaded == plain.loaded
    assert check.summary.rejections.counts == plain.rejected == REJECTED.get(name, Counter())
    if FILES[name].date is None:
        assert check.summary.amount_in_gbp is None
        assert check.tables[0].pounds == {"contract_value_gbp": plain.loaded_gbp}
    else:
        assert check.summary.amount_loaded_gbp == plain.loaded_gbp
        assert check.summary.amount_rejected_gbp == plain.rejected_gbp
        assert check.summary.amount_in_gbp == plain.loaded_gbp + plain.rejected_gbp


def test_lines_and_pounds_of_every_month_agree(reading: tuple[str, FileCheck, Plain]) -> None:
    _, check, plain = reading

    (table,) = check.tables
    amount = next(column for column in table.pounds if column != "vat_irrecoverable_gbp")
    assert {month: (lines, pounds[amount]) for month, (lines, pounds) in table.months.items()} == plain.months


def test_every_declared_column_is_there(reading: tuple[str, FileCheck, Plain]) -> None:
    _, check, _ = reading

    assert all(check.tables[0].columns.values())
    assert not {"(absent)", ""} & set(check.tables[0].columns.values())


def test_nil_is_no_pounds_and_what_is_not_yet_available_is_nothing() -> None:
    check = check_file(read_declaration(OTHERS / "wakefield.yml"), REAL_DATA / "wakefield" / "2021-Q4.csv")

    assert {line["vat_irrecoverable_gbp"] for line in check.tables[0].first_lines} == {Decimal("0.00")}
    assert {line["contract_ref"] for line in check.tables[0].first_lines} == {None}


def _read(file: RealFile, path: Path) -> Plain:
    plain = Plain()
    with file.open(path) as stream:
        for row in csv.DictReader(stream):
            plain.lines += 1
            amount = _pounds(row[file.amount])
            if reason := file.rejected(row):
                plain.rejected[reason] += 1
                plain.rejected_gbp += amount
                continue
            plain.loaded += 1
            plain.loaded_gbp += amount
            month = row[file.date][:7] if file.date else ""
            lines, pounds = plain.months.get(month, (0, Decimal(0)))
            plain.months[month] = (lines + 1, pounds + amount)
    return plain


def _pounds(text: str) -> Decimal:
    bare = text.strip()
    if bare.startswith("("):
        return -Decimal(bare[1:-1])
    return Decimal(bare or "0")
