"""The gate and the swap on the published warehouse of the shared run: a copy of its database, with real candidates."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.release import audit, list_releases, publish
from star_warehouse.settings import Settings
from tests.integration.conftest import FirstRun, Published

pytestmark = pytest.mark.e2e

COPY = "gate_copy"


@pytest.fixture
def warehouse(first_run: FirstRun, published: Published) -> Iterator[Warehouse]:
    """A copy of the published warehouse, so that what a test does to it stays with the test."""
    server = first_run.installation.server()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {COPY} template warehouse owner star")
        try:
            yield Warehouse(
                "127.0.0.1",
                first_run.installation.warehouse_port,
                "star",
                first_run.installation.secrets()["warehouse_password"],
                COPY,
            )
        finally:
            connection.execute(f"drop database {COPY} with (force)")


@pytest.fixture
def reader_url(first_run: FirstRun) -> str:
    password = first_run.installation.secrets()["reader_password"]
    return f"postgresql://shared_reader:{password}@127.0.0.1:{first_run.installation.warehouse_port}/{COPY}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(Settings.from_environment({}), home=tmp_path)


def make_candidate(warehouse: Warehouse) -> int:
    """The live tables once more, as the candidate of a new release."""
    with warehouse.connect() as connection:
        row = connection.execute(
            """
            insert into ops.release (state, fingerprint, code_version, delivery_ids, run_id, schema_name)
            select 'building', repeat('0', 64), code_version, delivery_ids, 'test', 'candidate'
            from ops.release where state = 'live' returning release_id
            """
        ).fetchone()
        assert row is not None
        connection.execute("create schema candidate")
        tables = connection.execute("select table_name from information_schema.tables where table_schema = 'shared'")
        for (table,) in tables.fetchall():
            connection.execute(f"create table candidate.{table} as table shared.{table}")
            if table == "release":
                connection.execute(
                    "insert into candidate.release select * from candidate.release where state in ('building', 'live')"
                )
                connection.execute(
                    """
                    update candidate.release set release_id = %s, state = 'building', published_at = null
                    where ctid = (select max(ctid) from candidate.release)
                    """,
                    row,
                )
            else:
                connection.execute(f"update candidate.{table} set release_id = %s", row)
        connection.execute("delete from candidate.quality_result where boundary = 'candidate'")
    return int(row[0])


def contents(warehouse: Warehouse) -> str:
    """A hash of every row of every published table."""
    with warehouse.connect() as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'shared' order by 1"
        ).fetchall()
        hashes = [
            connection.execute(
                f"select md5(string_agg(t::text, '|' order by t::text)) from shared.{table} t"
            ).fetchone()
            for (table,) in tables
        ]
    return str(hashes)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("update candidate.retention set release_id = release_id + 1", "release"),
        ("delete from candidate.headline", "headline"),
        (
            "update candidate.retention set denominator_gbp = denominator_gbp + 1, unknown_gbp = unknown_gbp + 1 "
            "where partner_code = 'stockport' and scope = 'total' and threshold_basis = 'none' and quarter = 'FY'",
            "retention",
        ),
        ("alter table candidate.retention add column remit_postcode text", "retention"),
    ],
    ids=["another release", "an empty table", "a pound too many", "a postcode"],
)
def test_a_planted_failure_leaves_shared_as_it_was(
    warehouse: Warehouse, settings: Settings, damage: str, said: str
) -> None:
    before = contents(warehouse)
    release_id = make_candidate(warehouse)
    with warehouse.connect() as connection:
        connection.execute(damage)
    verdict = audit(warehouse, settings, release_id, "test")
    assert not verdict.is_publishable
    with pytest.raises(Refusal, match="refused, not audited"):
        publish(warehouse, release_id)
    assert contents(warehouse) == before
    release = list_releases(warehouse)[0]
    assert (release.release_id, release.state) == (release_id, "refused")
    assert said in (release.reason or "")


def test_a_good_candidate_replaces_shared_under_readers(
    warehouse: Warehouse, settings: Settings, reader_url: str
) -> None:
    old_id = list_releases(warehouse)[0].release_id
    release_id = make_candidate(warehouse)
    assert audit(warehouse, settings, release_id, "test").is_publishable
    join = (
        "select max(h.release_id) from shared.headline h join shared.retention r using (partner_code, financial_year)"
    )
    with psycopg.connect(reader_url, autocommit=True, prepare_threshold=0) as reader:
        assert reader.execute(join).fetchone() == (old_id,)
        publish(warehouse, release_id)
        assert reader.execute(join).fetchone() == (release_id,)
        publish(warehouse, release_id)  # once more changes nothing
        states = reader.execute("select release_id, state from shared.release order by 1").fetchall()
        assert states[-2:] == [(old_id, "superseded"), (release_id, "live")]
        audited = reader.execute("select count(*) from shared.quality_result where boundary = 'candidate'").fetchone()
        assert audited is not None and audited[0] > 50
        for closed in (f"shared_r{old_id}.headline", "raw.spend_line", "ops.delivery", "warehouse.fct_payment_line"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"select 1 from {closed} limit 1")


def test_readers_read_shared_and_nothing_else(warehouse: Warehouse, reader_url: str) -> None:
    with psycopg.connect(reader_url, autocommit=True) as reader:
        readable = reader.execute(
            """
            select distinct n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
              and n.nspname !~ '^pg_toast'
              and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
            """
        ).fetchall()
        assert readable == [("shared",)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("create table shared.mine (a int)")


def test_a_publication_killed_before_its_end_has_not_happened(warehouse: Warehouse, settings: Settings) -> None:
    before = contents(warehouse)
    release_id = make_candidate(warehouse)
    assert audit(warehouse, settings, release_id, "test").is_publishable
    with warehouse.connect() as holder:
        # The live release's row is locked, so the publication waits in the middle of its transaction.
        holder.execute("select 1 from ops.release where state = 'live' for update")
        publisher = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; from star_warehouse.database import Warehouse; from star_warehouse.release import publish;"
                "publish(Warehouse('127.0.0.1', int(sys.argv[1]), 'star', sys.argv[2], sys.argv[3]), int(sys.argv[4]))",
                str(warehouse.port),
                warehouse.password,
                warehouse.database,
                str(release_id),
            ]
        )
        wait_for_a_lock(warehouse)
        publisher.send_signal(signal.SIGKILL)
        publisher.wait()
    assert contents(warehouse) == before
    assert list_releases(warehouse)[0].state == "audited"
    publish(warehouse, release_id)
    assert list_releases(warehouse)[0].state == "live"


def test_a_publication_that_cannot_have_its_lock_says_so(warehouse: Warehouse, settings: Settings) -> None:
    release_id = make_candidate(warehouse)
    assert audit(warehouse, settings, release_id, "test").is_publishable
    with warehouse.connect() as holder:
        holder.execute("select 1 from ops.release where state = 'live' for update")
        with pytest.raises(Refusal, match="held a lock"):
            publish(warehouse, release_id)
    assert list_releases(warehouse)[0].state == "audited"


def wait_for_a_lock(warehouse: Warehouse) -> None:
    deadline = time.monotonic() + 30
    with warehouse.connect(autocommit=True) as connection:
        while time.monotonic() < deadline:
            waiting = connection.execute(
                "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'",
                (warehouse.database,),
            ).fetchone()
            if waiting != (0,):
                return
            time.sleep(0.05)
    raise AssertionError("the publication did not begin to wait within 30 s")
