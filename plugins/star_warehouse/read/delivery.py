"""One delivery, read by its declaration."""

from __future__ import annotations

from star_warehouse.load import DeliveryLines
from star_warehouse.read.archive import kind_of, read_member
from star_warehouse.read.csv_file import parse_csv
from star_warehouse.read.encoding import decode
from star_warehouse.read.table import read_table
from star_warehouse.read.workbook import Workbook
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source


def read_delivery(source: Source, file_name: str, data: bytes, period: Period) -> DeliveryLines:
    """Read the bytes of a delivery into typed lines and rejected lines.

    Args:
        source: how the feed reads.
        file_name: the file's name, for people.
        data: the file's bytes.
        period: the days it covers.

    Raises:
        Refusal: the file as a whole does not read: empty, damaged, another format, encoding, sheet or layout, or a
            totals row that does not agree.
    """
    where = f"{source.id}: {file_name}"
    if not data.strip():
        raise Refusal("The file is empty.", where=where, way_out="Ask the sender for the whole extract.")
    if source.format.type == "xlsx":
        return _read_workbook(source, data, period, where)
    if source.format.in_zip:
        data = read_member(data, source.format.in_zip, where)
    elif data.startswith(b"PK\x03\x04"):
        raise Refusal(
            f"The file is {kind_of(data)}, not a CSV.", where=where, way_out="Ask the sender for the usual format."
        )
    text, encoding = decode(data, source.format.legacy_encoding, where)
    records = parse_csv(text, source.format.delimiter or ",", where)
    tables = [read_table(records, source, entity, period, where) for entity in source.tables]
    return DeliveryLines(tables, encoding)


def _read_workbook(source: Source, data: bytes, period: Period, where: str) -> DeliveryLines:
    workbook = Workbook(data, where)
    tables = []
    for entity, table in source.tables.items():
        records = workbook.sheet(table.sheet or "")
        tables.append(read_table(records, source, entity, period, f"{where}, sheet {table.sheet}"))
    return DeliveryLines(tables, None)
