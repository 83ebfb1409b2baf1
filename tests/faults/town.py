"""A town whose deliveries are known line by line, and what the warehouse must hold of them, whatever went wrong."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from star_warehouse.database import Warehouse
from star_warehouse.receive.landing import landed_path
from star_warehouse.settings import Settings
from tests.builders import HEADER

# Written so long ago that nobody waits to see whether a file still grows.
LONG_AGO = 1_700_000_000

RawLine = tuple[int, str, str, date, Decimal]


@dataclass(frozen=True)
class Month:
    """A delivery and what it says, known without reading it.

    Attributes:
        name: its file's name.
        data: its bytes.
        loaded: its lines that read: line number, supplier, reference, day, amount.
        rejected: its other lines: line number and reason code.
        rejected_gbp: the pounds of these.
    """

    name: str
    data: bytes
    loaded: list[RawLine]
    rejected: list[tuple[int, str]] = field(default_factory=list)
    rejected_gbp: Decimal = Decimal(0)

    @property
    def loaded_gbp(self) -> Decimal:
        return sum((line[4] for line in self.loaded), Decimal(0))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def month(number: int, line_count: int, bad_lines: Sequence[int] = (), *, blank_count: int = 0, seed: int = 0) -> Month:
    """A month of the financial year 2018/19 with so many lines; of some, the day is not in the calendar."""
    year, of_year = (2018, number) if number > 3 else (2019, number)
    lines, loaded, rejected, rejected_gbp = [HEADER], [], [], Decimal(0)
    for line in range(2, line_count + 2):
        pence = (line * 7919 + seed * 31) % 900_001 - 100_000
        amount = Decimal(pence).scaleb(-2)
        supplier, ref = f"Acme {line % 997} Ltd", f"{line % 89:05}"
        day = f"{line % 28 + 1:02}/{of_year:02}/{year}"
        if line in bad_lines:
            day = f"{line % 28 + 1:02}/13/{year}"
            rejected.append((line, "unreadable_date"))
            rejected_gbp += amount
        else:
            loaded.append((line, supplier, ref, date(year, of_year, line % 28 + 1), amount))
        lines.append(f'"{supplier}",{ref},{day},{amount},Pens & paper')
    data = "\r\n".join([*lines, *[""] * blank_count, ""]).encode()
    return Month(f"town_{year}-{of_year:02}.csv", data, loaded, rejected, rejected_gbp)


def put(delivered: Month, folder: Path, *, name: str | None = None, written: int = LONG_AGO) -> Path:
    """Put a delivery into a folder, as if written long ago."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or delivered.name)
    path.write_bytes(delivered.data)
    os.utime(path, (written, written))
    return path


def empty(warehouse: Warehouse) -> None:
    """Forget every delivery."""
    with warehouse.connect() as connection:
        connection.execute("truncate raw.spend_line, ops.rejected_line, ops.delivery, ops.source cascade")


def counts(warehouse: Warehouse) -> tuple[int, int]:
    """How many lines raw and how many rejected lines anybody sees."""
    with warehouse.connect() as connection:
        row = connection.execute(
            "select (select count(*) from raw.spend_line), (select count(*) from ops.rejected_line)"
        ).fetchone()
    assert row
    return int(row[0]), int(row[1])


def states(warehouse: Warehouse) -> list[tuple[str, str]]:
    """The files of the ledger with their states, in the order they came."""
    with warehouse.connect() as connection:
        return connection.execute("select file_name, state from ops.delivery order by delivery_id").fetchall()


def check_account(warehouse: Warehouse, settings: Settings) -> None:
    """See that ledger, lines and landing zone agree: nothing half, nothing unaccounted for, nothing lost."""
    with warehouse.connect() as connection:
        rows = connection.execute(
            """
            select
                state, sha256, lines_in, lines_loaded, lines_rejected, lines_skipped,
                amount_in_gbp, amount_loaded_gbp, amount_rejected_gbp,
                (select count(*) from raw.spend_line as line where line.delivery_id = delivery.delivery_id),
                (select count(distinct line_number) from raw.spend_line as line
                    where line.delivery_id = delivery.delivery_id),
                (select sum(amount_net_gbp) from raw.spend_line as line
                    where line.delivery_id = delivery.delivery_id),
                (select count(*) from ops.rejected_line as line where line.delivery_id = delivery.delivery_id)
            from ops.delivery order by delivery_id
            """
        ).fetchall()
        strays = connection.execute(
            """
            select
                (select count(*) from raw.spend_line where delivery_id not in (select delivery_id from ops.delivery)),
                (select count(*) from ops.rejected_line
                    where delivery_id not in (select delivery_id from ops.delivery))
            """
        ).fetchone()
    assert strays == (0, 0)
    for state, sha256, *account, line_count, different, pounds, rejected_count in rows:
        assert (sha256 is not None) or state in ("seen", "refused")
        if sha256:
            assert hashlib.sha256(landed_path(settings, sha256).read_bytes()).hexdigest() == sha256
        if state not in ("checking", "loaded", "held", "superseded"):
            assert (line_count, rejected_count) == (0, 0), state
            continue
        lines_in, loaded, rejected, skipped, pounds_in, pounds_loaded, pounds_rejected = account
        assert lines_in == loaded + rejected + skipped
        assert pounds_in == pounds_loaded + pounds_rejected
        assert (line_count, different, rejected_count) == (loaded, loaded, rejected)
        assert pounds == pounds_loaded
    for path in settings.landing.rglob("*"):
        # What is called by its SHA-256 is whole, whether the ledger knows of it yet or not.
        if path.is_file() and not path.name.endswith(".part"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def check_months(warehouse: Warehouse, settings: Settings, months: Sequence[Month]) -> None:
    """See that exactly these deliveries were taken in, each once, line by line and to the penny, and nothing else."""
    check_account(warehouse, settings)
    with warehouse.connect() as connection:
        ledger = connection.execute(
            """
            select delivery_id, file_name, sha256, lines_in, lines_loaded, lines_rejected, amount_in_gbp,
                amount_loaded_gbp, amount_rejected_gbp
            from ops.delivery where state in ('checking', 'loaded') order by file_name, delivery_id
            """
        ).fetchall()
        raw = connection.execute(
            """
            select delivery_id, line_number, supplier_name, supplier_ref, payment_date, amount_net_gbp
            from raw.spend_line order by delivery_id, line_number
            """
        ).fetchall()
        bad = connection.execute(
            "select delivery_id, line_number, reason_code from ops.rejected_line order by delivery_id, line_number"
        ).fetchall()
    expected = sorted(months, key=lambda one: one.name)
    assert [(name, sha256) for _, name, sha256, *_ in ledger] == [(one.name, one.sha256) for one in expected]
    for (number, _, _, *account), one in zip(ledger, expected, strict=True):
        lines_in = one.data.count(b"\n")
        pounds = (one.loaded_gbp + one.rejected_gbp, one.loaded_gbp, one.rejected_gbp)
        assert tuple(account) == (lines_in, len(one.loaded), len(one.rejected), *pounds)
        assert [line for delivery_id, *line in raw if delivery_id == number] == [[*line] for line in one.loaded]
        assert [tuple(line) for delivery_id, *line in bad if delivery_id == number] == one.rejected
    assert len(raw) == sum(len(one.loaded) for one in months)
    assert [*settings.landing.glob(".*.part")] == []
    landed = {path.name for path in settings.landing.rglob("*") if path.is_file()}
    assert landed >= {one.sha256 for one in months}
