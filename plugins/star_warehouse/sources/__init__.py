"""The feeds: the strict schema of ``dags/sources/*.yml`` and what a feed can deliver."""

from star_warehouse.sources.catalogue import load_sources
from star_warehouse.sources.dates import EXCEL_SERIAL, FIRST_DAY, LAST_DAY, date_pattern, tell_formats
from star_warehouse.sources.declaration import read_declaration
from star_warehouse.sources.entities import ENTITIES, ENTITIES_OF_KIND, KINDS_OF_ONE_TABLE, ColumnType, Entity
from star_warehouse.sources.layout import UNKNOWN, Format, Layout, Table, TotalsRow
from star_warehouse.sources.location import Location, PeriodAddress, addresses, read_location
from star_warehouse.sources.partners import check_partner, unknown_partner
from star_warehouse.sources.period import Cadence, Period
from star_warehouse.sources.schema import ONLY_LAYOUT, Source

__all__ = [
    "ENTITIES",
    "ENTITIES_OF_KIND",
    "EXCEL_SERIAL",
    "FIRST_DAY",
    "KINDS_OF_ONE_TABLE",
    "LAST_DAY",
    "ONLY_LAYOUT",
    "UNKNOWN",
    "Cadence",
    "ColumnType",
    "Entity",
    "Format",
    "Layout",
    "Location",
    "Period",
    "PeriodAddress",
    "Source",
    "Table",
    "TotalsRow",
    "addresses",
    "check_partner",
    "date_pattern",
    "load_sources",
    "read_declaration",
    "read_location",
    "tell_formats",
    "unknown_partner",
]
