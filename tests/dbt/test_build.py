"""The project built from nothing: every unit test and every data test passes, and the shared tables stand."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import sql

from tests.dbt.conftest import Built, read_seed


def results_of(built: Built, resource_type: str) -> list[dict[str, Any]]:
    return [result for result in built.results if result["unique_id"].startswith(f"{resource_type}.")]


def test_everything_builds_without_deliveries(built: Built) -> None:
    good = ("success", "pass", "no-op")
    assert [result["unique_id"] for result in built.results if result["status"] not in good] == [], built.output


def test_every_rule_is_proven_by_a_unit_test(built: Built) -> None:
    tests = results_of(built, "unit_test")
    assert {result["status"] for result in tests} == {"pass"}, built.output
    proven = {result["unique_id"].split(".")[2] for result in tests}
    assert proven >= {
        "stg_ledger__delivery", "stg_spend__line", "int_spend__rule_matched", "int_spend__classified",
        "int_spend__thresholded", "stg_register__company", "stg_register__charity", "int_supplier__registered_office",
        "stg_matching__membership", "dim_vendor_record", "dim_supplier",
        "int_supplier__identified", "int_supplier__located", "int_partner__completeness", "bridge_ring",
        "fct_payment_line", "fct_social_value_project", "fct_social_value_commitment", "fct_social_value_delivery",
        "fct_contract", "fct_evaluation_lot", "fct_bid", "met_r1__own_borough", "met_r2__star_boroughs", "met_r3__gm",
        "met_r5__location_coverage", "met_s1__secured", "met_s2__secured_pct", "met_s3__delivered", "met_w1__weighting",
        "met_b1__bid_share", "met_b2__win_share", "shared_headline", "shared_release", "fct_unresolved_postcode",
        "int_supplier__registered", "int_supplier__stretch", "dim_supplier_history",
        "int_supplier__evidence", "int_supplier__ruled", "int_supplier__classed", "int_supplier__declared",
        "int_supplier__size", "int_supplier__named", "dim_masked_name", "shared_supplier",
    }  # fmt: skip


def test_shared_tables_are_empty_and_whole(built: Built) -> None:
    with built.warehouse.connect() as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'candidate' order by 1"
        ).fetchall()
        rows = {
            str(name): connection.execute(f"select count(*) from candidate.{name}").fetchone() for (name,) in tables
        }
        release = connection.execute(
            "select release_id, state, deliveries_count, lines_count, amount_gbp, is_sample from candidate.release"
        ).fetchall()
    assert {name for name, count in rows.items() if count != (0,)} == {"measure_definition", "partner", "release"}
    assert rows["partner"] == (len(read_seed("reference/membership")),)
    assert release == [(0, "development", 0, 0, 0, False)]


@pytest.mark.parametrize(
    ("seed", "pattern", "fails"),
    [
        ("supplier_class_rule", "^({no_such_set}) ", True),
        ("supplier_class_rule", "^({given_name) ", True),
        ("supplier_class_rule", "^({,3}) ", True),
        ("supplier_class_rule", r"^({given_name} ){1,3}.{6}x{2,}[{]\{", False),
        ("scope_rule", "^({given_name}) ", True),
        ("scope_rule", r"^.{6}x{1,3}[{]\{", False),
    ],
)
def test_a_release_with_an_unknown_set_of_words_is_refused(built: Built, seed: str, pattern: str, fails: bool) -> None:
    (test,) = (
        result for result in results_of(built, "test")
        if result["unique_id"].split(".")[2].startswith(f"names_known_word_sets_{seed}_pattern")
    )  # fmt: skip
    with built.warehouse.connect() as connection:
        connection.execute(
            sql.SQL("update rules.{} set pattern = %s where rule_id = (select min(rule_id) from rules.{})").format(
                sql.Identifier(seed), sql.Identifier(seed)
            ),
            (pattern,),
        )
        assert connection.execute(test["compiled_code"]).fetchall() == ([(pattern,)] if fails else [])
        connection.rollback()
