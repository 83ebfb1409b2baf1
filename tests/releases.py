"""Small releases for tests: current deliveries in the ledger, and a candidate of a few tables made without dbt."""

from __future__ import annotations

from star_warehouse.database import Warehouse
from star_warehouse.release import open_release
from star_warehouse.settings import Settings

_CANDIDATE = """
create schema candidate;
create table candidate.headline (release_id bigint, measure_id text, value numeric);
insert into candidate.headline values ({release_id}, 'R1', {value});
create table candidate.retention (release_id bigint, partner_code text, denominator_gbp numeric(18, 2));
insert into candidate.retention values ({release_id}, 'town', {value});
create table candidate.quality_result (
    release_id bigint, boundary text, suite text, subject text, expectation text, column_name text, severity text,
    is_success boolean, observed text, expected text, unexpected_count bigint, message text, checked_at timestamptz
);
create table candidate.release as
select release_id, state, started_at, published_at, superseded_at
from ops.release where release_id = {release_id} or published_at is not null;
"""


def postcodes_loaded(warehouse: Warehouse, version: str = "1") -> None:
    """Note that the postcode directory was loaded; a release asks for it."""
    with warehouse.connect() as connection:
        connection.execute("insert into ops.reference_load values ('postcode', %s, 1)", (version,))


def delivered(warehouse: Warehouse, month: int) -> int:
    """Note a delivery of the town as current; its number.

    Args:
        month: of 2023; each month once.
    """
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into ops.source (
                source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
            ) values ('town', 'Town', 'spend', 'town', 'internal', 'net', '2018-04-01', 'month', repeat('0', 64))
            on conflict do nothing
            """
        )
        row = connection.execute(
            """
            insert into ops.delivery (
                source_id, file_name, location, size_bytes, state, period_key, period_start_date, period_end_date,
                lines_in, lines_loaded, lines_rejected, lines_skipped
            ) values (
                'town', %(key)s || '.csv', 'inbox', 1, 'loaded', %(key)s, make_date(2023, %(month)s, 1),
                (make_date(2023, %(month)s, 1) + interval '1 month - 1 day')::date, 0, 0, 0, 0
            ) returning delivery_id
            """,
            {"key": f"2023-{month:02}", "month": month},
        ).fetchone()
    assert row is not None
    return int(row[0])


def audited(warehouse: Warehouse, settings: Settings, value: int, *, state: str = "audited") -> int:
    """Deliver another month, and open a release of it with a candidate whose tables all hold one value.

    Args:
        value: the month that is delivered, and what the tables say.
        state: the state the release is left in.

    Returns:
        the number of the release.
    """
    delivered(warehouse, value)
    release_id = open_release(warehouse, settings, f"run {value}")
    assert release_id is not None
    with warehouse.connect() as connection:
        connection.execute(_CANDIDATE.format(release_id=release_id, value=value))
        connection.execute("update ops.release set state = %s where release_id = %s", (state, release_id))
        connection.execute(
            """
            insert into ops.quality_result (
                run_id, boundary, suite, subject, release_id, expectation, severity, is_success, message
            ) values ('run', 'candidate', 'candidate_headline', 'headline', %s, 'rows', 'critical', true, 'It is so.')
            """,
            (release_id,),
        )
    return release_id


def shown(warehouse: Warehouse) -> int | None:
    """What the live release says; None before the first."""
    with warehouse.connect() as connection:
        if connection.execute("select to_regclass('shared.headline')").fetchone() == (None,):
            return None
        row = connection.execute("select value from shared.headline").fetchone()
    assert row is not None
    return int(row[0])


def states(warehouse: Warehouse) -> dict[int, str]:
    """State of each release."""
    with warehouse.connect() as connection:
        return dict(connection.execute("select release_id, state from ops.release").fetchall())
