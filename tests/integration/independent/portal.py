"""Reads the Social Value Portal's export: projects by client, measures, targets and what was delivered."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.integration.independent.lines import FileAccount, Reject, Unreadable
from tests.integration.independent.records import is_blank, sheet_records
from tests.integration.independent.values import text, workbook_date, workbook_money, workbook_number

Row = dict[str, Any]


@dataclass(frozen=True)
class ProjectShare:
    """One client's share of a project; the contract value is the whole project's, in pence."""

    project_id: str
    client: str
    share_pct: Decimal
    status: str
    contract_pence: int | None
    award_date: dt.date | None
    toms_version: str | None


@dataclass(frozen=True)
class Target:
    """What was promised for one measure of a project at one stage; a variation may be negative."""

    project_id: str
    stage: str
    measure_code: str
    pence: int


@dataclass(frozen=True)
class Delivered:
    """What was reported for one measure of a project and period."""

    project_id: str
    measure_code: str
    period_end: dt.date
    pence: int
    evidence: str


@dataclass
class Portal:
    """One export: its date (the last day it covers) and its four sheets."""

    as_of: dt.date
    projects: list[ProjectShare] = field(default_factory=list)
    themes: dict[tuple[str, str | None], str] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    deliveries: list[Delivered] = field(default_factory=list)


def read_portal(path: Path) -> tuple[Portal, FileAccount]:
    """Read an export; the date in its name says up to when it speaks.

    Raises:
        ValueError: the name holds no date.
    """
    found = re.search(r"\d{4}-\d{2}-\d{2}", path.name)
    if found is None:
        raise ValueError(f"{path.name}: no date in the name")
    portal = Portal(dt.date.fromisoformat(found.group()))
    account = FileAccount("social_value_portal", path.name)
    for row in sheet_rows(path, "Projects", account, _project):
        portal.projects.append(row)
    for code, version, theme in sheet_rows(path, "Measures", account, _measure):
        portal.themes[code, version] = theme
    portal.targets.extend(sheet_rows(path, "Targets", account, _target))
    portal.deliveries.extend(sheet_rows(path, "Delivery", account, _delivered))
    return portal, account


def sheet_rows(path: Path, sheet: str, account: FileAccount, build: Callable[[Row], Any]) -> Iterator[Any]:
    """Yield what ``build`` makes of each row below the header; accounts for header, blank and totals rows."""
    header: list[str] = []
    for number, fields in sheet_records(path, sheet):
        account.lines_in += 1
        if number == 1:
            header = [str(name).strip() for name in fields if name is not None]
            account.lines_skipped += 1
        elif is_blank(fields) or str(fields[0] or "").strip().lower() == "total":
            account.lines_skipped += 1
        else:
            try:
                built = build(dict(zip(header, fields, strict=False)))
            except Unreadable as error:
                account.rejects.append(Reject(number, f"{sheet}: {error}"))
                continue
            account.lines_loaded += 1
            yield built


def needed(row: Row, column: str) -> str:
    """Give the text of a cell that must not be blank.

    Raises:
        Unreadable: the cell is blank.
    """
    found = text(row[column])
    if found is None:
        raise Unreadable(f"no {column}")
    return found


def _project(row: Row) -> ProjectShare:
    share = workbook_number(row["Client Share %"])
    if share is None:
        raise Unreadable("no share")
    workbook_date(row["Start Date"]), workbook_date(row["End Date"])  # a date that does not read rejects the row
    return ProjectShare(
        project_id=needed(row, "Project ID"),
        client=needed(row, "Client"),
        share_pct=share,
        status=needed(row, "Status"),
        contract_pence=workbook_money(row["Contract Value £"]),
        award_date=workbook_date(row["Award Date"]),
        toms_version=text(row["TOMs Version"]),
    )


def _measure(row: Row) -> tuple[str, str | None, str]:
    return needed(row, "Measure Code"), text(row["TOMs Version"]), needed(row, "Theme")


def _target(row: Row) -> Target:
    workbook_number(row["Target Quantity"]), workbook_date(row["Recorded On"])
    return Target(
        project_id=needed(row, "Project ID"),
        stage=needed(row, "Stage"),
        measure_code=needed(row, "Measure Code"),
        pence=workbook_money(row["Target £"]) or 0,
    )


def _delivered(row: Row) -> Delivered:
    end = workbook_date(row["Period End"])
    if end is None or workbook_date(row["Period Start"]) is None:
        raise Unreadable("no period")
    workbook_number(row["Reported Quantity"]), workbook_date(row["Reported On"]), workbook_date(row["Validated On"])
    return Delivered(
        project_id=needed(row, "Project ID"),
        measure_code=needed(row, "Measure Code"),
        period_end=end,
        pence=workbook_money(row["Reported £"]) or 0,
        evidence=needed(row, "Evidence Status"),
    )
