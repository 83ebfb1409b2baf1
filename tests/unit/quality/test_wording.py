"""Figures as people read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from star_warehouse.quality.wording import examples, figure, limits, sentence


@pytest.mark.parametrize(
    ("column", "value", "written"),
    [
        ("amount_gbp", Decimal("-1234.50"), "−£1,234.50"),
        ("amount_gbp", Decimal("0.00"), "£0.00"),
        ("redacted_amount_share", 0.1234, "12.3 %"),
        ("gross_to_net_ratio", 1.2, "1.20"),
        ("lines_deviation", -3.4657, "-3.47"),
        ("lines_count", 210068, "210,068"),
        ("lines_count", 3.0, "3"),
        ("lines_count", None, None),
        ("lines_count", float("nan"), None),
        ("highest_social_value_weight_pct", 20.0, "20.00"),
        (None, "Town", "Town"),
    ],
)
def test_a_figure_in_its_unit(column: str | None, value: object, written: str | None) -> None:
    assert figure(column, value) == written


@pytest.mark.parametrize(
    ("column", "arguments", "written"),
    [
        ("lines_count", {"min_value": 1}, "at least 1"),
        ("lines_count", {"min_value": 0, "max_value": 0}, "0"),
        ("amount_gbp", {"min_value": 0, "strict_min": True}, "more than £0.00"),
        ("negative_lines_share", {"max_value": 0.5}, "at most 50.0 %"),
        ("gross_to_net_ratio", {"min_value": 1, "max_value": 1.21}, "at least 1.00 and at most 1.21"),
        ("table_name", {"value_set": ["a", "b"]}, "a, b"),
        (None, {"unexpected_rows_query": "select 1"}, None),
    ],
)
def test_what_is_allowed(column: str | None, arguments: dict[str, Any], written: str | None) -> None:
    assert limits(column, arguments) == written


def test_examples_are_the_first_three_rows() -> None:
    rows = [{"partner_code": "town", "coverage_pct": number, "quarter": None} for number in range(5)]
    assert examples(rows) == (
        "partner_code town coverage_pct 0; partner_code town coverage_pct 1; partner_code town coverage_pct 2"
    )
    assert examples([]) is None


@pytest.mark.parametrize(("text", "written"), [(" it is wrong ", "It is wrong."), ("Is it?", "Is it?"), ("£5.", "£5.")])
def test_a_sentence(text: str, written: str) -> None:
    assert sentence(text) == written
