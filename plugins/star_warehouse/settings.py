"""Where things are: the repository, the local state folder, the database and the ports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from star_warehouse.refusal import Refusal

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """Everything that differs between machines; read from the environment once, then passed on.

    Attributes:
        repository: the checkout (holds ``dags/``, ``dbt_project/``, ``expectations/``).
        home: state of this machine: database files, landing zone, logs (``.local`` by default).
        external_warehouse_url: value of ``WAREHOUSE_URL``, or None when PostgreSQL is embedded.
        warehouse_port: TCP port of the embedded PostgreSQL on 127.0.0.1.
        airflow_port: TCP port of Airflow's API server on 127.0.0.1.
    """

    repository: Path
    home: Path
    external_warehouse_url: str | None
    warehouse_port: int
    airflow_port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``STAR_HOME``, ``STAR_WAREHOUSE_PORT``, ``STAR_AIRFLOW_PORT`` and ``WAREHOUSE_URL``.

        Raises:
            Refusal: a port is not a number between 1 and 65535.
        """
        env = os.environ if environment is None else environment
        return cls(
            repository=REPOSITORY,
            home=Path(env.get("STAR_HOME") or REPOSITORY / ".local").resolve(),
            external_warehouse_url=env.get("WAREHOUSE_URL") or None,
            warehouse_port=_port(env, "STAR_WAREHOUSE_PORT", 54329),
            airflow_port=_port(env, "STAR_AIRFLOW_PORT", 8080),
        )

    @property
    def inbox(self) -> Path:
        """Where local deliveries wait: one folder a source.

        A warehouse of one's own has its own inbox, so that the sample of the embedded one never reaches it.
        """
        return self.home / ("inbox_external" if self.external_warehouse_url else "inbox")

    @property
    def landing(self) -> Path:
        """Deliveries as they came, named by their SHA-256."""
        return self.home / "landing"

    @property
    def sources_folder(self) -> Path:
        """The declarations of the feeds, one YAML each."""
        return self.repository / "dags" / "sources"

    @property
    def other_bodies_folder(self) -> Path:
        """The declarations of bodies that are no partners: read by ``source check``, never run or counted."""
        return self.sources_folder / "other_bodies"

    @property
    def dbt_project(self) -> Path:
        """The dbt project."""
        return self.repository / "dbt_project"

    @property
    def expectations(self) -> Path:
        """The Great Expectations project."""
        return self.repository / "expectations"


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise Refusal(
        f"{text!r} is not a port.",
        where=f"environment variable {name}",
        way_out="Give a number between 1 and 65535.",
    )
