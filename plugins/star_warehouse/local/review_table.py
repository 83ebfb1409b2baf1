"""The review queue of suppliers as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from star_warehouse.suppliers import OpenQuestion

_SHOWN = 40


def print_questions(questions: Sequence[OpenQuestion], console: Console) -> None:
    """Print the first questions of the queue, most pounds at stake first."""
    if not questions:
        console.print("No question is open.", highlight=False)
        return
    table = Table(title=f"May these be one supplier? {len(questions)} questions", title_justify="left")
    table.add_column("£ at stake", justify="right")
    table.add_column("one")
    table.add_column("the other")
    table.add_column("weight", justify="right")
    table.add_column("why it is asked")
    for one in questions[:_SHOWN]:
        table.add_row(
            f"{one.amount_gbp:,.0f}",
            _record(one.name_l, one.partner_l, one.postcode_l),
            _record(one.name_r, one.partner_r, one.postcode_r),
            f"{one.weight:.1f}",
            one.reason + (" Both state one VAT number." if one.has_same_vat_number else ""),
        )
    console.print(table)
    more = f"The other {len(questions) - _SHOWN} are in the file of" if len(questions) > _SHOWN else "To decide:"
    console.print(
        f"{more} `star-warehouse review --csv FILE`; fill it in, give it back with --decide.", highlight=False
    )


def _record(name: str, partner: str | None, postcode: str | None) -> str:
    where = ", ".join(part for part in (partner, postcode) if part)
    return escape(f"{name} ({where})" if where else name)
