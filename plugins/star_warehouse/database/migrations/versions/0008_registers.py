"""The registers of companies and charities as deliveries."""

from star_warehouse.database.statements import run_sql

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0008_registers.sql")
