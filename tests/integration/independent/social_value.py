"""Social value (S1-S4): what was promised, at which contract value, and what was accepted as delivered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from tests.integration.independent.facts import ALL, PORTAL_THRESHOLD_PENCE, financial_year, partner_of
from tests.integration.independent.figures import Figure, FigureKey, Figures, pounds
from tests.integration.independent.portal import Portal, ProjectShare
from tests.integration.independent.register import Contract

_COUNTING_STATUS = frozenset(("awarded", "live", "closed"))
_COUNTING_STAGE = frozenset(("award", "variation"))


@dataclass
class Position:
    """Social value of one partner (or ``all``) for the contracts awarded in one year; money in pence.

    The position of a single theme holds the theme's social value only: contracts belong to no theme.
    """

    value: int = 0
    secured: int = 0
    validated: int = 0
    reported_not_validated: int = 0
    register_value: int = 0
    projects: set[str] = field(default_factory=set)
    register_contracts: int = 0


Positions = dict[tuple[str, str, str], Position]  # by partner, award year and theme (or ``all``)


def positions(portal: Portal, contracts: list[Contract]) -> Positions:
    """Sum the export and the register by partner, award year and theme, joint projects by their clients' shares."""
    found: Positions = defaultdict(Position)
    amounts = _amounts(portal)
    for shares in _counting_projects(portal):
        _add_project(found, shares, amounts[shares[0].project_id])
    for contract in contracts:
        if contract.is_framework or (contract.pence or 0) < PORTAL_THRESHOLD_PENCE:
            continue
        for position in _positions_of(found, contract.council, contract.award_date, ALL):
            position.register_value += contract.pence or 0
            position.register_contracts += 1
    return dict(found)


def social_value_figures(found: Positions) -> Figures:
    """Turn the positions into S1, S2, S2b, S3, S3b and S4."""
    figures: Figures = {}
    for (partner, year, theme), position in found.items():
        if theme != ALL:
            continue
        secured, validated = pounds(position.secured), pounds(position.validated)
        for measure, figure in (
            ("S1", Figure(secured, None)),
            ("S2", Figure(secured, pounds(position.value))),
            ("S2b", Figure(secured, pounds(position.register_value))),
            ("S3", Figure(validated, None)),
            ("S3b", Figure(pounds(position.reported_not_validated), None)),
            ("S4", Figure(validated, secured)),
        ):
            figures[FigureKey(measure, partner, year)] = figure
    return figures


def allocate(pence: int, shares: list[Decimal]) -> list[int]:
    """Split pence by percentages: each rounded half away from nought, the largest (the first of equals) takes the rest.

    Args:
        pence: the amount, of either sign.
        shares: percentages summing to 100.
    """
    parts = [int((pence * share / 100).quantize(Decimal(1), ROUND_HALF_UP)) for share in shares]
    parts[shares.index(max(shares))] += pence - sum(parts)
    return parts


def _counting_projects(portal: Portal) -> Iterator[list[ProjectShare]]:
    projects: dict[str, list[ProjectShare]] = defaultdict(list)
    for share in portal.projects:
        projects[share.project_id].append(share)
    for shares in projects.values():
        first = shares[0]
        if (
            first.status.lower() in _COUNTING_STATUS
            and first.award_date is not None
            and (first.contract_pence or 0) >= PORTAL_THRESHOLD_PENCE
        ):
            yield shares


class _Amount(NamedTuple):
    """One promised or reported amount of a project, in pence, with what it counts towards."""

    theme: str
    kind: str
    pence: int


def _amounts(portal: Portal) -> dict[str, list[_Amount]]:
    versions = {share.project_id: share.toms_version for share in portal.projects}

    def theme(project_id: str, measure_code: str) -> str:
        return portal.themes.get((measure_code, versions.get(project_id)), "")

    found: dict[str, list[_Amount]] = defaultdict(list)
    for target in portal.targets:
        if target.stage.lower() in _COUNTING_STAGE:
            found[target.project_id].append(
                _Amount(theme(target.project_id, target.measure_code), "secured", target.pence)
            )
    for entry in portal.deliveries:
        evidence = entry.evidence.lower()
        if entry.period_end <= portal.as_of and evidence != "rejected":
            kind = "validated" if evidence == "accepted" else "reported_not_validated"
            found[entry.project_id].append(_Amount(theme(entry.project_id, entry.measure_code), kind, entry.pence))
    return found


def _add_project(found: Positions, shares: list[ProjectShare], amounts: list[_Amount]) -> None:
    percentages = [share.share_pct for share in shares]
    for share, value in zip(shares, allocate(shares[0].contract_pence or 0, percentages), strict=True):
        for position in _positions_of(found, share.client, share.award_date, ALL):
            position.projects.add(share.project_id)
            position.value += value
    # Every single amount is split by itself, so that a part of a measure is a part of the whole as well.
    for amount in amounts:
        for share, part in zip(shares, allocate(amount.pence, percentages), strict=True):
            for theme in (ALL, amount.theme):
                for position in _positions_of(found, share.client, share.award_date, theme):
                    setattr(position, amount.kind, getattr(position, amount.kind) + part)


def _positions_of(found: Positions, client: str, award_date: dt.date | None, theme: str) -> list[Position]:
    """Give the partner's and the common position; none for a body that was no member on the award date."""
    partner = partner_of(client)
    if partner is None or award_date is None or not partner.is_member(award_date):
        return []
    year = financial_year(award_date)
    return [found[partner.code, year, theme], found[ALL, year, theme]]
