"""What is no fault of a delivery is not held against it: a suite that cannot be run, a published extract."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.quality import check_deliveries
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, declare


@pytest.fixture
def town(tmp_path: Path) -> Source:
    return declare(tmp_path, SPEND)


def bring(warehouse: Warehouse, extract: str, *, basis: str = "net") -> int:
    """A delivery of one line, without postcode, that awaits its verdict; its amount is net unless all are gross."""
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into ops.source (
                source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
            )
            values ('town', 'Town', 'spend', 'town', %s, %s, '2018-04-01', 'month', repeat('0', 64))
            """,
            (extract, basis),
        )
        row = connection.execute(
            """
            insert into ops.delivery (
                source_id, file_name, location, size_bytes, state, period_key, period_start_date, period_end_date,
                lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp
            )
            values ('town', 'town.csv', 'town', 1, 'checking', '2018-04', '2018-04-01', '2018-04-30', 1, 1, 0, 0, 5)
            returning delivery_id
            """
        ).fetchone()
        assert row is not None
        connection.execute(
            """
            insert into raw.spend_line (
                delivery_id, line_number, organisation, supplier_name, payment_date, transaction_number, amount_net_gbp,
                amount_gross_gbp
            )
            values (%s, 2, 'Town', 'Invented Ltd', '2018-04-10', 'T1', %s, %s)
            """,
            (*row, *((None, 5) if basis == "gross" else (5, None))),
        )
    return int(row[0])


@pytest.mark.parametrize(("extract", "outcome"), [("published", "accept"), ("internal", "refuse")])
def test_only_a_published_extract_may_lack_postcodes(
    warehouse: Warehouse, settings: Settings, town: Source, extract: str, outcome: str
) -> None:
    delivery_id = bring(warehouse, extract)
    verdict = check_deliveries(warehouse, settings, town, [delivery_id], "run")[delivery_id]
    assert verdict.outcome == outcome
    assert verdict.reason == (
        None if outcome == "accept" else "100.0 % of the pounds carry no postcode that the directory knows."
    )


@pytest.mark.parametrize("basis", ["net", "gross"])
def test_a_source_of_one_basis_has_the_other_amount_on_no_line(
    warehouse: Warehouse, settings: Settings, town: Source, basis: str
) -> None:
    delivery_id = bring(warehouse, "published", basis=basis)
    assert check_deliveries(warehouse, settings, town, [delivery_id], "run")[delivery_id].reason is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"lines_count"', '"lines_cuont"'), "lines_cuont"),
        (('"severity": "critical"', '"severity": "grave"'), "Must be one of: critical, warning, info"),
    ],
    ids=["a figure that no profile has", "a severity that there is not"],
)
def test_a_suite_that_cannot_be_run_refuses_no_delivery(
    warehouse: Warehouse, settings: Settings, town: Source, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    shutil.copytree(settings.expectations, tmp_path / "expectations")
    shutil.copytree(settings.dbt_project / "seeds", tmp_path / "dbt_project" / "seeds")
    suite = tmp_path / "expectations" / "expectations" / "delivery_spend.json"
    suite.write_text(suite.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    delivery_id = bring(warehouse, "internal")
    with pytest.raises(Refusal, match="The suite delivery_spend could not be run") as refused:
        check_deliveries(warehouse, replace(settings, repository=tmp_path), town, [delivery_id], "run")
    assert says in refused.value.what
    # It goes on waiting, and the next run judges it.
    with warehouse.connect() as connection:
        assert connection.execute("select state from ops.delivery").fetchall() == [("checking",)]
