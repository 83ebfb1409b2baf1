"""How a body writes pounds: where the minus stands, what else is there; enough to describe them, never to load them."""

from __future__ import annotations

import re
from decimal import Decimal

_AMOUNT = re.compile(
    r"(?P<open>\()?\s?(?P<before>[-−])?\s?£?\s?(?P<after>[-−])?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+|\d+\.)\s?(?P<trailing>[-−]|CR|DR)?(?P<close>\))?",
    re.IGNORECASE,
)
STYLES = {
    "leading": "with a minus in front",
    "trailing": "with a minus behind",
    "brackets": "in brackets",
    "cr": "marked CR",
}


def read_pounds(text: str) -> Decimal | None:
    """The pounds that a text seems to say, or None."""
    if (match := _AMOUNT.fullmatch(text.strip())) is None or bool(match["open"]) != bool(match["close"]):
        return None
    value = Decimal(match["number"].replace(",", ""))
    return -value if negative_style(text) else value


def negative_style(text: str) -> str | None:
    """How a text says that it is negative: a key of ``STYLES``, or None."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    if match["open"]:
        return "brackets"
    if match["before"] or match["after"]:
        return "leading"
    mark = (match["trailing"] or "").upper()
    return {"CR": "cr", "": None, "DR": None}.get(mark, "trailing")
