"""Whenever something new became current: build, audit and publish the shared tables."""

from airflow.sdk import dag, task

from star_warehouse.airflow_glue import releasing
from star_warehouse.airflow_glue.assets import anything_new
from star_warehouse.airflow_glue.ingest import sources_of
from star_warehouse.airflow_glue.tasks import TASK_DEFAULTS


@dag(
    dag_display_name="Release",
    description="Builds the shared tables as a candidate, audits them, and swaps them in unless the gate refuses.",
    schedule=anything_new(sources_of()),
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    tags=["release"],
)
def release() -> None:
    awaited = task.sensor(poke_interval=3, timeout=3600, mode="poke", task_id="await_deliveries")(
        releasing.ingests_are_settled
    )()
    # A run that finds nothing new ends here: several events may have been answered by one release.
    release_id = task.short_circuit(releasing.open_release)()
    matched = task(releasing.match_suppliers)(release_id)
    built = [
        task(task_id=f"build_{layer}")(releasing.build_layer)(release_id, layer)
        for layer in ("warehouse", "measures", "candidate")
    ]
    audited = task(releasing.audit_candidate)(release_id)
    published = task(releasing.publish_release)(release_id)

    awaited >> release_id >> matched >> built[0] >> built[1] >> built[2] >> audited >> published


release()
