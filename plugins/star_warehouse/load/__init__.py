"""COPY into ``raw``, and the ledger of deliveries."""

from star_warehouse.load.ledger import (
    Connection,
    FileSeen,
    LedgerEntry,
    Original,
    find_original,
    newest_entries,
    record_hindrance,
    record_landed,
    record_refused,
    record_repeat,
    record_seen,
    record_taken_up,
    register_source,
    register_sources,
    source_lock,
)
from star_warehouse.load.lines import DeliveryLines, RejectedLine, TableLines
from star_warehouse.load.loading import load_delivery
from star_warehouse.load.overview import (
    Delivery,
    SourceOverview,
    delivery_overview,
    list_deliveries,
    repeats_since,
)
from star_warehouse.load.progress import report_progress
from star_warehouse.load.settling import newer_snapshot, pending_deliveries, settle
from star_warehouse.load.tolerance import check_tolerance

__all__ = [
    "Connection",
    "Delivery",
    "DeliveryLines",
    "FileSeen",
    "LedgerEntry",
    "Original",
    "RejectedLine",
    "SourceOverview",
    "TableLines",
    "check_tolerance",
    "delivery_overview",
    "find_original",
    "list_deliveries",
    "load_delivery",
    "newer_snapshot",
    "newest_entries",
    "pending_deliveries",
    "record_hindrance",
    "record_landed",
    "record_refused",
    "record_repeat",
    "record_seen",
    "record_taken_up",
    "register_source",
    "register_sources",
    "repeats_since",
    "report_progress",
    "settle",
    "source_lock",
]
