"""Alembic's entry: runs the versions on the connection that ``migrate`` opened."""

from alembic import context

from star_warehouse.database.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    version_table_schema="public",
)
context.run_migrations()
