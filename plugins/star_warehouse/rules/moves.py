"""What differs between the live tables and those of a trial. Amounts and measures are dbt's; here they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from star_warehouse.refusal import Refusal
from star_warehouse.rules.trial import PREFIX

Connection = psycopg.Connection[Any]

_LARGEST = 15


@dataclass(frozen=True)
class ClassMove:
    """Lines of a partner and year that become another kind of payment.

    Attributes:
        partner_code, financial_year: of the lines.
        from_class, to_class: kind of payment before and after.
        lines_count: how many.
        amount_gbp: their net £.
        influenceable_gbp: net £ that enter (+) or leave (-) the influenceable scope; 0 where they stay in or out.
    """

    partner_code: str
    financial_year: str
    from_class: str
    to_class: str
    lines_count: int
    amount_gbp: Decimal
    influenceable_gbp: Decimal


@dataclass(frozen=True)
class RuleMove:
    """Lines that another rule decides, their kind of payment being the same."""

    scope_class: str
    from_rule_id: str
    to_rule_id: str
    lines_count: int
    amount_gbp: Decimal


@dataclass(frozen=True)
class ThresholdMove:
    """Lines of a partner and year that come to reach the threshold, or no longer do.

    Attributes:
        threshold_basis: ``supplier_year`` or ``transaction``.
        is_reached: whether they reach it now.
    """

    partner_code: str
    financial_year: str
    threshold_basis: str
    is_reached: bool
    lines_count: int
    amount_gbp: Decimal


@dataclass(frozen=True)
class LargestMove:
    """Lines of one payee and purpose that become another kind of payment."""

    partner_code: str
    supplier_name: str | None
    purpose: str | None
    from_class: str
    to_class: str
    from_rule_id: str
    to_rule_id: str
    lines_count: int
    amount_gbp: Decimal


@dataclass(frozen=True)
class SupplierMove:
    """Suppliers that become of another class.

    Attributes:
        from_class, to_class: class of supplier before and after.
        suppliers_count: how many.
        lines_count, amount_gbp: the lines paid to them, and their net £.
    """

    from_class: str
    to_class: str
    suppliers_count: int
    lines_count: int
    amount_gbp: Decimal


@dataclass(frozen=True)
class FlagMove:
    """Suppliers of which another thing is said.

    Attributes:
        flag: ``is_vcse``, or ``is_sme_…`` by one of the definitions.
        before, after: what is said; None for not known.
        suppliers_count: how many.
    """

    flag: str
    before: bool | None
    after: bool | None
    suppliers_count: int


@dataclass(frozen=True)
class NameMoves:
    """How many suppliers' names would come out that are not published now, and how many would be masked that are."""

    published: int
    masked: int


@dataclass(frozen=True)
class HeadlineMove:
    """A row of the headline table that changes.

    Attributes:
        measure_id, partner_code, period, cohort: which row.
        unit: ``pct`` or ``gbp``.
        before, after: the value; None for what is not known.
        difference: after less before, in percentage points or £; None unless both are known.
        denominator_before, denominator_after: what it is a share of.
    """

    measure_id: str
    partner_code: str
    period: str
    cohort: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    difference: Decimal | None
    denominator_before: Decimal | None
    denominator_after: Decimal | None


@dataclass(frozen=True)
class OtherLines:
    """Lines that only the live tables or only the trial have, because the last build ended half-way."""

    lines_count: int
    amount_gbp: Decimal


def _sql(text: str) -> sql.Composed:
    """A statement in which ``{warehouse}`` and the like are schemas of the trial."""
    schemas = ("staging", "warehouse", "rules", "candidate")
    return sql.SQL(text).format(**{name: sql.Identifier(PREFIX + name) for name in schemas})


