"""The published headline measures, for showing them to people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from psycopg.rows import class_row

from star_warehouse.database import Warehouse


@dataclass(frozen=True)
class HeadlineRow:
    """One measure of one partner in one period, as published.

    Attributes:
        release_id: the live release.
        measure_id, measure_name: the measure; see ``shared.measure_definition``.
        partner_code: the partner, or ``all``.
        period: a financial year, or a longer period such as ``since 2019/20``.
        cohort: ``all``, ``SME`` or ``VCSE``.
        value: per cent or £, unrounded; None for what is not known.
        unit: ``pct`` or ``gbp``.
        published_value: the figure of STAR's own reports, in the same unit; None where there is none.
        is_at_least: STAR published it as a least value ("£60M+").
        difference: value less published value, in percentage points or £.
        status: final, provisional or incomplete.
        is_sample: whether it rests on the invented sample.
    """

    release_id: int
    measure_id: str
    measure_name: str
    partner_code: str
    period: str
    cohort: str
    value: Decimal | None
    unit: str
    published_value: Decimal | None
    is_at_least: bool
    difference: Decimal | None
    status: str
    is_sample: bool


def headline(warehouse: Warehouse) -> list[HeadlineRow]:
    """The rows of ``shared.headline``: retention, social value, weighting, bids; none before the first publication."""
    with warehouse.connect() as connection:
        if connection.execute("select to_regclass('shared.headline')").fetchone() == (None,):
            return []
        with connection.cursor(row_factory=class_row(HeadlineRow)) as cursor:
            return cursor.execute(
                """
                select
                    release_id, measure_id, measure_name, partner_code, period, cohort, value, unit, published_value,
                    published_low is not null and published_high is null as is_at_least, difference, status, is_sample
                from shared.headline
                order by
                    position(left(measure_id, 1) in 'RSWB'), measure_id, partner_code, period_type desc, fy_start_date,
                    cohort
                """
            ).fetchall()
