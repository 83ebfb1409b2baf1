"""Files that are made, or damaged, to do harm: small on the disk, large or endless once they are read."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date

from tests.builders import HEADER, workbook

_MEGABYTE = 1 << 20
GOOD_LINE = b"Acme,7,03/04/2018,10.00,Pens\r\n"
START = HEADER.encode() + b"\r\n" + GOOD_LINE
BLANKS = b" " * (_MEGABYTE - 1) + b"\n"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def packed(members: Mapping[str, bytes], level: int = 1) -> bytes:
    """A ZIP of these members, whatever their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, level)
    return stream.getvalue()


def telling(data: bytes, name: str, size: int) -> bytes:
    """The same ZIP, whose directory (and the member's own header) tells another unpacked size of a member."""
    forged = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        member = file.getinfo(name)
    real = struct.pack("<I", member.file_size)
    entry = data.index(name.encode(), data.index(b"PK\x01\x02")) - 46
    for at in (member.header_offset + 22, entry + 24):
        assert forged[at : at + 4] == real
        forged[at : at + 4] = struct.pack("<I", size)
    return bytes(forged)


def of_blanks(megabytes: int) -> bytes:
    """A CSV that goes on with lines of nothing but blanks; it packs to a thousandth."""
    return START + BLANKS * megabytes


def packed_blanks(megabytes: int) -> bytes:
    """A ZIP of the same, made without packing all of it: what one megabyte packs to, again and again."""

    def flushed(data: bytes) -> bytes:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)

    end_of_stream = b"\x03\x00"
    stream = flushed(START) + flushed(BLANKS) * megabytes + end_of_stream
    crc, name = zlib.crc32(START), b"town.csv"
    for _ in range(megabytes):
        crc = zlib.crc32(BLANKS, crc)
    # Version, flags, deflate, time, date (1 January 1980), and what is told of the content.
    told = struct.pack("<5H3I2H", 20, 0, 8, 0, 33, crc, len(stream), len(START) + len(BLANKS) * megabytes, len(name), 0)
    local = b"PK\x03\x04" + told + name + stream
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + told + bytes(14) + name
    return local + directory + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, len(directory), len(local), 0)


def one_line(gigabytes: int) -> bytes:
    """A CSV, compressed, whose third line has so many gigabytes; never unpacked, not even to make it."""
    return gzip.compress(START) + gzip.compress(b"x" * (32 * _MEGABYTE)) * (32 * gigabytes)


def sheet(rows: list[list[object]] | None = None) -> dict[str, bytes]:
    """The parts of a workbook with one good line, or these rows."""
    head: list[list[object]] = [["Supplier", "Ref", "Paid", "Net"], ["Acme", "7", date(2018, 4, 3), 10]]
    with zipfile.ZipFile(io.BytesIO(workbook(rows or head))) as file:
        return {name: file.read(name) for name in file.namelist()}


def with_rows(rows: bytes) -> dict[str, bytes]:
    """The same workbook with more rows, as XML, below its own."""
    parts = sheet()
    assert parts[SHEET].count(b"</sheetData>") == 1
    return parts | {SHEET: parts[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")}


def empty_rows(first: int, last: int) -> bytes:
    """Rows whose cells have a style and no value."""
    row = b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/><c r="C%d" s="1"/><c r="D%d" s="1"/></row>'
    return b"".join(row % ((number,) * 5) for number in range(first, last + 1))
