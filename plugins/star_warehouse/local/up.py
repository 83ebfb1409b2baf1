"""``make up``: the same services, left running until Ctrl-C."""

from __future__ import annotations

import time

from rich.console import Console

from star_warehouse.airflow_glue.names import REFRESH_REFERENCE, RELEASE, WATCH_DELIVERIES, ingest_dag_id
from star_warehouse.database import SHARED_READER
from star_warehouse.local.airflow_environment import ADMIN
from star_warehouse.local.airflow_services import AirflowServices
from star_warehouse.local.credentials import credentials_file
from star_warehouse.local.server import running_warehouse
from star_warehouse.local.session import airflow_of, alone, prepare
from star_warehouse.local.signals import interruptible, undisturbed
from star_warehouse.settings import Settings
from star_warehouse.sources import load_sources


def up(settings: Settings, console: Console) -> None:
    """Start the warehouse and Airflow, say where they are, and keep them until interrupted.

    Args:
        settings: the warehouse's settings.
        console: where to say so.

    Raises:
        Refusal: it could not begin, or a service ended by itself.
        KeyboardInterrupt: Ctrl-C, or a request to end; everything is stopped by then.
    """
    with interruptible(), alone(settings, "star-warehouse up") as children:
        sources = load_sources(settings.sources_folder)
        with running_warehouse(settings) as warehouse:
            prepare(settings, warehouse)
            airflow = airflow_of(settings, warehouse, has_schedules=True)
            services = AirflowServices(airflow, children)
            try:
                console.print("Starting Airflow: API server, scheduler, DAG processor, triggerer.")
                services.start()
                ingests = [ingest_dag_id(source.kind, source.id) for source in sources.values()]
                services.wait_until_ready([REFRESH_REFERENCE, RELEASE, WATCH_DELIVERIES, *ingests])
                console.print(
                    f"Airflow    {airflow.address}\n"
                    f"           user {ADMIN}, password {airflow.credentials.airflow_admin_password}\n"
                    f"Warehouse  {warehouse.url}\n"
                    f"           published tables in schema shared; for readers user {SHARED_READER}, its password is\n"
                    f"           reader_password in {credentials_file(settings.home)}\n"
                    "Ctrl-C stops them.",
                    highlight=False,
                    markup=False,
                    soft_wrap=True,
                )
                while True:
                    services.refuse_ended()
                    time.sleep(1)
            finally:
                with undisturbed():
                    console.print("Stopping.")
                    services.stop()
