"""Propose the declaration of a source from one of its files, with the evidence, and what a person must decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from star_warehouse.onboard.amounts import STYLES, negative_style, read_pounds
from star_warehouse.onboard.dating import Dating, prove_dates
from star_warehouse.onboard.naming import Naming, best_naming, naming_for
from star_warehouse.onboard.notes import Note, doubt, evidence
from star_warehouse.onboard.opening import Opened, open_file
from star_warehouse.onboard.profiling import (
    NULL_WORDS,
    NUMBERS,
    ZERO_WORDS,
    Profile,
    Values,
    is_total_label,
    profile,
    reads_as,
    sample_columns,
)
from star_warehouse.onboard.recognising import Column, Recognised, recognise
from star_warehouse.onboard.vocabulary import meaning_of, squeezed
from star_warehouse.sources import ENTITIES, ENTITIES_OF_KIND, ColumnType, Entity, date_pattern

UNKNOWN = "?"
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", re.IGNORECASE)
_LATE_AFTER = {"month": 20, "quarter": 30, "year": 60, "year_to_date": 20, "snapshot": 120}
# Days that were already past when the file was made; those of an end or a review may lie ahead.
_PAST_DAYS = ("award_date", "start_date", "recorded_date", "reported_date", "validated_date")
_DELIVERS = {
    "spend": "payments to suppliers",
    "contracts": "contracts register",
    "tenders": "tenders, lots and bids",
    "social_value": "social value projects",
}
_LINES_TOLD = 3
_HALF_A_PENNY = Decimal("0.005")
# What a spreadsheet leaves behind the last digit of a number.
_BINARY_NOISE = Decimal("0.0000005")


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
    date_formats: tuple[str, ...]
    null_tokens: tuple[str, ...]
    zero_tokens: tuple[str, ...]
    tables: tuple[DraftTable, ...]
    notes: Mapping[str, tuple[Note, ...]]


@dataclass
class _Read:
    """A table with what its columns hold."""

    table: Recognised
    profile: Profile
    datings: dict[str, Dating]
    notes: list[Note] = field(default_factory=list)


def draft_source(file_name: str, data: bytes, *, source_id: str | None = None, kind: str | None = None) -> Draft:
    """Propose a declaration.

    Args:
        file_name: the file's name, which should say its period.
        data: its bytes.
        source_id: what the source is to be called; made from the file's name when not given.
        kind: what it delivers; found out from its headers when not given.

    Raises:
        Refusal: the file cannot be opened or has no header.
    """
    opened = open_file(file_name, data)
    kind, tables = recognise(opened, kind, file_name)
    from_cells = opened.type == "xlsx"
    reads = {entity: _read(table, from_cells=from_cells) for entity, table in tables.items()}
    _compare_dates(reads, from_cells=from_cells)
    notes: dict[str, list[Note]] = {}
    naming = _naming(file_name, kind, reads, notes)
    null_tokens, zero_tokens = _tokens(reads, notes)
    columns = {column for read in reads.values() for column in read.table.columns}
    known = sum(len(read.table.columns) for read in reads.values())
    title, notes["title"] = _title(kind, reads, naming)
    extract, notes["extract"] = _extract(kind, columns)
    vat_basis, notes["vat_basis"] = _vat_basis(kind, columns, _net_amount(reads))
    notes["id"] = [] if source_id else [doubt("The name of this file in dags/sources/, without .yml.")]
    notes["kind"] = [evidence(f"Found out from {known} headers.")] if known else [doubt("No header is known.")]
    notes["partner"] = [doubt("Its code in dbt_project/seeds/reference/partner.csv.")]
    notes["accepts"] = [doubt("The first day of this file. From which day on does this source deliver, and to which?")]
    notes["cadence"] = [doubt("How long after a period's end does its file come? No file says.")]
    notes["format"] = list(opened.notes)
    notes["tolerance"] = [doubt("How many lines may be unreadable before the whole file is refused?")]
    return Draft(
        file_name=file_name,
        lines=sum(read.profile.lines for read in reads.values()),
        source_id=source_id or _id_of(naming.rest),
        title=title,
        kind=kind,
        extract=extract,
        vat_basis=vat_basis,
        naming=naming,
        late_after_days=_LATE_AFTER[naming.cadence],
        opened=opened,
        delimiter=next(iter(tables.values())).delimiter,
        date_formats=_date_formats(reads, notes),
        null_tokens=null_tokens,
        zero_tokens=zero_tokens,
        tables=tuple(_table(name, reads.get(name), opened) for name in ENTITIES if name in ENTITIES_OF_KIND[kind]),
        notes={key: tuple(said) for key, said in notes.items()},
    )


def _read(table: Recognised, *, from_cells: bool) -> _Read:
    _correct_by_values(table, ENTITIES[table.entity], from_cells=from_cells)
    found = profile(table)
    types = ENTITIES[table.entity].columns
    read = _Read(table, found, {})
    for column, values in found.values.items():
        if types[column] is ColumnType.DATE:
            read.datings[column] = prove_dates(_days_written(values), from_cells=from_cells)
        elif types[column] in NUMBERS:
            is_needed = column in ENTITIES[table.entity].needs_one_of
            table.columns[column].notes.extend(_number_notes(values, types[column], is_needed=is_needed))
    if found.repeated_headers:
        again = _times(found.repeated_headers, "more time")
        read.notes.append(evidence(f"The header is there {again}, which is skipped."))
    if found.ragged:
        lines = ", ".join(map(str, found.ragged[:_LINES_TOLD]))
        read.notes.append(
            doubt(f"{len(found.ragged):,} lines have another number of cells and would be rejected (line {lines}).")
        )
    return read


def _days_written(values: Values) -> dict[str, int]:
    return {text: line for text, line in values.first_lines.items() if text.casefold() not in NULL_WORDS}


def _compare_dates(reads: Mapping[str, _Read], *, from_cells: bool) -> None:
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
    free = [position for position, texts in enumerate(samples) if texts and position not in taken]

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


def _naming(file_name: str, kind: str, reads: Mapping[str, _Read], notes: dict[str, list[Note]]) -> Naming:
    days: Counter[date] = Counter()
    past: list[date] = []
    for entity, read in reads.items():
        column = ENTITIES[entity].period_column
        for name, dating in read.datings.items():
            if name == column:
                for text, day in dating.days.items():
                    days[day] += read.profile.values[name].counts[text]
            elif name in _PAST_DAYS:
                past.extend(dating.days.values())
    naming, outside = best_naming(file_name, days, is_snapshot=kind != "spend")
    if naming is None:
        naming = naming_for(file_name, days, past, is_snapshot=kind != "spend")
        notes["file_name"] = [doubt(f"The name {file_name!r} says no period; files could be named like the example.")]
        return naming
    total = days.total()
    if naming.cadence == "snapshot":
        notes["file_name"] = [evidence(f"Read as what was there on {naming.period.key}.")]
    elif not total:
        notes["file_name"] = [doubt(f"Read as {naming.period.key}; no line has a day that could show it.")]
    elif outside:
        first = min(day for day in days if not naming.period.start <= day <= naming.period.end)
        notes["file_name"] = [
            doubt(
                f"Read as {naming.period.key}, yet {outside:,} of {total:,} lines lie outside, such as those of "
                f"{first}; they would be rejected."
            )
        ]
    else:
        notes["file_name"] = [evidence(f"Read as {naming.period.key}; all {total:,} lines lie inside.")]
    return naming


def _tokens(reads: Mapping[str, _Read], notes: dict[str, list[Note]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts that stand for nothing, and those that stand for no pounds.

    A text that stands in a column which every line needs is kept there, and so everywhere: tokens hold for all columns.
    """
    kept = {
        text
        for entity, read in reads.items()
        for column in ENTITIES[entity].required & set(read.profile.values)
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
            doubt(f"{text!r} stands in {_times(count, 'cell')}, first in {header!r}, line {line}: taken for {meaning}.")
            for text, (count, header, line) in found.items()
        ]
    return tuple(nulls), tuple(seen[True])


