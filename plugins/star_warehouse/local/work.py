"""What there is to do: files that wait, deliveries that await a verdict, a reference dataset, a release."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from star_warehouse.airflow_glue.names import REFRESH_REFERENCE, ingest_dag_id
from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.receive import PlaceRefusal, find_waiting, postcodes_are_current
from star_warehouse.release import release_is_due
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, load_sources


@dataclass(frozen=True)
class Work:
    """What there is to do.

    Attributes:
        waiting: for each source with something to do, how many files wait (0: only verdicts are awaited).
        sources: every declared source.
        needs_reference: the postcode directory is missing or older than the installed one.
        needs_release: the live release does not show all that is current.
    """

    waiting: dict[str, int]
    sources: dict[str, Source]
    needs_reference: bool
    needs_release: bool

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.waiting or self.needs_reference or self.needs_release)

    @property
    def ingest_dags(self) -> dict[str, str]:
        """For each source with something to do, its DAG; the registers share that of the reference data."""
        return {source_id: ingest_dag_id(self.sources[source_id].kind, source_id) for source_id in self.waiting}

    @property
    def dags(self) -> list[str]:
        """The DAGs to start."""
        return [*dict.fromkeys([*([REFRESH_REFERENCE] if self.needs_reference else []), *self.ingest_dags.values()])]


def find_work(settings: Settings, warehouse: Warehouse) -> Work:
    """See what there is to do, changing nothing.

    Raises:
        Refusal: a declaration in ``dags/sources/`` is wrong, or the warehouse does not answer.
    """
    sources = load_sources(settings.sources_folder)
    waiting: dict[str, int] = {}
    # Side by side: each remote place is waited for.
    with ThreadPoolExecutor() as pool:
        counts = pool.map(lambda source: _count_waiting(source, settings, warehouse), sources.values())
    for source_id, count in zip(sources, counts, strict=True):
        if count or pending_deliveries(warehouse, source_id):
            waiting[source_id] = count
    return Work(
        waiting=waiting,
        sources=sources,
        needs_reference=not postcodes_are_current(warehouse),
        needs_release=release_is_due(warehouse, settings),
    )


def _count_waiting(source: Source, settings: Settings, warehouse: Warehouse) -> int:
    try:
        return len(find_waiting(source, settings, warehouse))
    except PlaceRefusal:
        # Its ingest is started all the same: it asks more patiently, and tells what is wrong.
        return 1
