"""A file of an unknown body: what it is packed in, how its text is encoded, and its rows; nothing is declared yet."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Literal

import fastexcel

from star_warehouse.onboard.naming import without_period
from star_warehouse.onboard.notes import Note, doubt, evidence
from star_warehouse.read.archive import SOMETHING_ELSE, UNPACKING_ERRORS, is_clutter, kind_of
from star_warehouse.read.encoding import BYTE_ORDER_MARKS, check_marked
from star_warehouse.refusal import Refusal

DELIMITERS = (",", ";", "\t", "|")
# A file that unpacks to more than this is no file that somebody looks at to declare it.
_MOST_BYTES = 1_000_000_000
_BYTES_TOLD = 6

Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class Page:
    """A table of a file that is not understood yet.

    Attributes:
        sheet: the sheet of a workbook, or None.
        rows: makes its rows anew: the line (of a sheet, the row) from 1 and the cells, for a delimiter.
        has_last_end: whether a text's last line has a line end; where it has none, the file may be cut off.
    """

    sheet: str | None
    rows: Callable[[str], Rows]
    has_last_end: bool = True


@dataclass(frozen=True)
class Opened:
    """An unpacked file.

    Attributes:
        type: ``csv`` or ``xlsx``.
        in_zip: pattern of the member's name, if it was in a ZIP.
        is_gzip: it was compressed with gzip.
        legacy_encoding: what must be declared because the text is not UTF-8.
        pages: its tables; a CSV has one.
        notes: the evidence for the encoding, or what is not sure about it.
    """

    type: Literal["csv", "xlsx"]
    in_zip: str | None
    is_gzip: bool
    legacy_encoding: Literal["cp1252"] | None
    pages: list[Page]
    notes: tuple[Note, ...]


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that somebody named.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(
            f"The file cannot be read: {error.strerror}.", where=str(path), way_out="Check its name."
        ) from error


def open_file(file_name: str, data: bytes) -> Opened:
    """Unpack and decode a file, telling how that is known.

    Args:
        file_name: its name, for people.
        data: its bytes.

    Raises:
        Refusal: it is empty, no CSV or XLSX, or its text is in no encoding that can be declared.
    """
    if not data.strip():
        raise Refusal("The file is empty.", where=file_name, way_out="Ask the sender for the whole extract.")
    if data.startswith(b"PK\x03\x04"):
        return _open_archive(file_name, data)
    if data.startswith(b"\x1f\x8b"):
        return _text_file(_gunzip(data, file_name), file_name, None, is_gzip=True)
    if (kind := kind_of(data)) != SOMETHING_ELSE:
        raise Refusal(f"The file is {kind}.", where=file_name, way_out="Ask the sender for a CSV or an XLSX workbook.")
    return _text_file(data, file_name, None, is_gzip=False)


def _open_archive(file_name: str, data: bytes) -> Opened:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "xl/workbook.xml" in archive.namelist():
                return Opened("xlsx", None, False, None, _sheets(data), ())
            member = _text_member(archive, file_name)
            content = _within_reason(archive.open(str(member)), file_name)
    except (*UNPACKING_ERRORS, fastexcel.FastExcelError) as error:
        raise _damaged(error, file_name) from error
    pattern = without_period(member.stem) + member.suffix.lower()
    opened = _text_file(content, file_name, pattern, is_gzip=False)
    asked = doubt(f"In the ZIP it is called {member.name!r}. Does {pattern!r} fit it in every month, and nothing else?")
    return replace(opened, notes=(*opened.notes, asked))


def _text_member(archive: zipfile.ZipFile, where: str) -> PurePosixPath:
    paths = [PurePosixPath(member.filename) for member in archive.infolist() if not is_clutter(member)]
    texts = [path for path in paths if path.suffix.lower() in (".csv", ".txt")]
    if len(texts) != 1:
        raise Refusal(
            f"The ZIP should hold one CSV; it holds {', '.join(map(str, paths)) or 'nothing'}.",
            where=where,
            way_out="Pack exactly one CSV, or draft from one of its files.",
        )
    return texts[0]


def _within_reason(stream: IO[bytes] | gzip.GzipFile, where: str) -> bytes:
    with stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise Refusal("The file unpacks to more than 1 GB.", where=where, way_out="Draft from a shorter file.")
    return content


def _damaged(error: Exception, where: str) -> Refusal:
    return Refusal(
        f"The file cannot be unpacked: {str(error).splitlines()[0]}.",
        where=where,
        way_out="Ask the sender for the file again, without a password.",
    )


def _gunzip(data: bytes, where: str) -> bytes:
    try:
        return _within_reason(gzip.open(io.BytesIO(data)), where)
    except UNPACKING_ERRORS as error:
        raise _damaged(error, where) from error


def _text_file(data: bytes, where: str, in_zip: str | None, *, is_gzip: bool) -> Opened:
    text, legacy, notes = _decode(data, where)
    pages = [Page(None, lambda delimiter: _csv_rows(text, delimiter), text.endswith(("\n", "\r")))]
    return Opened("csv", in_zip, is_gzip, legacy, pages, notes)


def _decode(data: bytes, where: str) -> tuple[str, Literal["cp1252"] | None, tuple[Note, ...]]:
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(name), None, (evidence(f"The file begins with the mark of {name}."),)
            except UnicodeDecodeError as error:
                raise _undecodable(data, error, where, f"its byte order mark says {name}") from error
    check_marked(data, where)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as not_utf8:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _undecodable(data, error, where, "nor Windows-1252") from not_utf8
        return text, "cp1252", _legacy_notes(data, not_utf8)
    if data.isascii():
        return text, None, (doubt("Every byte is ASCII, so nothing shows whether this body writes UTF-8 or cp1252."),)
    line = next(number for number, part in enumerate(data.split(b"\n"), 1) if not part.isascii())
    return text, None, (evidence(f"It is UTF-8 without an error, with signs beyond ASCII (the first in line {line})."),)


def _legacy_notes(data: bytes, error: UnicodeDecodeError) -> tuple[Note, ...]:
    """Which bytes are no UTF-8 and what they would be in Windows-1252: for a person to say whether that is sense."""
    counts = Counter(byte for byte in data if byte > 0x7F)
    told = ", ".join(
        f"0x{byte:02X} = {bytes([byte]).decode('cp1252', 'replace')} ({count:,})"
        for byte, count in counts.most_common(_BYTES_TOLD)
    )
    line = data.count(b"\n", 0, error.start) + 1
    return (
        doubt(
            f"It is not UTF-8: byte 0x{data[error.start]:02X} in line {line}. In cp1252 its bytes beyond ASCII read "
            f"{told}. Is that what stands in the body's system?"
        ),
    )


def _undecodable(data: bytes, error: UnicodeDecodeError, where: str, why: str) -> Refusal:
    line = data.count(b"\n", 0, error.start) + 1
    return Refusal(
        f"The text is not UTF-8, {why} (byte 0x{data[error.start]:02X} in line {line}).",
        where=where,
        way_out="Ask the sender for the extract in UTF-8.",
    )


def _csv_rows(text: str, delimiter: str) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A field longer than any real one: a quote that is never closed. The reader proper rejects such a line.
            line = reader.line_num + 1
            continue
        yield line, row
        line = reader.line_num + 1


def _sheets(data: bytes) -> list[Page]:
    reader = fastexcel.read_excel(data)
    return [Page(name, _sheet_rows(reader, name)) for name in reader.sheet_names]


def _sheet_rows(reader: fastexcel.ExcelReader, name: str) -> Callable[[str], Rows]:
    def rows(_: str) -> Rows:
        frame = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars().fill_null("")
        return ((number, list(row)) for number, row in enumerate(frame.iter_rows(), 1))

    return rows
