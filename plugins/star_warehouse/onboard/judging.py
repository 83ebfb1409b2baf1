"""What the values of a table say of its columns: which they are, how they are written, what stands for nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from star_warehouse.onboard.amounts import STYLES, negative_style, read_pounds
from star_warehouse.onboard.dating import Dating, prove_dates
from star_warehouse.onboard.notes import Note, doubt, evidence, times
from star_warehouse.onboard.profiling import (
    NULL_WORDS,
    NUMBERS,
    ZERO_WORDS,
    Profile,
    Values,
    profile,
    reads_as,
    sample_columns,
)
from star_warehouse.onboard.recognising import Column, Recognised
from star_warehouse.onboard.vocabulary import squeezed
from star_warehouse.sources import ENTITIES, ColumnType, Entity, date_pattern

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", re.IGNORECASE)
_LINES_TOLD = 3
# What a spreadsheet leaves behind the last digit of a number.
_BINARY_NOISE = Decimal("0.0000005")


@dataclass
class ReadTable:
    """A table with what its columns hold."""

    table: Recognised
    profile: Profile
    datings: dict[str, Dating]
    notes: list[Note] = field(default_factory=list)


def read_table(table: Recognised, *, from_cells: bool) -> ReadTable:
    _correct_by_values(table, ENTITIES[table.entity], from_cells=from_cells)
    found = profile(table)
    types = ENTITIES[table.entity].columns
    read = ReadTable(table, found, {})
    for column, values in found.values.items():
        if types[column] is ColumnType.DATE:
            read.datings[column] = prove_dates(_days_written(values), from_cells=from_cells)
        elif types[column] in NUMBERS:
            is_needed = column in ENTITIES[table.entity].needs_one_of
            table.columns[column].notes.extend(_number_notes(values, types[column], is_needed=is_needed))
    if found.repeated_headers:
        again = times(found.repeated_headers, "more time")
        read.notes.append(evidence(f"The header is there {again}, which is skipped."))
    if found.ragged:
        lines = ", ".join(map(str, found.ragged[:_LINES_TOLD]))
        read.notes.append(
            doubt(f"{times(len(found.ragged), 'line')} with another number of cells would be rejected (line {lines}).")
        )
    return read


def _days_written(values: Values) -> dict[str, int]:
    return {text: line for text, line in values.first_lines.items() if text.casefold() not in NULL_WORDS}


def compare_dates(reads: Mapping[str, ReadTable], *, from_cells: bool) -> None:
    """Let the columns whose days prove a format speak for those whose days could be read in two."""
    proven = {form for read in reads.values() for dating in read.datings.values() for form in dating.proven}
    for read in reads.values():
        for column in read.datings:
            texts = _days_written(read.profile.values[column])
            read.datings[column] = prove_dates(texts, from_cells=from_cells, proven=proven)
            read.table.columns[column].notes.extend(read.datings[column].notes)


def _correct_by_values(table: Recognised, entity: Entity, *, from_cells: bool) -> None:
    """Take back columns whose values are of another type, and find by their values those that no header names."""
    samples = sample_columns(table)
    for column, place in list(table.columns.items()):
        if not reads_as(entity.columns[column], samples[place.position], from_cells=from_cells):
            word = entity.columns[column].value
            if column in entity.required:
                place.notes.append(doubt(f"Most of its values read as no {word}."))
            else:
                del table.columns[column]
                table.unused[place.header] = f"its values read as no {word}"
    taken = {place.position for place in table.columns.values()}
    # A header that is there twice names no column: the reader could not tell which of the two is meant.
    times_there = Counter(map(squeezed, table.cells))
    free = [
        at
        for at, texts in enumerate(samples)
        if texts and at not in taken and table.cells[at].strip() and times_there[squeezed(table.cells[at])] == 1
    ]

    def claim(column: str, position: int, why: str) -> None:
        header = table.cells[position].strip()
        table.columns[column] = Column(header, position, [doubt(why)])
        table.unused.pop(header, None)
        free.remove(position)

    for column in entity.required - set(table.columns):
        if entity.columns[column] is ColumnType.DATE:
            found = [at for at in free if reads_as(ColumnType.DATE, samples[at], from_cells=from_cells)]
            if found:
                claim(column, found[0], f"{table.cells[found[0]]!r} is not a header known for it, but holds days.")
    if entity.needs_one_of and not set(entity.needs_one_of) & set(table.columns):
        found = [at for at in free if any(re.search(r"\.\d\d\b", text) for text in samples[at])]
        if pounds := [at for at in found if reads_as(ColumnType.AMOUNT, samples[at], from_cells=from_cells)]:
            claim(entity.needs_one_of[0], pounds[0], "No header says an amount; these are numbers with pence.")
    if "remit_postcode" in entity.columns and "remit_postcode" not in table.columns:
        for at in free:
            if sum(bool(_POSTCODE.fullmatch(text)) for text in samples[at]) * 2 > len(samples[at]):
                claim("remit_postcode", at, "Its values are postcodes; whose, its header does not say.")
                break


def _number_notes(values: Values, kind: ColumnType, *, is_needed: bool) -> list[Note]:
    """How the numbers of a column are written."""
    notes: list[Note] = []
    styles: Counter[str] = Counter()
    first: dict[str, str] = {}
    precise = unreadable = None
    decimals = 2 if kind is ColumnType.AMOUNT else 4
    for text, count in values.counts.items():
        value = read_pounds(text.removesuffix("%"))
        if value is None:
            if text.casefold() not in NULL_WORDS:
                unreadable = unreadable or text
            continue
        if style := negative_style(text):
            styles[style] += count
            first.setdefault(style, text)
        if abs(value - round(value, decimals)) > _BINARY_NOISE:
            precise = precise or text
    if styles:
        told = ", ".join(
            f"{count:,} {STYLES[style]} ({first[style]!r} in line {values.first_lines[first[style]]})"
            for style, count in styles.most_common()
        )
        notes.append(evidence(f"Negatives: {told}."))
    elif is_needed:
        notes.append(doubt("Not one is negative. How does this body write a credit?"))
    if precise is not None:
        line = values.first_lines[precise]
        notes.append(doubt(f"{precise!r} in line {line} has more than {decimals} decimals and would be rejected."))
    if unreadable is not None:
        line = values.first_lines[unreadable]
        notes.append(doubt(f"{unreadable!r} in line {line} is no number and would be rejected."))
    return notes


def find_tokens(
    reads: Mapping[str, ReadTable], notes: dict[str, list[Note]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts that stand for nothing, and those that stand for no pounds.

    A word that stands as a text which every line needs is kept there, and so everywhere: tokens hold for all columns.
    """
    kept = {
        text
        for entity, read in reads.items()
        for column in ENTITIES[entity].required & set(read.profile.values)
        if ENTITIES[entity].columns[column] in (ColumnType.TEXT, ColumnType.IDENTIFIER)
        for text in read.profile.values[column].counts
    }
    seen: dict[bool, dict[str, tuple[int, str, int]]] = {True: {}, False: {}}
    for entity, read in reads.items():
        for column, values in read.profile.values.items():
            is_amount = ENTITIES[entity].columns[column] is ColumnType.AMOUNT
            header = read.table.columns[column].header
            for text, count in values.counts.items():
                if text.casefold() not in NULL_WORDS or text in kept:
                    continue
                is_zero = is_amount and text.casefold() in ZERO_WORDS
                before, place, line = seen[is_zero].get(text, (0, header, values.first_lines[text]))
                seen[is_zero][text] = (before + count, place, line)
    nulls = {text: said for text, said in seen[False].items() if text not in seen[True]}
    for key, found, meaning in (("null_tokens", nulls, "nothing"), ("zero_tokens", seen[True], "0.00")):
        notes[key] = [
            doubt(f"{text!r} stands in {times(count, 'cell')}, first in {header!r}, line {line}: taken for {meaning}.")
            for text, (count, header, line) in found.items()
        ]
    return tuple(nulls), tuple(seen[True])


def find_date_formats(reads: Mapping[str, ReadTable], notes: dict[str, list[Note]]) -> tuple[str, ...]:
    """The formats of all date columns together; two that read one text in two ways cannot both stay."""
    uses: Counter[str] = Counter()
    for read in reads.values():
        for column, dating in read.datings.items():
            for form in dating.formats:
                uses[form] += read.profile.values[column].filled
    kept: dict[str, str] = {}
    for form, _ in uses.most_common():
        other = kept.setdefault(date_pattern(form), form)
        if other != form:
            notes.setdefault("date_formats", []).append(
                doubt(f"One column is written {other}, another {form}; no source can have both. Ask the body.")
            )
    return tuple(kept.values())