def _date_formats(reads: Mapping[str, _Read], notes: dict[str, list[Note]]) -> tuple[str, ...]:
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


def _id_of(rest: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", rest.split(".", 1)[0].casefold()).strip("_")
    return words if re.match("[a-z]", words) else f"new_body_{words}".rstrip("_")


def _title(kind: str, reads: Mapping[str, _Read], naming: Naming) -> tuple[str, list[Note]]:
    said = doubt("What people call this source.")
    for read in reads.values():
        if kind == "spend" and (place := read.table.columns.get("organisation")):
            names = Counter(sample_columns(read.table)[place.position])
            if names:
                return f"{' '.join(names.most_common(1)[0][0].split())}, {_DELIVERS[kind]}", [said]
    words = " ".join(re.sub(r"[^A-Za-z0-9&' ]+", " ", naming.rest.split(".", 1)[0]).split())
    if words.casefold() in _DELIVERS[kind]:
        return _DELIVERS[kind].capitalize(), [said]
    return f"{words or 'New body'}, {_DELIVERS[kind]}", [said]


def _extract(kind: str, columns: set[str]) -> tuple[str, list[Note]]:
    if kind != "spend":
        return "internal", [doubt("Or published?")]
    if columns & {"remit_postcode", "registered_postcode"}:
        return "internal", [evidence("It has the supplier's postcode.")]
    return "published", [evidence("It has no postcode of the supplier, so nothing can be located.")]


def _net_amount(reads: Mapping[str, _Read]) -> Column | None:
    return next((place for read in reads.values() if (place := read.table.columns.get("amount_net_gbp"))), None)


def _vat_basis(kind: str, columns: set[str], amount: Column | None) -> tuple[str, list[Note]]:
    if kind != "spend":
        return "none", []
    amounts = columns & {"amount_net_gbp", "amount_gross_gbp"}
    if len(amounts) == 2:
        return "both", [evidence("It has a column of each.")]
    if amounts == {"amount_gross_gbp"}:
        return "gross", [evidence("Its only amount is gross.")]
    meaning = meaning_of("spend_line", amount.header) if amount else None
    if meaning is None or meaning.doubt:
        return "net", [doubt("A guess: see amount_net_gbp.")]
    return "net", [evidence("Its only amount is net.")]


def _table(entity: str, read: _Read | None, opened: Opened) -> DraftTable:
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
    begin = next(at for at in range(len(min(names)) + 1) if len({name[:at] for name in names}) > 1) - 1
    pattern = f"{names[0][:begin]}*".strip() or "*"
    return pattern, [doubt(f"{len(names)} sheets have this header: {', '.join(names)}.")]


def _totals_row(types: Entity, read: _Read) -> tuple[tuple[str, str, tuple[str, ...]] | None, list[Note]]:
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


def _times(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
