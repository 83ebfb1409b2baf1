"""Matching in the warehouse: vendor records in, decisions, suppliers, events and the review queue out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import psycopg

from star_warehouse.database import Warehouse
from star_warehouse.quality.redaction import redaction_pattern
from star_warehouse.settings import Settings
from star_warehouse.suppliers.clusters import Succession, succeed
from star_warehouse.suppliers.groups import STATED, Link
from star_warehouse.suppliers.ladder import RECORD_SCHEMA, Matching, Ruling, match
from star_warehouse.suppliers.matchings import Made, inputs_sha256, last_made, note_made
from star_warehouse.suppliers.moments import next_moment
from star_warehouse.suppliers.scoring import Model, shipped_model

# What the deliveries that count hold now, a row a vendor record.
_WRITTEN = r"""
create temp table written_record on commit drop as
with written as (
    select
        'spend' as origin, source.partner_code, line.supplier_ref, line.supplier_name, line.company_number,
        line.charity_number, line.vat_number, coalesce(line.remit_postcode, line.registered_postcode) as postcode,
        coalesce(line.amount_net_gbp, line.amount_gross_gbp) as amount_gbp, line.payment_date
    from raw.spend_line as line
    inner join ops.delivery using (delivery_id)
    inner join ops.source using (source_id)
    where delivery.state = 'loaded'
    union all
    select 'contracts', null, null, contract.supplier_name, contract.company_number, null, null, null, 0, null
    from raw.contract
    inner join ops.delivery using (delivery_id)
    where delivery.state = 'loaded'
    union all
    select 'tenders', null, bid.bidder_ref, bid.bidder_name, bid.company_number, null, null, null, 0, null
    from raw.tender_bid as bid
    inner join ops.delivery using (delivery_id)
    where delivery.state = 'loaded'
    union all
    select 'social_value', null, null, project.supplier_name, project.supplier_company_number, null, null, null, 0, null
    from raw.portal_project as project
    inner join ops.delivery using (delivery_id)
    where delivery.state = 'loaded'
)

select
    md5(
        case
            when origin = 'spend' then jsonb_build_array(partner_code, supplier_name, supplier_ref, company_number)
            else jsonb_build_array(origin, supplier_name, supplier_ref, company_number)
        end::text
    ) as record_key,
    origin, partner_code, supplier_ref, supplier_name, company_number,
    -- What is written most often stands for the record; the place is that of the last payment.
    mode() within group (order by charity_number) as charity_number,
    mode() within group (order by vat_number) as vat_number,
    -- Of several places on one day it is the last by the alphabet, so that the order of lines decides nothing.
    (
        array_agg(reference.postcode_key(postcode) order by payment_date desc, reference.postcode_key(postcode) desc)
        filter (where postcode is not null)
    )[1] as postcode_key,
    sum(amount_gbp) as amount_gbp, min(payment_date) as first_payment_date, max(payment_date) as last_payment_date
from written
where
    -- Whoever has no name may still have a number.
    coalesce(
        reference.squeezed(supplier_name), reference.squeezed(supplier_ref), reference.squeezed(company_number)
    ) is not null
    and (reference.squeezed(supplier_name) ~* %(redacted)s) is not true
group by origin, partner_code, supplier_ref, supplier_name, company_number
"""

_RECORDS = """
insert into ops.supplier_record as record (
    record_key, origin, partner_code, supplier_ref, supplier_name, company_number, charity_number, vat_number,
    postcode_key, amount_gbp, first_payment_date, last_payment_date
)
select
    record_key, origin, partner_code, supplier_ref, supplier_name, company_number, charity_number, vat_number,
    postcode_key, amount_gbp, first_payment_date, last_payment_date
from written_record
on conflict (record_key) do update set
    charity_number = excluded.charity_number, vat_number = excluded.vat_number, postcode_key = excluded.postcode_key,
    amount_gbp = excluded.amount_gbp, first_payment_date = excluded.first_payment_date,
    last_payment_date = excluded.last_payment_date, is_current = true
