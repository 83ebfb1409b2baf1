"""Bytes to records: delimited text, workbook sheets, and the one member of a ZIP."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Record = tuple[int, list[Any]]


def delimited_records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield (position from 1, fields) of every record of a delimited file; an empty line is a record of no fields."""
    return _records(path.read_bytes().decode(encoding), delimiter)


def zipped_records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield the records of the only file inside a ZIP."""
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        return _records(archive.read(member).decode(encoding), delimiter)


def unquoted_zipped_records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield the records of the only file inside a ZIP, a line each: quotes hold nothing together."""
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        lines = archive.read(member).decode(encoding).splitlines()
    yield from ((number, list(line.split(delimiter))) for number, line in enumerate(lines, start=1))


def sheet_records(path: Path, sheet: str) -> Iterator[Record]:
    """Yield the rows of a sheet, blank ones too; every row is as long as the sheet is wide."""
    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        for number, cells in enumerate(workbook[sheet].iter_rows(values_only=True), start=1):
            yield number, list(cells)
    finally:
        workbook.close()


def is_blank(fields: list[Any]) -> bool:
    """Tell whether a record holds nothing but blanks."""
    return not any(field is not None and str(field).strip() for field in fields)


def _records(text: str, delimiter: str) -> Iterator[Record]:
    yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)
