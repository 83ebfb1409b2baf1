"""Propose the declaration of a source from one of its files, with the evidence, and what a person must decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

from star_warehouse.onboard.draft import Draft
from star_warehouse.onboard.judging import ReadTable, compare_dates, find_date_formats, find_tokens, read_table
from star_warehouse.onboard.naming import Naming, best_naming, naming_for
from star_warehouse.onboard.notes import Note, doubt, evidence, times
from star_warehouse.onboard.opening import open_file
from star_warehouse.onboard.profiling import sample_columns
from star_warehouse.onboard.recognising import Column, recognise
from star_warehouse.onboard.tables import draft_table
from star_warehouse.onboard.vocabulary import meaning_of
from star_warehouse.sources import ENTITIES, ENTITIES_OF_KIND

_LATE_AFTER = {"month": 20, "quarter": 30, "year": 60, "year_to_date": 20, "snapshot": 120}
# Days that were already past when the file was made; those of an end or a review may lie ahead.
_PAST_DAYS = ("award_date", "start_date", "recorded_date", "reported_date", "validated_date")
_DELIVERS = {
    "spend": "payments to suppliers",
    "contracts": "contracts register",
    "tenders": "tenders, lots and bids",
    "social_value": "social value projects",
}


def draft_source(file_name: str, data: bytes, *, source_id: str | None = None, kind: str | None = None) -> Draft:
    """Propose a declaration.

    Args:
        file_name: the file's name, which should say its period.
        data: its bytes.
        source_id: what the source is to be called; made from the file's name when not given.
        kind: what it delivers; found out from its headers when not given.

    Raises:
        Refusal: the file cannot be opened, has no header, or one that no declaration can name.
    """
    opened = open_file(file_name, data)
    kind, tables = recognise(opened, kind, file_name)
    from_cells = opened.type == "xlsx"
    reads = {entity: read_table(table, from_cells=from_cells) for entity, table in tables.items()}
    compare_dates(reads, from_cells=from_cells)
    notes: dict[str, list[Note]] = {}
    naming = _naming(file_name, kind, reads, notes)
    null_tokens, zero_tokens = find_tokens(reads, notes)
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
    short = [line for read in reads.values() for line in read.profile.short]
    cut = [read.profile.cut for read in reads.values() if read.profile.cut is not None]
    notes["format"] = [*opened.notes, *_short_rows(short), *map(_cut_off, cut)]
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
        has_short_rows=bool(short),
        date_formats=find_date_formats(reads, notes),
        null_tokens=null_tokens,
        zero_tokens=zero_tokens,
        tables=tuple(draft_table(name, reads.get(name), opened) for name in ENTITIES if name in ENTITIES_OF_KIND[kind]),
        notes={key: tuple(said) for key, said in notes.items()},
    )


def _naming(file_name: str, kind: str, reads: Mapping[str, ReadTable], notes: dict[str, list[Note]]) -> Naming:
    days: Counter[date] = Counter()
    past: list[date] = []
    is_proven = True
    for entity, read in reads.items():
        column = ENTITIES[entity].period_column
        for name, dating in read.datings.items():
            if name == column:
                is_proven = is_proven and set(dating.formats) == set(dating.proven)
                for text, day in dating.days.items():
                    days[day] += read.profile.values[name].counts[text]
            elif name in _PAST_DAYS:
                past.extend(dating.days.values())
    naming, outside = best_naming(file_name, days, is_snapshot=kind != "spend")
    if naming is None:
        naming = naming_for(file_name, days, past, is_snapshot=kind != "spend")
        notes["file_name"] = [doubt(f"The name {file_name!r} says no period; files could be named like the example.")]
        return naming
    notes["file_name"] = [_fit(naming, days, outside, is_proven=is_proven), *_doubted_naming(naming, days)]
    return naming


def _fit(naming: Naming, days: Counter[date], outside: int, *, is_proven: bool) -> Note:
    """How the lines' days fit the period that a name is read as."""
    total = days.total()
    if naming.cadence == "snapshot":
        return evidence(f"Read as what was there on {naming.period.key}.")
    if not total:
        return doubt(f"Read as {naming.period.key}; no line has a day that could show it.")
    if outside:
        first = min(day for day in days if not naming.period.start <= day <= naming.period.end)
        return doubt(
            f"Read as {naming.period.key}, yet {outside:,} of {total:,} lines lie outside, such as those of {first}; "
            "they would be rejected."
        )
    inside = f"Read as {naming.period.key}; all {total:,} lines lie inside"
    if is_proven:
        return evidence(f"{inside}.")
    return doubt(f"{inside}, if their days are read right, which is not sure.")


def _doubted_naming(naming: Naming, days: Counter[date]) -> list[Note]:
    """Why a name may say another period than it is read as, though its lines lie inside."""
    doubts: list[Note] = []
    if digits := re.findall("[0-9]+", naming.rest):
        doubts.append(
            doubt(
                f"{' and '.join(map(repr, digits))} in the name would have to be the same in every file's. Is it, or "
                "is it part of the period?"
            )
        )
    months = {f"{day:%Y-%m}" for day in days}
    if naming.cadence in ("year", "year_to_date") and len(months) == 1:
        doubts.append(doubt(f"All lines lie in {months.pop()}. Is it a month's file, under a name read as a year's?"))
    return doubts


def _short_rows(lines: list[int]) -> list[Note]:
    if not lines:
        return []
    return [
        doubt(
            f"{times(len(lines), 'row')} with fewer cells than the header (the first in line {lines[0]}), as if "
            "a spreadsheet had left off empty last cells. Is that why, or is something cut off?"
        )
    ]


def _cut_off(line: int) -> Note:
    return doubt(
        f"The last line has no line end and fewer cells than the header (line {line}); the file may be cut off, and "
        "the line would be rejected. Is there a whole one?"
    )


def _id_of(rest: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", rest.split(".", 1)[0].casefold()).strip("_")
    return words if re.match("[a-z]", words) else f"new_body_{words}".rstrip("_")


def _title(kind: str, reads: Mapping[str, ReadTable], naming: Naming) -> tuple[str, list[Note]]:
    said = doubt("What people call this source.")
    for read in reads.values():
        if kind == "spend" and (place := read.table.columns.get("organisation")):
            written = (" ".join(text.split()) for text in sample_columns(read.table)[place.position])
            if names := Counter(filter(str.isprintable, written)):
                return f"{names.most_common(1)[0][0]}, {_DELIVERS[kind]}", [said]
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


def _net_amount(reads: Mapping[str, ReadTable]) -> Column | None:
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
