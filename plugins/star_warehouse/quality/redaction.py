"""The spellings of a withheld name, as the project's own seed lists them."""

from __future__ import annotations

import csv

from star_warehouse.settings import Settings


def redaction_pattern(settings: Settings) -> str:
    """One regular expression that finds any of them, for PostgreSQL, in a name that is squeezed, case ignored.

    From the seed itself: its table is not there before the first release.
    """
    path = settings.dbt_project / "seeds" / "rules" / "redaction_token.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return "|".join(f"({row['pattern']})" for row in csv.DictReader(stream))
