"""Airflow's metadata database: where it is, when it is migrated, what a killed run left in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.local.airflow_metadata import end_unfinished_runs, metadata_url, migrate_metadata
from star_warehouse.local.processes import Children
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

CORE = version("apache-airflow-core")


class Migrating(Children):
    """Stands in for Airflow's command: it leaves the tables at a revision, as the real one does."""

    def __init__(self, folder: Path, warehouse: Warehouse, code: int = 0) -> None:
        super().__init__(folder / "logs", folder / "register")
        self.warehouse = warehouse
        self.code = code
        self.commands: list[Sequence[str]] = []

    def run(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, folder: Path | None = None
    ) -> int:
        self.commands.append(command)
        self.logs.mkdir(exist_ok=True)
        self.log(name).write_text("It broke.\n")
        with self.warehouse.connect() as connection:
            connection.execute("create table if not exists alembic_version as select 'abc' as version_num")
        return self.code


def test_metadata_live_in_the_embedded_server_or_where_they_are_put(settings: Settings) -> None:
    embedded = Warehouse("127.0.0.1", 5432, "star", "secret", "warehouse")
    assert metadata_url(settings, embedded, {}) == "postgresql://star:secret@127.0.0.1:5432/airflow"
    elsewhere = {"STAR_AIRFLOW_DATABASE_URL": "postgres://me:x@db/meta"}
    assert metadata_url(settings, embedded, elsewhere) == "postgresql://me:x@db/meta"
    with pytest.raises(Refusal, match="STAR_AIRFLOW_DATABASE_URL"):
        metadata_url(settings, embedded, {"STAR_AIRFLOW_DATABASE_URL": "sqlite:///x.db"})


@pytest.mark.parametrize("forget_events", [True, False])
def test_what_a_killed_airflow_left_is_ended(warehouse: Warehouse, forget_events: bool) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            """
            create table dag_run (run_id text, state text, end_date timestamptz);
            create table task_instance (task_id text, state text, end_date timestamptz);
            create table job (id int, state text, end_date timestamptz);
            create table asset_dag_run_queue (target_dag_id text);
            insert into asset_dag_run_queue values ('release');
            insert into dag_run values ('a', 'running', null), ('b', 'queued', null), ('c', 'success', now());
            insert into task_instance values ('a', 'running', null), ('b', null, null), ('c', 'up_for_retry', null);
            insert into job values (1, 'running', null), (2, 'success', now());
            """
        )
    assert end_unfinished_runs(warehouse.url, forget_events=forget_events) == 2
    with warehouse.connect() as connection:
        runs = connection.execute("select run_id, state from dag_run order by 1").fetchall()
        tasks = connection.execute("select task_id, state from task_instance order by 1").fetchall()
        events = connection.execute("select count(*) from asset_dag_run_queue").fetchone()
        jobs = connection.execute("select state from job order by id").fetchall()
    assert runs == [("a", "failed"), ("b", "failed"), ("c", "success")]
    assert tasks == [("a", "failed"), ("b", None), ("c", "failed")]
    assert jobs == [("failed",), ("success",)]
    assert events == (0 if forget_events else 1,)


def test_tables_are_migrated_once(warehouse: Warehouse, tmp_path: Path) -> None:
    children = Migrating(tmp_path, warehouse)
    for _ in range(3):
        migrate_metadata(warehouse.url, tmp_path, children, {})
    assert [command[1:] for command in children.commands] == [["-m", "airflow", "db", "migrate"]]


@pytest.mark.parametrize("change", ["another Airflow", "other tables", "no tables"])
def test_tables_are_migrated_again_when_something_changed(warehouse: Warehouse, tmp_path: Path, change: str) -> None:
    children = Migrating(tmp_path, warehouse)
    migrate_metadata(warehouse.url, tmp_path, children, {})
    if change == "another Airflow":
        (tmp_path / "migrated").write_text((tmp_path / "migrated").read_text().replace(CORE, "3.0.0"))
    else:
        statement = (
            "drop table alembic_version" if change == "no tables" else "update alembic_version set version_num = 'b'"
        )
        with warehouse.connect() as connection:
            connection.execute(statement)
    migrate_metadata(warehouse.url, tmp_path, children, {})
    assert len(children.commands) == 2


def test_a_migration_that_failed_is_tried_again(warehouse: Warehouse, tmp_path: Path) -> None:
    children = Migrating(tmp_path, warehouse, code=1)
    for _ in range(2):
        with pytest.raises(Refusal, match="could not be set up"):
            migrate_metadata(warehouse.url, tmp_path, children, {})
    assert len(children.commands) == 2
