"""Which deliveries a person means who decides about some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from star_warehouse.database import Warehouse
from star_warehouse.load import Concern, concerns_of, read_ledger
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import load_sources

_STATES = {"accept": ("held",), "refuse": ("held", "refused")}


def delivery_numbers(
    settings: Settings, warehouse: Warehouse, decision: Literal["accept", "refuse"], named: Sequence[str]
) -> list[int]:
    """The numbers of the deliveries that a person named; whoever names none, or no number, is told which there are.

    Args:
        settings: where the declarations are.
        warehouse: whose ledger is asked.
        decision: what the person wants to do.
        named: what the person wrote.

    Raises:
        Refusal: that is nothing, or no number; the sentence has the numbers of all that wait for this decision, or of
            those whose source or file was named.
    """
    if named and all(word.isascii() and word.isdecimal() for word in named):
        return [int(word) for word in named]
    concerns = concerns_of(read_ledger(warehouse, load_sources(settings.sources_folder)).values())
    waiting = [concern for concern in concerns if concern.is_open and concern.state in _STATES[decision]]
    meant = [concern for concern in waiting if concern.source_id in named or concern.file_name in named]
    what = f"{' '.join(named)!r} is not the number of a delivery." if named else "No delivery is named."
    if not waiting:
        raise Refusal(what, where=decision, way_out=f"None waits: there is nothing to {decision}.")
    raise Refusal(
        f"{what} {_listed(meant or waiting)}",
        where=decision,
        way_out=f"Write `star-warehouse {decision} NUMBER --reason …`; `star-warehouse status` says more of each.",
    )


def _listed(concerns: Sequence[Concern]) -> str:
    return (
        f"There {'is' if len(concerns) == 1 else 'are'} "
        + ", ".join(
            f"{concern.delivery_id} ({concern.source_id}: {concern.file_name}, {concern.state})" for concern in concerns
        )
        + "."
    )
