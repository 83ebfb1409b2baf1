"""Publication while others read, fail, hold locks or kill it: the last good release stays, whole."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from star_warehouse.database import Warehouse, ensure_shared_reader
from star_warehouse.refusal import Refusal
from star_warehouse.release import list_releases, publish, publishing
from star_warehouse.release.record import hold_releases
from star_warehouse.settings import Settings
from tests.releases import audited, postcodes_loaded, shown, states

_JOIN = "select value, denominator_gbp from shared.headline join shared.retention using (release_id)"


@pytest.fixture
def release(warehouse: Warehouse, settings: Settings) -> Callable[[int], int]:
    """Make an audited release that says a number, of a delivery of that month."""
    postcodes_loaded(warehouse)
    return lambda value: audited(warehouse, settings, value)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_LOCK_TIMEOUT", "200ms")


def _as_reader(warehouse: Warehouse) -> psycopg.Connection:
    connection = psycopg.connect(warehouse.url, autocommit=True)
    connection.execute("set role shared_reader")
    return connection


def _readable_schemas(connection: psycopg.Connection) -> set[str]:
    """Schemas of which the session's role can select from at least one table, the system's left out."""
    rows = connection.execute(
        """
        select distinct namespace.nspname
        from pg_class as class
        join pg_namespace as namespace on namespace.oid = class.relnamespace
        where class.relkind in ('r', 'v', 'm', 'p')
          and namespace.nspname not in ('pg_catalog', 'information_schema')
          and has_schema_privilege(namespace.oid, 'usage') and has_table_privilege(class.oid, 'select')
        """
    ).fetchall()
    return {row[0] for row in rows}


def test_the_reader_sees_the_live_release_and_nothing_else(warehouse: Warehouse, release: Callable[[int], int]) -> None:
    ensure_shared_reader(warehouse, "reader")
    publish(warehouse, release(4))
    with _as_reader(warehouse) as reader:
        assert reader.execute("select value from shared.headline").fetchall() == [(4,)]
        publish(warehouse, release(5))
        assert reader.execute("select value from shared.headline").fetchall() == [(5,)]
        release(6)
        assert _readable_schemas(reader) == {"shared"}
        for table in ("shared_r1.headline", "candidate.headline", "ops.delivery", "raw.spend_line"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"select * from {table}")
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            reader.execute("delete from shared.headline")


def test_a_prepared_join_reads_one_release_or_the_next_but_never_both(
    warehouse: Warehouse, release: Callable[[int], int]
) -> None:
    publish(warehouse, release(1))
    seen: list[tuple[int, int]] = []
    errors: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        try:
            with psycopg.connect(warehouse.url, autocommit=True) as connection:
                while not stop.is_set():
                    # No row at all is the rare join whose names were looked up half before and half after a swap.
                    seen.extend((int(one), int(other)) for one, other in connection.execute(_JOIN, prepare=True))
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for value in range(2, 8):
        publish(warehouse, release(value))
        time.sleep(0.05)
    stop.set()
    for reader in readers:
        reader.join()
    assert not errors
    assert {value for value, _ in seen} >= {1, 7}
    assert all(value == other for value, other in seen)


def test_a_long_reader_neither_holds_publication_up_nor_loses_its_tables(
    warehouse: Warehouse, release: Callable[[int], int], impatient: None
) -> None:
    publish(warehouse, release(1))
    with warehouse.connect() as reader:
        # In a transaction, so that the tables stay locked for reading; READ COMMITTED, as BI tools use it.
        assert reader.execute("declare slow cursor for select value from shared.headline").rowcount <= 0
        for value in (2, 3, 4):
            began = time.monotonic()
            publish(warehouse, release(value))
            assert time.monotonic() - began < 3
        assert reader.execute("fetch all from slow").fetchall() == [(1,)]
        # Older than the two that are kept, but read: it waits for the next publication.
        assert {r.release_id: r.schema_name for r in list_releases(warehouse)}[1] == "shared_r1"
    publish(warehouse, release(5))
    assert {r.release_id: r.schema_name for r in list_releases(warehouse)} == {
        5: "shared",
        4: "shared_r4",
        3: "shared_r3",
        2: None,
        1: None,
    }
    with warehouse.connect() as connection:
        schemas = connection.execute("select nspname from pg_namespace where nspname like 'shared%'").fetchall()
    assert {name for (name,) in schemas} == {"shared", "shared_r4", "shared_r3"}


@pytest.mark.parametrize("step", ["_complete_candidate", "_retire_live", "_open_to_reader"])
def test_killed_before_it_commits_it_changed_nothing_and_can_be_run_again(
    warehouse: Warehouse, release: Callable[[int], int], step: str
) -> None:
    publish(warehouse, release(1))
    second = release(2)
    address = (warehouse.host, warehouse.port, warehouse.user, warehouse.password, warehouse.database)
    script = f"""
