"""The proposal for one table: its sheet, the header of each column, and its totals row."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import takewhile

from star_warehouse.onboard.amounts import read_pounds
from star_warehouse.onboard.draft import DraftTable
from star_warehouse.onboard.judging import ReadTable
from star_warehouse.onboard.notes import Note, doubt, evidence
from star_warehouse.onboard.opening import Opened
from star_warehouse.onboard.profiling import Values, is_total_label
from star_warehouse.onboard.recognising import Recognised
from star_warehouse.onboard.vocabulary import squeezed
from star_warehouse.sources import ENTITIES, ColumnType, Entity

# Stands for the header that no column of the file has.
UNKNOWN = "?"
_HALF_A_PENNY = Decimal("0.005")


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
    sheet, sheet_notes = _sheet(read.table)
    return DraftTable(
        entity=entity,
        sheet=sheet,
        columns=columns,
        totals_row=totals,
        notes=(*read.table.notes, *sheet_notes, *read.notes, *totals_notes),
        unused=tuple(f"{name} ({why})" if why else name for name, why in read.table.unused.items()),
    )


def _sheet(table: Recognised) -> tuple[str | None, list[Note]]:
    names = [page.sheet for page in table.pages if page.sheet is not None]
    if len(names) < 2:
        return (names[0] if names else None), []
    alike = takewhile(lambda letters: len({*letters}) == 1, zip(*names, strict=False))
    pattern = "".join(letters[0] for letters in alike) + "*"
    return pattern, [doubt(f"{len(names)} sheets have this header: {', '.join(names)}.")]


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
        return None, [doubt(f"Line {line} looks like a totals row, but what it says is not what the lines add up to.")]
    return (label, texts[label], tuple(sums)), [evidence(f"Line {line} adds up the others, to the penny.")]


def _sum(values: Values) -> Decimal:
    told = ((read_pounds(text), count) for text, count in values.counts.items())
    return sum((value * count for value, count in told if value is not None), Decimal(0))


def _says(text: str, total: Decimal) -> bool:
    value = read_pounds(text)
    return value is not None and abs(value - total) < _HALF_A_PENNY
