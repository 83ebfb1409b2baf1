"""The names of the DAGs, for those who start and watch them. Imports no Airflow."""

from __future__ import annotations

import re

RELEASE = "release"
REFRESH_REFERENCE = "refresh_reference"
WATCH_DELIVERIES = "watch_deliveries"

# Under this key a task that failed leaves its one sentence for people.
REASON_KEY = "reason"
# And under this one, where there are several, each of them on a line.
REASONS_KEY = "reasons"

_INGEST = {
    "spend": "ingest_spend",
    "social_value": "ingest_social_value",
    "contracts": "ingest_procurement",
    "tenders": "ingest_procurement",
}
# Their deliveries are reference data: one DAG takes in those of all of them.
_REFERENCE_KINDS = frozenset({"register"})


def ingest_dag_id(kind: str, source_id: str) -> str:
    """The DAG that takes in the deliveries of a source; several sources may share it.

    Args:
        kind: what the source delivers.
        source_id: the source.
    """
    return REFRESH_REFERENCE if kind in _REFERENCE_KINDS else f"{_INGEST[kind]}__{source_id}"


def run_key(dag_id: str, run_id: str) -> str:
    """One name for a DAG run across all DAGs, for the ledger and for folder names."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{dag_id}.{run_id}")