-- A row that stays as it is need not be written again.
where
    (record.charity_number, record.vat_number, record.postcode_key, record.amount_gbp)
    is distinct from (excluded.charity_number, excluded.vat_number, excluded.postcode_key, excluded.amount_gbp)
    or (record.first_payment_date, record.last_payment_date)
    is distinct from (excluded.first_payment_date, excluded.last_payment_date)
    or not record.is_current
"""

# What stands in a vendor number's column and is no number, of the text in lower case with letters and digits only:
# strangers have it in common. Record keys are made of what is written, this too.
_NO_VENDOR_NUMBER = (
    "^(0*|na|none|nil|null|tbc|tba|unknown|notknown|notapplicable|notavailable|various|sundry|sundries|noref(erence)?)$"
)

# What no delivery that counts holds any more was not paid.
_GONE = """
update ops.supplier_record as record set is_current = false, amount_gbp = 0
where record.is_current and not exists (
    select from written_record where written_record.record_key = record.record_key
)
"""


@dataclass(frozen=True)
class Outcome:
    """What a matching came to.

    Attributes:
        as_at: the moment from which what was found is valid.
        records: vendor records in all.
        suppliers: suppliers they make up.
        new_decisions: decisions made now.
        ended_decisions: decisions that stood before and do not any more.
        merged, split: what became of suppliers that stood before.
        questions: open questions of the review queue.
    """

    as_at: datetime
    records: int
    suppliers: int
    new_decisions: int
    ended_decisions: int
    merged: int
    split: int
    questions: int


def match_suppliers(warehouse: Warehouse, settings: Settings, run_id: str) -> Outcome:
    """Find out who is the same supplier among all vendor records, and keep what is new.

    Everything is written in one transaction: interrupted, it leaves what stood. Run again on the same records, people's
    decisions, model and code, it changes nothing and does not match again. Records that only deliveries hold which no
    longer count stay known with the supplier they belonged to, but are no ground for anything unless a person decided
    about them: the same files, taken in anew, give the same suppliers.

    Args:
        run_id: the pipeline run, noted on every row.
    """
    with warehouse.connect() as connection:
        as_at = next_moment(connection)
        # No seed table is there before the first release, so the spellings come from the seed itself.
        redacted = redaction_pattern(settings)
        connection.execute(_WRITTEN, {"redacted": redacted})
        connection.execute(_RECORDS)
        connection.execute(_GONE)
        records = _records(connection, redacted)
        model_id, model = _model(connection, run_id)
        rulings = _rulings(connection)
        inputs = inputs_sha256(records, rulings, model_id)
        if (made := last_made(connection)) is not None and made.inputs == inputs:
            return Outcome(as_at, made.records, made.suppliers, 0, 0, 0, 0, made.questions)
        matching = match(records, rulings, model)
        new, ended = _keep_decisions(connection, matching.links, model_id, run_id, as_at)
        succession = _keep_suppliers(connection, matching, records, redacted, run_id, as_at)
        _keep_questions(connection, matching, run_id)
        made = Made(inputs, records.height, len(succession.numbers), len(matching.questions))
        note_made(connection, made, run_id)
    return Outcome(
        as_at,
        made.records,
        made.suppliers,
        new,
        ended,
        sum(event.kind == "merged" for event in succession.events),
        sum(event.kind == "split" for event in succession.events),
        made.questions,
    )


def _records(connection: psycopg.Connection[Any], redacted: str) -> pl.DataFrame:
    # A spelling of a withheld name may have been learned after its records were kept.
    rows = connection.execute(
        """
        select
            record_key, coalesce(partner_code, origin),
            case
                when regexp_replace(lower(supplier_ref), '[^[:alnum:]]', '', 'g') !~ %(no_vendor_number)s
                    then reference.squeezed(supplier_ref)
            end,
            supplier_name,
            reference.company_number_key(company_number), reference.charity_number_key(charity_number), postcode_key,
            amount_gbp::double precision
        from ops.supplier_record as record
        where
            (reference.squeezed(supplier_name) ~* %(redacted)s) is not true
            and (
                is_current
                or exists (
                    select from ops.supplier_decision as decision
                    where decision.rung = 'person' and decision.valid_to is null
                        and record.record_key in (decision.record_key_l, decision.record_key_r)
                )
            )
        order by seen_at, record_key
        """,
        {"redacted": redacted, "no_vendor_number": _NO_VENDOR_NUMBER},
    ).fetchall()
    return pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row")


def _model(connection: psycopg.Connection[Any], run_id: str) -> tuple[int, Model]:
    """The model that comes with the package, and its row, so that each score's decision names what it was made with."""
    model = shipped_model()
    row = connection.execute(
        """
        with shipped as (select %(model)s::jsonb as model),
        made as (
            insert into ops.supplier_model (model, profiles_count, run_id)
            select model, %(profiles)s, %(run_id)s from shipped
            where not exists (select from ops.supplier_model where supplier_model.model = shipped.model)
            returning supplier_model_id
        )
        select supplier_model_id from made
        union all
        select supplier_model_id from ops.supplier_model inner join shipped using (model)
        order by 1 limit 1
        """,
        {"model": model.to_json(), "profiles": model.profiles, "run_id": run_id},
    ).fetchone()
    assert row is not None
    return int(row[0]), model


