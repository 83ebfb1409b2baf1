"""What a release was made from, told at any later time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.release.record import Release
from star_warehouse.settings import Settings

# Valid at a moment: from it on, until before its end. Every query below is given the release as %(release_id)s.
_SUPPLIERS = """
select
    membership.supplier_cluster_id, record.record_key, record.origin, record.partner_code, record.supplier_name,
    record.supplier_ref, record.company_number, membership.valid_from
from ops.release
inner join ops.supplier_membership as membership
    on membership.valid_from <= release.suppliers_as_at
    and (membership.valid_to is null or membership.valid_to > release.suppliers_as_at)
inner join ops.supplier_record as record using (record_key)
where release.release_id = %(release_id)s
order by membership.supplier_cluster_id, record.record_key
"""
_DECISIONS = """
select
    decision.supplier_decision_id, decision.record_key_l, decision.record_key_r, decision.verdict, decision.rung,
    decision.reason, decision.weight, decision.evidence, decision.decided_by, decision.supplier_model_id,
    decision.valid_from
from ops.release
inner join ops.supplier_decision as decision
    on decision.valid_from <= release.suppliers_as_at
    and (decision.valid_to is null or decision.valid_to > release.suppliers_as_at)
where release.release_id = %(release_id)s
order by decision.supplier_decision_id
"""
_DELIVERIES = """
select
    delivery.delivery_id, delivery.source_id, delivery.file_name, delivery.sha256::text as sha256, delivery.period_key,
    delivery.lines_loaded, delivery.amount_loaded_gbp, delivery.state, source.kind,
    -- The day as of which an edition of a register speaks; the register of charities says it in its lines.
    case
        when source.kind = 'register'
            then coalesce(
                (
                    select max(charity.extract_date) from raw.register_charity as charity
                    where charity.delivery_id = delivery.delivery_id
                ),
                delivery.period_end_date
            )
    end as register_as_at_date
from ops.release
cross join unnest(release.delivery_ids) as listed (delivery_id)
inner join ops.delivery using (delivery_id)
inner join ops.source using (source_id)
where release.release_id = %(release_id)s
order by delivery.source_id, delivery.period_key, delivery.delivery_id
"""
_TABLES = {"deliveries": _DELIVERIES, "suppliers": _SUPPLIERS, "decisions": _DECISIONS}


@dataclass(frozen=True)
class Explanation:
    """What a release was made from.

    Attributes:
        release: the release: its code version, deliveries, versions of reference data, and moment of its suppliers.
        registers: the editions of registers among its deliveries, by source and the day as of which they speak.
        superseded_deliveries: how many of its deliveries are not current any more.
        records, suppliers: vendor records that belonged to a supplier at its moment, and suppliers they made up.
        decisions: decisions that stood at its moment, by who made them (rule, model, person).
        merged_since, split_since: what became of suppliers after its moment.
        decided_since: decisions of people after its moment.
        other_rules: files of rules and partner reference that say something else today, or are gone or new.
        rules_kept: whether the rules of its code version were kept; not so for releases made before they were.
    """

    release: Release
    registers: tuple[tuple[str, date], ...]
    superseded_deliveries: int
    records: int
    suppliers: int
    decisions: dict[str, int]
    merged_since: int
    split_since: int
    decided_since: int
    other_rules: tuple[str, ...]
    rules_kept: bool


def explain_release(warehouse: Warehouse, settings: Settings, release_id: int) -> Explanation:
    """Tell what a release was made from, however long ago, and what has changed since.

    Raises:
        Refusal: there is no such release.
    """
    with warehouse.connect() as connection:
        release = _release(connection, release_id)
        given: dict[str, Any] = {"release_id": release_id, "as_at": release.suppliers_as_at}
        with connection.cursor(row_factory=dict_row) as cursor:
            suppliers = cursor.execute(_SUPPLIERS, given).fetchall()
            decisions = cursor.execute(_DECISIONS, given).fetchall()
            deliveries = cursor.execute(_DELIVERIES, given).fetchall()
        merged, split = _row(
            connection,
            """
            select count(*) filter (where kind = 'merged'), count(*) filter (where kind = 'split')
            from ops.supplier_event where happened_at > %(as_at)s
            """,
            given,
        )
        (decided,) = _row(
            connection,
            "select count(*) from ops.supplier_decision where rung = 'person' and valid_from > %(as_at)s",
            given,
        )
        kept = _rules(connection, release.code_version)
    return Explanation(
        release,
        tuple((one["source_id"], one["register_as_at_date"]) for one in deliveries if one["kind"] == "register"),
        sum(delivery["state"] != "loaded" for delivery in deliveries),
        len(suppliers),
        len({record["supplier_cluster_id"] for record in suppliers}),
        dict(sorted(Counter(_who(decision) for decision in decisions).items())),
        merged,
        split,
        decided,
        _differing(kept, settings) if kept else (),
        bool(kept),
    )


def write_explanation(warehouse: Warehouse, release_id: int, folder: Path) -> list[Path]:
    """Write a release's deliveries, suppliers and decisions as CSVs, and its rules as they were, to a folder.

    The files name people and sole traders: they are for those who run the warehouse.

    Returns:
        The files.

    Raises:
        Refusal: there is no such release, or the folder holds something: two releases' files are never mixed.
    """
    written: list[Path] = []
    with warehouse.connect() as connection:
        release = _release(connection, release_id)
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise Refusal(
                f"{folder} holds something already; what a release was made from stands alone.",
                where=str(folder),
                way_out="Name a new or an empty folder.",
            )
        for name, query in _TABLES.items():
            path = _made(folder / f"{name}.csv")
            with path.open("wb") as stream, connection.cursor() as cursor:
                statement = f"copy ({query}) to stdout with (format csv, header)"
                with cursor.copy(statement, {"release_id": release_id}) as copy:
                    for block in copy:
                        stream.write(block)
            written.append(path)
        for name, content in _rules(connection, release.code_version).items():
            path = _made(folder / "rules" / name)
            path.write_text(content, encoding="utf-8")
            written.append(path)
    return written


def _who(decision: dict[str, Any]) -> str:
    return "person" if decision["rung"] == "person" else str(decision["decided_by"])


def _release(connection: psycopg.Connection[Any], release_id: int) -> Release:
    with connection.cursor(row_factory=class_row(Release)) as cursor:
        found = cursor.execute("select * from ops.release where release_id = %s", (release_id,)).fetchone()
    if found is None:
        raise Refusal(
            f"There is no release {release_id}.", where="ops.release", way_out="See `star-warehouse releases`."
        )
    return found


def _row(connection: psycopg.Connection[Any], query: str, given: dict[str, Any]) -> tuple[int, ...]:
    row = connection.execute(query, given).fetchone()
    assert row is not None
    return tuple(int(value) for value in row)


def _rules(connection: psycopg.Connection[Any], code_version: str) -> dict[str, str]:
    rows = connection.execute(
        "select path, content from ops.rule_version where code_version = %s order by path", (code_version,)
    ).fetchall()
    return dict(rows)


def _differing(kept: dict[str, str], settings: Settings) -> tuple[str, ...]:
    seeds = settings.dbt_project / "seeds"
    now = {
        path.relative_to(seeds).as_posix(): path.read_text(encoding="utf-8") for path in sorted(seeds.rglob("*.csv"))
    }
    return tuple(sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name)))


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
