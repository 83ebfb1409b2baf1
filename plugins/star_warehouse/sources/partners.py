"""Whether a source's partner is one that the measures know."""

from __future__ import annotations

import csv
from pathlib import Path

from star_warehouse.refusal import Refusal
from star_warehouse.sources.schema import Source

# The models join payments to both; of a body that is missing in one of them nothing counts anywhere.
_SEEDS = ("partner.csv", "membership.csv")


def check_partner(source: Source, dbt_project: Path) -> None:
    """See that what a source delivers can count: its partner stands in the seeds of the partners.

    Args:
        source: the feed; one of no single partner has nothing to be seen here.
        dbt_project: the dbt project with the seeds.

    Raises:
        Refusal: it does not, so its payments would be left out of every measure; or a seed cannot be read.
    """
    if refusal := unknown_partner(source, dbt_project):
        raise refusal


def unknown_partner(source: Source, dbt_project: Path) -> Refusal | None:
    """Why nothing that a source delivers would count, as ``check_partner`` says it; None when it does.

    Raises:
        Refusal: a seed cannot be read.
    """
    folder = dbt_project / "seeds" / "reference"
    lacking = [name for name in _SEEDS if source.partner is not None and source.partner not in _codes(folder / name)]
    if not lacking:
        return None
    return Refusal(
        f"Its partner {source.partner!r} is in no row of {' or '.join(lacking)}, so no measure would count what it "
        "delivers.",
        where=f"source {source.id}",
        way_out="Add it in dbt_project/seeds/reference/ (docs/add-a-partner.md, 3), or correct 'partner'; until then "
        "its files wait.",
    )


def _codes(path: Path) -> set[str]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return {row["partner_code"] for row in csv.DictReader(stream)}
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise Refusal(
            f"The partners cannot be read: {type(error).__name__}.",
            where=str(path),
            way_out="Restore the file from the repository; its column partner_code names them.",
        ) from error
