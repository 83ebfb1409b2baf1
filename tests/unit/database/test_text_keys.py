"""How the database compares texts."""

from __future__ import annotations

import pytest

from star_warehouse.database import Warehouse


@pytest.mark.parametrize(
    ("function", "written", "key"),
    [
        ("squeezed", " HM\u00a0Revenue \t & CUSTOMS\n", "hm revenue & customs"),
        ("squeezed", " \u00a0", None),
        ("squeezed", None, None),
        ("postcode_key", " sk1\u00a03xe ", "SK13XE"),
        ("postcode_key", "M1 1AA.", "M11AA"),
        ("postcode_key", "-", None),
        ("postcode_key", None, None),
        ("company_number_key", "00445790", "00445790"),
        ("company_number_key", " 445790", "00445790"),
        ("company_number_key", "sc123456", "SC123456"),
        ("company_number_key", "SC 12345", "SC012345"),
        ("company_number_key", "oc1", "OC000001"),
        ("company_number_key", "ni\u00a0600001 ", "NI600001"),
        ("company_number_key", "IP1234R", "IP01234R"),
        ("company_number_key", "IP27560R", "IP27560R"),
        ("company_number_key", "SL01234A", "SL01234A"),
        ("company_number_key", "R0000123", "R0000123"),
        ("company_number_key", "zz 1234", "ZZ001234"),
        ("company_number_key", "GB/07445476", "07445476"),
        ("company_number_key", "gb-coh-7445476", "07445476"),
        ("company_number_key", "GB-COH-SC123456", "SC123456"),
        ("company_number_key", "123456789", None),
        ("company_number_key", "SC000000", None),
        ("company_number_key", "XQ123456", None),
        ("company_number_key", "SC1234567", None),
        ("company_number_key", " ", None),
        ("company_number_key", None, None),
        ("charity_number_key", " 9900001 ", "9900001"),
        ("charity_number_key", "9900001-0 ", "9900001"),
        ("charity_number_key", "9900001-10", "9900001-10"),
        ("charity_number_key", "sc 012345", "SC012345"),
        ("charity_number_key", "GB-CHC-1000001", "1000001"),
        ("charity_number_key", "CHC-1000001-2", "1000001-2"),
        ("charity_number_key", "NI100002", "NI100002"),
        ("charity_number_key", "200027", "200027"),
        ("charity_number_key", "12345", None),
        ("charity_number_key", "12345678", None),
        ("charity_number_key", "0000000", None),
        ("charity_number_key", "-", None),
        ("charity_number_key", None, None),
    ],
)
def test_a_key(module_warehouse: Warehouse, function: str, written: str | None, key: str | None) -> None:
    with module_warehouse.connect() as connection:
        found = connection.execute(f"select reference.{function}(%s::text)", (written,)).fetchone()
    assert found == (key,)


@pytest.mark.parametrize("function", ["company_number_key", "charity_number_key"])
@pytest.mark.parametrize("written", ["N/A", "0", "None", "Exempt", "TBC", "00000000", "n.a.", "-", "GB/", "NI"])
def test_what_is_no_number_has_no_key(module_warehouse: Warehouse, function: str, written: str) -> None:
    with module_warehouse.connect() as connection:
        found = connection.execute(f"select reference.{function}(%s::text)", (written,)).fetchone()
    assert found == (None,)


@pytest.mark.parametrize("function", ["squeezed", "postcode_key"])
def test_the_planner_puts_the_expression_in_place_of_the_call(module_warehouse: Warehouse, function: str) -> None:
    """Called line by line, a function in SQL would take several times as long."""
    with module_warehouse.connect() as connection:
        plan = connection.execute(
            f"explain (verbose, costs off) select reference.{function}(supplier_name) from raw.spend_line"
        ).fetchall()
    assert "reference." not in str(plan)
    assert "regexp_replace" in str(plan)
