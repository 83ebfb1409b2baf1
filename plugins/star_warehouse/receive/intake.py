"""Take in what waits: land it, read it, load it; each delivery whole or not at all."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

import psycopg

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Connection,
    WarehouseFull,
    end_if_same,
    find_original,
    load_delivery,
    record_hindrance,
    record_landed,
    record_refused,
    record_repeat,
    record_seen,
    record_taken_up,
    refuse_older,
    register_source,
    report_progress,
    source_lock,
)
from star_warehouse.read import OpenDelivery, open_delivery
from star_warehouse.receive.connections import ConnectionOf, connection_from_environment
from star_warehouse.receive.faults import PlaceRefusal
from star_warehouse.receive.fetching import Fetcher
from star_warehouse.receive.landing import FolderRefusal, clear_half_copies, landed_path
from star_warehouse.receive.location import is_remote, location_of
from star_warehouse.receive.patience import PATIENT, Patience
from star_warehouse.receive.places import Place, place_of
from star_warehouse.receive.waiting import WaitingFile, readings_waiting, waiting_files
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Period, Source

log = logging.getLogger(__name__)

STEP = "take_in"


@dataclass
class IntakeReport:
    """What one intake of a source did.

    Attributes:
        source_id: the source.
        counts: how many deliveries came to each state: ``checking``, ``repeat``, ``refused``, or ``waiting`` for those
            that could not be taken in yet.
        delivery_ids: the deliveries that now await their verdict, in the order they came.
        refusals: why the others were refused, or wait.
        lines_loaded: lines loaded.
        lines_rejected: lines that did not read.
    """

    source_id: str
    counts: Counter[str] = field(default_factory=Counter)
    delivery_ids: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    lines_loaded: int = 0
    lines_rejected: int = 0


def take_in(
    source: Source,
    settings: Settings,
    warehouse: Warehouse,
    run_id: str,
    *,
    only_readings: bool = False,
    connection_of: ConnectionOf = connection_from_environment,
    patience: Patience = PATIENT,
) -> IntakeReport:
    """Take in every delivery of a source that waits, in the order of their periods, each in its own transaction.

    A delivery ends as ``checking`` (loaded, awaiting its verdict), ``repeat`` or ``refused``; refusals of single
    deliveries are recorded and reported, not raised. A second intake of the same source waits for the first. How far
    it is stands in ``ops.run_progress``.

    Args:
        source: the feed.
        settings: where the home folder is.
        warehouse: where to load.
        run_id: the run, for the ledger.
        only_readings: take up what is to be read anew and leave the files for later.
        connection_of: finds the connection that the source's location names.
        patience: how long servers are waited for, and how often they are asked again.

    Raises:
        FolderRefusal: the landing zone takes no more; what came before is kept, the rest still waits.
        WarehouseLost: the warehouse does not answer, or stopped answering; the same holds.
    """
    report = IntakeReport(source.id)
    with (
        warehouse.told_when_lost(),
        warehouse.connect(autocommit=True) as connection,
        source_lock(connection, source.id),
        place_of(source, settings, connection_of, patience) as place,
    ):
        register_source(connection, source)
        clear_half_copies(settings)
        fetcher = Fetcher(source.id, place, settings, patience)
        if only_readings:
            waiting = readings_waiting(source, settings, connection)
        else:
            waiting = _look(source, settings, connection, place, fetcher, report)
        report_progress(connection, run_id, STEP, source.id, 0, len(waiting))
        for done, found in enumerate(waiting, 1):
            _take_in_one(found, source, settings, connection, fetcher, run_id, report)
            report_progress(connection, run_id, STEP, source.id, done, len(waiting), found.file.name)
    return report


def _look(
    source: Source,
    settings: Settings,
    connection: Connection,
    place: Place,
    fetcher: Fetcher,
    report: IntakeReport,
) -> list[WaitingFile]:
    """What waits; when its place does not say what is there, what landed earlier."""
    try:
        waiting = waiting_files(source, settings, connection, place.files())
        to_fetch = [one.found for one in waiting if one.found and not one.landed]
        fetcher.settle(to_fetch, may_trust_times=not is_remote(source))
    except PlaceRefusal as refusal:
        report.counts["waiting"] += 1
        report.refusals.append(refusal)
        return waiting_files(source, settings, connection, None)
    return waiting


def _take_in_one(
    found: WaitingFile,
    source: Source,
    settings: Settings,
    connection: Connection,
    fetcher: Fetcher,
    run_id: str,
    report: IntakeReport,
) -> None:
    delivery_id = found.delivery_id
    if delivery_id is None:
        delivery_id = record_seen(connection, source, location_of(source), found.file, run_id)
    else:
        record_taken_up(connection, source, delivery_id, found.file, run_id)
    sha256 = found.landed or _land(found, source, connection, delivery_id, fetcher, report)
    if sha256 is None:
        return
    if original := find_original(connection, source.id, delivery_id, sha256):
        record_repeat(connection, delivery_id, original)
        report.counts["repeat"] += 1
        return
    period: Period | None = None
    content: OpenDelivery | None = None
    try:
        period = source.period_of(found.file.name)
        refuse_older(connection, source, found.file.name, period)
        with open_delivery(source, found.file.name, landed_path(settings, sha256), period) as content:
            summary = load_delivery(connection, delivery_id, source, found.file.name, period, content)
    except WarehouseFull:
        raise
    except Refusal as refusal:
        _refuse(connection, delivery_id, refusal, report, period, content)
        return
    except psycopg.OperationalError:
        # The database's fault, and perhaps over in a moment.
        raise
    except psycopg.Error as error:
        # Without its detail, which would show the line.
        what = f"The warehouse does not take a line of it: {error.diag.message_primary or type(error).__name__}."
        way_out = "Report it with the file's name: the check of its lines should have seen that."
        not_taken = Refusal(what, where=f"{source.id}: {found.file.name}", way_out=way_out)
        _refuse(connection, delivery_id, not_taken, report, period, content)
        return
    except Exception as error:
        # A file that breaks a reader must not keep the source's later files out for ever.
        log.exception("%s: %s broke the reader", source.id, found.file.name)
        broken = Refusal(
            f"The file could not be read: {type(error).__name__}.",
            where=f"{source.id}: {found.file.name}",
            way_out="Look for its name in the log of this run, mend the file and deliver it again, or report it.",
        )
        _refuse(connection, delivery_id, broken, report, period)
        return
    if end_if_same(connection, source, delivery_id):
        report.counts["repeat"] += 1
        return
    report.counts["checking"] += 1
    report.delivery_ids.append(delivery_id)
    report.lines_loaded += summary.lines_loaded
    report.lines_rejected += summary.lines_rejected


def _land(
    found: WaitingFile,
    source: Source,
    connection: Connection,
    delivery_id: int,
    fetcher: Fetcher,
    report: IntakeReport,
) -> str | None:
    """Land a delivery; its SHA-256, or None when there is nothing to go on with."""
    if found.found is None:
        refusal = Refusal(
            "The file was gone, or replaced by another, before it could be taken in.",
            where=f"{source.id}: {found.file.name}",
            way_out="If its content is still missing, deliver it again.",
        )
        _refuse(connection, delivery_id, refusal, report)
        return None
    try:
        sha256 = fetcher.fetch(found.found)
    except FolderRefusal as refusal:
        record_hindrance(connection, delivery_id, refusal)
        raise
    except Refusal as refusal:
        record_hindrance(connection, delivery_id, refusal)
        report.counts["waiting"] += 1
        report.refusals.append(refusal)
        return None
    record_landed(connection, delivery_id, sha256)
    return sha256


def _refuse(
    connection: Connection,
    delivery_id: int,
    refusal: Refusal,
    report: IntakeReport,
    period: Period | None = None,
    content: OpenDelivery | None = None,
) -> None:
    """Record and report a refusal, with what was known of the delivery by then."""
    record_refused(connection, delivery_id, refusal, period, content.summary() if content else None)
    report.counts["refused"] += 1
    report.refusals.append(refusal)
