"""What the versions of the migrations have in common."""

from __future__ import annotations

from pathlib import Path

from alembic import op

_SQL = Path(__file__).parent / "migrations" / "sql"


def run_sql(file_name: str) -> None:
    """Run a file of ``migrations/sql`` in the migration's transaction."""
    driver = op.get_bind().connection.dbapi_connection
    if driver is None:
        raise RuntimeError("the migration has no connection")
    # Past SQLAlchemy, which would look for parameters in the text.
    driver.cursor().execute((_SQL / file_name).read_text(encoding="utf-8"))
