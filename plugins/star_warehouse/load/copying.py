"""COPY: the text that it takes, and the sending of it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import polars as pl
from psycopg.sql import SQL, Identifier

from star_warehouse.counting import count_byte, count_ends
from star_warehouse.load.ledger import Connection

_TEXT, _CSV = SQL("text"), SQL("csv")


@dataclass(frozen=True)
class CopyLines:
    """Lines as COPY takes them.

    Attributes:
        data: the lines, UTF-8.
        columns: the columns that they have.
        form: the format of COPY that they are in.
    """

    data: bytes
    columns: tuple[str, ...]
    form: SQL


def as_copied(frame: pl.DataFrame) -> CopyLines:
    """Write lines out, as text where nothing in them has to be escaped, which is nearly always; else as CSV.

    Text is sooner written, and sooner read by the server. That nothing in it has to be escaped is proven: as many signs
    end a field or a line as there are fields, and as many backslashes as nulls, so that no field holds one itself.
    """
    columns = tuple(frame.columns)
    stream = io.BytesIO()
    frame.write_csv(stream, include_header=False, separator="\t", quote_style="never", null_value=r"\N")
    data = stream.getvalue()
    null_count = sum(column.null_count() for column in frame)
    if count_ends(data) == frame.height * frame.width and count_byte(data, b"\\") == null_count:
        return CopyLines(data, columns, _TEXT)
    stream = io.BytesIO()
    frame.write_csv(stream, include_header=False)
    return CopyLines(stream.getvalue(), columns, _CSV)


def copy_lines(connection: Connection, table: Identifier, lines: CopyLines) -> int:
    """COPY lines into a table.

    Returns:
        how many it took.
    """
    if not lines.data:
        return 0
    statement = SQL("copy {} ({}) from stdin (format {})").format(
        table, SQL(", ").join(map(Identifier, lines.columns)), lines.form
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as sending:
            sending.write(lines.data)
        return cursor.rowcount
