"""Evaluation weights (W1, W1v, W2) and the part small firms and the voluntary sector take in bidding (B1-B3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from tests.integration.independent.facts import ALL, WEIGHT_THRESHOLD_PENCE, financial_year, partner_of
from tests.integration.independent.figures import Figure, FigureKey, Figures, pounds
from tests.integration.independent.tenders import Bid, Lot

COHORTS = ("SME", "VCSE")
_COMPLIANT = frozenset(("submitted", "evaluated", "awarded"))
_SME_SIZES = frozenset(("micro", "small", "medium"))


@dataclass
class Participation:
    """Bids and wins of one partner, award year and cohort."""

    bids: int = 0
    known_bids: int = 0
    cohort_bids: int = 0
    wins: int = 0
    known_wins: int = 0
    cohort_wins: int = 0


Participations = dict[tuple[str, str, str], Participation]


def weight_figures(lots: list[Lot]) -> Figures:
    """Compute W1, W1v and W2 over awarded, competed lots of £25,000 or more that state a weight."""
    weights: dict[tuple[str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for lot in lots:
        place = _place(lot)
        if (
            place is not None
            and lot.procedure.lower() != "direct award"
            and (lot.pence or 0) >= WEIGHT_THRESHOLD_PENCE
            and lot.social_value_weight is not None
        ):
            for partner in (place[0], ALL):
                weights[partner, place[1]].append((lot.social_value_weight, pounds(lot.pence or 0)))
    figures: Figures = {}
    for (partner, year), found in weights.items():
        count = Decimal(len(found))
        figures[FigureKey("W1", partner, year)] = Figure(sum((w for w, _ in found), Decimal(0)), count)
        figures[FigureKey("W1v", partner, year)] = Figure(
            sum((w * value for w, value in found), Decimal(0)), sum((value for _, value in found), Decimal(0))
        )
        figures[FigureKey("W2", partner, year)] = Figure(Decimal(sum(w >= 20 for w, _ in found)), count)
    return figures


def participations(lots: list[Lot], bids: list[Bid]) -> Participations:
    """Count compliant bids on awarded lots, and those that won, by partner, award year and cohort.

    Raises:
        ValueError: two lots carry the same reference and number, so that bids belong to neither for certain.
    """
    repeated = [key for key, count in Counter(lot.key for lot in lots).items() if count > 1]
    if repeated:
        raise ValueError(f"lots with the same reference and number: {repeated}")
    places = {lot.key: place for lot in lots if (place := _place(lot)) is not None}
    found: Participations = defaultdict(Participation)
    for bid in bids:
        place = places.get(bid.lot)
        if place is None or bid.stage.lower() not in _COMPLIANT:
            continue
        for cohort in COHORTS:
            is_cohort = _is_of(cohort, bid)
            has_won = (bid.outcome or "").lower() == "won"
            for partner in (place[0], ALL):
                row = found[partner, place[1], cohort]
                row.bids += 1
                row.known_bids += is_cohort is not None
                row.cohort_bids += is_cohort is True
                row.wins += has_won
                row.known_wins += has_won and is_cohort is not None
                row.cohort_wins += has_won and is_cohort is True
    return dict(found)


def participation_figures(found: Participations) -> Figures:
    """Turn the counts into B1, B2 and B3."""
    figures: Figures = {}
    for (partner, year, cohort), row in found.items():
        for measure, numerator, denominator in (
            ("B1", row.cohort_bids, row.known_bids),
            ("B2", row.cohort_wins, row.known_wins),
            ("B3", row.cohort_wins, row.cohort_bids),
        ):
            figures[FigureKey(measure, partner, year, cohort)] = Figure(Decimal(numerator), Decimal(denominator))
    return figures


def _place(lot: Lot) -> tuple[str, str] | None:
    """Give partner and award year of an awarded lot; None when the buyer was no member on that day."""
    partner = partner_of(lot.buyer)
    if lot.status.lower() != "awarded" or partner is None or lot.award_date is None:
        return None
    return (partner.code, financial_year(lot.award_date)) if partner.is_member(lot.award_date) else None


def _is_of(cohort: str, bid: Bid) -> bool | None:
    if cohort == "SME":
        return None if bid.size is None else bid.size.lower() in _SME_SIZES
    return None if bid.vcse is None else bid.vcse.upper() == "Y"
