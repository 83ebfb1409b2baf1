"""A regular new body needs no Python: its first file is drafted, confirmed, checked and taken in, by data alone.

Three bodies nobody has declared, each regular in its own way. What a person adds is what the marks ask for.
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.receive import take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import load_sources
from tests.settling import settle

OLDHAM = (
    "Invented extract for a test\r\n\r\n"
    "Creditor Name;Creditor No;Postcode;Payment Date;Amount;Purpose of Spend;Cost Centre;VAT No\r\n"
    "Invented Paper £ Ltd;007;OL1 1AA;13/04/2024;1,250.00;Paper;Offices;N/A\r\n"
    "Invented Paper £ Ltd;007;OL1 1AA;15/04/2024;250.00-;Credit;Offices;N/A\r\n"
    '"Invented; Sons";0112;OL9 8ZZ;30/04/2024;19.99;Nails;Depot;GB1\r\n'
    "Total;;;;1,019.99;;;\r\n"
).encode("cp1252")
BURY = gzip.compress(
    "\ufeffSupplier,Supplier ID,Date Paid,Net Amount,Gross Amount,Irrecoverable VAT\n"
    "Invented Bolts,0009,2024-04-02,10.00,12.00,Nil\n"
    "Invented Bolts,0009,2024-05-31,(4.00),(4.80),Nil\n".encode()
)
WIGAN = (
    b"BODY\tVENDOR\tVENDOR_ID\tPAID\tAMOUNT_NET\tPAYEE_POSTCODE\n"
    b"Wigan\tInvented Clay\t00001\t01-Apr-2024\t7.50\tWN1 1AA\n"
    b"Wigan\tInvented Clay\t00001\t30-Jun-2024\t2.50CR\tWN1 1AA\n"
)


@dataclass(frozen=True)
class Body:
    """A new body's first file, and what comes of it."""

    code: str
    file_name: str
    data: bytes
    title: str
    period: str
    lines: int
    pounds: Decimal
    supplier_ref: str


BODIES = [
    Body(
        "oldham",
        "Oldham payments Apr-2024.csv",
        OLDHAM,
        "Oldham Council, payments to suppliers",
        "2024-04",
        3,
        Decimal("1019.99"),
        "007",
    ),
    Body("bury", "bury_20240401_20240531.csv.gz", BURY, "Bury Council", "2024/25", 2, Decimal("6.00"), "0009"),
    Body("wigan", "Q1 2024-25 wigan.txt", WIGAN, "Wigan Council", "2024-Q2", 2, Decimal("5.00"), "00001"),
]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("star-warehouse")
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.code)
def test_a_new_body_is_taken_in_without_python(
    body: Body, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    file = tmp_path / body.file_name
    file.write_bytes(body.data)
    declaration = tmp_path / "sources" / f"{body.code}.yml"
    declaration.parent.mkdir()

    drafted = command("source", "draft", str(file), "--to", str(declaration))
    assert drafted.returncode == 0, drafted.stderr
    assert "are marked '# ?'" in drafted.stdout
    confirm(declaration, body.title)
    checked = command("source", "check", str(declaration), str(file))
    # It reads; no seed has its partner yet.
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "marked '# ?'" not in checked.stdout
    assert f"= {body.lines} read + 0 rejected" in checked.stdout

    source = load_sources(declaration.parent)[body.code]
    inbox = settings.inbox / source.id
    inbox.mkdir(parents=True)
    (inbox / body.file_name).write_bytes(body.data)
    os.utime(inbox / body.file_name, (1_700_000_000, 1_700_000_000))
    report = take_in(source, settings, warehouse, "run-1")
    for delivery_id in pending_deliveries(warehouse, source.id):
        settle(warehouse, delivery_id, "accept")

    assert (report.lines_loaded, report.lines_rejected, report.refusals) == (body.lines, 0, [])
    with warehouse.connect() as connection:
        assert connection.execute(
            "select state, period_key, lines_loaded, amount_loaded_gbp from ops.delivery"
        ).fetchall() == [("loaded", body.period, body.lines, body.pounds)]
        refs = connection.execute("select distinct supplier_ref from raw.spend_line").fetchall()
    assert (body.supplier_ref,) in refs


def confirm(declaration: Path, title: str) -> None:
    """Do what a person does: correct what is wrong, and take away the marks of what is right."""
    text = re.sub("^title: .*", f"title: {title}", declaration.read_text(encoding="utf-8"), flags=re.MULTILINE)
    declaration.write_text(text.replace("# ?", "#"), encoding="utf-8")
