"""Take in what waits: land it, read it, load it; each delivery whole or not at all."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Connection,
    check_tolerance,
    find_original,
    load_delivery,
    newer_snapshot,
    record_hindrance,
    record_landed,
    record_refused,
    record_repeat,
    record_seen,
    record_taken_up,
    register_source,
    report_progress,
    source_lock,
)
from star_warehouse.read import read_delivery
from star_warehouse.receive.landing import FolderRefusal, clear_half_copies, land, landed_path
from star_warehouse.receive.location import location_of, look_at
from star_warehouse.receive.waiting import WaitingFile, waiting_files
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Period, Source

log = logging.getLogger(__name__)

STEP = "take_in"

OnProgress = Callable[[int, int, str], None]


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
    on_progress: OnProgress | None = None,
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
        on_progress: told after each delivery: done, total, file name.

    Raises:
        FolderRefusal: the landing zone takes no more; what came before is kept, the rest still waits.
        Refusal: the warehouse does not answer, or the source's location is not a folder.
    """
    report = IntakeReport(source.id)
    with warehouse.connect(autocommit=True) as connection, source_lock(connection, source.id):
        register_source(connection, source)
        clear_half_copies(settings)
        waiting = waiting_files(source, settings, connection)
        report_progress(connection, run_id, STEP, source.id, 0, len(waiting))
        for done, found in enumerate(waiting, 1):
            _take_in_one(found, source, settings, connection, run_id, report)
            report_progress(connection, run_id, STEP, source.id, done, len(waiting), found.file.name)
            if on_progress:
                on_progress(done, len(waiting), found.file.name)
    return report


def _take_in_one(
    found: WaitingFile, source: Source, settings: Settings, connection: Connection, run_id: str, report: IntakeReport
) -> None:
    delivery_id = found.delivery_id
    if delivery_id is None:
        delivery_id = record_seen(connection, source, location_of(source), found.file, run_id)
    else:
        record_taken_up(connection, source, delivery_id, run_id)
    sha256 = _land(found, source, settings, connection, delivery_id, report)
    if sha256 is None:
        return
    if original := find_original(connection, source.id, delivery_id, sha256):
        record_repeat(connection, delivery_id, original)
        report.counts["repeat"] += 1
        return
    try:
        period = source.period_of(found.file.name)
        _refuse_older_snapshot(connection, source, found, period)
        lines = read_delivery(source, found.file.name, landed_path(settings, sha256).read_bytes(), period)
        check_tolerance(source, found.file.name, lines)
    except Refusal as refusal:
        _refuse(connection, delivery_id, refusal, report)
        return
    except psycopg.Error:
        raise
    except Exception as error:
        # A file that breaks a reader must not keep the source's later files out for ever.
        log.exception("%s: %s broke the reader", source.id, found.file.name)
        broken = Refusal(
            f"The file could not be read: {type(error).__name__}.",
            where=f"{source.id}: {found.file.name}",
            way_out="Look for its name in the log of this run, mend the file and deliver it again, or report it.",
        )
        _refuse(connection, delivery_id, broken, report)
        return
    load_delivery(connection, delivery_id, found.file.name, period, lines)
    report.counts["checking"] += 1
    report.delivery_ids.append(delivery_id)
    report.lines_loaded += lines.lines_loaded
    report.lines_rejected += lines.lines_rejected


def _land(
    found: WaitingFile,
    source: Source,
    settings: Settings,
    connection: Connection,
    delivery_id: int,
    report: IntakeReport,
) -> str | None:
    """Land a delivery; its SHA-256, or None when there is nothing to go on with."""
    where = f"{source.id}: {found.file.name}"
    if found.path is None:
        refusal = Refusal(
            "The file was gone, or replaced by another, before it could be taken in.",
            where=where,
            way_out="If its content is still missing, deliver it again.",
        )
        _refuse(connection, delivery_id, refusal, report)
        return None
    try:
        sha256 = land(found.path, settings)
        if found.path.name == found.file.name and look_at(found.path) != found.file:
            raise Refusal(
                "The file is still being written.", where=where, way_out="Nothing to do; the next run takes it."
            )
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


def _refuse_older_snapshot(connection: Connection, source: Source, found: WaitingFile, period: Period) -> None:
    if source.cadence.every == "snapshot" and (newer := newer_snapshot(connection, source.id, period.end)):
        reason, way_out = newer
        raise Refusal(reason, where=f"{source.id}: {found.file.name}", way_out=way_out)


def _refuse(connection: Connection, delivery_id: int, refusal: Refusal, report: IntakeReport) -> None:
    record_refused(connection, delivery_id, refusal)
    report.counts["refused"] += 1
    report.refusals.append(refusal)
