"""What can be said of each table that would be published, beside the live one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql

# Tables that a release fills whatever was delivered.
_ALWAYS_FILLED = {"partner", "release", "source_file", "measure_definition"}
# The audit's own results are added after it, so their number says nothing yet.
_STILL_GROWING = {"quality_result"}
_PERSONAL = (
    # What a supplier is, and the number that says nothing of it, are published; who it is goes by other names.
    "(^|_)(postcode|supplier(?!_(key|class)(_|$))|vendor|vat|invoice|bidder|beneficiary|payee|purpose|narrative|description|email|phone"
    "|address|contact)(_|$)"
)
_POSTCODE = "^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$"
# Shorter than that a person's name is found in texts that mean something else.
_SHORTEST_NAME = 6
# The names that the published tables give to their year.
_YEARS = ("financial_year", "award_year")

Connection = psycopg.Connection[Any]


def profile_tables(connection: Connection, schema: str, live_schema: str, release_id: int) -> list[dict[str, Any]]:
    """Describe every relation of a schema that is to be published; a row is one relation.

    Args:
        schema: where the candidate is.
        live_schema: where the live release is; it may not exist yet.
        release_id: the release that the candidate was built for.

    Returns:
        figures by name, as the suite ``candidate_release`` knows them; None where one does not apply.
    """
    live = _relations(connection, live_schema)
    return [
        _profile(connection, schema, live_schema if name in live else None, name, kind, release_id)
        for name, kind in sorted(_relations(connection, schema).items())
    ]


def _profile(
    connection: Connection, schema: str, live_schema: str | None, name: str, kind: str, release_id: int
) -> dict[str, Any]:
    table = sql.Identifier(schema, name)
    columns = _columns(connection, schema, name)
    rows = _count(connection, "select count(*) from {table}", table=table)
    live_rows = lost_partner_years = None
    if live_schema is not None:
        live = sql.Identifier(live_schema, name)
        live_rows = _count(connection, "select count(*) from {live}", live=live)
        shared = columns.keys() & _columns(connection, live_schema, name).keys()
        if "partner_code" in shared and (year := next((year for year in _YEARS if year in shared), None)):
            lost_partner_years = _lost_partner_years(connection, table, live, year)
    comparable = live_rows if name not in _STILL_GROWING else None
    return {
        "table_name": name,
        "rows_count": rows,
        "dependent_count": int(kind != "r"),
        "empty_count": int(rows == 0) if name in _ALWAYS_FILLED else None,
        "emptied_count": int(rows == 0 and comparable > 0) if comparable is not None else None,
        "lost_rows_share": max(0.0, 1 - rows / comparable) if comparable else None,
        "lost_partner_years_count": lost_partner_years,
        "foreign_rows_count": _foreign_rows(connection, table, name, columns, release_id),
        "unmatched_deliveries_count": (
            _unmatched_deliveries(connection, table, release_id) if name == "source_file" else None
        ),
        "personal_columns_count": _personal_columns(connection, columns),
        "postcode_values_count": _postcode_values(connection, table, columns),
        "personal_names_count": _personal_names(connection, table, name, columns),
    }


def _relations(connection: Connection, schema: str) -> dict[str, str]:
    """Names and kinds (``r`` for a table) of what can be read in a schema."""
    rows = connection.execute(
        """
        select class.relname, class.relkind::text
        from pg_class as class
        join pg_namespace as namespace on namespace.oid = class.relnamespace
        where namespace.nspname = %s and class.relkind in ('r', 'p', 'v', 'm', 'f')
        """,
        (schema,),
    ).fetchall()
    return dict(rows)


def _columns(connection: Connection, schema: str, table: str) -> dict[str, str]:
    """Names and types of a table's columns."""
    rows = connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = %s and table_name = %s",
        (schema, table),
    ).fetchall()
    return dict(rows)


def _lost_partner_years(connection: Connection, table: sql.Identifier, live: sql.Identifier, year: str) -> int:
    return _count(
        connection,
        """
        select count(*) from (
            select partner_code, {year} from {live} where {year} is not null
            except
            select partner_code, {year} from {table}
        ) as lost
        """,
        table=table,
        live=live,
        year=sql.Identifier(year),
    )


