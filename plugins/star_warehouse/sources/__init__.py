"""The feeds: the strict schema of ``dags/sources/*.yml`` and what a feed can deliver."""

from star_warehouse.sources.catalogue import load_sources
from star_warehouse.sources.dates import date_pattern
from star_warehouse.sources.declaration import read_declaration
from star_warehouse.sources.entities import ENTITIES, ENTITIES_OF_KIND, ColumnType, Entity
from star_warehouse.sources.period import Period
from star_warehouse.sources.schema import Format, Source, Table, TotalsRow

__all__ = [
    "ENTITIES",
    "ENTITIES_OF_KIND",
    "ColumnType",
    "Entity",
    "Format",
    "Period",
    "Source",
    "Table",
    "TotalsRow",
    "date_pattern",
    "load_sources",
    "read_declaration",
]
