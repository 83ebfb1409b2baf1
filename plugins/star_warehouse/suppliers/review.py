"""The review queue: what people are asked, and what they decide, through a CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.suppliers.moments import next_moment

_VERDICTS = ("same", "different")
# What a person fills in; all else in the file is there to read.
_NEEDED = ("record_key_l", "record_key_r", "decision", "decided_by", "reason")
_COLUMNS = (
    "amount_gbp", "name_l", "name_r", "partner_l", "partner_r", "supplier_ref_l", "supplier_ref_r",
    "company_number_l", "company_number_r", "postcode_l", "postcode_r", "has_same_vat_number", "weight", "why_asked",
    "decision", "decided_by", "reason", "record_key_l", "record_key_r",
)  # fmt: skip
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class OpenQuestion:
    """Two suppliers that may be one, as one vendor record of each writes them.

    Attributes:
        record_key_l, record_key_r: the records.
        name_l, name_r: as written.
        partner_l, partner_r: who wrote them; None for registers.
        supplier_ref_l, supplier_ref_r: the vendor's number there, as written.
        company_number_l, company_number_r: as written.
        postcode_l, postcode_r: keys, where the last payment went.
        has_same_vat_number: whether both state one VAT number; a group of companies may share one.
        reason: why it is asked.
        weight: match weight in bits; None where nobody asked but a person looked.
        amount_gbp: pounds paid to the smaller of the two: suppliers where it is asked, records where a person looked.
    """

    record_key_l: str
    record_key_r: str
    name_l: str
    name_r: str
    partner_l: str | None
    partner_r: str | None
    supplier_ref_l: str | None
    supplier_ref_r: str | None
    company_number_l: str | None
    company_number_r: str | None
    postcode_l: str | None
    postcode_r: str | None
    has_same_vat_number: bool
    reason: str
    weight: float | None
    amount_gbp: Decimal


@dataclass(frozen=True)
class Answer:
    """What a person decided about two records.

    Attributes:
        record_key_l, record_key_r: the records, in order.
        is_same: whether they are one supplier.
        decided_by: who decided.
        reason: why.
        line: the line of the file, for what is said about it.
    """

    record_key_l: str
    record_key_r: str
    is_same: bool
    decided_by: str
    reason: str
    line: int


def open_questions(warehouse: Warehouse) -> list[OpenQuestion]:
    """The review queue, most pounds at stake first."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(OpenQuestion)) as cursor:
        return cursor.execute(
            """
            select
                question.record_key_l, question.record_key_r, l.supplier_name as name_l, r.supplier_name as name_r,
                l.partner_code as partner_l, r.partner_code as partner_r, l.supplier_ref as supplier_ref_l,
                r.supplier_ref as supplier_ref_r, l.company_number as company_number_l,
                r.company_number as company_number_r, l.postcode_key as postcode_l, r.postcode_key as postcode_r,
                coalesce(l.vat_number = r.vat_number, false) as has_same_vat_number, question.reason, question.weight,
                question.amount_gbp
            from ops.supplier_question as question
            inner join ops.supplier_record as l on question.record_key_l = l.record_key
            inner join ops.supplier_record as r on question.record_key_r = r.record_key
            order by question.amount_gbp desc, question.weight desc, question.record_key_l, question.record_key_r
            """
        ).fetchall()


def pairs_about(warehouse: Warehouse, texts: Sequence[str]) -> list[OpenQuestion]:
    """Vendor records that a person looks for, each beside the one of them that was paid most, asked about or not.

    Args:
        texts: parts of names (upper and lower case alike), or whole vendor numbers, company numbers or supplier keys
            (``sup:7``); what fits any of them is found.

    Raises:
        Refusal: fewer than two records are found.
    """
    keys = [" ".join(text.split()) for text in texts]
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(OpenQuestion)) as cursor:
        found = cursor.execute(
            """
            with sought as (select text, lower(text) as squeezed from unnest(%s::text[]) as text where text <> ''),
            found as (
                select record.*, membership.supplier_cluster_id
                from ops.supplier_record as record
                left join ops.supplier_membership as membership
                    on record.record_key = membership.record_key and membership.valid_to is null
                where exists (
                    select from sought
                    where position(sought.squeezed in reference.squeezed(record.supplier_name)) > 0
                        or reference.squeezed(record.supplier_ref) = sought.squeezed
                        or reference.company_number_key(record.company_number)
                        = reference.company_number_key(sought.text)
                        or 'sup:' || membership.supplier_cluster_id = sought.squeezed
                )
            ),
            most as (select * from found order by amount_gbp desc, record_key limit 1)
            select
                most.record_key as record_key_l, found.record_key as record_key_r, most.supplier_name as name_l,
                found.supplier_name as name_r, most.partner_code as partner_l, found.partner_code as partner_r,
                most.supplier_ref as supplier_ref_l, found.supplier_ref as supplier_ref_r,
                most.company_number as company_number_l, found.company_number as company_number_r,
                most.postcode_key as postcode_l, found.postcode_key as postcode_r,
                coalesce(most.vat_number = found.vat_number, false) as has_same_vat_number,
                case
                    when most.supplier_cluster_id = found.supplier_cluster_id
                        then 'They are one supplier now, sup:' || most.supplier_cluster_id || '.'
                    else 'They are two suppliers now, sup:' || most.supplier_cluster_id
                        || ' and sup:' || found.supplier_cluster_id || '.'
                end as reason,
                null as weight, found.amount_gbp
            from found cross join most
            where found.record_key <> most.record_key
            order by found.amount_gbp desc, found.record_key
            """,
            (keys,),
        ).fetchall()
    if not found:
        raise Refusal(
            "Fewer than two vendor records are found.",
            where=f"star-warehouse review --about {', '.join(repr(text) for text in texts)}",
            way_out="Give a part of the name, or several --about: one for each name, vendor number or company number.",
        )
    return found


