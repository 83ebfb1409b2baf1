"""A proposed declaration, before it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from star_warehouse.onboard.naming import Naming
from star_warehouse.onboard.notes import Note
from star_warehouse.onboard.opening import Opened


@dataclass(frozen=True)
class DraftTable:
    """The proposal for one table.

    Attributes:
        entity: the raw table.
        sheet: the sheet, or a pattern that several fit.
        columns: for each raw column its header and the notes beside it, in the order of the raw table.
        totals_row: column, label and the amount columns added up, or None.
        notes: what was seen of the header and of the lines.
        unused: headers that stand for no column.
    """

    entity: str
    sheet: str | None
    columns: dict[str, tuple[str, tuple[Note, ...]]]
    totals_row: tuple[str, str, tuple[str, ...]] | None
    notes: tuple[Note, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A proposed declaration.

    Attributes:
        file_name: the file it was made from.
        lines: that file's lines of data.
        source_id: what the source is called.
        title: what people call it.
        kind: what it delivers.
        extract: ``internal`` or ``published``.
        vat_basis: what its amounts are.
        naming: how the file's name says its period.
        late_after_days: when it is late.
        opened: what the file is packed in, and its encoding.
        delimiter: what separates the cells of a CSV.
        has_short_rows: whether rows of a CSV end before the header does and lack nothing that a line needs.
        date_formats: how days are written.
        null_tokens: texts taken for nothing.
        zero_tokens: texts taken for no pounds.
        tables: the tables, in the order of the raw tables.
        notes: the notes beside the keys of the declaration, by key.
    """

    file_name: str
    lines: int
    source_id: str
    title: str
    kind: str
    extract: str
    vat_basis: str
    naming: Naming
    late_after_days: int
    opened: Opened
    delimiter: str
    has_short_rows: bool
    date_formats: tuple[str, ...]
    null_tokens: tuple[str, ...]
    zero_tokens: tuple[str, ...]
    tables: tuple[DraftTable, ...]
    notes: Mapping[str, tuple[Note, ...]]
