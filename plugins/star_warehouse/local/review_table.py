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
    _print(f"Which suppliers are one, and who is it? {len(questions)} questions", questions, console)
    more = f"The other {len(questions) - _SHOWN} are in the file of" if len(questions) > _SHOWN else "To decide:"
    console.print(
        "At stake: influenceable pounds paid to the smaller of the two, or to the one; all pounds where the last build "
        "has no line of theirs. Weight: in bits; 0 is as likely as not.\n"
        f"{more} `star-warehouse review --csv FILE`; fill it in, give it back with --decide.",
        highlight=False,
    )


def print_pairs(pairs: Sequence[OpenQuestion], console: Console) -> None:
    """Print vendor records that a person looked for, beside the one of them that was paid most."""
    _print(f"The vendor record that was paid most, and {len(pairs) - 1} beside it", pairs, console)
    console.print(
        "To join or part them, or to say who one is: the same command with --csv FILE; fill it in, give it back with "
        "--decide.",
        highlight=False,
    )


def _print(title: str, questions: Sequence[OpenQuestion], console: Console) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("£ at stake", justify="right")
    table.add_column("one")
    table.add_column("the other")
    table.add_column("weight", justify="right")
    table.add_column("why it is asked, or what holds now")
    for one in questions[:_SHOWN]:
        table.add_row(
            f"{one.amount_gbp:,.0f}",
            _record(one.name_l, one.partner_l, one.supplier_ref_l, one.postcode_l),
            _record(one.name_r, one.partner_r, one.supplier_ref_r, one.postcode_r),
            "" if one.weight is None else f"{one.weight:.1f}",
            one.reason + (" Both state one VAT number." if one.has_same_vat_number else ""),
        )
    console.print(table)


def _record(name: str | None, *told: str | None) -> str:
    where = ", ".join(part for part in told if part)
    return escape(" ".join(part for part in (name, f"({where})" if where else "") if part))
