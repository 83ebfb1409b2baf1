"""The shares of Trafford Council's published ledger by deciding rule, through the whole warehouse.

The files are not part of the repository: without them the test is skipped. What is expected was counted by name for
2024/25 before there were rules (the project's notes on the domain, section 0.4).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.receive import deliver, take_in
from star_warehouse.release import build, identify_suppliers, open_release
from star_warehouse.rules import Share, Shares, explain_supplier, scope_shares
from star_warehouse.settings import Settings
from star_warehouse.sources import load_sources
from tests.realdata import REAL_DATA
from tests.settling import settle

LEDGER = REAL_DATA / "trafford" / "trafford-supplier-spend-2024-25.zip"

pytestmark = pytest.mark.skipif(not LEDGER.exists(), reason=f"the ledger of Trafford Council is not at {LEDGER}")

# Group, and what was counted by name in % of £565.2m.
STATED = {
    "levies": 12.1,
    "HMRC": 8.2,
    "pensions by name": 4.5,
    "NHS": 1.9,
    "other councils": 1.1,
    "redacted": 16.4,
}


@pytest.fixture(scope="module")
def warehouse(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse built from the ledger alone."""
    home: Path = tmp_path_factory.mktemp("home")
    settings = replace(Settings.from_environment({}), home=home)
    source = load_sources(settings.sources_folder)["trafford_published"]
    deliver(source, [LEDGER], settings)
    take_in(source, settings, module_warehouse, "run")
    for number in pending_deliveries(module_warehouse, source.id):
        settle(module_warehouse, number, "accept")
    with module_warehouse.connect() as connection:
        connection.execute("insert into ops.reference_load values ('postcode', '1', 1)")
    release_id = open_release(module_warehouse, settings, "run")
    assert release_id is not None
    identify_suppliers(module_warehouse, settings, release_id, "run")
    build(module_warehouse, settings, release_id, "run", "warehouse")
    return module_warehouse


@pytest.fixture(scope="module")
def shares(warehouse: Warehouse) -> Shares:
    return scope_shares(warehouse, source_id="trafford_published", year="2024/25")


def groups(shares: Shares) -> dict[str | None, Share]:
    return {one.scope_group: one for one in shares.rows if one.rule_id is None}


def test_every_pound_of_the_year_has_its_rule(shares: Shares) -> None:
    assert (shares.total.lines_count, shares.total.amount_gbp) == (210_068, Decimal("565219573.74"))
    by_rule = [one.amount_gbp for one in shares.rows if one.rule_id is not None]
    assert sum(by_rule, Decimal()) == shares.total.amount_gbp
    assert sum((one.amount_gbp for one in groups(shares).values()), Decimal()) == shares.total.amount_gbp


@pytest.mark.parametrize("group", STATED)
def test_a_group_has_the_share_that_was_counted_by_name(shares: Shares, group: str) -> None:
    share = groups(shares)[group]
    assert share.share_pct is not None
    assert float(share.share_pct) == pytest.approx(STATED[group], abs=1.0)


def test_what_is_no_procurement_is_not_influenceable(shares: Shares) -> None:
    """GMCA, HMRC, pension funds, NHS and other councils fall out; of what is redacted, only a business stays in."""
    for share in shares.rows:
        if share.scope_group in STATED and share.rule_id not in (None, "redacted_commercial"):
            assert share.is_influenceable is False, share
    influenceable = groups(shares)["influenceable"]
    assert influenceable.is_influenceable
    assert influenceable.rule_id is None


def test_the_second_pension_fund_is_a_line_of_its_own(shares: Shares, warehouse: Warehouse) -> None:
    """The name of the fund of Greater Manchester lacks the word pension: the notes did not count it; the rules do."""
    rules = {one.rule_id: one for one in shares.rows if one.scope_class == "pension"}
    assert rules["pension_payee"].share_pct is not None
    assert float(rules["pension_payee"].share_pct) == pytest.approx(4.5, abs=0.5)
    decided, lost = explain_supplier(warehouse, "GREATER MANCHESTER SUPERANN FUND").roles
    assert (decided.rule_id, decided.scope_class) == ("pension_payee_other", "pension")
    assert 0 < decided.decides_gbp <= rules["pension_payee_other"].amount_gbp
    # A fund of public bodies is a public body, too: the rule about these comes after the one about pensions.
    assert (lost.rule_id, lost.decides_lines, lost.loses_lines) == ("class_public_body", 0, decided.decides_lines)
    assert lost.loses_gbp == decided.decides_gbp
