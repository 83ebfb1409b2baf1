"""Which tables a file holds: the header row below a preamble, the delimiter, and the column each header stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from star_warehouse.onboard.notes import Note, doubt, evidence
from star_warehouse.onboard.opening import DELIMITERS, Opened, Page
from star_warehouse.onboard.vocabulary import header_key, meaning_of, resembling
from star_warehouse.read.records import ROWS_OF_HEAD
from star_warehouse.refusal import Refusal
from star_warehouse.sources import ENTITIES, ENTITIES_OF_KIND, KINDS_OF_ONE_TABLE

_FEWEST_KNOWN = 2
# What is none of the signs that a YAML text may hold (c-printable in YAML 1.2).
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass
class Column:
    """A column of the raw table and the cells that hold it.

    Attributes:
        header: as it is written in the file.
        position: which cell of a row.
        notes: the evidence, and what is not sure.
    """

    header: str
    position: int
    notes: list[Note] = field(default_factory=list)


@dataclass
class Recognised:
    """A table of a file.

    Attributes:
        entity: the raw table it seems to be.
        pages: the pages that hold it, all with this header.
        delimiter: what separates the cells of a CSV.
        line: the line of the header on the first page.
        cells: the header's cells.
        columns: the raw columns found.
        unused: headers that stand for no column, each with why.
        notes: what was seen of the header itself.
    """

    entity: str
    pages: list[Page]
    delimiter: str
    line: int
    cells: list[str]
    columns: dict[str, Column]
    unused: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def recognise(opened: Opened, kind: str | None, where: str) -> tuple[str, dict[str, Recognised]]:
    """Find out what a file delivers.

    Args:
        opened: the unpacked file.
        kind: what it delivers, if that is known.
        where: the file, for people.

    Returns:
        the kind, and the tables found, by raw table; some may be missing.

    Raises:
        Refusal: not one row looks like a header, or a header holds a sign that YAML cannot.
    """
    best: dict[str, list[Recognised]] = {entity: [] for entity in ENTITIES}
    for page in opened.pages:
        readings = [
            (delimiter, list(islice(page.rows(delimiter), ROWS_OF_HEAD)))
            for delimiter in (DELIMITERS if opened.type == "csv" else (",",))
        ]
        for entity in best:
            if found := _best_header(entity, page, readings):
                best[entity].append(found)
    # The registers are declared once for everybody; what a body of its own delivers is none.
    kinds = [kind] if kind else [known for known in ENTITIES_OF_KIND if known not in KINDS_OF_ONE_TABLE]
    scored = [(_tables_of(candidate, best), candidate) for candidate in kinds]
    tables, chosen = max(scored, key=lambda pair: sum(len(table.columns) for table in pair[0].values()))
    if not tables:
        tables = _by_structure(opened, kind or "spend", where)
        chosen = kind or "spend"
    for table in tables.values():
        _check_signs(table, where)
    return chosen, tables


def _check_signs(table: Recognised, where: str) -> None:
    for cell in table.cells:
        if sign := _UNPRINTABLE.search(" ".join(cell.split())):
            raise Refusal(
                f"The header {cell.strip()!r} holds {sign[0]!r}, a sign that YAML cannot; the file may be damaged.",
                where=f"{where}, {_row_word(table.pages[0])} {table.line}",
                way_out="Ask the sender for the file again.",
            )


def _best_header(
    entity: str, page: Page, readings: Sequence[tuple[str, list[tuple[int, list[str]]]]]
) -> Recognised | None:
    candidates = [
        Recognised(entity, [page], delimiter, line, cells, columns)
        for delimiter, rows in readings
        for line, cells in rows
        if len(columns := _columns_of(entity, cells)) >= _FEWEST_KNOWN
    ]
    if not candidates:
        return None
    found = max(candidates, key=lambda candidate: (len(candidate.columns), -candidate.line))
    above = next(rows for delimiter, rows in readings if delimiter == found.delimiter)
    before = sum(1 for line, _ in above if line < found.line)
    below = f", below {before} others" if before else ""
    found.notes.append(evidence(f"The header is {_row_word(page)} {found.line}{below}."))
    found.unused = _unused(found)
    return found


def _row_word(page: Page) -> str:
    return "line" if page.sheet is None else "row"


def _unused(found: Recognised) -> dict[str, str]:
    used = {column.position for column in found.columns.values()}
    return {cell.strip(): "" for position, cell in enumerate(found.cells) if cell.strip() and position not in used}


def _columns_of(entity: str, cells: Sequence[str]) -> dict[str, Column]:
    """The columns that a row's cells would stand for if it were the header."""
    claims: dict[str, list[tuple[bool, int, Column]]] = {}
    for position, cell in enumerate(cells):
        if not header_key(cell):
            continue
        if meaning := meaning_of(entity, cell):
            notes = [doubt(f"{cell.strip()!r} {meaning.doubt}.")] if meaning.doubt else []
            claim = (bool(meaning.doubt), meaning.rank, Column(cell.strip(), position, notes))
            claims.setdefault(meaning.column, []).append(claim)
    resembled: dict[str, list[tuple[bool, int, Column]]] = {}
    for position, cell in enumerate(cells):
        if not claims or meaning_of(entity, cell):
            continue
        if (meaning := resembling(entity, cell)) and meaning.column not in claims:
            notes = [doubt(f"{cell.strip()!r} resembles a header that is known; is it that?")]
            resembled.setdefault(meaning.column, []).append((True, meaning.rank, Column(cell.strip(), position, notes)))
    return {column: _best_claim(found) for column, found in {**claims, **resembled}.items()}


