"""What each matching of suppliers was made from, so that one from the same need not be made again."""

from star_warehouse.database.statements import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0009_matchings.sql")
