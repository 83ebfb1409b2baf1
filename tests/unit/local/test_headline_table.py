"""Figures as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from star_warehouse.local.headline_table import difference, figure


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("41.95"), "pct", "42.0 %"),
        (Decimal("11.449999"), "pct", "11.4 %"),
        (Decimal("-0.05"), "pct", "-0.1 %"),
        (Decimal("61949999.99"), "gbp", "£61.9m"),
        (Decimal("61950000.00"), "gbp", "£62.0m"),
        (None, "pct", "–"),
    ],
)
def test_one_decimal_half_up_and_a_dash_for_what_is_not_known(value: Decimal | None, unit: str, text: str) -> None:
    assert figure(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("2080000"), "gbp", "+£2.1m"),
        (Decimal("-0.45"), "pct", "−0.5 points"),
        (Decimal("-0.04"), "pct", "0.0 points"),
        (None, "gbp", "–"),
    ],
)
def test_differences_of_percentages_are_points(value: Decimal | None, unit: str, text: str) -> None:
    assert difference(value, unit) == text