def _best_claim(claims: list[tuple[bool, int, Column]]) -> Column:
    ordered = sorted(claims, key=lambda claim: claim[:2])
    best = ordered[0][2]
    if len(ordered) > 1:
        others = ", ".join(repr(claim[2].header) for claim in ordered[1:])
        best.notes.append(doubt(f"It could also be {others}."))
    return best


def _tables_of(kind: str, best: Mapping[str, list[Recognised]]) -> dict[str, Recognised]:
    """The tables of a kind, each on pages of its own, those with the most known headers first."""
    tables: dict[str, Recognised] = {}
    taken: set[str | None] = set()
    wanted = ENTITIES_OF_KIND[kind]
    claims = [found for entity in wanted for found in best[entity]]
    for found in sorted(claims, key=lambda claim: len(claim.columns), reverse=True):
        sheet = found.pages[0].sheet
        if sheet in taken:
            continue
        if found.entity not in tables:
            tables[found.entity] = found
            taken.add(sheet)
        elif found.cells == tables[found.entity].cells:
            tables[found.entity].pages.append(found.pages[0])
            taken.add(sheet)
    return {entity: tables[entity] for entity in ENTITIES if entity in tables}


def _by_structure(opened: Opened, kind: str, where: str) -> dict[str, Recognised]:
    """The first row of the usual width without a number in it, where no header is known."""
    best: tuple[int, int] | None = None
    found: Recognised | None = None
    entity = next(name for name in ENTITIES if name in ENTITIES_OF_KIND[kind])
    for page in opened.pages:
        for delimiter in DELIMITERS if opened.type == "csv" else (",",):
            rows = list(islice(page.rows(delimiter), ROWS_OF_HEAD))
            widths = Counter(len(cells) for _, cells in rows if any(cells))
            width, count = widths.most_common(1)[0] if widths else (0, 0)
            header = next((row for row in rows if len(row[1]) == width and _could_be_header(row[1])), None)
            if width > 1 and header and (best is None or (count, width) > best):
                best = (count, width)
                found = Recognised(entity, [page], delimiter, *header, _columns_of(entity, header[1]))
    if found is None:
        raise Refusal(
            f"None of the first {ROWS_OF_HEAD} rows looks like a header.",
            where=where,
            way_out="Add a row with the columns' names there, or declare the source by hand from another one.",
        )
    separated = f", separated by {_DELIMITER_NAMES[found.delimiter]}" if opened.type == "csv" else ""
    found.notes.append(doubt(f"Line {found.line} looks like a header{separated}, but hardly a name in it is known."))
    found.unused = _unused(found)
    return {entity: found}


def _could_be_header(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) * 2 > len(cells) and not any(re.search(r"\d{3}", cell) for cell in filled)
