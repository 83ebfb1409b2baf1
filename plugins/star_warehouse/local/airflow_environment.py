"""The settings of this machine's Airflow, all of them, as environment variables of its processes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from star_warehouse.local.credentials import Credentials
from star_warehouse.settings import Settings

ADMIN = "admin"
_AUTH_MANAGER = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
_LOCAL_HOSTS = "127.0.0.1,localhost"
_IMPORTED_ONCE = (
    "airflow.executors.local_executor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.dag_processing.dagbag",
    "great_expectations",
    "dbt.cli.main",
    "star_warehouse.airflow_glue.ingest",
)


@dataclass(frozen=True)
class Airflow:
    """This machine's Airflow.

    Attributes:
        settings: the warehouse's settings.
        credentials: passwords and keys.
        database_url: libpq URL of the metadata database, an empty one or Airflow's own.
        has_schedules: the ingests run by their calendar; otherwise only when triggered.
    """

    settings: Settings
    credentials: Credentials
    database_url: str
    has_schedules: bool

    @property
    def home(self) -> Path:
        """Airflow's own folder."""
        return self.settings.home / "airflow"

    @property
    def address(self) -> str:
        """Where the pages and the API are."""
        return f"http://127.0.0.1:{self.settings.airflow_port}"

    def environment(self, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables for every process of this Airflow.

        Args:
            inherited: the variables to add to; those of this process by default. Their Airflow settings are left out,
                but not Airflow connections: these are the credentials of remote places.
        """
        base = os.environ if inherited is None else inherited
        kept = {
            name: value
            for name, value in base.items()
            if name.startswith("AIRFLOW_CONN_") or not name.startswith(("AIRFLOW_", "_AIRFLOW_"))
        }
        own = {f"AIRFLOW__{name}": value for name, value in self._airflow_settings().items()}
        return kept | own | self._surroundings(base)

    def write_password_file(self) -> None:
        """Give user ``admin`` the password of the credentials, in the file that Airflow's login reads."""
        self.home.mkdir(parents=True, exist_ok=True)
        file = self._password_file
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump({ADMIN: self.credentials.airflow_admin_password}, stream)

    @property
    def _password_file(self) -> Path:
        return self.home / "passwords.json"

    def _surroundings(self, base: Mapping[str, str]) -> dict[str, str]:
        # A proxy for the outside must not stand between Airflow's own processes.
        hosts = ",".join(filter(None, [base.get("no_proxy") or base.get("NO_PROXY"), _LOCAL_HOSTS]))
        return {
            "AIRFLOW_HOME": str(self.home),
            "STAR_HOME": str(self.settings.home),
            "STAR_WAREHOUSE_PORT": str(self.settings.warehouse_port),
            "STAR_AIRFLOW_PORT": str(self.settings.airflow_port),
            "STAR_SCHEDULES": "on" if self.has_schedules else "off",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "GX_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "NO_PROXY": hosts,
            "no_proxy": hosts,
        }

    def _airflow_settings(self) -> dict[str, str]:
        # Airflow expands $NAME in what it reads from the environment; a password may hold that sign.
        sqlalchemy_url = self.database_url.replace("postgresql://", "postgresql+psycopg2://", 1).replace("$", "%24")
        repository = self.settings.repository
        # While people watch (`make up`), a new or changed DAG file shows within seconds; a run reads each file once.
        reading = (
            {"DAG_PROCESSOR__REFRESH_INTERVAL": "5", "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30"}
            if self.has_schedules
            else {"DAG_PROCESSOR__REFRESH_INTERVAL": "3600", "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600"}
        )
        return {
            "CORE__DAGS_FOLDER": str(repository / "dags"),
            "CORE__PLUGINS_FOLDER": str(repository / "plugins"),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": "4",
            "CORE__FERNET_KEY": self.credentials.airflow_fernet_key,
            "CORE__AUTH_MANAGER": _AUTH_MANAGER,
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._password_file),
            "CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "DATABASE__SQL_ALCHEMY_CONN": sqlalchemy_url,
            "API__HOST": "127.0.0.1",
            "API__PORT": str(self.settings.airflow_port),
            "API__BASE_URL": self.address,
            "API__WORKERS": "1",
            "API__SECRET_KEY": self.credentials.airflow_api_secret,
            "API__EXPOSE_CONFIG": "False",
            "API_AUTH__JWT_SECRET": self.credentials.airflow_jwt_secret,
            # A task is forked from a worker, a worker from this server: what takes seconds to import is imported once.
            # Polars is not among it, because its threads do not survive a fork.
            "SCHEDULER__MP_START_METHOD": "forkserver",
            "CORE__MP_FORKSERVER_PRELOAD": ",".join(_IMPORTED_ONCE),
            "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
            "LOGGING__BASE_LOG_FOLDER": str(self.home / "logs" / "tasks"),
            "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(self.home / "logs" / "dag_files"),
            "LOGGING__COLORED_CONSOLE_LOG": "False",
            "DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(self.home / "bundles"),
            "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
            **reading,
        }
