"""All declared sources together."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from star_warehouse.refusal import Refusal
from star_warehouse.sources.declaration import read_declaration
from star_warehouse.sources.schema import Source


def load_sources(folder: Path) -> dict[str, Source]:
    """Read every declaration of a folder, by source id.

    Raises:
        Refusal: a declaration is wrong, there is none, or two of one partner accept the same days.
    """
    sources = {path.stem: read_declaration(path) for path in sorted(folder.glob("*.yml"))}
    if not sources:
        raise Refusal("No source is declared.", where=str(folder), way_out="Add <source_id>.yml there.")
    for one, other in combinations(sources.values(), 2):
        if one.partner is not None and one.partner == other.partner and one.accepts.overlaps(other.accepts):
            raise Refusal(
                f"The sources {one.id} and {other.id} of partner {one.partner} accept the same days; "
                "their payments would be counted twice.",
                where=str(folder / f"{other.id}.yml"),
                way_out="Let 'accepts' of one end the day before the other's begins.",
            )
    return sources
