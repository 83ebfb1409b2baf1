"""What the DAGs tell each other: an event a settled delivery, an event a new reference dataset.

No partitions, and nobody waits for all of several assets: on PostgreSQL such a consumer never fires
(apache/airflow#71070). Which deliveries make a release is decided by the ledger.
"""

from __future__ import annotations

from airflow.sdk import Asset, AssetAny

from star_warehouse.sources import Source

POSTCODES = Asset(name="reference__postcodes", uri="star://reference/postcodes", group="reference")


def deliveries_of(source: Source) -> Asset:
    """The asset that has an event whenever a delivery of this source became current."""
    return Asset(name=f"deliveries__{source.id}", uri=f"star://deliveries/{source.id}", group="deliveries")


def anything_new(sources: list[Source]) -> AssetAny:
    """Any event after which another release may be due."""
    return AssetAny(POSTCODES, *(deliveries_of(source) for source in sources))