def _rulings(connection: psycopg.Connection[Any]) -> list[Ruling]:
    rows = connection.execute(
        """
        select record_key_l, record_key_r, verdict = 'same' from ops.supplier_decision
        where rung = 'person' and valid_to is null order by supplier_decision_id
        """
    ).fetchall()
    return [Ruling(*row) for row in rows]


def _keep_decisions(
    connection: psycopg.Connection[Any], links: tuple[Link, ...], model_id: int, run_id: str, as_at: datetime
) -> tuple[int, int]:
    """Write the links that are new and end those that no longer hold; people's decisions are not touched."""
    connection.execute(
        """
        create temp table found_link (
            record_key_l text, record_key_r text, rung text, reason text, weight double precision, evidence jsonb
        ) on commit drop
        """
    )
    with connection.cursor().copy("copy found_link from stdin") as copy:
        for link in links:
            if link.rung != "person":
                evidence = json.dumps(link.evidence)
                copy.write_row((link.record_key_l, link.record_key_r, link.rung, link.reason, link.weight, evidence))
    ended = connection.execute(
        """
        update ops.supplier_decision as decision
        set valid_to = %s, ended_because = 'The ladder no longer says so.'
        where valid_to is null and rung <> 'person' and not exists (
            select from found_link as link
            where link.record_key_l = decision.record_key_l and link.record_key_r = decision.record_key_r
                and link.rung = decision.rung
        )
        """,
        (as_at,),
    ).rowcount
    new = connection.execute(
        """
        insert into ops.supplier_decision (
            record_key_l, record_key_r, verdict, rung, reason, weight, evidence, decided_by, supplier_model_id, run_id,
            valid_from
        )
        select
            record_key_l, record_key_r, 'same', rung, reason, weight, evidence,
            case when rung = 'score' then 'model' else 'rule' end,
            case when rung = 'score' then %(model_id)s::bigint end, %(run_id)s, %(as_at)s
        from found_link as link
        where not exists (
            select from ops.supplier_decision as decision
            where decision.valid_to is null and decision.rung = link.rung
                and link.record_key_l = decision.record_key_l and link.record_key_r = decision.record_key_r
        )
        """,
        {"model_id": model_id, "run_id": run_id, "as_at": as_at},
    ).rowcount
    return new, ended


