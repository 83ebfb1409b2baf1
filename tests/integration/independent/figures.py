"""A figure as two sums, so that several years add up to a ratio of sums and never to a mean of ratios."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from tests.integration.independent.facts import ALL

MONEY_MEASURES = frozenset(("S1", "S3", "S3b"))
PLAIN_RATIOS = frozenset(("W1", "W1v"))  # already in percent: a mean of weights, not a share


class FigureKey(NamedTuple):
    """Which figure: measure, partner (or ``all``), financial year, cohort (``all``, ``SME``, ``VCSE``)."""

    measure: str
    partner: str
    year: str
    cohort: str = ALL


class Figure(NamedTuple):
    """Numerator and denominator in pounds or as counts; money measures have no denominator."""

    numerator: Decimal
    denominator: Decimal | None


Figures = dict[FigureKey, Figure]


def add_up(figures: Figures, measure: str, partner: str, cohort: str, years: tuple[str, str | None]) -> Figure | None:
    """Sum a measure over a span of years (text order is time order); None when there is nothing to sum."""
    first, last = years
    found = [
        figure
        for key, figure in figures.items()
        if (key.measure, key.partner, key.cohort) == (measure, partner, cohort)
        and first <= key.year
        and (last is None or key.year <= last)
    ]
    return total(found) if found else None


def total(parts: Iterable[Figure]) -> Figure:
    """Add numerators to numerators and denominators to denominators."""
    numerator, denominator, has_denominator = Decimal(0), Decimal(0), False
    for part in parts:
        numerator += part.numerator
        if part.denominator is not None:
            denominator += part.denominator
            has_denominator = True
    return Figure(numerator, denominator if has_denominator else None)


def value(measure: str, figure: Figure) -> Decimal | None:
    """Give the figure itself: pounds, or percent; None where the denominator is not above nought."""
    if measure in MONEY_MEASURES:
        return figure.numerator
    if figure.denominator is None or figure.denominator <= 0:
        return None
    ratio = figure.numerator / figure.denominator
    return ratio if measure in PLAIN_RATIOS else 100 * ratio


def pounds(whole_pence: int) -> Decimal:
    """Turn pence into pounds, exactly."""
    return Decimal(whole_pence) / 100
