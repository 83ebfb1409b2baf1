"""The steps of a release as tasks: wait for the ingests, match suppliers, build, audit, publish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from star_warehouse.airflow_glue.ingest import sources_of
from star_warehouse.airflow_glue.names import REFRESH_REFERENCE, ingest_dag_id
from star_warehouse.airflow_glue.tasks import place, plainly, this_run
from star_warehouse.refusal import Refusal
from star_warehouse.release import Layer

# A feed that hangs must not keep all others from being published.
_PATIENCE = timedelta(minutes=45)


def ingests_are_settled() -> bool:
    """Whether no ingest runs or is about to, so that one release takes up all they bring; true after long waiting."""
    context = get_current_context()
    began = context["dag_run"].start_date
    if began is not None and datetime.now(UTC) - began > _PATIENCE:
        return True
    feeding = {REFRESH_REFERENCE, *(ingest_dag_id(source.kind, source.id) for source in sources_of())}
    task_instance = context["ti"]
    return not any(task_instance.get_dr_count(dag_id, states=["queued", "running"]) for dag_id in feeding)


@plainly
def open_release() -> int | None:
    """The number of a new release, or None when nothing changed since the live one."""
    from star_warehouse.release import open_release as open_

    settings, warehouse = place()
    return open_(warehouse, settings, this_run())


@plainly
def match_suppliers(release_id: int) -> int:
    """Find out who is the same supplier, and fix what the release reads of it; the number of suppliers."""
    from star_warehouse.release import identify_suppliers

    settings, warehouse = place()
    return identify_suppliers(warehouse, settings, release_id, this_run()).suppliers


@plainly
def build_layer(release_id: int, layer: Layer) -> None:
    """Have dbt build one layer: ``warehouse``, ``measures`` or ``candidate``.

    Raises:
        Refusal: a model or a test failed; the sentence names it.
    """
    from star_warehouse.release import build

    settings, warehouse = place()
    build(warehouse, settings, release_id, this_run(), layer)


@plainly
def audit_candidate(release_id: int) -> str:
    """Check the candidate against the suites in ``expectations/``; the gravest severity found, or ``passed``.

    Raises:
        Refusal: something critical does not hold: the candidate is not published, the last release stays live.
    """
    from star_warehouse.release import audit

    settings, warehouse = place()
    verdict = audit(warehouse, settings, release_id, this_run())
    if not verdict.is_publishable:
        grave = [failure for failure in verdict.failures if failure.severity == verdict.severity]
        raise Refusal(
            f"The gate refused release {release_id}: " + " ".join(f"{one.subject}: {one.message}" for one in grave[:5]),
            where=f"schema candidate, {len(grave)} critical of {len(verdict.failures)} failed expectations",
            way_out="The last release stays live; see ops.quality_result, correct the deliveries or the models.",
        )
    return verdict.severity or "passed"


@plainly
def publish_release(release_id: int) -> None:
    """Make the audited candidate the live release."""
    from star_warehouse.release import publish

    _, warehouse = place()
    publish(warehouse, release_id)


@plainly
def refresh_postcodes() -> int:
    """Load the postcode directory when there is a newer one; the number of postcodes."""
    from star_warehouse.receive import refresh_postcodes as refresh

    _, warehouse = place()
    if not (rows := refresh(warehouse)):
        raise AirflowSkipException("The postcode directory is already the current one.")
    return rows