def compare_lines(connection: Connection) -> None:
    """Keep what differs, line by line, in the temporary table ``moved`` until the transaction ends."""
    connection.execute(
        _sql(
            """
            create temporary table moved on commit drop as
            select
                after.delivery_id,
                after.line_number,
                after.partner_code,
                after.financial_year,
                after.amount_gbp,
                before.scope_class as from_class,
                after.scope_class as to_class,
                before.scope_rule_id as from_rule_id,
                after.scope_rule_id as to_rule_id,
                after.amount_gbp
                * (after.is_influenceable::integer - before.is_influenceable::integer) as influenceable_gbp,
                (before.scope_class, before.is_influenceable, before.is_intra_partner)
                is distinct from (after.scope_class, after.is_influenceable, after.is_intra_partner)
                as is_of_other_kind,
                before.scope_rule_id <> after.scope_rule_id as is_by_other_rule,
                after.meets_supplier_year,
                after.meets_transaction,
                before.meets_supplier_year <> after.meets_supplier_year as crosses_supplier_year,
                before.meets_transaction <> after.meets_transaction as crosses_transaction,
                before.supplier_key is distinct from after.supplier_key as is_of_other_supplier,
                (before.remit_gss_code, before.registered_gss_code)
                is distinct from (after.remit_gss_code, after.registered_gss_code) as is_elsewhere
            from warehouse.fct_payment_line as before
            inner join {warehouse}.fct_payment_line as after using (delivery_id, line_number)
            where
                (
                    before.scope_class, before.scope_rule_id, before.is_influenceable, before.is_intra_partner,
                    before.meets_supplier_year, before.meets_transaction, before.supplier_key,
                    before.remit_gss_code, before.registered_gss_code
                ) is distinct from (
                    after.scope_class, after.scope_rule_id, after.is_influenceable, after.is_intra_partner,
                    after.meets_supplier_year, after.meets_transaction, after.supplier_key,
                    after.remit_gss_code, after.registered_gss_code
                )
            """
        )
    )


def refuse_lost_lines(connection: Connection) -> None:
    """See that no line falls out of the tables.

    Raises:
        Refusal: some do, such as those of days for which no threshold is valid any more.
    """
    row = connection.execute(
        _sql(
            """
            select count(*), sum(line.amount_gbp), min(line.payment_date), max(line.payment_date)
            from {staging}.stg_spend__line as line
            left join {warehouse}.fct_payment_line as kept using (delivery_id, line_number)
            where kept.delivery_id is null
            """
        )
    ).fetchone()
    if row is not None and row[0]:
        raise Refusal(
            f"{row[0]:,} lines (£{row[1]:,.2f}), paid from {row[2]} to {row[3]}, would be counted nowhere.",
            where="dbt_project/seeds/rules",
            way_out="Some rule has to hold on each of these days: see valid_from and valid_to of the thresholds.",
        )


def class_moves(connection: Connection) -> list[ClassMove]:
    """By partner, year, kind before and after; most pounds first."""
    with connection.cursor(row_factory=class_row(ClassMove)) as cursor:
        return cursor.execute(
            """
            select
                partner_code, financial_year, from_class, to_class, count(*) as lines_count,
                sum(amount_gbp) as amount_gbp, sum(influenceable_gbp) as influenceable_gbp
            from moved where is_of_other_kind
            group by partner_code, financial_year, from_class, to_class
            order by financial_year, partner_code, abs(sum(amount_gbp)) desc, from_class, to_class
            """
        ).fetchall()


def rule_moves(connection: Connection) -> list[RuleMove]:
    """What another rule decides to the same end; most lines first."""
    with connection.cursor(row_factory=class_row(RuleMove)) as cursor:
        return cursor.execute(
            """
            select
                to_class as scope_class, from_rule_id, to_rule_id, count(*) as lines_count,
                sum(amount_gbp) as amount_gbp
            from moved where is_by_other_rule and not is_of_other_kind
            group by to_class, from_rule_id, to_rule_id
            order by lines_count desc, from_rule_id, to_rule_id
            """
        ).fetchall()


def threshold_moves(connection: Connection) -> list[ThresholdMove]:
    """What comes to reach the retention threshold or no longer does, by partner, year and basis."""
    with connection.cursor(row_factory=class_row(ThresholdMove)) as cursor:
        return cursor.execute(
            """
            select
                partner_code, financial_year, basis.threshold_basis, basis.is_reached, count(*) as lines_count,
                sum(amount_gbp) as amount_gbp
            from moved
            cross join lateral (
                values
                ('supplier_year', meets_supplier_year, crosses_supplier_year),
                ('transaction', meets_transaction, crosses_transaction)
            ) as basis (threshold_basis, is_reached, crosses)
            where basis.crosses
            group by partner_code, financial_year, basis.threshold_basis, basis.is_reached
            order by financial_year, partner_code, basis.threshold_basis, basis.is_reached
            """
        ).fetchall()


def largest_moves(connection: Connection) -> list[LargestMove]:
    """The payees and purposes with most pounds that become another kind of payment."""
    with connection.cursor(row_factory=class_row(LargestMove)) as cursor:
        return cursor.execute(
            _sql(
                """
                select
                    line.partner_code, line.supplier_name, line.purpose, moved.from_class, moved.to_class,
                    moved.from_rule_id, moved.to_rule_id, count(*) as lines_count, sum(moved.amount_gbp) as amount_gbp
                from moved
                inner join {staging}.stg_spend__line as line using (delivery_id, line_number)
                where moved.is_of_other_kind
                group by
                    line.partner_code, line.supplier_name, line.purpose, moved.from_class, moved.to_class,
                    moved.from_rule_id, moved.to_rule_id
                order by abs(sum(moved.amount_gbp)) desc, line.supplier_name, line.purpose
                limit %s
                """
            ),
            (_LARGEST,),
        ).fetchall()


