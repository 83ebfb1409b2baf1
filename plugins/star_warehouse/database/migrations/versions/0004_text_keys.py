"""How texts are compared, as functions of the database."""

from star_warehouse.database.statements import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0004_text_keys.sql")
