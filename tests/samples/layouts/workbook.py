"""XLSX files that are the same bytes on each run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

Cell = str | int | float | date | None

_CREATED = datetime(2024, 4, 15, 9, 0)  # noqa: DTZ001 - a workbook's properties have no time zone


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name and its rows from the first one on; empty rows stay empty."""

    name: str
    rows: Iterable[Sequence[Cell]]


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write sheets to an XLSX file: dates as Excel dates, numbers as numbers, all else as text.

    The library gives every part of the archive one fixed time; the created date is fixed here.
    """
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy", "strings_to_numbers": False}) as workbook:
        workbook.set_properties({"created": _CREATED, "title": "Invented sample"})
        dates = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            for row_number, row in enumerate(sheet.rows):
                for column, cell in enumerate(row):
                    if cell is None:
                        continue
                    if isinstance(cell, str):
                        page.write_string(row_number, column, cell)
                    elif isinstance(cell, date):
                        page.write_datetime(row_number, column, cell, dates)
                    else:
                        page.write_number(row_number, column, cell)
