"""Fix which suppliers a release reads."""

from __future__ import annotations

from star_warehouse.database import Warehouse
from star_warehouse.release.record import working_on
from star_warehouse.settings import Settings
from star_warehouse.suppliers import Outcome, match_suppliers


def identify_suppliers(warehouse: Warehouse, settings: Settings, release_id: int, run_id: str) -> Outcome:
    """Match the suppliers of a release's deliveries, and note from which moment's state it is built.

    Whatever is merged, split or decided later, the models read, and anybody later finds, what was valid at that moment.
    Noted once: a second matching for the same release changes suppliers, but not what the release reads.

    Args:
        release_id: the release, from ``open_release``.
        run_id: the pipeline run.

    Returns:
        What the matching came to.

    Raises:
        Refusal: the release is not being built, or deliveries came or went since it was opened (it is then abandoned).
    """
    with working_on(warehouse, release_id, "building"):
        outcome = match_suppliers(warehouse, settings, run_id)
        with warehouse.connect() as connection:
            connection.execute(
                "update ops.release set suppliers_as_at = coalesce(suppliers_as_at, %s) where release_id = %s",
                (outcome.as_at, release_id),
            )
    return outcome
