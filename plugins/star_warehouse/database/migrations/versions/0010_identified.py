"""Whom a person identifies behind a vendor record, and the question who somebody is."""

from star_warehouse.database.statements import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0010_identified.sql")
