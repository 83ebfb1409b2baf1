"""Social value of a few projects, worked out on paper."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.integration.independent.figures import FigureKey
from tests.integration.independent.portal import Delivered, Portal, ProjectShare, Target, read_portal
from tests.integration.independent.register import Contract, read_register
from tests.integration.independent.social_value import allocate, positions, social_value_figures

STOCKPORT, TRAFFORD = "Stockport  metropolitan borough Council", "Trafford Council"
AWARDED = dt.date(2020, 4, 1)


def _share(project: str, client: str, pct: str = "100", status: str = "Live", pence: int = 5_000_000) -> ProjectShare:
    return ProjectShare(project, client, Decimal(pct), status, pence, AWARDED, "2019")


@pytest.mark.parametrize(
    ("pence", "shares", "parts"),
    [
        (100, ["33.34", "33.33", "33.33"], [34, 33, 33]),
        (1, ["50", "50"], [0, 1]),
        (-1, ["50", "50"], [0, -1]),
        (101, ["40", "60"], [40, 61]),
        (5, ["50", "30", "20"], [2, 2, 1]),
        (7, ["100"], [7]),
    ],
)
def test_every_penny_is_allocated(pence: int, shares: list[str], parts: list[int]) -> None:
    assert allocate(pence, [Decimal(share) for share in shares]) == parts


def test_positions() -> None:
    portal = Portal(
        dt.date(2024, 3, 31),
        projects=[
            _share("P1", STOCKPORT, "60"),
            _share("P1", TRAFFORD, "40"),
            _share("P2", STOCKPORT, status="Tender"),
            _share("P3", STOCKPORT, pence=4_999_999),
            _share("P4", "Knowsley Metropolitan Borough Council"),  # not yet a member
            _share("P5", "Invented Combined Authority commission"),
        ],
        themes={("XT1", "2019"): "Jobs", ("XT2", "2019"): "Growth"},
        targets=[
            Target("P1", "Bid", "XT1", 9_000_000),
            Target("P1", "Award", "XT1", 1_000_000),
            Target("P1", "Variation", "XT2", -10_001),
            *(Target(project, "Award", "XT1", 1_000_000) for project in ("P2", "P3", "P4", "P5")),
        ],
        deliveries=[
            Delivered("P1", "XT1", dt.date(2024, 3, 31), 400_000, "Accepted"),
            Delivered("P1", "XT1", dt.date(2024, 4, 1), 400_000, "Accepted"),
            Delivered("P1", "XT1", dt.date(2023, 3, 31), 100_000, "Rejected"),
            *(Delivered("P1", "XT2", dt.date(2023, 3, 31), 1_000, state) for state in ("None", "Query", "Submitted")),
        ],
    )
    contracts = [
        Contract("C1", STOCKPORT, "Single award", AWARDED, 5_000_000),
        Contract("C2", STOCKPORT, "Framework agreement", AWARDED, 9_000_000),
        Contract("C3", STOCKPORT, "Multiple award", AWARDED, 4_999_999),
        Contract("C4", STOCKPORT, "Multiple award", AWARDED, 7_000_000),
        Contract("C5", "St. Helens Borough Council", "Single award", AWARDED, 7_000_000),
    ]
    found = positions(portal, contracts)
    stockport, everyone = found["stockport", "2020/21", "all"], found["all", "2020/21", "all"]
    assert {key[0] for key in found} == {"stockport", "trafford", "all"}
    assert (stockport.value, stockport.secured, stockport.validated) == (3_000_000, 600_000 - 6_001, 240_000)
    assert stockport.reported_not_validated == 1_800
    assert (stockport.register_value, stockport.register_contracts) == (12_000_000, 2)
    assert (everyone.value, everyone.secured, everyone.validated) == (5_000_000, 989_999, 400_000)
    assert everyone.projects == {"P1"}
    assert found["trafford", "2020/21", "Growth"].secured == -4_000
    figures = social_value_figures(found)
    assert figures[FigureKey("S2b", "stockport", "2020/21", "all")] == (Decimal("5939.99"), Decimal("120000.00"))
    assert figures[FigureKey("S4", "all", "2020/21", "all")] == (Decimal("4000.00"), Decimal("9899.99"))


def test_portal_export(tmp_path: Path) -> None:
    path = tmp_path / "social_value_portal_2024-03-31.xlsx"
    day = dt.date(2020, 4, 1)
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, (header, *rows) in {
        "Projects": [
            "Project ID|Project Name|Client|Client Share %|Supplier|Company No|Status|Contract Ref|Contract Value £|"
            "Award Date|Start Date|End Date|TOMs Set|TOMs Version",
            ["P1", "Invented", TRAFFORD, 100, "Invented", "ZZ1", "Live", "C1", 50000.0, day, day, day, "X", "2019"],
            ["P2", "Invented", TRAFFORD, 100, "Invented", "ZZ1", "Live", "C1", "n/k", day, day, day, "X", "2019"],
            ["Total", *[None] * 7, 50000.0],
        ],
        "Measures": [
            "Measure Code|TOMs Version|Theme|Outcome|Title|Unit|Value Type|Proxy £ (invented)",
            ["XT1", "2019", "Jobs", "O", "Invented", "hrs", "Monetised", 1.5],
        ],
        "Targets": [
            "Project ID|Supplier|Stage|Measure Code|Target Quantity|Target £|Recorded On",
            ["P1", "Invented", "Award", "XT1", 10, None, day],
        ],
        "Delivery": [
            "Project ID|Measure Code|Period Start|Period End|Reported Quantity|Reported £|Evidence Status|Reported On|"
            "Validated On",
            ["P1", "XT1", day, day, 1, 0.29, "Accepted", day, None],
        ],
    }.items():
        sheet = workbook.create_sheet(name)
        for row in (str(header).split("|"), *rows):
            sheet.append(row)
    workbook.save(path)
    portal, account = read_portal(path)
    assert portal.as_of == dt.date(2024, 3, 31)
    assert [share.project_id for share in portal.projects] == ["P1"]
    assert portal.targets[0].pence == 0
    assert portal.deliveries[0].pence == 29
    assert (account.lines_in, account.lines_loaded, account.lines_rejected, account.lines_skipped) == (10, 4, 1, 5)


def test_contracts_register(tmp_path: Path) -> None:
    path = tmp_path / "contracts_register_2024-03-31.csv"
    path.write_text(
        "\ufeffInvented register\nAs at 31 March 2024\n"
        "Contract Reference,Title,Council,Supplier,Company No,Type,Process,"
        "Award Date,Start Date,End Date,Value,SME,VCSE\n"
        'C1,Invented,Trafford Council,Invented,ZZ1,Single award,Open,03/04/2020,,,"£1,234,567.00",Yes,\n'
        "C2,Invented,Trafford Council,Invented,ZZ1,Single award,Open,03.04.2020,,,£1.00,Yes,\n",
        encoding="utf-8",
    )
    contracts, account = read_register(path)
    assert contracts == [Contract("C1", "Trafford Council", "Single award", dt.date(2020, 4, 3), 123456700)]
    assert (account.lines_in, account.lines_loaded, account.lines_rejected, account.lines_skipped) == (5, 1, 1, 3)
