"""Once a day, after the ingests: what is late, missing, refused or held becomes an alert.

The run fails for alerts that are new, and only for these. That failure is the place to hang a notification on: give
the DAG an ``on_failure_callback`` for the mail or chat of the deployment.
"""

from airflow.sdk import dag, task

from star_warehouse.airflow_glue import watching
from star_warehouse.airflow_glue.tasks import FIRST_DAY, TASK_DEFAULTS, calendar


@dag(
    dag_display_name="Watch deliveries",
    description="Opens an alert for what is late, missing, refused or held; fails when there is a new one.",
    schedule=calendar("30 8 * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    tags=["watch"],
)
def watch_deliveries() -> None:
    task(watching.watch_deliveries)()


watch_deliveries()
