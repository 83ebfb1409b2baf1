"""Who is one supplier: what the files alone say, or the memberships that the warehouse holds, taken as given facts.

Whether two vendor records are one supplier is a judgement, people's decisions included; no second calculation can come
to the same one by rules of its own. So it is a fact that is given, as the postcode directory is, and everything that is
computed from it is computed here. What the files prove by themselves (one company number, one vendor number) is held
against the given facts by a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tests.integration.independent.lines import SpendLine
from tests.integration.independent.values import text

Identity = Callable[[SpendLine], str | None]
_Payee = tuple[str, str | None, str | None, str | None]


def as_the_files_say(line: SpendLine) -> str | None:
    """Who was paid, by what the line states and nothing else."""
    return line.supplier_key


@dataclass(frozen=True)
class Memberships:
    """Suppliers by payee: partner, name, vendor number and company number, without outer blanks."""

    suppliers: dict[_Payee, str]

    def supplier(self, line: SpendLine) -> str | None:
        """Who was paid; None if hidden or if nothing says who.

        Raises:
            ValueError: the payee is nobody's, though it is named.
        """
        payee = (line.partner, line.supplier_name, line.supplier_ref, line.company_number)
        if line.is_redacted or payee[1:] == (None, None, None):
            return None
        if payee not in self.suppliers:
            raise ValueError(f"the warehouse knows no supplier of {payee}")
        return self.suppliers[payee]


def read_memberships(url: str) -> Memberships:
    """Read which payees of spend files were one supplier when the live release was built.

    Args:
        url: libpq address of the warehouse for a role that may read schema ``ops``.

    Raises:
        ValueError: payees that differ in outer blanks only are two suppliers.
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            select r.partner_code, r.supplier_name, r.supplier_ref, r.company_number, m.supplier_cluster_id
            from ops.supplier_record r
            join ops.supplier_membership m on m.record_key = r.record_key
            join ops.release l on l.state = 'live'
            where r.origin = 'spend' and m.valid_from <= l.suppliers_as_at
              and (m.valid_to is null or m.valid_to > l.suppliers_as_at)
            """
        ).fetchall()
    suppliers: dict[_Payee, str] = {}
    for partner, name, reference, number, cluster in rows:
        payee = (partner, text(name), text(reference), text(number))
        if suppliers.setdefault(payee, str(cluster)) != str(cluster):
            raise ValueError(f"{payee} is two suppliers, told apart by a blank")
    return Memberships(suppliers)
