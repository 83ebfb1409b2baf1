"""How figures of a check are written for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_EXAMPLES = 3


def figure(column: str | None, value: object) -> str | None:
    """Write a figure in the unit that its column's name ends in; None for a figure that does not apply.

    Args:
        column: name of the column, such as ``redacted_amount_share``, ``amount_gbp`` or ``lines_deviation`` (by how
            many of its usual spreads a figure differs from the usual one).
        value: the figure: whole number, ratio as float, money as Decimal.
    """
    if value is None or value != value:
        return None
    name = column or ""
    if name.endswith("_gbp") and isinstance(value, (int, float, Decimal)):
        return f"−£{-value:,.2f}" if value < 0 else f"£{value:,.2f}"
    if name.endswith("_share") and isinstance(value, (int, float, Decimal)):
        return f"{100 * value:.1f} %"
    if name.endswith(("_ratio", "_pct", "_deviation")) and isinstance(value, (int, float, Decimal)):
        return f"{value:.2f}"
    if isinstance(value, (int, float)) and value == int(value):
        return f"{int(value):,}"
    return str(value)


def limits(column: str | None, arguments: Mapping[str, Any]) -> str | None:
    """Write what an expectation allows, from its arguments; None where its message says it."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is not None and low == high:
        return figure(column, low)
    parts = []
    if low is not None:
        parts.append(f"{'more than' if arguments.get('strict_min') else 'at least'} {figure(column, low)}")
    if high is not None:
        parts.append(f"{'less than' if arguments.get('strict_max') else 'at most'} {figure(column, high)}")
    if "value_set" in arguments:
        parts.append(", ".join(str(value) for value in arguments["value_set"]))
    return " and ".join(parts) or None


def examples(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Write the first of the rows that a query found, as ``column value`` pairs; None when it found none."""
    written = [
        " ".join(f"{column} {value}" for column, value in row.items() if value is not None) for row in rows[:_EXAMPLES]
    ]
    return "; ".join(written) or None


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
