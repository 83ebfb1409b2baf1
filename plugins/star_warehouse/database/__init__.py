"""The warehouse's PostgreSQL: connections, migrations of its own tables, roles."""

from star_warehouse.database.locks import Lock, held_if_free
from star_warehouse.database.migrate import MIGRATIONS, is_migrated, migrate
from star_warehouse.database.roles import SHARED_READER, ensure_shared_reader, grant_shared_reader
from star_warehouse.database.warehouse import SECRETS_FILE, Warehouse, WarehouseLost, warehouse_from

__all__ = [
    "MIGRATIONS",
    "SECRETS_FILE",
    "SHARED_READER",
    "Lock",
    "Warehouse",
    "WarehouseLost",
    "ensure_shared_reader",
    "grant_shared_reader",
    "held_if_free",
    "is_migrated",
    "migrate",
    "warehouse_from",
]
