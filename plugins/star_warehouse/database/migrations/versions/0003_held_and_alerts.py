"""Held deliveries, what people decide about them, readings anew, and alerts."""

from star_warehouse.database.statements import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0003_held_and_alerts.sql")
