"""Weights and participation of a few lots, worked out on paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.integration.independent.competition import participation_figures, participations, weight_figures
from tests.integration.independent.figures import FigureKey
from tests.integration.independent.tenders import Bid, Lot

LOT = Lot(("DN1", "1"), "Rochdale Borough Council", "Open", "Awarded", dt.date(2020, 5, 1), 2_500_000, Decimal("10"))
BID = Bid(LOT.key, "Small", "N", "Evaluated", "Lost")


def test_weights() -> None:
    figures = weight_figures(
        [
            LOT,
            replace(LOT, pence=7_500_000, social_value_weight=Decimal("20")),
            replace(LOT, pence=2_499_999),
            replace(LOT, procedure="Direct award"),
            replace(LOT, status="Cancelled"),
            replace(LOT, social_value_weight=None),
            replace(LOT, buyer="NHS Trafford CCG", award_date=dt.date(2022, 7, 1)),
        ]
    )
    assert {key[:3] for key in figures} == {
        (measure, partner, "2020/21") for measure in ("W1", "W1v", "W2") for partner in ("rochdale", "all")
    }
    assert figures[FigureKey("W1", "all", "2020/21", "all")] == (Decimal(30), Decimal(2))
    assert figures[FigureKey("W1v", "all", "2020/21", "all")] == (Decimal(1_750_000), Decimal(100_000))
    assert figures[FigureKey("W2", "rochdale", "2020/21", "all")] == (Decimal(1), Decimal(2))


def test_participation() -> None:
    open_lot = replace(LOT, key=("DN2", "1"), status="Open", award_date=None)
    found = participations(
        [LOT, open_lot],
        [
            BID,
            replace(BID, size="Large", vcse="Y", stage="Awarded", outcome="Won"),
            replace(BID, size=None, vcse=None, stage="Submitted"),
            replace(BID, stage="EOI", outcome=None),
            replace(BID, stage="Disqualified"),
            replace(BID, lot=open_lot.key),
        ],
    )
    figures = participation_figures(found)
    assert figures[FigureKey("B1", "rochdale", "2020/21", "SME")] == (Decimal(1), Decimal(2))
    assert figures[FigureKey("B2", "rochdale", "2020/21", "SME")] == (Decimal(0), Decimal(1))
    assert figures[FigureKey("B2", "all", "2020/21", "VCSE")] == (Decimal(1), Decimal(1))
    assert figures[FigureKey("B3", "all", "2020/21", "VCSE")] == (Decimal(1), Decimal(1))
    assert found["all", "2020/21", "SME"].bids == 3


def test_bids_of_an_ambiguous_lot_are_refused() -> None:
    with pytest.raises(ValueError, match="DN1"):
        participations([LOT, LOT], [BID])
