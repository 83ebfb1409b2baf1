"""Two years of Trafford Council's published ledger, month by month through the checks at the door: no false alarm.

And the same months with a fault each, which are caught. The files are not part of the repository: without them the
tests are skipped. Here the deliveries are taken in and judged without Airflow, in a database of the tests' own.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.quality import DeliveryVerdict, check_deliveries
from star_warehouse.receive import take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import declare
from tests.realdata import REAL_DATA
from tests.settling import settle

FOLDER = REAL_DATA / "trafford"
FILES = [FOLDER / f"trafford-supplier-spend-{year}.zip" for year in ("2024-25", "2025-26")]

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in FILES),
    reason=f"the published ledger of Trafford Council is not at {FOLDER}",
)

MONTHLY = """\
id: monthly
title: Trafford Council, the published ledger by month
kind: spend
partner: trafford
extract: published
vat_basis: net
accepts: {from: 2024-04-01}
file_name:
  pattern: 'ledger-(?P<year>\\d{4})-(?P<month>\\d{2})( .*)?\\.csv'
  example: ledger-2024-04.csv
cadence: {every: month, late_after_days: 20}
format: {type: csv, delimiter: ','}
date_formats: ['%Y-%m-%d']
null_tokens: [NA]
tolerance: {rejected_pct: 1}
tables:
  spend_line:
    columns:
      organisation: [OrganisationLabel]
      department: [OrganisationalUnit]
      supplier_name: [BeneficiaryName]
      supplier_ref: [BeneficiaryOtherID]
      payment_date: [PaymentDate]
      transaction_number: [TransactionNumber]
      invoice_number: [InvoiceNumber]
      amount_net_gbp: [Amount]
      purpose: [Purpose]
      category_label: [ProclassLabel]
      category_code: [ProclassCode]
"""
YEARLY = (
    MONTHLY.replace("id: monthly", "id: yearly")
    .replace("(?P<year>\\d{4})-(?P<month>\\d{2})( .*)?", "(?P<year_start>\\d{4})-(?P<year_end>\\d{2})( .*)?")
    .replace("ledger-2024-04.csv", "ledger-2024-25.csv")
    .replace("every: month", "every: year")
)

Fault = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Judged:
    """What became of the files of one source."""

    refused_at_intake: list[str]
    verdicts: dict[str, DeliveryVerdict]


@dataclass(frozen=True)
class Office:
    """A home folder and a warehouse, and the ways of a delivery through them."""

    settings: Settings
    warehouse: Warehouse

    def take(self, source: Source, files: dict[str, pl.DataFrame]) -> Judged:
        """Deliver files, take them in, and judge all that waits at once; none is settled."""
        inbox = self.settings.inbox / source.id
        inbox.mkdir(parents=True, exist_ok=True)
        for name, lines in files.items():
            lines.write_csv(inbox / name)
        report = take_in(source, self.settings, self.warehouse, "run")
        waiting = pending_deliveries(self.warehouse, source.id)
        return Judged([str(refusal) for refusal in report.refusals], self.judge(source, waiting))

    def judge(self, source: Source, delivery_ids: list[int]) -> dict[str, DeliveryVerdict]:
        """What the checks say of deliveries, by file name."""
        verdicts = check_deliveries(self.warehouse, self.settings, source, delivery_ids, "run")
        with self.warehouse.connect() as connection:
            names = dict(connection.execute("select delivery_id, file_name from ops.delivery").fetchall())
        return {names[delivery_id]: verdict for delivery_id, verdict in verdicts.items()}


@pytest.fixture(scope="module")
def months() -> dict[str, pl.DataFrame]:
    """The lines of each month of payment as they are written, in the order of the file."""
    frames = []
    for path in FILES:
        with zipfile.ZipFile(path) as archive:
            frames.append(pl.read_csv(archive.read(archive.namelist()[0]), infer_schema=False))
    lines = pl.concat(frames).with_columns(pl.col("PaymentDate").str.slice(0, 7).alias("month"))
    parts = lines.partition_by("month", as_dict=True, maintain_order=True, include_key=False)
    found = {str(key[0]): part for key, part in parts.items()}
    assert len(found) == 24
    return dict(sorted(found.items()))


@pytest.fixture(scope="module")
def office(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(replace(Settings.from_environment({}), home=tmp_path_factory.mktemp("home")), module_warehouse)


@pytest.fixture(scope="module")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return declare(tmp_path_factory.mktemp("sources"), MONTHLY)


@pytest.fixture(scope="module")
def first_batch(office: Office, monthly: Source, months: dict[str, pl.DataFrame]) -> Judged:
    """All months as they are, waiting together as on a first run."""
    return office.take(monthly, {f"ledger-{month}.csv": lines for month, lines in months.items()})


@pytest.fixture(scope="module")
def in_turn(office: Office, monthly: Source, first_batch: Judged) -> dict[str, DeliveryVerdict]:
    """The same months, half a year at a time judged by what is current before them, and made current."""
    verdicts: dict[str, DeliveryVerdict] = {}
    for _ in range(4):
        waiting = pending_deliveries(office.warehouse, monthly.id)[:6]
        verdicts |= office.judge(monthly, waiting)
        for delivery_id in waiting:
            settle(office.warehouse, delivery_id, "accept")
    return verdicts


def test_the_real_months_pass_in_one_batch(first_batch: Judged) -> None:
    assert first_batch.refused_at_intake == []
    assert Counter(verdict.outcome for verdict in first_batch.verdicts.values()) == {"accept": 24}


def test_the_real_months_pass_in_turn(in_turn: dict[str, DeliveryVerdict]) -> None:
    assert Counter(verdict.outcome for verdict in in_turn.values()) == {"accept": 24}


def doubled(lines: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([lines, lines])


def upper_half(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.head(lines.height // 2)


def every_other(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.gather_every(2)


def written_as(change: pl.Expr) -> Fault:
    return lambda lines: lines.with_columns(change)


def given_out_anew(lines: pl.DataFrame) -> pl.DataFrame:
    """Each supplier's number is that of the next one now."""
    numbers = lines["BeneficiaryOtherID"].unique().sort().to_list()
    return lines.with_columns(pl.col("BeneficiaryOtherID").replace_strict(numbers, [*numbers[1:], numbers[0]]))


