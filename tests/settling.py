"""The verdict on one delivery, for tests."""

from __future__ import annotations

from star_warehouse.database import Warehouse
from star_warehouse.load import settle_all
from star_warehouse.load.settling import Outcome


def settle(
    warehouse: Warehouse, delivery_id: int, outcome: Outcome, reason: str | None = None, way_out: str | None = None
) -> None:
    """Carry out the verdict on a delivery."""
    settle_all(warehouse, {delivery_id: (outcome, reason, way_out)})
