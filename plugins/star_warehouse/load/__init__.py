"""COPY into ``raw``, and the ledger of deliveries."""

from star_warehouse.load.ahead import made_ahead
from star_warehouse.load.alerting import Alert, watch
from star_warehouse.load.attention import Concern, Ledger, concerns_of, read_ledger
from star_warehouse.load.differences import LineChanges, total_changes
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
    source_lock,
)
from star_warehouse.load.lines import DeliveryContent, DeliverySummary, RejectedLine, Rejections, TableChunk
from star_warehouse.load.loading import WarehouseFull, load_delivery
from star_warehouse.load.overview import (
    Delivery,
    SourceOverview,
    delivery_overview,
    list_deliveries,
    repeats_since,
)
from star_warehouse.load.progress import report_progress
from star_warehouse.load.punctuality import (
    Arrival,
    Expected,
    Standing,
    Window,
    expected_periods,
    first_day_of,
    month_standings,
    months_to_show,
)
from star_warehouse.load.readings import (
    Figures,
    Reading,
    end_if_same,
    list_readings,
    request_readings,
    waiting_readings,
)
from star_warehouse.load.settling import Settled, decide, pending_deliveries, refuse_older, settle_all
from star_warehouse.load.tolerance import UNREADABLE_DATE, check_tolerance, expected_dates

__all__ = [
    "UNREADABLE_DATE",
    "Alert",
    "Arrival",
    "Concern",
    "Connection",
    "Delivery",
    "DeliveryContent",
    "DeliverySummary",
    "Expected",
    "Figures",
    "FileSeen",
    "Ledger",
    "LedgerEntry",
    "LineChanges",
    "Original",
    "Reading",
    "RejectedLine",
    "Rejections",
    "Settled",
    "SourceOverview",
    "Standing",
    "TableChunk",
    "WarehouseFull",
    "Window",
    "check_tolerance",
    "concerns_of",
    "decide",
    "delivery_overview",
    "end_if_same",
    "expected_dates",
    "expected_periods",
    "find_original",
    "first_day_of",
    "list_deliveries",
    "list_readings",
    "load_delivery",
    "made_ahead",
    "month_standings",
    "months_to_show",
    "newest_entries",
    "pending_deliveries",
    "read_ledger",
    "record_hindrance",
    "record_landed",
    "record_refused",
    "record_repeat",
    "record_seen",
    "record_taken_up",
    "refuse_older",
    "register_source",
    "repeats_since",
    "report_progress",
    "request_readings",
    "settle_all",
    "source_lock",
    "total_changes",
    "waiting_readings",
    "watch",
]
