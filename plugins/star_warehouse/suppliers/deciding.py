"""What people decide about suppliers, kept above every rule and score."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

import psycopg

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.suppliers.answers import Answer, read_answers, refused
from star_warehouse.suppliers.groups import STATED
from star_warehouse.suppliers.moments import next_moment

_Pair = tuple[str, str]

# So many digits are left of nearly all company numbers whose noughts a spreadsheet took away; fewer are a slip.
_DIGITS_OF_A_COMPANY = 6


@dataclass(frozen=True)
class _Change:
    """What an answer makes of what people say of two records: from now on this verdict, or (None) none."""

    pair: _Pair
    verdict: Literal["same", "different"] | None
    answer: Answer


def decide(warehouse: Warehouse, path: Path, run_id: str) -> int:
    """Keep the decisions of a filled-in CSV; the next matching follows them.

    An earlier decision of a person about the same records is ended, not deleted. One that says the same again changes
    nothing. Whom a person identifies becomes a vendor record of its own, that nobody paid, and the same as the one
    identified: rules and scores then join whoever else has its number or its name.

    Returns:
        How many decisions are new, or newly withdrawn.

    Raises:
        Refusal: as ``read_answers``, or a line names a record that is not known, a number without the form of one,
            withdraws what nobody decided, or contradicts what people decided about others (same, same, and different
            all the way round); nothing is then kept.
    """
    answers = read_answers(path)
    with warehouse.connect() as connection:
        as_at = next_moment(connection)
        _check_known(connection, answers, path)
        standing = _standing(connection)
        changes = _agreed(
            (change for answer in answers for change in _changes(connection, answer, standing, path)), path
        )
        _check_agreeing(connection, changes, standing, path)
        for change in changes:
            _keep(connection, change, run_id, as_at)
    return len({change.answer.about for change in changes})


def _check_known(connection: psycopg.Connection[Any], answers: Sequence[Answer], path: Path) -> None:
    keys = {key for answer in answers for key in answer.about if key is not None}
    rows = connection.execute("select record_key from ops.supplier_record where record_key = any(%s)", (list(keys),))
    known = {row[0] for row in rows}
    for answer in answers:
        for key in answer.about:
            if key is not None and key not in known:
                raise refused(path, answer.line, f"No vendor record has the key {key!r}.")


def _standing(connection: psycopg.Connection[Any]) -> dict[_Pair, str]:
    rows = connection.execute(
        """
        select record_key_l, record_key_r, verdict from ops.supplier_decision
        where rung = 'person' and valid_to is null
        """
    )
    return {(one, other): verdict for one, other, verdict in rows}


def _changes(
    connection: psycopg.Connection[Any], answer: Answer, standing: Mapping[_Pair, str], path: Path
) -> Iterator[_Change]:
    """What an answer changes; nothing where it says what stands."""
    one, other = answer.about
    if other is not None and answer.decision != "withdrawn":
        verdict = cast(Literal["same", "different"], answer.decision)
        if standing.get((one, other)) != verdict:
            yield _Change((one, other), verdict, answer)
        return
    ended = [(one, other)] if other is not None else _identifying(connection, one, standing)
    if answer.decision == "withdrawn":
        taken_back = [pair for pair in ended if pair in standing]
        if not taken_back and not _was_decided(connection, answer):
            raise refused(path, answer.line, "Nobody decided what it withdraws.")
        yield from (_Change(pair, None, answer) for pair in taken_back)
        return
    _check_its_own_number(connection, answer, bool(ended), path)
    left, right = sorted((one, _stated(connection, answer, path)))
    yield from (_Change(pair, None, answer) for pair in ended if pair != (left, right))
    if (left, right) not in ended:
        yield _Change((left, right), "same", answer)


def _was_decided(connection: psycopg.Connection[Any], answer: Answer) -> bool:
    """Whether a person ever said what is taken back; once it is, taking it back again is nothing new."""
    one, other = answer.about
    row = connection.execute(
        """
        select exists (
            select from ops.supplier_decision as decision
            inner join ops.supplier_record as l on decision.record_key_l = l.record_key
            inner join ops.supplier_record as r on decision.record_key_r = r.record_key
            where decision.rung = 'person' and case
                when %(other)s::text is not null then (l.record_key, r.record_key) = (%(one)s, %(other)s)
                else decision.verdict = 'same' and (
                    (l.record_key = %(one)s and r.origin = %(stated)s)
                    or (r.record_key = %(one)s and l.origin = %(stated)s)
                )
            end
        )
        """,
        {"one": one, "other": other, "stated": STATED},
    ).fetchone()
    return bool(row and row[0])


def _agreed(changes: Iterable[_Change], path: Path) -> list[_Change]:
    """One change for each pair, for one line may say of a pair what another says of a record of it."""
    agreed: dict[_Pair, _Change] = {}
    for change in changes:
        earlier = agreed.setdefault(change.pair, change)
        if earlier.verdict != change.verdict:
            line = change.answer.line
            raise refused(path, line, f"It contradicts line {earlier.answer.line}, about the same records.")
    return list(agreed.values())


def _identifying(connection: psycopg.Connection[Any], key: str, standing: Mapping[_Pair, str]) -> list[_Pair]:
    """The standing pairs that say who a record is."""
    rows = connection.execute("select record_key from ops.supplier_record where origin = %s", (STATED,))
    stated = {row[0] for row in rows}
    return [
        pair for pair, verdict in standing.items() if verdict == "same" and key in pair and stated & {*pair} - {key}
    ]


def _check_its_own_number(connection: psycopg.Connection[Any], answer: Answer, is_identified: bool, path: Path) -> None:
    """Refuse to name a company behind a record that states another one, itself or through its supplier.

    What its supplier has through an earlier name that a person gave is no ground, for this one takes its place.
    """
    row = connection.execute(
        """
        with supplier as (
            select other.record_key from ops.supplier_membership as mine
            inner join ops.supplier_membership as other using (supplier_cluster_id)
            where mine.record_key = %(key)s and mine.valid_to is null and other.valid_to is null and not %(identified)s
        )
        select record.supplier_name, reference.company_number_key(record.company_number)
        from ops.supplier_record as record
        where
            (record.record_key = %(key)s or record.record_key in (select record_key from supplier))
            and reference.company_number_key(record.company_number) <> reference.company_number_key(%(company)s)
        order by 2, 1 limit 1
        """,
        {"key": answer.record_key_l, "identified": is_identified, "company": answer.company_number},
    ).fetchone()
    if row is not None:
        raise refused(
            path, answer.line,
            f"Its supplier states another company number, {row[1]} ({row[0] or 'no name'}). If two numbers are one "
            "supplier's, decide `same` about a record of each (review --about).",
        )  # fmt: skip


def _stated(connection: psycopg.Connection[Any], answer: Answer, path: Path) -> str:
    """The record of whom a person states; made if nobody stated it before.

    With a number it is one for all whom the number names. A name alone is one for this record only: two people may bear
    it, and rules and scores decide whether they are one.
    """
    row = connection.execute(
        "select reference.company_number_key(%s), reference.charity_number_key(%s)",
        (answer.company_number, answer.charity_number),
    ).fetchone()
    assert row is not None
    company_number = None if _is_too_short(answer.company_number, row[0]) else row[0]
    for written, key, what in (
        (
            answer.company_number,
            company_number,
            "company number: eight digits with all noughts (six or seven will do where a spreadsheet took noughts "
            "away), or two letters and six digits",
        ),
        (answer.charity_number, row[1], "charity number: six or seven digits, SC0 and five, or NIC1 and five"),
    ):
        if written and not key:
            raise refused(path, answer.line, f"{written!r} is no {what}.")
    made = connection.execute(
        """
        with stated as (
            select %(name)s::text as name, %(company)s::text as company_number, %(charity)s::text as charity_number
        ),
        keyed as (
            select
                md5(
                    jsonb_build_array(
                        %(stated)s::text, name, company_number, charity_number,
                        case when coalesce(company_number, charity_number) is null then %(of)s::text end
                    )::text
                ) as record_key,
                name, company_number, charity_number
            from stated
        ),
        made as (
            insert into ops.supplier_record (
                record_key, origin, supplier_name, company_number, charity_number, is_current
            )
            select record_key, %(stated)s, name, company_number, charity_number, false from keyed
            on conflict (record_key) do nothing
        )
        select record_key from keyed
        """,
        {"stated": STATED, "name": answer.name, "company": row[0], "charity": row[1], "of": answer.record_key_l},
    ).fetchone()
    assert made is not None
    return str(made[0])


def _is_too_short(written: str | None, key: str | None) -> bool:
    """Whether a company number of digits alone was written with too few of them: 12 is a slip, not 00000012."""
    digits = sum(character.isdecimal() for character in written or "")
    return key is not None and key.isdecimal() and digits < _DIGITS_OF_A_COMPANY


def _check_agreeing(
    connection: psycopg.Connection[Any], changes: Sequence[_Change], standing: Mapping[_Pair, str], path: Path
) -> None:
    """Refuse answers after which records would be one supplier through others that a person holds apart."""
    verdicts: dict[_Pair, str | None] = {**standing}
    verdicts |= {change.pair: change.verdict for change in changes}
    lines = {change.pair: change.answer.line for change in changes}
    beside: dict[str, set[str]] = defaultdict(set)
    for (one, other), verdict in verdicts.items():
        if verdict == "same":
            beside[one].add(other)
            beside[other].add(one)
    for (one, other), verdict in verdicts.items():
        way = _way(beside, one, other) if verdict == "different" else []
        # What stood before, and nobody decides about now, is not the file's fault.
        if given := [line for pair in ((one, other), *way) if (line := lines.get(pair)) is not None and way]:
            said = "; ".join(_pair_in_words(connection, pair) for pair in way)
            raise Refusal(
                f"It contradicts other decisions. Different: {_pair_in_words(connection, (one, other))}. Yet the same, "
                f"one through the other: {said}.",
                where=f"{path}, line {max(given)}",
                way_out="Decide otherwise about one of these pairs, in this file too; nothing of the file was taken.",
            )


def _way(beside: Mapping[str, set[str]], one: str, other: str) -> list[_Pair]:
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


def _pair_in_words(connection: psycopg.Connection[Any], pair: _Pair) -> str:
    rows = connection.execute(
        "select record_key, supplier_name from ops.supplier_record where record_key = any(%s)", (list(pair),)
    )
    names = dict(rows.fetchall())
    return " and ".join(f"{names[key] or 'no name'} ({key})" for key in pair)


def _keep(connection: psycopg.Connection[Any], change: _Change, run_id: str, as_at: datetime) -> None:
    answer = change.answer
    said = "took it back" if answer.decision == "withdrawn" else "decided otherwise"
    connection.execute(
        """
        update ops.supplier_decision set valid_to = %s, ended_because = %s
        where rung = 'person' and valid_to is null and record_key_l = %s and record_key_r = %s
        """,
        (as_at, f"{answer.decided_by} {said}: {answer.reason}", *change.pair),
    )
    if change.verdict is not None:
        connection.execute(
            """
            insert into ops.supplier_decision (
                record_key_l, record_key_r, verdict, rung, reason, decided_by, run_id, valid_from
            ) values (%s, %s, %s, 'person', %s, %s, %s, %s)
            """,
            (*change.pair, change.verdict, answer.reason, answer.decided_by, run_id, as_at),
        )
