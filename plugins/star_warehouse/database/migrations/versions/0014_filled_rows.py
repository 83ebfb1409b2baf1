"""How many rows of a delivery were short and read with blank last cells."""

from star_warehouse.database.statements import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0014_filled_rows.sql")
