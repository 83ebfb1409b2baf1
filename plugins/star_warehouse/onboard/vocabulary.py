"""What bodies call the columns: headers of declarations, schemas and systems, each with the column it stands for."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from star_warehouse.sources import ENTITIES

_SYNONYMS = Path(__file__).with_name("synonyms.csv")
_RESEMBLES = 0.86


@dataclass(frozen=True)
class Meaning:
    """What a header may stand for.

    Attributes:
        column: the column of the raw table.
        rank: the lower, the better a name of that column it is.
        doubt: why it may stand for something else, or an empty text.
    """

    column: str
    rank: int
    doubt: str


def header_key(header: str) -> str:
    """What two spellings of one header have in common: ``Supplier Name``, ``SUPPLIER_NAME`` and ``SupplierName``."""
    return re.sub(r"[^a-z0-9%]", "", header.casefold())


def squeezed(header: str) -> str:
    """A header as the reader compares it: without case and superfluous blanks."""
    return " ".join(header.split()).casefold()


@cache
def synonyms() -> dict[str, dict[str, Meaning]]:
    """For each raw table, the headers known, by their key."""
    known: dict[str, dict[str, Meaning]] = {entity: {} for entity in ENTITIES}
    with _SYNONYMS.open(encoding="utf-8", newline="") as file:
        for rank, row in enumerate(csv.DictReader(file)):
            known[row["entity"]][header_key(row["header"])] = Meaning(row["column"], rank, row["doubt"])
    return known


def meaning_of(entity: str, header: str) -> Meaning | None:
    """What a header stands for in a table, or None when the vocabulary does not have it."""
    return synonyms()[entity].get(header_key(header))


def resembling(entity: str, header: str) -> Meaning | None:
    """What a header that the vocabulary does not have stands for if it is a known one misspelt."""
    known = synonyms()[entity]
    key = header_key(header)
    close = difflib.get_close_matches(key, known, n=1, cutoff=_RESEMBLES) if len(key) > 4 else []
    return known[close[0]] if close else None
