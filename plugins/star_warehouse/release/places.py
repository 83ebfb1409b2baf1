"""What no district was found for, as the models of the last release list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from psycopg.rows import class_row

from star_warehouse.database import Warehouse

LocationBasis = Literal["remit", "registered"]


@dataclass(frozen=True)
class UnresolvedPostcode:
    """One postcode as a partner wrote it that was not located; a row of ``fct_unresolved_postcode``.

    Attributes:
        partner_code: who wrote it.
        written_postcode: as written; None where there is none.
        unresolved_reason: not_stated, withheld, not_a_postcode, not_in_directory or no_district.
        amount_gbp: net £ of its lines, credit notes with their sign.
        influenceable_gbp: the part of it that is influenceable.
        lines_count: its lines.
        vendor_records_count: vendor records that state it.
        largest_supplier_name, largest_supplier_ref: the vendor record with most £.
        first_payment_date, last_payment_date: of its lines.
    """

    partner_code: str
    written_postcode: str | None
    unresolved_reason: str
    amount_gbp: Decimal
    influenceable_gbp: Decimal
    lines_count: int
    vendor_records_count: int
    largest_supplier_name: str | None
    largest_supplier_ref: str | None
    first_payment_date: date
    last_payment_date: date


def unresolved_postcodes(warehouse: Warehouse, basis: LocationBasis) -> list[UnresolvedPostcode]:
    """What was not located, most influenceable £ first, then most £; nothing before the first release was built.

    Args:
        basis: of the remittance postcode (headline) or of the registered office.
    """
    with warehouse.connect() as connection:
        if connection.execute("select to_regclass('warehouse.fct_unresolved_postcode')").fetchone() == (None,):
            return []
        with connection.cursor(row_factory=class_row(UnresolvedPostcode)) as cursor:
            return cursor.execute(
                """
                select
                    partner_code, written_postcode, unresolved_reason, amount_gbp, influenceable_gbp, lines_count,
                    vendor_records_count, largest_supplier_name, largest_supplier_ref, first_payment_date,
                    last_payment_date
                from warehouse.fct_unresolved_postcode
                where location_basis = %s
                order by influenceable_gbp desc, amount_gbp desc, partner_code, written_postcode, unresolved_reason
                """,
                (basis,),
            ).fetchall()