import os, signal
from star_warehouse.database import Warehouse
from star_warehouse.release import publishing
real = publishing.{step}
def die(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
publishing.{step} = die
publishing.publish(Warehouse{address!r}, {second})
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, timeout=60)
    assert killed.returncode == -9, killed.stderr.decode()
    assert shown(warehouse) == 1
    assert states(warehouse) == {1: "live", 2: "audited"}

    publish(warehouse, second)
    assert shown(warehouse) == 2
    assert states(warehouse) == {1: "superseded", 2: "live"}


def test_published_twice_is_published_once(warehouse: Warehouse, release: Callable[[int], int]) -> None:
    first = release(1)
    publish(warehouse, first)
    before = list_releases(warehouse)
    publish(warehouse, first)
    assert list_releases(warehouse) == before
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) from shared.quality_result").fetchone() == (1,)


def test_the_release_tells_of_itself_its_audit_and_the_one_before(
    warehouse: Warehouse, release: Callable[[int], int]
) -> None:
    publish(warehouse, release(1))
    publish(warehouse, release(2))
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select release_id, state, published_at is not null, superseded_at is not null from shared.release "
            "order by 1"
        ).fetchall()
        checked = connection.execute("select release_id, boundary, message from shared.quality_result").fetchall()
        ledger = connection.execute("select published_at, superseded_at from ops.release order by 1").fetchall()
        published = connection.execute("select published_at, superseded_at from shared.release order by 1").fetchall()
    assert rows == [(1, "superseded", True, True), (2, "live", True, False)]
    assert checked == [(2, "candidate", "It is so.")]
    assert published == ledger


@pytest.mark.parametrize("state", ["building", "refused", "failed", "abandoned"])
def test_only_an_audited_release_is_published(warehouse: Warehouse, settings: Settings, state: str) -> None:
    postcodes_loaded(warehouse)
    publish(warehouse, audited(warehouse, settings, 1))
    second = audited(warehouse, settings, 2, state=state)
    with pytest.raises(Refusal, match=f"Release {second} is {state}, not audited"):
        publish(warehouse, second)
    assert shown(warehouse) == 1


def test_a_superseded_release_is_not_published_again(warehouse: Warehouse, release: Callable[[int], int]) -> None:
    publish(warehouse, release(1))
    publish(warehouse, release(2))
    with pytest.raises(Refusal, match="Release 1 is superseded"):
        publish(warehouse, 1)
    with pytest.raises(Refusal, match="no release 99"):
        publish(warehouse, 99)
    assert shown(warehouse) == 2


@pytest.mark.parametrize(
    "meddle",
    ["drop schema candidate cascade", "drop table candidate.release", "update candidate.release set release_id = 77"],
)
def test_a_candidate_that_is_not_the_release_s_is_refused(
    warehouse: Warehouse, release: Callable[[int], int], meddle: str
) -> None:
    publish(warehouse, release(1))
    second = release(2)
    with warehouse.connect() as connection:
        connection.execute(meddle)
    with pytest.raises(Refusal, match=f"not that of release {second}"):
        publish(warehouse, second)
    assert shown(warehouse) == 1
    assert states(warehouse)[second] == "audited"


def test_a_lock_that_is_not_let_go_ends_the_attempt_not_the_release(
    warehouse: Warehouse, release: Callable[[int], int], impatient: None
) -> None:
    publish(warehouse, release(1))
    second = release(2)
    with warehouse.connect() as other:
        hold_releases(other)
        with pytest.raises(Refusal, match="held a lock"):
            publish(warehouse, second)
    assert shown(warehouse) == 1
    publish(warehouse, second)
    assert shown(warehouse) == 2


def test_record_and_schemas_that_disagree_are_not_made_worse(
    warehouse: Warehouse, release: Callable[[int], int]
) -> None:
    publish(warehouse, release(1))
    second = release(2)
    with warehouse.connect() as connection:
        connection.execute("alter schema shared rename to mine")
    with pytest.raises(Refusal, match="do not agree"):
        publish(warehouse, second)
    with warehouse.connect() as connection:
        connection.execute("alter schema mine rename to shared")
    publish(warehouse, second)
    assert shown(warehouse) == 2
