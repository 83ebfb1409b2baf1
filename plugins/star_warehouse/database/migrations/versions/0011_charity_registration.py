"""The day on which a charity was registered."""

from star_warehouse.database.statements import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0011_charity_registration.sql")
