"""The review queue: what people are asked, and records that a person looks for, to be decided about in a CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from psycopg import sql
from psycopg.rows import class_row

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.suppliers.answers import TO_FILL_IN
from star_warehouse.suppliers.groups import STATED

_SHOWN = (
    "amount_gbp", "name_l", "name_r", "partner_l", "partner_r", "supplier_ref_l", "supplier_ref_r",
    "company_number_l", "company_number_r", "postcode_l", "postcode_r", "has_same_vat_number", "weight", "why_asked",
)  # fmt: skip
_KEYS = ("record_key_l", "record_key_r")
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class OpenQuestion:
    """Two suppliers that may be one, as one vendor record of each writes them; or one of which it is asked who it is.

    Attributes:
        record_key_l, record_key_r: the records; where there is but one, all that is said of the other is None.
        name_l, name_r: as written.
        partner_l, partner_r: who wrote them; None for registers.
        supplier_ref_l, supplier_ref_r: the vendor's number there, as written.
        company_number_l, company_number_r: as written.
        postcode_l, postcode_r: keys, where the last payment went.
        has_same_vat_number: whether both state one VAT number; a group of companies may share one.
        reason: why it is asked.
        weight: match weight in bits; None where no score asked.
        amount_gbp: pounds paid to the smaller of the two, or to the one: suppliers where it is asked, records where a
            person looked. In the queue the influenceable ones, by the lines of the last build; all pounds where one of
            the two has no line there.
    """

    record_key_l: str
    record_key_r: str | None
    name_l: str
    name_r: str | None
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


# Whoever is one supplier, pounds that nobody can influence (HM Revenue & Customs') move no headline.
_COUNTED = sql.SQL("""
    select
        membership.supplier_cluster_id,
        coalesce(sum(line.amount_gbp) filter (where line.is_influenceable), 0) as influenceable_gbp
    from warehouse.fct_payment_line as line
    inner join ops.supplier_membership as membership
        on line.vendor_record_key = membership.record_key and membership.valid_to is null
    group by membership.supplier_cluster_id
""")
_NOT_COUNTED = sql.SQL("select null::bigint as supplier_cluster_id, null::numeric as influenceable_gbp where false")


def open_questions(warehouse: Warehouse) -> list[OpenQuestion]:
    """The review queue, most pounds at stake first, without what a person has decided since it was made."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(OpenQuestion)) as cursor:
        is_built = connection.execute("select to_regclass('warehouse.fct_payment_line')").fetchone() != (None,)
        query = sql.SQL(
            """
            with counted as ({counted}),
            counted_record as (
                select membership.record_key, counted.influenceable_gbp
                from counted
                inner join ops.supplier_membership as membership
                    on counted.supplier_cluster_id = membership.supplier_cluster_id and membership.valid_to is null
            )
            select
                question.record_key_l, question.record_key_r, l.supplier_name as name_l, r.supplier_name as name_r,
                l.partner_code as partner_l, r.partner_code as partner_r, l.supplier_ref as supplier_ref_l,
                r.supplier_ref as supplier_ref_r, l.company_number as company_number_l,
                r.company_number as company_number_r, l.postcode_key as postcode_l, r.postcode_key as postcode_r,
                coalesce(l.vat_number = r.vat_number, false) as has_same_vat_number, question.reason, question.weight,
                case
                    when counted_l.record_key is null then question.amount_gbp
                    when question.record_key_r is null then counted_l.influenceable_gbp
                    when counted_r.record_key is null then question.amount_gbp
                    else least(counted_l.influenceable_gbp, counted_r.influenceable_gbp)
                end as amount_gbp
            from ops.supplier_question as question
            inner join ops.supplier_record as l on question.record_key_l = l.record_key
            left join ops.supplier_record as r on question.record_key_r = r.record_key
            left join counted_record as counted_l on question.record_key_l = counted_l.record_key
            left join counted_record as counted_r on question.record_key_r = counted_r.record_key
            where not exists (
                select from ops.supplier_decision as decision
                inner join ops.supplier_record as one on decision.record_key_l = one.record_key
                inner join ops.supplier_record as other on decision.record_key_r = other.record_key
                where decision.rung = 'person' and decision.valid_to is null and case
                    when question.record_key_r is not null
                        then (one.record_key, other.record_key) = (
                            least(question.record_key_l, question.record_key_r),
                            greatest(question.record_key_l, question.record_key_r)
                        )
                    -- Of one record it is asked who it is.
                    else decision.verdict = 'same'
                        and question.record_key_l in (one.record_key, other.record_key)
                        and %(stated)s in (one.origin, other.origin)
                end
            )
            order by amount_gbp desc, question.weight desc nulls last, question.record_key_l, question.record_key_r
            """
        ).format(counted=_COUNTED if is_built else _NOT_COUNTED)
        return cursor.execute(query, {"stated": STATED}).fetchall()


def pairs_about(warehouse: Warehouse, texts: Sequence[str]) -> list[OpenQuestion]:
    """Vendor records that a person looks for: the one that was paid most by itself, then each other one beside it.

    Args:
        texts: parts of names (upper and lower case alike), or whole vendor numbers, company numbers or supplier keys
            (``sup:7``); what fits any of them is found.

    Raises:
        Refusal: no record is found.
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
                most.record_key as record_key_l, other.record_key as record_key_r, most.supplier_name as name_l,
                other.supplier_name as name_r, most.partner_code as partner_l, other.partner_code as partner_r,
                most.supplier_ref as supplier_ref_l, other.supplier_ref as supplier_ref_r,
                most.company_number as company_number_l, other.company_number as company_number_r,
                most.postcode_key as postcode_l, other.postcode_key as postcode_r,
                coalesce(most.vat_number = other.vat_number, false) as has_same_vat_number,
                case
                    when other.record_key is null
                        then coalesce('It is sup:' || most.supplier_cluster_id, 'It is nobody')
                            || ' now; this line is for saying who it is.'
                    when most.supplier_cluster_id = other.supplier_cluster_id
                        then 'They are one supplier now, sup:' || most.supplier_cluster_id || '.'
                    else 'They are two suppliers now, ' || coalesce('sup:' || most.supplier_cluster_id, 'nobody')
                        || ' and ' || coalesce('sup:' || other.supplier_cluster_id, 'nobody') || '.'
                end as reason,
                null as weight, found.amount_gbp
            from found
            cross join most
            left join found as other on found.record_key = other.record_key and other.record_key <> most.record_key
            order by other.record_key is not null, found.amount_gbp desc, found.record_key
            """,
            (keys,),
        ).fetchall()
    if not found:
        raise Refusal(
            "No vendor record is found.",
            where=f"star-warehouse review --about {', '.join(repr(text) for text in texts)}",
            way_out="Give a part of the name, or several --about: one for each name, vendor number or company number.",
        )
    return found


def write_questions(questions: Sequence[OpenQuestion], path: Path) -> None:
    """Write questions as a CSV to be filled in, see ``answers``.

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
        writer.writerow((*_SHOWN, *TO_FILL_IN, *_KEYS))
        for one in questions:
            shown = (
                one.amount_gbp, one.name_l, one.name_r, one.partner_l, one.partner_r, one.supplier_ref_l,
                one.supplier_ref_r, one.company_number_l, one.company_number_r, one.postcode_l, one.postcode_r,
                "yes" if one.has_same_vat_number else "", None if one.weight is None else round(one.weight, 1),
                one.reason, *("" for _ in TO_FILL_IN), one.record_key_l, one.record_key_r,
            )  # fmt: skip
            writer.writerow(_harmless(value) for value in shown)


def _harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) and not isinstance(value, Decimal | float) else text
