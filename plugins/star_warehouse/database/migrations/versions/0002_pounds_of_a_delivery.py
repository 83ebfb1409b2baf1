"""The pounds of a delivery in the ledger, and lines that load without a check for each."""

from star_warehouse.database.statements import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0002_pounds_of_a_delivery.sql")
