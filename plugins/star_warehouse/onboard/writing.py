"""A draft as the YAML of a declaration: what it is unsure of carries ``# ?`` and the reason."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from star_warehouse.onboard.draft import Draft, DraftTable
from star_warehouse.onboard.notes import Note, times
from star_warehouse.refusal import Refusal

_WIDTH = 116
_MARK = "# ?"
_ID = re.compile("[a-z][a-z0-9_]*")
# Texts that YAML reads as themselves; others are quoted. Between brackets a comma is none of them.
_PLAIN_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_.+()/£ &'’-]*(?<! )")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.,+()/£ &'’-]*(?<! )")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"})


def to_yaml(draft: Draft) -> str:
    """Write a draft so that it can be read as a declaration as it stands."""
    return "\n".join(_lines(draft)) + "\n"


def count_doubts(text: str) -> int:
    """In how many places a declaration says that it is not sure."""
    return sum(line.lstrip().startswith(_MARK) for line in text.splitlines())


def write_draft(path: Path, text: str) -> None:
    """Write a draft where no file is yet.

    Args:
        path: where; its name without ``.yml`` is the source's id.
        text: the declaration.

    Raises:
        Refusal: the name is no id, a file is there already, or it cannot be written.
    """
    if path.suffix != ".yml" or not _ID.fullmatch(path.stem):
        raise Refusal(
            "The name of a declaration is the source's id: small letters, digits and underscores, and .yml.",
            where=str(path),
            way_out="Choose a name such as dags/sources/oldham.yml.",
        )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refusal(
            "There is a declaration already.", where=str(path), way_out="Choose another name, or move it away first."
        ) from error
    except OSError as error:
        raise Refusal(
            f"The declaration cannot be written: {error.strerror}.", where=str(path), way_out="Choose another folder."
        ) from error


def _lines(draft: Draft) -> Iterator[str]:
    notes = draft.notes
    yield from _comment(
        f"Drafted from {draft.file_name}, {times(draft.lines, 'line')}. What is marked '# ?' is not sure: confirm or "
        "correct it, then take the mark away. The other remarks say what was seen.",
        0,
    )
    for key, text in (
        ("id", draft.source_id),
        ("title", draft.title),
        ("kind", draft.kind),
        ("partner", draft.source_id if draft.kind == "spend" else ""),
        ("extract", draft.extract),
        ("vat_basis", draft.vat_basis),
    ):
        if text:
            yield from _notes(notes[key], 0)
            yield f"{key}: {scalar(text)}"
    yield from _notes(notes["accepts"], 0)
    yield f"accepts: {{from: {draft.naming.period.start}}}"
    yield "file_name:"
    yield from _notes(notes["file_name"], 2)
    yield f"  pattern: {_quoted(draft.naming.pattern)}"
    yield f"  example: {scalar(draft.naming.example)}"
    yield from _notes(notes["cadence"], 0)
    yield f"cadence: {{every: {draft.naming.cadence}, late_after_days: {draft.late_after_days}}}"
    yield from _notes(notes["format"], 0)
    yield f"format: {_format(draft)}"
    for key, texts in (
        ("date_formats", draft.date_formats),
        ("null_tokens", draft.null_tokens),
        ("zero_tokens", draft.zero_tokens),
    ):
        yield from _notes(notes.get(key, ()), 0)
        if texts:
            yield f"{key}: {flow_list(texts)}"
    yield from _notes(notes["tolerance"], 0)
    yield "tolerance: {rejected_pct: 1}"
    yield "tables:"
    for table in draft.tables:
        yield from _table(table)


def _format(draft: Draft) -> str:
    opened, delimiter = draft.opened, draft.delimiter
    parts = [f"type: {opened.type}"]
    if opened.type == "csv":
        parts.append('delimiter: "\\t"' if delimiter == "\t" else f"delimiter: {_quoted(delimiter)}")
    if draft.has_short_rows:
        parts.append("short_rows: fill")
    if opened.legacy_encoding:
        parts.append(f"legacy_encoding: {opened.legacy_encoding}")
    if opened.in_zip:
        parts.append(f"in_zip: {_quoted(opened.in_zip)}")
    if opened.is_gzip:
        parts.append("gzip: true")
    return f"{{{', '.join(parts)}}}"


def _table(table: DraftTable) -> Iterator[str]:
    yield f"  {table.entity}:"
    yield from _notes(table.notes, 4)
    if table.sheet is not None:
        yield f"    sheet: {scalar(table.sheet)}"
    yield "    columns:"
    for column, (header, notes) in table.columns.items():
        yield from _notes(notes, 6)
        yield f"      {column}: {flow_list([header])}"
    if table.totals_row:
        column, label, sums = table.totals_row
        yield f"    totals_row: {{column: {column}, label: {scalar(label, is_item=True)}, adds_up: {flow_list(sums)}}}"
    if table.unused:
        yield from _comment(f"Not used: {', '.join(table.unused)}.", 4)


def _notes(notes: Iterable[Note], indent: int) -> Iterator[str]:
    for note in notes:
        yield from _comment(f"? {note.text}" if note.is_doubt else note.text, indent)


def _comment(text: str, indent: int) -> Iterator[str]:
    clean = " ".join(text.split())
    for line in textwrap.wrap(clean, _WIDTH - indent, break_long_words=False, break_on_hyphens=False):
        yield f"{' ' * indent}# {line}"


def flow_list(texts: Iterable[str]) -> str:
    """Texts as a list of YAML in one line: ``[Net, 'Net, £']``."""
    return f"[{', '.join(scalar(text, is_item=True) for text in texts)}]"


def scalar(text: str, *, is_item: bool = False) -> str:
    """A text as YAML, quoted where it must be, as more must be between brackets."""
    is_plain = (_PLAIN_ITEM if is_item else _PLAIN).fullmatch(text)
    return text if is_plain and text.casefold() not in _NOT_TEXT else _quoted(text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
