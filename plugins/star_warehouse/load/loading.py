"""Put the lines of a delivery into ``raw`` as they are read, all or nothing, together with its ledger row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import psycopg
from psycopg.sql import Identifier

from star_warehouse.load.ahead import made_ahead
from star_warehouse.load.copying import CopyLines, as_copied, copy_lines
from star_warehouse.load.ledger import SIGN_FOR_NUL, Connection, record_account, record_loaded
from star_warehouse.load.lines import DeliveryContent, DeliverySummary, Rejections, TableChunk
from star_warehouse.load.tolerance import check_tolerance, give_up, is_hopeless
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source

_REJECTED = {
    "file_name": pl.String,
    "sheet_name": pl.String,
    "line_number": pl.Int64,
    "column_name": pl.String,
    "reason_code": pl.String,
    "reason": pl.String,
    "line_text": pl.String,
}


class WarehouseFull(Refusal):
    """The warehouse takes no more; no other delivery would fare better."""


def load_delivery(
    connection: Connection,
    delivery_id: int,
    source: Source,
    file_name: str,
    period: Period,
    content: DeliveryContent,
) -> DeliverySummary:
    """COPY the lines and the rejected lines while they are read, and set the delivery to ``checking``: one transaction.

    Returns:
        the account of what was read.

    Raises:
        Refusal: the delivery as a whole does not read, or more of its lines do not than its source tolerates; or the
            database's disk is full. Nothing of it is kept.
        RuntimeError: the database took another number of lines than were sent.
    """
    try:
        with connection.transaction():
            loaded_count = _copy_all(connection, delivery_id, source, file_name, content)
            summary = content.summary()
            if loaded_count != summary.lines_loaded:
                raise RuntimeError(
                    f"raw took {loaded_count} lines of delivery {delivery_id}, read were {summary.lines_loaded}"
                )
            check_tolerance(source, file_name, summary)
            record_account(connection, delivery_id, period, summary)
            record_loaded(connection, delivery_id)
    except psycopg.errors.DiskFull as error:
        raise WarehouseFull(
            f"The disk of the warehouse is full; nothing of {file_name} was loaded.",
            where=f"delivery {delivery_id}",
            way_out="Free some room there and run again; the delivery still waits.",
        ) from error
    return summary


def _copy_all(
    connection: Connection, delivery_id: int, source: Source, file_name: str, content: DeliveryContent
) -> int:
    """COPY every chunk; the number of lines that ``raw`` took."""
    count = 0
    last_lines: dict[str, int] = {}
    rejections, lines_loaded = Rejections(), 0
    # The database stores one chunk while the next is read: two cores, half the time.
    with made_ahead(_as_copied(content, delivery_id, file_name)) as parts:
        for chunk, lines, rejected in parts:
            _check_order(chunk, last_lines)
            count += copy_lines(connection, Identifier("raw", chunk.entity), lines)
            if rejected:
                copy_lines(connection, Identifier("ops", "rejected_line"), rejected)
                rejections.add(chunk.sheet, chunk.rejected)
            lines_loaded += chunk.frame.height
            if is_hopeless(rejections, lines_loaded):
                raise give_up(source, file_name, lines_loaded, rejections)
    return count


def _check_order(chunk: TableChunk, last_lines: dict[str, int]) -> None:
    """See that line numbers only rise, so that none comes twice; ``raw`` has no index that would see to it.

    Raises:
        RuntimeError: a line number is not greater than the one before it.
    """
    numbers = pl.concat([pl.Series([last_lines.get(chunk.entity, 0)]), chunk.frame["line_number"].cast(pl.Int64)])
    falls = (numbers.diff() <= 0).arg_true()
    if len(falls):
        raise RuntimeError(f"line {numbers[falls[0]]} of {chunk.entity} was read twice")
    last_lines[chunk.entity] = numbers[-1]


def _as_copied(
    content: DeliveryContent, delivery_id: int, file_name: str
) -> Iterator[tuple[TableChunk, CopyLines, CopyLines | None]]:
    """Each chunk with its lines and, where it has any, its rejected lines, as COPY takes them."""
    delivery = pl.lit(delivery_id).alias("delivery_id")
    with made_ahead(content.chunks()) as chunks:
        for chunk in chunks:
            rejected = _rejected_frame(file_name, chunk).select(delivery, pl.all()) if chunk.rejected else None
            lines = as_copied(chunk.frame.select(delivery, pl.all()))
            yield chunk, lines, None if rejected is None else as_copied(rejected)


def _rejected_frame(file_name: str, chunk: TableChunk) -> pl.DataFrame:
    rows = [
        (file_name, chunk.sheet, line.line_number, line.column, line.code, line.reason, line.text)
        for line in chunk.rejected
    ]
    return pl.DataFrame(rows, schema=_REJECTED, orient="row").with_columns(
        pl.col("reason", "line_text").str.replace_all("\0", SIGN_FOR_NUL, literal=True)
    )
