"""docker-compose.yml as a document: it parses, keeps no secret, and uses settings that the local Airflow has too."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from star_warehouse.local.airflow_environment import Airflow
from star_warehouse.local.credentials import ensure_credentials
from star_warehouse.settings import REPOSITORY, Settings


@pytest.fixture
def compose() -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(REPOSITORY / "docker-compose.yml")
    return document


def test_holds_postgres_and_every_service_of_airflow(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {"postgres", "api-server", "scheduler", "dag-processor", "triggerer"} < set(services)
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]


def test_secrets_have_no_defaults(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if any(word in name for word in ("PASSWORD", "SECRET", "KEY", "CONN")) or name == "WAREHOUSE_URL":
                assert ":?set it in .env}" in value, name


def test_pages_are_on_this_machine_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_airflow_is_set_by_the_same_names_as_on_one_machine(compose: dict[str, Any], settings: Settings) -> None:
    local = Airflow(settings, ensure_credentials(settings.home), "postgresql://u@h/d", True).environment({})
    names = {name for name in compose["services"]["scheduler"]["environment"] if name != "WAREHOUSE_URL"}
    assert names <= set(local)
