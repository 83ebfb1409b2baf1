"""Reference data that comes from elsewhere: the postcode directory, the registers of companies and charities."""

from airflow.sdk import dag, task

from star_warehouse.airflow_glue.assets import POSTCODES
from star_warehouse.airflow_glue.ingest import ingest_group, sources_of
from star_warehouse.airflow_glue.releasing import refresh_postcodes
from star_warehouse.airflow_glue.tasks import FIRST_DAY, TASK_DEFAULTS, calendar


@dag(
    dag_display_name="Refresh reference data",
    description="Loads the postcode directory when a newer one is installed, and takes in the registers that wait.",
    schedule=calendar("0 5 * * 1"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    tags=["reference"],
)
def refresh_reference() -> None:
    task(outlets=[POSTCODES])(refresh_postcodes)()
    for source in sources_of("register"):
        ingest_group(source)


refresh_reference()