def supplier_moves(connection: Connection) -> list[SupplierMove]:
    """By class before and after; most pounds first."""
    with connection.cursor(row_factory=class_row(SupplierMove)) as cursor:
        return cursor.execute(
            _sql(
                """
                select
                    before.supplier_class as from_class, after.supplier_class as to_class, count(*) as suppliers_count,
                    coalesce(sum(paid.lines_count), 0) as lines_count, coalesce(sum(paid.amount_gbp), 0) as amount_gbp
                from warehouse.dim_supplier as before
                inner join {warehouse}.dim_supplier as after using (supplier_key)
                left join (
                    select supplier_key, count(*) as lines_count, sum(amount_gbp) as amount_gbp
                    from {warehouse}.fct_payment_line group by supplier_key
                ) as paid using (supplier_key)
                where before.supplier_class <> after.supplier_class
                group by before.supplier_class, after.supplier_class
                order by abs(coalesce(sum(paid.amount_gbp), 0)) desc, from_class, to_class
                """
            )
        ).fetchall()


def flag_moves(connection: Connection) -> list[FlagMove]:
    """What is said of suppliers being VCSEs, and SMEs by each definition, where it would be something else."""
    with connection.cursor(row_factory=class_row(FlagMove)) as cursor:
        return cursor.execute(
            _sql(
                """
                select
                    said.flag, said.value::boolean as before, (to_jsonb(after) ->> said.flag)::boolean as after,
                    count(*) as suppliers_count
                from warehouse.dim_supplier as before
                inner join {warehouse}.dim_supplier as after using (supplier_key)
                cross join lateral jsonb_each_text(to_jsonb(before)) as said (flag, value)
                where
                    (said.flag = 'is_vcse' or starts_with(said.flag, 'is_sme_'))
                    and said.value is distinct from to_jsonb(after) ->> said.flag
                group by 1, 2, 3
                order by 1 desc, 2 nulls last, 3 nulls last
                """
            )
        ).fetchall()


def name_moves(connection: Connection) -> NameMoves:
    """Names that stand in only one of the published table of suppliers and that of the trial."""
    row = connection.execute(
        _sql(
            """
            select
                count(*) filter (where before.name is null),
                count(*) filter (where after.name is null)
            from (select supplier_key, name from shared.supplier where name is not null) as before
            full join (select supplier_key, name from {candidate}.supplier where name is not null) as after
                using (supplier_key)
            """
        )
    ).fetchone()
    assert row is not None
    return NameMoves(*row)


def headline_moves(connection: Connection) -> list[HeadlineMove]:
    """The rows of the headline table that differ from the published ones, by measure, partner and period."""
    with connection.cursor(row_factory=class_row(HeadlineMove)) as cursor:
        return cursor.execute(
            _sql(
                """
                select
                    measure_id, partner_code, period, cohort, coalesce(after.unit, before.unit) as unit,
                    before.value as before, after.value as after, after.value - before.value as difference,
                    before.denominator as denominator_before, after.denominator as denominator_after
                from shared.headline as before
                full join {candidate}.headline as after using (measure_id, partner_code, period, cohort)
                where
                    (before.value, before.numerator, before.denominator)
                    is distinct from (after.value, after.numerator, after.denominator)
                order by position(left(measure_id, 1) in 'RSWB'), measure_id, partner_code, period, cohort
                """
            )
        ).fetchall()


def other_lines(connection: Connection) -> OtherLines:
    """What cannot be compared, because only one side has it."""
    row = connection.execute(
        _sql(
            """
            select count(*), coalesce(sum(coalesce(before.amount_gbp, after.amount_gbp)), 0)
            from warehouse.fct_payment_line as before
            full join {warehouse}.fct_payment_line as after using (delivery_id, line_number)
            where before.delivery_id is null or after.delivery_id is null
            """
        )
    ).fetchone()
    assert row is not None
    return OtherLines(*row)


def drifted_lines(connection: Connection) -> tuple[int, int]:
    """How many lines lie in another district, and how many have another supplier with the same kind of payment.

    Neither is the work of a scope rule: the directory, the decisions about suppliers or the models changed as well.
    """
    row = connection.execute(
        """
        select
            count(*) filter (where is_elsewhere),
            count(*) filter (where is_of_other_supplier and not is_of_other_kind)
        from moved
        """
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
