"""Who is the same supplier: vendor records, decisions, suppliers and what became of them."""

from star_warehouse.database.statements import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the statements of this version."""
    run_sql("0005_suppliers.sql")
