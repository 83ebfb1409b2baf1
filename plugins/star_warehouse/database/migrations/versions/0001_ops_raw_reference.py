"""The ledger, the lines as read, and reference data."""

from star_warehouse.database.statements import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0001_ops_raw_reference.sql")