def write_questions(questions: Sequence[OpenQuestion], path: Path) -> None:
    """Write questions as a CSV to be filled in: ``decision`` (same, different), ``decided_by`` and ``reason``.

    Raises:
        Refusal: there is such a file, which may have been filled in, or it cannot be written.
    """
    try:
        # Spreadsheets take a file without the mark at its beginning for another encoding.
        stream = path.open("x", encoding="utf-8-sig", newline="")
    except FileExistsError as error:
        raise Refusal(
            "There is such a file; it may hold decisions.", where=str(path), way_out="Give another name."
        ) from error
    except OSError as error:
        raise Refusal(
            f"The file cannot be written: {error.strerror}.", where=str(path), way_out="Give another place."
        ) from error
    with stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for one in questions:
            shown = (
                one.amount_gbp, one.name_l, one.name_r, one.partner_l, one.partner_r, one.supplier_ref_l,
                one.supplier_ref_r, one.company_number_l, one.company_number_r, one.postcode_l, one.postcode_r,
                "yes" if one.has_same_vat_number else "", None if one.weight is None else round(one.weight, 1),
                one.reason, "", "", "", one.record_key_l, one.record_key_r,
            )  # fmt: skip
            writer.writerow(_harmless(value) for value in shown)


def read_answers(path: Path) -> list[Answer]:
    """Read a filled-in CSV; lines without a decision are passed over.

    Raises:
        Refusal: the file is no such CSV, or a line is wrong or contradicts another; nothing is then taken from it.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    if missing := [column for column in _NEEDED if column not in (reader.fieldnames or ())]:
        raise Refusal(
            f"Columns are missing: {', '.join(missing)}.",
            where=str(path),
            way_out="Fill in a file that `star-warehouse review --csv FILE` wrote.",
        )
    answers: dict[tuple[str, str], Answer] = {}
    for row in reader:
        answer = _answer(row, path, reader.line_num)
        if answer is None:
            continue
        pair = (answer.record_key_l, answer.record_key_r)
        if (earlier := answers.get(pair)) is not None and earlier.is_same != answer.is_same:
            raise _refused(path, answer.line, f"It contradicts line {earlier.line}, about the same two records.")
        answers[pair] = answer
    return list(answers.values())


def decide(warehouse: Warehouse, path: Path, run_id: str) -> int:
    """Keep the decisions of a filled-in CSV; the next matching follows them.

    An earlier decision of a person about the same two records is ended, not deleted. One that says the same again
    changes nothing.

    Returns:
        How many decisions are new.

    Raises:
        Refusal: as ``read_answers``, or a line names a record that is not known, or contradicts what people decided
            about others (same, same, and different all the way round); nothing is then kept.
    """
    answers = read_answers(path)
    with warehouse.connect() as connection:
        as_at = next_moment(connection)
        _check_known(connection, answers, path)
        _check_agreeing(connection, answers, path)
        return sum(_keep(connection, answer, run_id, as_at) for answer in answers)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise Refusal("There is no such file.", where=str(path), way_out="Check its name.") from error
    except OSError as error:
        raise Refusal(f"It cannot be read: {error.strerror}.", where=str(path), way_out="Give a CSV file.") from error
    except UnicodeDecodeError as error:
        raise Refusal(
            "The file is not UTF-8.", where=str(path), way_out="Save it as CSV UTF-8 and decide again."
        ) from error


def _answer(row: dict[str, Any], path: Path, line: int) -> Answer | None:
    values = {column: " ".join(str(row.get(column) or "").split()) for column in _NEEDED}
    if not values["decision"]:
        if values["decided_by"] or values["reason"]:
            raise _refused(path, line, "It says who or why, but not what was decided.")
        return None
    verdict = values["decision"].lower()
    if verdict not in _VERDICTS:
        raise _refused(path, line, f"The decision is {values['decision']!r}, not one of {', '.join(_VERDICTS)}.")
    for column, what in (("decided_by", "who decided"), ("reason", "why")):
        if not values[column]:
            raise _refused(path, line, f"It does not say {what} (column {column}).")
    one, other = sorted((values["record_key_l"], values["record_key_r"]))
    if not one or one == other:
        raise _refused(path, line, "It does not name two records (columns record_key_l and record_key_r).")
    return Answer(one, other, verdict == "same", values["decided_by"], values["reason"], line)


def _check_known(connection: psycopg.Connection[Any], answers: Sequence[Answer], path: Path) -> None:
    keys = {key for answer in answers for key in (answer.record_key_l, answer.record_key_r)}
    rows = connection.execute("select record_key from ops.supplier_record where record_key = any(%s)", (list(keys),))
    known = {row[0] for row in rows}
    for answer in answers:
        for key in (answer.record_key_l, answer.record_key_r):
            if key not in known:
                raise _refused(path, answer.line, f"No vendor record has the key {key!r}.")


def _check_agreeing(connection: psycopg.Connection[Any], answers: Sequence[Answer], path: Path) -> None:
    """Refuse answers after which records would be one supplier through others that a person holds apart."""
    rows = connection.execute(
        """
        select record_key_l, record_key_r, verdict = 'same' from ops.supplier_decision
        where rung = 'person' and valid_to is null
        """
    )
    verdicts = {(one, other): is_same for one, other, is_same in rows}
    lines = {(answer.record_key_l, answer.record_key_r): answer.line for answer in answers}
    verdicts |= {(answer.record_key_l, answer.record_key_r): answer.is_same for answer in answers}
    beside: dict[str, set[str]] = defaultdict(set)
    for (one, other), is_same in verdicts.items():
        if is_same:
            beside[one].add(other)
            beside[other].add(one)
    for (one, other), is_same in verdicts.items():
        way = [] if is_same else _way(beside, one, other)
        # What stood before, and nobody decides about now, is not the file's fault.
        if given := [line for pair in ((one, other), *way) if (line := lines.get(pair)) is not None and way]:
            said = "; ".join(_pair_in_words(connection, pair) for pair in way)
            raise Refusal(
                f"It contradicts other decisions. Different: {_pair_in_words(connection, (one, other))}. Yet the same, "
                f"one through the other: {said}.",
                where=f"{path}, line {max(given)}",
                way_out="Decide otherwise about one of these pairs, in this file too; nothing of the file was taken.",
            )


def _way(beside: Mapping[str, set[str]], one: str, other: str) -> list[tuple[str, str]]:
    """The shortest way from one record to the other over pairs that are the same; empty if there is none."""
    came_from: dict[str, str] = {one: one}
    reached = deque([one])
    while reached and other not in came_from:
        here = reached.popleft()
        for there in sorted(beside.get(here, ())):
            if there not in came_from:
                came_from[there] = here
                reached.append(there)
    way = []
    while other in came_from and other != one:
        before = came_from[other]
        way.append((min(before, other), max(before, other)))
        other = before
    return way[::-1]


def _pair_in_words(connection: psycopg.Connection[Any], pair: tuple[str, str]) -> str:
    rows = connection.execute(
        "select record_key, supplier_name from ops.supplier_record where record_key = any(%s)", (list(pair),)
    )
    names = dict(rows.fetchall())
    return " and ".join(f"{names[key] or 'no name'} ({key})" for key in pair)


def _keep(connection: psycopg.Connection[Any], answer: Answer, run_id: str, as_at: datetime) -> int:
    verdict = "same" if answer.is_same else "different"
    pair = (answer.record_key_l, answer.record_key_r)
    standing = connection.execute(
        """
        select verdict from ops.supplier_decision
        where rung = 'person' and valid_to is null and record_key_l = %s and record_key_r = %s
        """,
        pair,
    ).fetchone()
    if standing == (verdict,):
        return 0
    connection.execute(
        """
        update ops.supplier_decision set valid_to = %s, ended_because = %s
        where rung = 'person' and valid_to is null and record_key_l = %s and record_key_r = %s
        """,
        (as_at, f"{answer.decided_by} decided otherwise.", *pair),
    )
    connection.execute(
        """
        insert into ops.supplier_decision (
            record_key_l, record_key_r, verdict, rung, reason, decided_by, run_id, valid_from
        ) values (%s, %s, %s, 'person', %s, %s, %s, %s)
        """,
        (*pair, verdict, answer.reason, answer.decided_by, run_id, as_at),
    )
    return 1


def _refused(path: Path, line: int, what: str) -> Refusal:
    return Refusal(what, where=f"{path}, line {line}", way_out="Correct the line; nothing of the file was taken.")


def _harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) and not isinstance(value, Decimal | float) else text
