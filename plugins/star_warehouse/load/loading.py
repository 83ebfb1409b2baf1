"""Put the lines of a delivery into ``raw``, all or nothing, together with its ledger row."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl
import psycopg
from psycopg import sql

from star_warehouse.load.ledger import Connection
from star_warehouse.load.lines import DeliveryLines, TableLines
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period

_ROWS_AT_ONCE = 20_000


def load_delivery(
    connection: Connection, delivery_id: int, file_name: str, period: Period, lines: DeliveryLines
) -> None:
    """COPY the lines and the rejected lines, and set the delivery to ``checking``: one transaction.

    Raises:
        Refusal: the database's disk is full.
        RuntimeError: the database holds another number of lines than were sent.
    """
    try:
        _load(connection, delivery_id, file_name, period, lines)
    except psycopg.errors.DiskFull as error:
        raise Refusal(
            f"The disk of the warehouse is full; nothing of {file_name} was loaded.",
            where=f"delivery {delivery_id}",
            way_out="Free some room there and run again; the delivery still waits.",
        ) from error


def _load(connection: Connection, delivery_id: int, file_name: str, period: Period, lines: DeliveryLines) -> None:
    with connection.transaction():
        for table in lines.tables:
            _copy(connection, "raw", table.entity, table.frame, delivery_id)
            _copy(connection, "ops", "rejected_line", _rejected_frame(file_name, table), delivery_id)
        _check_counts(connection, delivery_id, lines)
        connection.execute(
            """
            update ops.delivery set
                state = 'checking', period_key = %(key)s, period_start_date = %(start)s, period_end_date = %(end)s,
                layout = %(layout)s, encoding = %(encoding)s, lines_in = %(lines_in)s, lines_loaded = %(loaded)s,
                lines_rejected = %(rejected)s, lines_skipped = %(skipped)s, skipped_by_reason = %(by_reason)s,
                control_total_gbp = %(control)s, reason = null, way_out = null, loaded_at = now(),
                amount_loaded_gbp = (
                    select sum(coalesce(amount_net_gbp, amount_gross_gbp)) from raw.spend_line
                    where delivery_id = %(delivery_id)s
                )
            where delivery_id = %(delivery_id)s
            """,
            {
                "delivery_id": delivery_id,
                "key": period.key,
                "start": period.start,
                "end": period.end,
                "layout": lines.layout,
                "encoding": lines.encoding,
                "lines_in": lines.lines_in,
                "loaded": lines.lines_loaded,
                "rejected": lines.lines_rejected,
                "skipped": lines.skipped.total(),
                "by_reason": json.dumps(dict(lines.skipped)),
                "control": next((total for table in lines.tables for total in table.control_totals.values()), None),
            },
        )


def _copy(connection: Connection, schema: str, table: str, frame: pl.DataFrame, delivery_id: int) -> None:
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, ["delivery_id", *frame.columns]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for text in _csv_parts(frame, delivery_id):
            copy.write(text)


def _csv_parts(frame: pl.DataFrame, delivery_id: int) -> Iterator[str]:
    numbered = frame.select(pl.lit(delivery_id).alias("delivery_id"), pl.all())
    for part in numbered.iter_slices(_ROWS_AT_ONCE):
        yield part.write_csv(include_header=False)


def _rejected_frame(file_name: str, table: TableLines) -> pl.DataFrame:
    rows = [
        (file_name, table.sheet, line.line_number, line.column, line.code, line.reason, line.text)
        for line in table.rejected
    ]
    schema = {
        "file_name": pl.String,
        "sheet_name": pl.String,
        "line_number": pl.Int64,
        "column_name": pl.String,
        "reason_code": pl.String,
        "reason": pl.String,
        "line_text": pl.String,
    }
    # PostgreSQL keeps no NUL character in a text; the sign for it stands in its place.
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("reason", "line_text").str.replace_all("\0", "␀", literal=True)
    )


def _check_counts(connection: Connection, delivery_id: int, lines: DeliveryLines) -> None:
    for table in lines.tables:
        query = sql.SQL("select count(*) from {} where delivery_id = %s").format(sql.Identifier("raw", table.entity))
        row = connection.execute(query, (delivery_id,)).fetchone()
        if row is None or row[0] != table.frame.height:
            raise RuntimeError(
                f"raw.{table.entity} holds {row} lines of delivery {delivery_id}, sent {table.frame.height}"
            )
