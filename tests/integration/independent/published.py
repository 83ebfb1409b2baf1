"""The published tables, read as a stranger would: through the reader's role and plain SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.integration.independent.retention import CellKey

Row = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """The rows of the tables under comparison."""

    retention: dict[CellKey, Row]
    headline: list[Row]
    social_value: list[Row]
    participation: list[Row]
    source_files: dict[tuple[str, str], Row]


def read_published(url: str) -> Published:
    """Read the shared tables.

    Args:
        url: libpq address of the warehouse for a role that may read schema ``shared``.
    """
    with psycopg.connect(url, row_factory=dict_row) as connection:

        def table(name: str) -> list[Row]:
            return connection.execute(f"select * from shared.{name}").fetchall()

        return Published(
            retention={_cell_key(row): row for row in table("retention")},
            headline=table("headline"),
            social_value=table("social_value_partner"),
            participation=table("participation"),
            source_files={(row["source_id"], row["file_name"]): row for row in table("source_file")},
        )


def _cell_key(row: Row) -> CellKey:
    return CellKey(
        partner=row["partner_code"],
        year=row["financial_year"],
        quarter=row["quarter"],
        ring=row["ring"],
        scope=row["scope"],
        threshold_basis=row["threshold_basis"],
        location_basis=row["location_basis"],
        series=row["series"],
    )
