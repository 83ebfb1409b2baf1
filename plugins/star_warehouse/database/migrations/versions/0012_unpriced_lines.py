"""How many rejected lines of a delivery no sum of pounds holds."""

from star_warehouse.database.statements import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0012_unpriced_lines.sql")