amount = pl.col("Amount")
# The published amounts have two decimals each, so without the point they are pence.
no_point = written_as(amount.str.replace(".", "", literal=True))
in_pence = written_as(amount.str.replace(".", "", literal=True) + ".00")
turned = written_as(
    pl.when(amount.str.starts_with("-")).then(amount.str.strip_prefix("-")).otherwise("-" + amount).alias("Amount")
)
redacted = written_as(pl.lit("REDACTED PERSONAL DATA").alias("BeneficiaryName"))
otherwise_numbered = written_as(pl.concat_str(pl.lit("0"), "BeneficiaryOtherID").alias("BeneficiaryOtherID"))
purposeless = written_as(pl.lit("").alias("Purpose"))

# A usual month (£41.6m), the lowest (£33.9m, its lines by date) and the highest (£79.9m).
FAULTS = [
    ("2025-10", "doubled", doubled, "refuse", "stand there an even number of times"),
    ("2025-02", "doubled", doubled, "refuse", "stand there an even number of times"),
    ("2025-10", "upper half", upper_half, "hold", "19,037 usually → 8,332 now"),
    ("2025-02", "upper half", upper_half, "hold", "days on end in 2025-02"),
    ("2025-11", "upper half", upper_half, "hold", "usually → 8,775 now"),
    ("2025-10", "every other line", every_other, "hold", "£50,184,052.13 usually → £22,071,116.75 now"),
    ("2025-10", "in pence", in_pence, "refuse", "times the usual ones"),
    ("2025-11", "in pence", in_pence, "refuse", "times the usual ones"),
    ("2025-10", "no decimal point", no_point, "refuse", "times the usual ones"),
    ("2025-10", "signs turned", turned, "refuse", "of the lines are negative"),
    ("2025-10", "all redacted", redacted, "hold", "100.0 % of the pounds are redacted"),
    ("2025-10", "numbers given out anew", given_out_anew, "hold", "have a new name in 2025-10"),
    ("2025-10", "numbers written otherwise", otherwise_numbered, "hold", "never paid before"),
    ("2025-10", "purpose gone", purposeless, "hold", "Purpose (2025-10) went blank"),
]


@pytest.fixture(scope="module")
def faulty(
    office: Office, monthly: Source, months: dict[str, pl.DataFrame], in_turn: dict[str, DeliveryVerdict]
) -> Judged:
    """Deliveries with a fault each, for months that are current, judged together."""
    files = {f"ledger-{month} {name}.csv": fault(months[month]) for month, name, fault, _, _ in FAULTS}
    # Another month's file under this one's name, and the month before appended.
    files["ledger-2025-10 is July.csv"] = months["2025-07"][1:]
    files["ledger-2025-10 and the month before.csv"] = pl.concat([months["2025-09"], months["2025-10"]])
    return office.take(monthly, files)


@pytest.mark.parametrize(
    ("month", "name", "outcome", "says"),
    [(month, name, outcome, says) for month, name, _, outcome, says in FAULTS],
    ids=[f"{month} {name}" for month, name, *_ in FAULTS],
)
def test_a_fault_in_a_real_month_is_caught(faulty: Judged, month: str, name: str, outcome: str, says: str) -> None:
    verdict = faulty.verdicts[f"ledger-{month} {name}.csv"]
    assert verdict.outcome == outcome, verdict
    assert says in str(verdict.reason)


@pytest.mark.parametrize("name", ["is July", "and the month before"])
def test_lines_of_another_month_refuse_the_file_while_it_is_read(faulty: Judged, name: str) -> None:
    (refusal,) = [one for one in faulty.refused_at_intake if name in one]
    assert "outside the delivery's period 2025-10" in refusal


def test_a_month_appended_twice_to_the_file_of_a_year(
    office: Office, tmp_path: Path, months: dict[str, pl.DataFrame]
) -> None:
    """Judged by the months inside it: the year itself grows by a twelfth only."""
    source = declare(tmp_path, YEARLY)
    # Every other line, to be quicker.
    halves = {month: every_other(lines) for month, lines in months.items() if month < "2025-04"}
    year = pl.concat(halves.values())
    files = {"ledger-2024-25.csv": year, "ledger-2024-25 again.csv": pl.concat([year, halves["2024-10"]])}
    verdicts = office.take(source, files).verdicts
    assert verdicts["ledger-2024-25.csv"].outcome == "accept", verdicts
    assert verdicts["ledger-2024-25 again.csv"].outcome == "refuse"
    said = str(verdicts["ledger-2024-25 again.csv"].reason)
    assert "of the lines of 2024-10 stand there an even number of times" in said


def test_a_rule_of_ten_per_cent_would_cry_wolf(months: dict[str, pl.DataFrame]) -> None:
    """Why the band is learned: against the month before, ten per cent stop more than half of these sound months."""
    totals = [sum(map(Decimal, lines["Amount"]), Decimal(0)) for lines in months.values()]
    alarms = sum(not Decimal("0.9") <= later / earlier <= Decimal("1.1") for earlier, later in pairwise(totals))
    assert (min(totals), max(totals)) == (Decimal("33945521.68"), Decimal("79896121.25"))
    assert alarms > 23 / 2
