"""The CSV in which people answer the review queue: its columns, and what a line says."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from star_warehouse.refusal import Refusal

Decision = Literal["same", "different", "identified", "withdrawn"]

_ABOUT_TWO = "same, different, withdrawn"
_ABOUT_ONE = "identified, withdrawn"
_IDENTITY = ("identified_name", "identified_company_number", "identified_charity_number")
_VERDICT = ("decision", "decided_by", "reason")
_NEEDED = ("record_key_l", "record_key_r", *_VERDICT)
# The columns of the file that a person fills in; all others are there to read.
TO_FILL_IN = (*_IDENTITY, *_VERDICT)
_RECORD_KEY = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What a person decided about two records, or about one.

    Attributes:
        record_key_l, record_key_r: the records, in order; the second is None where one is identified.
        decision: ``same`` or ``different``: whether the two are one supplier. ``identified``: the one is whom name and
            numbers say. ``withdrawn``: no person says anything any more.
        decided_by: who decided.
        reason: why.
        line: the line of the file in which it begins, for what is said about it.
        name, company_number, charity_number: as whom it is identified; a number is None where none is given.
    """

    record_key_l: str
    record_key_r: str | None
    decision: Decision
    decided_by: str
    reason: str
    line: int
    name: str | None = None
    company_number: str | None = None
    charity_number: str | None = None

    @property
    def about(self) -> tuple[str, str | None]:
        """The records it is about."""
        return self.record_key_l, self.record_key_r

    @property
    def said(self) -> tuple[str | None, ...]:
        """What it says of them, whoever says it."""
        return self.decision, self.name, self.company_number, self.charity_number


def read_answers(path: Path) -> list[Answer]:
    """Read a filled-in CSV; lines without a decision are passed over.

    Raises:
        Refusal: the file is no such CSV, or a line is wrong or contradicts another; nothing is then taken from it.
    """
    records = _records(_text(path), path)
    _, header = next(records, (1, []))
    if missing := [column for column in _NEEDED if column not in header]:
        raise Refusal(
            f"Columns are missing: {', '.join(missing)}.",
            where=str(path),
            way_out="Fill in a file that `star-warehouse review --csv FILE` wrote.",
        )
    answers: dict[tuple[str, str | None], Answer] = {}
    for line, fields in records:
        # Spreadsheets leave out empty cells at a row's end, or write some more: those say nothing.
        if any(beyond.strip() for beyond in fields[len(header) :]):
            raise refused(
                path, line,
                f"The line has {len(fields)} fields; the header has {len(header)}. A text that holds a comma stands "
                "between quotation marks.",
            )  # fmt: skip
        answer = _answer(dict(zip(header, fields, strict=False)), path, line)
        if answer is None:
            continue
        if (earlier := answers.get(answer.about)) is not None and earlier.said != answer.said:
            raise refused(path, answer.line, f"It contradicts line {earlier.line}, about the same records.")
        answers[answer.about] = answer
    return list(answers.values())


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise Refusal("There is no such file.", where=str(path), way_out="Check its name.") from error
    except OSError as error:
        raise Refusal(f"It cannot be read: {error.strerror}.", where=str(path), way_out="Give a CSV file.") from error
    except UnicodeDecodeError as error:
        raise Refusal(
            "The file is not UTF-8.", where=str(path), way_out="Save it as CSV UTF-8 and decide again."
        ) from error
    before, nul, _ = text.partition("\0")
    if nul:
        raise refused(path, before.count("\n") + 1, "It holds a NUL byte, which no text does; the file may be damaged.")
    return text


def _records(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins in; blank lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for fields in reader:
            if any(_holds_a_record(field) for field in fields):
                raise refused(
                    path, begins,
                    f"A quotation mark that opens here takes in other lines, up to line {reader.line_num}: close it.",
                )  # fmt: skip
            if fields:
                yield begins, fields
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            what = f"A field is longer than {csv.field_size_limit():,} characters; a quotation mark may not be closed."
        else:
            what = f"The line is not CSV: {error}. Close what is quoted, and double a quotation mark within it."
        raise refused(path, begins, what) from error


def _holds_a_record(field: str) -> bool:
    """Whether a text of several lines holds a line of this file: a record key between commas.

    A reason may have several lines, and may name a key.
    """
    lines = field.splitlines()
    return len(lines) > 1 and any(_is_a_record(line.split(",")) for line in lines)


def _is_a_record(fields: Sequence[str]) -> bool:
    return len(fields) > 1 and any(_RECORD_KEY.fullmatch(field.strip(' "')) for field in fields)


def _answer(row: dict[str, Any], path: Path, line: int) -> Answer | None:
    values = {column: " ".join(str(row.get(column) or "").split()) for column in (*_NEEDED, *_IDENTITY)}
    decision = values["decision"].lower()
    name, company_number, charity_number = (values[column] or None for column in _IDENTITY)
    if not decision:
        if values["decided_by"] or values["reason"] or name or company_number or charity_number:
            raise refused(path, line, "It says who or why, but not what was decided.")
        return None
    if decision not in get_args(Decision):
        raise refused(
            path, line, f"The decision is {values['decision']!r}, not one of {', '.join(get_args(Decision))}."
        )
    for column, what in (("decided_by", "who decided"), ("reason", "why")):
        if not values[column]:
            raise refused(path, line, f"It does not say {what} (column {column}).")
    one, other = values["record_key_l"], values["record_key_r"]
    if not one or one == other:
        raise refused(path, line, "It does not name two records, or one (columns record_key_l and record_key_r).")
    if other and decision == "identified":
        raise refused(path, line, f"About two records it is decided: {_ABOUT_TWO}.")
    if not other and decision in ("same", "different"):
        raise refused(path, line, f"About one record it is decided: {_ABOUT_ONE}.")
    if decision == "identified" and not name:
        raise refused(path, line, "It does not say as whom (column identified_name: the registered name).")
    if decision == "withdrawn":
        # What is taken back may still be written in the line.
        name = company_number = charity_number = None
    elif decision != "identified" and (name or company_number or charity_number):
        raise refused(path, line, "It says as whom a record is identified, but decides something else.")
    left, right = sorted((one, other)) if other else (one, None)
    return Answer(
        left, right, cast(Decision, decision), values["decided_by"], values["reason"], line, name, company_number,
        charity_number,
    )  # fmt: skip


def refused(path: Path, line: int, what: str) -> Refusal:
    """What is said of a wrong line."""
    return Refusal(what, where=f"{path}, line {line}", way_out="Correct the line; nothing of the file was taken.")
