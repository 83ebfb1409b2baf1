"""The review queue: what people are asked, and what they decide, through a CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
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
    "amount_gbp", "name_l", "name_r", "partner_l", "partner_r", "company_number_l", "company_number_r",
    "postcode_l", "postcode_r", "has_same_vat_number", "weight", "why_asked", "decision", "decided_by", "reason",
    "record_key_l", "record_key_r",
)  # fmt: skip
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class OpenQuestion:
    """Two suppliers that may be one, as one vendor record of each writes them.

    Attributes:
        record_key_l, record_key_r: the records.
        name_l, name_r: as written.
        partner_l, partner_r: who wrote them; None for registers.
        company_number_l, company_number_r: as written.
        postcode_l, postcode_r: keys, where the last payment went.
        has_same_vat_number: whether both state one VAT number; a group of companies may share one.
        reason: why it is asked.
        weight: match weight in bits.
        amount_gbp: pounds paid to the smaller of the two suppliers.
    """

    record_key_l: str
    record_key_r: str
    name_l: str
    name_r: str
    partner_l: str | None
    partner_r: str | None
    company_number_l: str | None
    company_number_r: str | None
    postcode_l: str | None
    postcode_r: str | None
    has_same_vat_number: bool
    reason: str
    weight: float
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
                l.partner_code as partner_l, r.partner_code as partner_r, l.company_number as company_number_l,
                r.company_number as company_number_r, l.postcode_key as postcode_l, r.postcode_key as postcode_r,
                coalesce(l.vat_number = r.vat_number, false) as has_same_vat_number, question.reason, question.weight,
                question.amount_gbp
            from ops.supplier_question as question
            inner join ops.supplier_record as l on question.record_key_l = l.record_key
            inner join ops.supplier_record as r on question.record_key_r = r.record_key
            order by question.amount_gbp desc, question.weight desc, question.record_key_l, question.record_key_r
            """
        ).fetchall()


def write_questions(questions: Sequence[OpenQuestion], path: Path) -> None:
    """Write questions as a CSV to be filled in: ``decision`` (same, different), ``decided_by`` and ``reason``."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for one in questions:
            shown = (
                one.amount_gbp, one.name_l, one.name_r, one.partner_l, one.partner_r, one.company_number_l,
                one.company_number_r, one.postcode_l, one.postcode_r, "yes" if one.has_same_vat_number else "",
                f"{one.weight:.1f}", one.reason, "", "", "", one.record_key_l, one.record_key_r,
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
        Refusal: as ``read_answers``, or a line names a record that is not known; nothing is then kept.
    """
    answers = read_answers(path)
    with warehouse.connect() as connection:
        as_at = next_moment(connection)
        _check_known(connection, answers, path)
        return sum(_keep(connection, answer, run_id, as_at) for answer in answers)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise Refusal("There is no such file.", where=str(path), way_out="Check its name.") from error
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
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) and not isinstance(value, Decimal) else text
