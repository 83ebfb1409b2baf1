"""The proposal for one table: its sheet, the header of each column, and its totals row."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import takewhile

from star_warehouse.onboard.amounts import read_pounds
from star_warehouse.onboard.draft import DraftTable
from star_warehouse.onboard.judging import ReadTable
from star_warehouse.onboard.naming import without_period
from star_warehouse.onboard.notes import Note, doubt, evidence, times
from star_warehouse.onboard.opening import Opened
from star_warehouse.onboard.profiling import Values, is_total_label
from star_warehouse.onboard.recognising import Recognised
from star_warehouse.onboard.vocabulary import squeezed
from star_warehouse.sources import ENTITIES, UNKNOWN, ColumnType, Entity

_HALF_A_PENNY = Decimal("0.005")
# No line needs them, but without them nobody knows who was paid, where, or for what.
_RESTED_ON = {"spend_line": ("supplier_ref", "company_number", "remit_postcode", "purpose")}


def draft_table(entity: str, read: ReadTable | None, opened: Opened) -> DraftTable:
    types = ENTITIES[entity]
    columns: dict[str, tuple[str, tuple[Note, ...]]] = {}
    if read is None:
        missing = "No table of the file has its headers."
        sheet = UNKNOWN if opened.type == "xlsx" else None
        columns = {column: (UNKNOWN, (doubt(missing),)) for column in types.columns if column in types.required}
        return DraftTable(entity, sheet, columns, None, (doubt(missing),), ())
    keys = Counter(map(squeezed, read.table.cells))
    for column in types.columns:
        if place := read.table.columns.get(column):
            header = " ".join(place.header.split())
            twice = [doubt("This header is there twice; the file is refused.")] if keys[squeezed(header)] > 1 else []
            columns[column] = (header, (*place.notes, *twice))
        elif column in types.required:
            columns[column] = (UNKNOWN, (doubt("No header is known for it, and a line needs it."),))
    if types.needs_one_of and not set(types.needs_one_of) & set(columns):
        columns[types.needs_one_of[0]] = (UNKNOWN, (doubt("No column of amounts was found, and a line needs one."),))
    totals, totals_notes = _totals_row(types, read)
    sheet, sheet_notes = _sheet(read.table, opened)
    return DraftTable(
        entity=entity,
        sheet=sheet,
        columns=columns,
        totals_row=totals,
        notes=(*read.table.notes, *sheet_notes, *read.notes, *totals_notes, *_left_over(entity, columns, read.table)),
        unused=tuple(f"{name} ({why})" if why else name for name, why in read.table.unused.items()),
    )


def _left_over(entity: str, columns: Collection[str], table: Recognised) -> list[Note]:
    """A doubt where headers are left over while columns that figures rest on are filled by none."""
    missing = [column for column in _RESTED_ON.get(entity, ()) if column not in columns]
    if not missing or not table.unused:
        return []
    return [
        doubt(
            f"Nothing was found for {', '.join(missing)}, which say who was paid, where and for what. Is it one of the "
            f"headers not used ({', '.join(table.unused)})?"
        )
    ]


def _sheet(table: Recognised, opened: Opened) -> tuple[str | None, list[Note]]:
    names = [page.sheet for page in table.pages if page.sheet is not None]
    if not names:
        return None, []
    if len(names) == 1:
        return _one_sheet(names[0], [page.sheet for page in opened.pages if page.sheet not in (None, names[0])])
    alike = takewhile(lambda letters: len({*letters}) == 1, zip(*names, strict=False))
    pattern = "".join(letters[0] for letters in alike) + "*"
    return pattern, [doubt(f"{len(names)} sheets have this header: {', '.join(names)}.")]


def _one_sheet(name: str, others: list[str | None]) -> tuple[str, list[Note]]:
    """The sheet, or the pattern of its name where that says a period."""
    pattern = without_period(name)
    if pattern == glob.escape(name):
        return name, []
    if taken := [other for other in others if fnmatchcase(str(other), pattern)]:
        told = f"its pattern, {pattern!r}, would fit {taken[0]!r} too"
        return name, [doubt(f"{name!r} may change with the period, but {told}. How is it called in other months?")]
    return pattern, [doubt(f"In this file it is {name!r}. Does {pattern!r} fit it in every month, and no other sheet?")]


def _totals_row(types: Entity, read: ReadTable) -> tuple[tuple[str, str, tuple[str, ...]] | None, list[Note]]:
    """The row that adds up the others, if what it says is what they add up to."""
    if read.profile.totals is None:
        return None, []
    line, cells = read.profile.totals
    texts = {column: cells[place.position].strip() for column, place in read.table.columns.items()}
    label = next((column for column, text in texts.items() if is_total_label(text)), None)
    sums = [
        column
        for column, text in texts.items()
        if types.columns[column] is ColumnType.AMOUNT and _says(text, _sum(read.profile.values[column]))
    ]
    if label is None or not sums:
        return None, [doubt(f"Line {line} looks like a totals row, but {_why_none(types, read, texts)}.")]
    return (label, texts[label], tuple(sums)), [evidence(f"Line {line} adds up the others, to the penny.")]


def _why_none(types: Entity, read: ReadTable, texts: dict[str, str]) -> str:
    """Why a row that looks like one of totals is none that could be declared, with its figures."""
    lines = times(read.profile.lines, "line")
    differing = [
        f"for {read.table.columns[column].header!r} it says £{stated:,.2f}, and the {lines} above "
        f"add up to £{total:,.2f} (difference £{stated - total:,.2f})"
        for column, text in texts.items()
        if types.columns[column] is ColumnType.AMOUNT and (stated := read_pounds(text)) is not None
        if not _says(text, total := _sum(read.profile.values[column]))
    ]
    if differing:
        return "; ".join(differing)
    if not any(map(is_total_label, texts.values())):
        return "its label stands in no column that is used"
    return "no amount stands in it"


def _sum(values: Values) -> Decimal:
    told = ((read_pounds(text), count) for text, count in values.counts.items())
    return sum((value * count for value, count in told if value is not None), Decimal(0))


def _says(text: str, total: Decimal) -> bool:
    value = read_pounds(text)
    return value is not None and abs(value - total) < _HALF_A_PENNY
