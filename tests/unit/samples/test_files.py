"""The files as written: six layouts that read back to the drawn lines, the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.samples import Sample
from tests.samples.unreadable import unreadable_count

_REPOSITORY = Path(__file__).parents[3]
_MONTH = date(2023, 10, 1)
_EARLY = date(2018, 4, 1)


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*/*"))
    }


def _table(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _of(sample: Sample, code: str, month: date) -> tuple[int, int]:
    lines = sample.spend[code, month]
    return len(lines), sum(line.pence for line in lines)


def _pence(text: str) -> int:
    return int(text.replace(",", "").replace(".", "").replace("£", ""))


def test_every_source_has_its_files(sample_folder: Path) -> None:
    counts = {folder.name: len(list(folder.iterdir())) for folder in sample_folder.iterdir()}
    assert counts == {
        "stockport": 72, "rochdale": 72, "trafford": 72, "tameside": 72, "hmr_ccg": 51, "trafford_ccg": 51,
        "knowsley": 6, "st_helens": 6, "social_value_portal": 1, "contracts_register": 1, "tenders": 1,
        "companies_house": 2, "charity_commission": 2,
    }  # fmt: skip


def test_another_process_writes_the_same_bytes(sample_folder: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    made = subprocess.run(
        [sys.executable, "-m", "tests.samples", str(tmp_path)],
        cwd=_REPOSITORY, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert made.stdout.startswith("409 sample deliveries written to ")
    assert _sums(tmp_path) == _sums(sample_folder)


def test_the_command_wants_one_folder() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tests.samples"], cwd=_REPOSITORY, check=False, capture_output=True, text=True
    )
    assert (made.returncode, made.stderr) == (2, "usage: python -m tests.samples DIR\n")


def test_stockport(sample: Sample, sample_folder: Path) -> None:
    data = (sample_folder / "stockport" / "stockport_spend_2018-04.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfDirectorate,Service,Supplier Name,") and data.endswith(b"\r\n\r\n")
    rows = _table(data.decode("utf-8-sig"), ",")
    assert rows.pop() == []
    amounts = [(row[10], row[11], row[12]) for row in rows[1:]]
    signed = [[-_pence(text[:-1]) if text.endswith("-") else _pence(text) for text in row] for row in amounts]
    assert (len(signed), sum(row[0] for row in signed)) == _of(sample, "stockport", _EARLY)
    assert all(net + vat == gross for net, vat, gross in signed)
    assert any("," in row[0] for row in amounts) and any(row[0].endswith("-") for row in amounts)
    assert all(datetime.strptime(row[7], "%d/%m/%Y").month == 4 for row in rows[1:])  # noqa: DTZ007


def test_rochdale(sample: Sample, sample_folder: Path) -> None:
    book = openpyxl.load_workbook(sample_folder / "rochdale" / "Rochdale Payments 2018-04.xlsx")
    assert book.sheetnames == ["Payments"]
    rows = [list(row) for row in book["Payments"].iter_rows(values_only=True)]
    assert str(rows[0][0]).startswith("Rochdale Borough Council") and rows[1][0] == "Period: April 2018"
    assert set(rows[2]) == {None} and rows[3][:3] == ["Dept", "Payee", "Payee ID"]
    body, total = rows[4:-1], rows[-1]
    net = [row[8] for row in body]
    assert all(isinstance(row[6], datetime) for row in body)
    assert (len(body), round(sum(net) * 100)) == _of(sample, "rochdale", _EARLY)
    assert total[0] == "Total" and round(total[8] * 100) == round(sum(net) * 100)
    assert [cell for cell in total if cell is not None] == [total[0], total[8]]


def test_trafford(sample: Sample, sample_folder: Path) -> None:
    with ZipFile(sample_folder / "trafford" / "trafford-internal-2018-04.zip") as archive:
        assert archive.namelist() == ["trafford-internal-2018-04.csv"]
        data = archive.read("trafford-internal-2018-04.csv")
    assert b"\r" not in data and data.startswith(b"OrganisationLabel,OrganisationalUnit,")
    rows = _table(data.decode(), ",")[1:]
    assert (len(rows), sum(_pence(row[8]) for row in rows)) == _of(sample, "trafford", _EARLY)
    assert max(len(row[2]) for row in rows) == 35
    assert {"NA"} < {row[5] for row in rows} and all(date.fromisoformat(row[6]).month == 4 for row in rows)


def test_tameside(sample: Sample, sample_folder: Path) -> None:
    data = (sample_folder / "tameside" / "tameside_20180401_20180430.csv").read_bytes()
    assert b"\xa3" in data
    lines = data.decode("cp1252").split("\r\n")
    assert lines[0] == "Tameside Metropolitan Borough Council" and "£" in lines[1] and lines[4] == ""
    assert lines[5].startswith("Service Area;Vendor;Vendor Code;")
    rows = _table("\r\n".join(lines[6:]), ";")
    signed = [
        [-_pence(text[1:-1]) if text.startswith("(") else _pence(text) for text in (row[7], row[8])] for row in rows
    ]
    assert rows[-1][0] == "Grand total"
    assert signed[-1] == [sum(row[column] for row in signed[:-1]) for column in (0, 1)]
    assert (len(rows) - 1, signed[-1][0]) == _of(sample, "tameside", _EARLY)
    assert any(row[7].startswith("(£") for row in rows)


@pytest.mark.parametrize(("code", "prefix"), [("hmr_ccg", "HMR_CCG"), ("trafford_ccg", "Trafford_CCG")])
def test_ccgs(sample: Sample, sample_folder: Path, code: str, prefix: str) -> None:
    data = (sample_folder / code / f"{prefix}_Spend_Apr_2018.csv").read_bytes()
    rows = _table(data.decode("cp1252"), ",")
    assert rows[0][:4] == ["Department Family", "Entity", "Date", "Expense Type"]
    assert (len(rows) - 1, sum(_pence(row[10]) for row in rows[1:])) == _of(sample, code, _EARLY)
    assert b"Redacted \x96 personal data" in data


@pytest.mark.parametrize("code", ["knowsley", "st_helens"])
def test_liverpool_city_region(sample: Sample, sample_folder: Path, code: str) -> None:
    data = (sample_folder / code / f"{code}_202310.txt").read_bytes()
    assert b"\r" not in data and data.startswith(b'"BODY"\t"SUPPLIER"\t')
    table = _table(data.decode(), "\t")
    rows = [row for row in table if row != table[0]]
    assert len(table) - len(rows) == 2 and table[len(table) // 2] == table[0]
    signed = [-_pence(row[8][:-2]) if row[8].endswith("CR") else _pence(row[8]) for row in rows]
    assert (len(rows), sum(signed)) == _of(sample, code, _MONTH)
    assert any("\u00a0" in row[1] for row in rows)
    bodies = {row[0] for row in rows}
    assert len(bodies) == (2 if code == "st_helens" else 1)


def _lines_in_files(folder: Path, code: str) -> Iterator[int]:
    for path in sorted((folder / code).iterdir()):
        if path.suffix == ".zip":
            with ZipFile(path) as archive:
                yield len(_table(archive.read(archive.namelist()[0]).decode(), ",")) - 1
        elif code == "stockport":
            yield len(_table(path.read_text("utf-8-sig"), ",")) - 2
        elif code == "st_helens":
            yield len(_table(path.read_text("utf-8"), "\t")) - 2
        else:
            yield len(_table(path.read_text("cp1252"), ",")) - 1


@pytest.mark.parametrize(("code", "unreadable"), [("stockport", 3), ("trafford", 3), ("hmr_ccg", 1), ("st_helens", 1)])
def test_unreadable_lines_stand_beside_the_drawn_ones(
    sample: Sample, sample_folder: Path, code: str, unreadable: int
) -> None:
    drawn = sum(len(lines) for (source, _), lines in sample.spend.items() if source == code)
    assert unreadable_count(code) == unreadable
    assert sum(_lines_in_files(sample_folder, code)) == drawn + unreadable


def test_register(sample: Sample, sample_folder: Path) -> None:
    text = (sample_folder / "contracts_register" / "contracts_register_2024-03-31.csv").read_bytes().decode("utf-8-sig")
    rows = _table(text, ",")
    assert rows[0][0].startswith("Contracts register") and rows[1] == ["As at 31/03/2024"]
    assert rows[2][:3] == ["Contract Reference", "Title", "Council"]
    assert len(rows) - 3 == sum(award.status != "Tender" for award in sample.awards)
    assert {row[11] for row in rows[3:]} == {row[12] for row in rows[3:]} == {"Yes", "No", ""}
    assert any(row[10] == "£50,000.00" for row in rows[3:])


def test_workbooks(sample: Sample, sample_folder: Path) -> None:
    portal = openpyxl.load_workbook(sample_folder / "social_value_portal" / "social_value_portal_2024-03-31.xlsx")
    assert portal.sheetnames == ["Projects", "Measures", "Targets", "Delivery"]
    assert portal["Projects"].max_row == len(sample.portal.projects) + 1
    assert portal["Projects"].cell(portal["Projects"].max_row, 1).value == "Total"
    assert isinstance(portal["Delivery"].cell(2, 3).value, datetime)
    tenders = openpyxl.load_workbook(sample_folder / "tenders" / "tenders_2024-03-31.xlsx")
    assert tenders.sheetnames == ["Lots", "Bids"]
    assert tenders["Bids"].max_row == len(sample.tenders.bids) + 1