def _foreign_rows(
    connection: Connection, table: sql.Identifier, name: str, columns: dict[str, str], release_id: int
) -> int | None:
    # The table of releases tells of earlier ones too.
    if "release_id" not in columns or name == "release":
        return None
    return _count(
        connection, "select count(*) from {table} where release_id is distinct from %s", (release_id,), table=table
    )


def _unmatched_deliveries(connection: Connection, table: sql.Identifier, release_id: int) -> int:
    return _count(
        connection,
        """
        select count(*)
        from {table} as listed
        full join (
            -- Spend files add up and each register holds for its time; of the other feeds, which are snapshots,
            -- the latest counts.
            select delivery.source_id, delivery.period_key, delivery.sha256::text as sha256
            from ops.release
            join ops.delivery on delivery.delivery_id = any(release.delivery_ids)
            join ops.source using (source_id)
            where release.release_id = %s and (
                source.kind in ('spend', 'register')
                or not exists (
                    select 1
                    from ops.delivery as later
                    where later.delivery_id = any(release.delivery_ids)
                    and later.source_id = delivery.source_id
                    and (later.period_end_date, later.delivery_id) > (delivery.period_end_date, delivery.delivery_id)
                )
            )
        ) as opened using (source_id, period_key, sha256)
        where listed.source_id is null or opened.source_id is null
        """,
        (release_id,),
        table=table,
    )


def _personal_columns(connection: Connection, columns: dict[str, str]) -> int:
    return _count(
        connection, "select count(*) from unnest(%s::text[]) as name where name ~ %s", (list(columns), _PERSONAL)
    )


def _texts(columns: dict[str, str]) -> list[sql.Identifier]:
    return [sql.Identifier(name) for name, kind in columns.items() if kind in ("text", "character varying")]


def _postcode_values(connection: Connection, table: sql.Identifier, columns: dict[str, str]) -> int:
    texts = _texts(columns)
    if not texts:
        return 0
    return _count(
        connection,
        "select count(*) from {table} cross join unnest(array[{texts}]::text[]) as cell (words) where cell.words ~* %s",
        (_POSTCODE,),
        table=table,
        texts=sql.SQL(", ").join(texts),
    )


def _personal_names(connection: Connection, table: sql.Identifier, name: str, columns: dict[str, str]) -> int:
    """Distinct texts that are a name to be kept back, or in which a person's name stands."""
    texts = _texts(columns)
    if not texts:
        return 0
    return _count(
        connection,
        r"""
        with written as materialized (
            select distinct
                reference.squeezed(cell.words) as words,
                -- A code of ours (individual, unknown) is nobody's name, though somebody was paid under that word.
                cell.words ~ '^[a-z0-9_]+$' as is_code,
                ' ' || regexp_replace(lower(cell.words), '[^[:alnum:]]+', ' ', 'g') || ' ' as plain_words
            from {table}
            cross join unnest(array[{texts}]::text[]) as cell (words)
            where cell.words is not null
        ),
        person as materialized (
            select ' ' || btrim(regexp_replace(masked_name, '[^[:alnum:]]+', ' ', 'g')) || ' ' as plain_name
            from warehouse.dim_masked_name
            where is_person and length(masked_name) >= %s
        )
        select count(*)
        from written
        where
            (not is_code and exists (select 1 from warehouse.dim_masked_name where masked_name = written.words))
            -- A firm may have a person's name within its own.
            or (not %s and exists (select 1 from person where position(plain_name in written.plain_words) > 0))
        """,
        (_SHORTEST_NAME, name == "supplier"),
        table=table,
        texts=sql.SQL(", ").join(texts),
    )


def _count(
    connection: Connection, query: LiteralString, parameters: Sequence[Any] = (), **names: sql.Composable
) -> int:
    # Without parameters psycopg leaves per cent signs alone; both kinds of query go through here.
    row = connection.execute(sql.SQL(query).format(**names), parameters or None).fetchone()
    return int(row[0]) if row else 0
