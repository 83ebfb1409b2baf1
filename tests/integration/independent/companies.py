"""Company numbers as one text each, however they are written."""

from __future__ import annotations


def company_key(number: str) -> str:
    """Write a company number with eight signs: the letters first, zeros between them and what follows."""
    written = "".join(number.upper().split())
    letters = written[:2] if written[:2].isalpha() and written[2:3].isdigit() else ""
    return letters + written.removeprefix(letters).rjust(8 - len(letters), "0")
