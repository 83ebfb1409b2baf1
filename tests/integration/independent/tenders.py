"""Reads the tenders: lots with their evaluation weights, and who took part in each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.integration.independent.lines import FileAccount
from tests.integration.independent.portal import Row, needed, sheet_rows
from tests.integration.independent.values import text, workbook_date, workbook_money, workbook_number


@dataclass(frozen=True)
class Lot:
    """One lot of an opportunity; money in pence, the weight in percent of the evaluation."""

    key: tuple[str, str]
    buyer: str
    procedure: str
    status: str
    award_date: dt.date | None
    pence: int | None
    social_value_weight: Decimal | None


@dataclass(frozen=True)
class Bid:
    """One bidder's part in one lot, whatever its stage."""

    lot: tuple[str, str]
    size: str | None
    vcse: str | None
    stage: str
    outcome: str | None


def read_tenders(path: Path) -> tuple[list[Lot], list[Bid], FileAccount]:
    """Read both sheets and account for every row of the workbook."""
    account = FileAccount("tenders", path.name)
    lots = list(sheet_rows(path, "Lots", account, _lot))
    bids = list(sheet_rows(path, "Bids", account, _bid))
    return lots, bids, account


def _key(row: Row) -> tuple[str, str]:
    return needed(row, "Opportunity Ref"), needed(row, "Lot")


def _lot(row: Row) -> Lot:
    workbook_number(row["Price %"]), workbook_number(row["Quality %"])  # a number that does not read rejects the row
    return Lot(
        key=_key(row),
        buyer=needed(row, "Buyer"),
        procedure=text(row["Procedure"]) or "",
        status=needed(row, "Status"),
        award_date=workbook_date(row["Award Date"]),
        pence=workbook_money(row["Lot Value £"]),
        social_value_weight=workbook_number(row["Social Value %"]),
    )


def _bid(row: Row) -> Bid:
    workbook_money(row["Bid Value £"])
    return Bid(
        lot=_key(row),
        size=text(row["Size"]),
        vcse=text(row["VCSE"]),
        stage=needed(row, "Stage"),
        outcome=text(row["Outcome"]),
    )
