"""How many rows of a delivery were short and read with blank last cells."""

from star_warehouse.database.statements import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0013_filled_rows.sql")
