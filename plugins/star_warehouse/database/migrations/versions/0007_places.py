"""Postcodes with look-alike letters and digits put right; the directory a release was made with."""

from star_warehouse.database.statements import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0007_places.sql")
