"""Airflow's four services on this machine: started together, waited for, and stopped with all they started."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import httpx

from star_warehouse.local.airflow_api import AirflowApi
from star_warehouse.local.airflow_environment import ADMIN, Airflow
from star_warehouse.local.airflow_metadata import end_unfinished_runs, migrate_metadata
from star_warehouse.local.postgres import refuse_taken_port
from star_warehouse.local.processes import Children
from star_warehouse.refusal import Refusal

# The logs of tasks lie on this machine, where the API server reads them itself; so nobody serves them on another port.
_SERVICES = {
    "api-server": [],
    "scheduler": ["--skip-serve-logs"],
    "dag-processor": [],
    "triggerer": ["--skip-serve-logs"],
}
_HEARTBEATS = {
    "scheduler": "latest_scheduler_heartbeat",
    "triggerer": "latest_triggerer_heartbeat",
    "dag_processor": "latest_dag_processor_heartbeat",
}
_SECONDS_TO_START = 240


class AirflowServices:
    """The API server, the scheduler, the DAG processor and the triggerer.

    Args:
        airflow: this machine's Airflow and its settings.
        children: what runs the services.
    """

    def __init__(self, airflow: Airflow, children: Children) -> None:
        self._airflow = airflow
        self._children = children
        self._started_at = datetime.now(UTC)
        self.api = AirflowApi(airflow.address, ADMIN, airflow.credentials.airflow_admin_password)

    def start(self) -> None:
        """Bring the metadata up to date and start the four services, without waiting for them.

        Raises:
            Refusal: the port is taken, or the metadata cannot be brought up to date.
        """
        airflow = self._airflow
        refuse_taken_port(airflow.settings.airflow_port, "STAR_AIRFLOW_PORT", "Airflow's pages and API")
        airflow.write_password_file()
        environment = airflow.environment()
        migrate_metadata(airflow.database_url, airflow.home, self._children, environment)
        end_unfinished_runs(airflow.database_url, forget_events=not airflow.has_schedules)
        self._started_at = datetime.now(UTC)
        for name, options in _SERVICES.items():
            self._children.start(name, [sys.executable, "-m", "airflow", name, *options], environment)

    def wait_until_ready(self, dag_ids: Iterable[str]) -> None:
        """Wait until every service shows a sign of life and every one of these DAGs has been read.

        Raises:
            Refusal: a service ended, a DAG file cannot be read, or it takes too long; the sentence names the log.
        """
        missing = sorted(set(dag_ids))
        deadline = time.monotonic() + _SECONDS_TO_START
        is_alive = False
        while time.monotonic() < deadline:
            self.refuse_ended()
            is_alive = is_alive or self._is_alive()
            if is_alive:
                # All are waited for, so one question a look is enough while the API has the least time.
                while missing and self._is_fresh(missing[-1]):
                    missing.pop()
                if not missing:
                    return
                self._refuse_unreadable_files()
            time.sleep(0.5)
        raise Refusal(
            f"Airflow was not ready within {_SECONDS_TO_START} seconds"
            + (f"; not read yet: {', '.join(missing)}." if is_alive else "."),
            where=f"logs {self._children.logs}",
            way_out="Read the ends of those logs, then run again.",
        )

    def refuse_ended(self) -> None:
        """Refuse to go on when a service ended by itself.

        Raises:
            Refusal: names the service and its log.
        """
        for name, code in self._children.ended().items():
            log = self._children.log(name)
            said = self._children.last_words(name)
            if "address already in use" in said.lower():
                refuse_taken_port(self._airflow.settings.airflow_port, "STAR_AIRFLOW_PORT", "Airflow's pages and API")
            raise Refusal(
                f"Airflow's {name} ended (exit code {code}): {said}",
                where=f"log {log}",
                way_out="Read the end of that log, then run again.",
            )

    def stop(self) -> None:
        """Stop the services and every task that still runs."""
        self.api.close()
        self._children.stop()

    def _is_alive(self) -> bool:
        health = self.api.health()
        if health is None:
            return False
        # A service of an earlier run counts as alive for a while; only signs of life from now on count here.
        for service, field in _HEARTBEATS.items():
            beat = (health.get(service) or {}).get(field)
            if not beat or datetime.fromisoformat(beat) < self._started_at:
                return False
        return True

    def _is_fresh(self, dag_id: str) -> bool:
        try:
            parsed_at = self.api.parsed_at(dag_id)
        except httpx.HTTPError:
            return False
        return parsed_at is not None and parsed_at >= self._started_at

    def _refuse_unreadable_files(self) -> None:
        for file, trace in self.api.import_errors(self._started_at).items():
            lines = [line for line in trace.strip().splitlines() if line.strip()] or ["no reason given"]
            raise Refusal(
                f"Airflow cannot read it: {lines[-1].strip()}",
                where=f"DAG file {file}",
                way_out="Correct it, or what it reads, then run again.",
            )
