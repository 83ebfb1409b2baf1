"""Figures as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from star_warehouse.local.headline_table import figure


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