def _keep_suppliers(
    connection: psycopg.Connection[Any],
    matching: Matching,
    records: pl.DataFrame,
    redacted: str,
    run_id: str,
    as_at: datetime,
) -> Succession:
    standing = dict(
        connection.execute(
            "select record_key, supplier_cluster_id from ops.supplier_membership where valid_to is null"
        ).fetchall()
    )
    ended = dict(
        connection.execute(
            """
            select distinct on (membership.record_key) membership.record_key, cluster.supplier_cluster_id
            from ops.supplier_cluster as cluster
            inner join ops.supplier_membership as membership using (supplier_cluster_id)
            where cluster.valid_to is not null and membership.valid_to is not null
            order by membership.record_key, membership.valid_to desc
            """
        ).fetchall()
    )
    amounts = dict(records.select("record_key", "amount_gbp").iter_rows())
    succession = succeed(matching.suppliers, standing, amounts, ended)
    numbers = _numbered(connection, succession, run_id, as_at)
    moved = {
        record: numbers[supplier]
        for record, supplier in matching.suppliers.items()
        if standing.get(record) != numbers[supplier]
    }
    # A record that no delivery holds any more stays where it was, unless its name turned out to be withheld. What a
    # person stated of somebody, and took back, is nobody's.
    gone = {
        row[0]
        for row in connection.execute(
            """
            select record_key from ops.supplier_record
            where not is_current and origin <> %s and (reference.squeezed(supplier_name) ~* %s) is not true
            """,
            (STATED, redacted),
        )
    }
    left = [
        record for record in standing if record in moved or (record not in matching.suppliers and record not in gone)
    ]
    connection.execute(
        "update ops.supplier_membership set valid_to = %s where valid_to is null and record_key = any(%s)",
        (as_at, left),
    )
    with connection.cursor().copy(
        "copy ops.supplier_membership (record_key, supplier_cluster_id, run_id, valid_from) from stdin"
    ) as copy:
        for record, number in moved.items():
            copy.write_row((record, number, run_id, as_at))
    connection.execute(
        """
        update ops.supplier_cluster as cluster set valid_to = %s
        where valid_to is null and not exists (
            select from ops.supplier_membership as membership
            where membership.supplier_cluster_id = cluster.supplier_cluster_id and membership.valid_to is null
        )
        """,
        (as_at,),
    )
    # Whoever left the supplier that had taken it in has its number again; its memberships tell when it had it.
    connection.execute(
        "update ops.supplier_cluster set valid_to = null where valid_to is not null and supplier_cluster_id = any(%s)",
        (list(numbers.values()),),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.supplier_event (
                kind, supplier_cluster_id, from_cluster_id, records_count, amount_gbp, run_id, happened_at
            ) values (%s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    event.kind,
                    numbers[event.to],
                    event.from_cluster,
                    len(event.records),
                    sum(amounts[record] for record in event.records),
                    run_id,
                    as_at,
                )
                for event in succession.events
            ],
        )
    return succession


def _numbered(
    connection: psycopg.Connection[Any], succession: Succession, run_id: str, as_at: datetime
) -> dict[str, int]:
    """Every supplier's number; new ones are given to those that have none."""
    new = [supplier for supplier, number in succession.numbers.items() if number is None]
    given = connection.execute(
        """
        insert into ops.supplier_cluster (run_id, valid_from)
        select %s, %s from generate_series(1, %s) returning supplier_cluster_id
        """,
        (run_id, as_at, len(new)),
    ).fetchall()
    kept = {supplier: number for supplier, number in succession.numbers.items() if number is not None}
    return kept | dict(zip(new, sorted(int(row[0]) for row in given), strict=True))


def _keep_questions(connection: psycopg.Connection[Any], matching: Matching, run_id: str) -> None:
    # What was asked before and is still open keeps the day on which it was asked.
    connection.execute(
        """
        create temp table asked on commit drop as
        select record_key_l, record_key_r, asked_at from ops.supplier_question
        """
    )
    connection.execute("delete from ops.supplier_question")
    with connection.cursor().copy(
        """
        copy ops.supplier_question (
            record_key_l, record_key_r, reason, weight, evidence, amount_gbp, run_id
        ) from stdin
        """
    ) as copy:
        for one in matching.questions:
            evidence = json.dumps(one.evidence)
            copy.write_row(
                (one.record_key_l, one.record_key_r, one.reason, one.weight, evidence, one.amount_gbp, run_id)
            )
    connection.execute(
        """
        update ops.supplier_question as question set asked_at = asked.asked_at from asked
        where asked.record_key_l = question.record_key_l
            and asked.record_key_r is not distinct from question.record_key_r
        """
    )
