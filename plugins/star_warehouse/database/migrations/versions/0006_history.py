"""What a release was made from: suppliers as they stood, versions of reference data and rules."""

from star_warehouse.database.statements import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0006_history.sql")
