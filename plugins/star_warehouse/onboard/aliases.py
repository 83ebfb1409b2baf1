"""A header that took another's place: which line of the declaration would say so."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from star_warehouse.onboard.opening import open_file, read_bytes
from star_warehouse.onboard.vocabulary import header_key, meaning_of, resembling, squeezed
from star_warehouse.onboard.writing import flow_list
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Layout, Source, Table

_ROWS_SEARCHED = 60
_RESEMBLES = 0.86


@dataclass(frozen=True)
class Alias:
    """A column whose declared header is not in a file.

    Attributes:
        entity: the raw table.
        column: its column.
        declared: the headers that the declaration knows for it.
        header: the header of the file that may stand for it; None when none is near.
        doubt: why that one may mean something else, or an empty text.
        line: the declaration's line with that header added; None when there is none.
    """

    entity: str
    column: str
    declared: tuple[str, ...]
    header: str | None
    doubt: str
    line: str | None


def propose_aliases(source: Source, layouts: Sequence[Layout], path: Path) -> list[Alias]:
    """For a file that no layout's headers fit, the columns that are missing and what may stand for each.

    A header is near when it is known as a name of that very column, or is one of the declared ones misspelt; never one
    that is known to mean another column, such as the gross amount where the net one is missing.

    Args:
        source: the declaration.
        layouts: those that the file may have.
        path: the file.

    Returns:
        for the layout of which most headers are there, a proposal for each that is missing; none where the file cannot
        be opened, or shows no header at all.
    """
    try:
        rows = list(_first_rows(source, layouts, path))
    except Refusal:
        return []
    best: tuple[int, list[Alias]] = (0, [])
    for layout, sheet, cells in rows:
        for entity, table in layout.tables.items():
            if sheet is not None and not table.takes_sheet(sheet):
                continue
            there = {squeezed(cell) for cell in cells}
            missing = [column for column in _needed(table) if not there & set(map(squeezed, table.columns[column]))]
            found = len(_needed(table)) - len(missing)
            if found > best[0]:
                best = found, [_alias(entity, table, column, cells) for column in missing]
    return best[1]


def _first_rows(
    source: Source, layouts: Sequence[Layout], path: Path
) -> Iterator[tuple[Layout, str | None, Sequence[str]]]:
    opened = open_file(source.id, read_bytes(path))
    for layout in layouts:
        for page in opened.pages:
            for _, cells in islice(page.rows(layout.format.delimiter or ","), _ROWS_SEARCHED):
                yield layout, page.sheet, cells


def _needed(table: Table) -> list[str]:
    return [column for column in table.columns if column not in table.may_be_absent]


def _alias(entity: str, table: Table, column: str, cells: Sequence[str]) -> Alias:
    declared = table.columns[column]
    used = {squeezed(header) for headers in table.columns.values() for header in headers}
    free = [" ".join(cell.split()) for cell in cells if header_key(cell) and squeezed(cell) not in used]
    near = [(doubt, header) for header in free if (doubt := _doubt(entity, column, declared, header)) is not None]
    if not near:
        return Alias(entity, column, declared, None, "", None)
    # What is known without a doubt, before what may mean something else.
    doubt, header = min(near, key=lambda one: bool(one[0]))
    return Alias(entity, column, declared, header, doubt, f"{column}: {flow_list([*declared, header])}")


def _doubt(entity: str, column: str, declared: Sequence[str], header: str) -> str | None:
    """Why a header may not stand for a column, an empty text when it does; None when it is not near it."""
    if meaning := meaning_of(entity, header):
        return meaning.doubt if meaning.column == column else None
    known = resembling(entity, header)
    if known is not None and known.column != column:
        return None
    keys = [header_key(one) for one in declared]
    if known is not None or difflib.get_close_matches(header_key(header), keys, n=1, cutoff=_RESEMBLES):
        return "only resembles a known one"
    return None
