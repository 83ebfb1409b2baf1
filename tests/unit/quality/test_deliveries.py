"""Deliveries with something wrong as a whole: each is refused or noted for its own reason, the others are taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.quality import DeliveryVerdict, check_deliveries
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, load_sources
from tests.builders import SNAPSHOT, SPEND, declare

LINES = 40
Connection = psycopg.Connection[tuple[object, ...]]


def register(connection: Connection, source_id: str, kind: str, vat_basis: str, extract: str) -> None:
    connection.execute(
        """
        insert into ops.source (
            source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
        )
        values (%s, %s, %s, 'town', %s, %s, '2018-04-01', 'month', repeat('0', 64))
        """,
        (source_id, source_id, kind, extract, vat_basis),
    )


def bring(connection: Connection, source_id: str, name: str, lines: int = LINES) -> int:
    """A delivery that awaits its verdict; what is in raw comes after."""
    row = connection.execute(
        """
        insert into ops.delivery (
            source_id, file_name, location, size_bytes, sha256, state, period_key, period_start_date, period_end_date,
            lines_in, lines_loaded, lines_rejected, lines_skipped
        )
        values (%s, %s, %s, 1, repeat('a', 64), 'checking', %s, '2018-04-01', '2018-04-30', %s, %s, 0, 0)
        returning delivery_id
        """,
        (source_id, name, name, name, lines, lines),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def spend(connection: Connection, source_id: str, name: str, *, change: str = "", ledger: str = "") -> int:
    """A month of forty ordinary payments, changed by some SQL."""
    delivery_id = bring(connection, source_id, name)
    connection.execute(
        """
        insert into raw.spend_line (
            delivery_id, line_number, organisation, supplier_name, supplier_ref, remit_postcode, payment_date,
            transaction_number, invoice_number, amount_net_gbp
        )
        select
            %s, number, 'Town', 'Supplier ' || number, 'S' || number, 'SK1 3XE', '2018-04-10', 'T' || number,
            'I' || number, number
        from generate_series(1, %s) as number
        """,
        (delivery_id, LINES),
    )
    if change:
        connection.execute(change.encode() + b" and delivery_id = %s", (delivery_id,))
    connection.execute(
        """
        update ops.delivery set amount_loaded_gbp = (
            select coalesce(sum(coalesce(amount_net_gbp, amount_gross_gbp)), 0)
            from raw.spend_line where spend_line.delivery_id = delivery.delivery_id
        )
        where delivery_id = %s
        """,
        (delivery_id,),
    )
    if ledger:
        connection.execute(ledger.encode() + b" where delivery_id = %s", (delivery_id,))
    return delivery_id


# What is wrong: the change of the lines, the change of the ledger, the start of the sentence that refuses it.
REFUSED = {
    "half_gone.csv": (
        "delete from raw.spend_line where line_number > 20",
        "",
        "Raw holds -20 lines more than the ledger",
    ),
    "a_penny.csv": (
        "",
        "update ops.delivery set control_total_gbp = amount_loaded_gbp + 0.01",
        "The lines loaded differ from the file's own total by −£0.01.",
    ),
    "signs_turned.csv": (
        "update raw.spend_line set amount_net_gbp = -amount_net_gbp where line_number > 10",
        "",
        "75.0 % of the lines are negative.",
    ),
    "no_suppliers.csv": (
        "update raw.spend_line set supplier_name = null where line_number > 20",
        "",
        "50.0 % of the lines name no supplier.",
    ),
    "no_postcodes.csv": (
        "update raw.spend_line set remit_postcode = 'nowhere' where line_number > 5",
        "",
        "98.2 % of the pounds carry no postcode that the directory knows.",
    ),
    "twice.csv": (
        "update raw.spend_line set supplier_name = 'S', supplier_ref = null, transaction_number = 'T', "
        "invoice_number = null, amount_net_gbp = line_number %% 20 where true",
        "",
        "100.0 % of the lines stand there an even number of times, as if the extract was appended to itself.",
    ),
}
NOTED = {
    "two_councils.csv": (
        "update raw.spend_line set organisation = 'Village' where line_number = 1",
        "",
        "The file speaks of 2 organisations.",
    ),
    "garbled.csv": (
        "update raw.spend_line set supplier_name = 'CafÃ©' where line_number = 1",
        "",
        "1 supplier names look as if read in a wrong encoding.",
    ),
    "spreadsheet.csv": (
        "update raw.spend_line set transaction_number = '1.2E+15' where line_number = 1",
        "",
        "1 lines have a supplier, company or transaction number like 1.2E+15.",
    ),
    "null_words.csv": (
        "update raw.spend_line set supplier_name = 'N/A' where line_number = 1",
        "",
        "1 lines name a supplier that reads like a missing value.",
    ),
}


@pytest.fixture(scope="module")
def shared(make_database: Callable[[str | None], Warehouse], empty_warehouse: Warehouse) -> Warehouse:
    warehouse = make_database(empty_warehouse.database)
    with warehouse.connect() as connection:
        connection.execute("insert into reference.postcode values ('SK13XE', 'E08000007')")
    return warehouse


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return declare(tmp_path_factory.mktemp("sources"), SPEND)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(Settings.from_environment({}), home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def verdicts(shared: Warehouse, home: Settings, town: Source) -> dict[str, DeliveryVerdict]:
    with shared.connect() as connection:
        register(connection, "town", "spend", "net", "internal")
        names = {
            spend(connection, "town", name, change=change, ledger=ledger): name
            for name, (change, ledger, _) in ({"good.csv": ("", "", "")} | REFUSED | NOTED).items()
        }
    found = check_deliveries(shared, home, town, list(names), "run of the test")
    assert found.keys() == names.keys()
    return {names[delivery_id]: verdict for delivery_id, verdict in found.items()}


def test_an_ordinary_delivery_is_taken(verdicts: dict[str, DeliveryVerdict]) -> None:
    assert verdicts["good.csv"] == DeliveryVerdict(accepted=True, reason=None, way_out=None)


@pytest.mark.parametrize("name", REFUSED)
def test_a_delivery_that_is_wrong_as_a_whole_is_refused(verdicts: dict[str, DeliveryVerdict], name: str) -> None:
    verdict = verdicts[name]
    assert not verdict.accepted
    assert verdict.reason is not None
    assert REFUSED[name][2] in verdict.reason
    assert verdict.way_out


@pytest.mark.parametrize("name", NOTED)
def test_a_delivery_with_something_odd_is_taken_and_noted(verdicts: dict[str, DeliveryVerdict], name: str) -> None:
    assert verdicts[name].accepted
    assert verdicts[name].reason == NOTED[name][2]
    assert verdicts[name].way_out


def test_what_was_checked_is_recorded_for_each_delivery(
    verdicts: dict[str, DeliveryVerdict], shared: Warehouse
) -> None:
    with shared.connect() as connection:
        rows = connection.execute(
            """
            select subject, delivery_id is not null, column_name, severity, observed, expected, message
            from ops.quality_result
            where boundary = 'delivery' and suite = 'delivery_spend' and not is_success and severity = 'critical'
            and subject = 'signs_turned.csv'
            """
        ).fetchall()
        subjects = connection.execute("select count(distinct subject) from ops.quality_result").fetchone()
    assert rows == [
        (
            "signs_turned.csv",
            True,
            "negative_lines_share",
            "critical",
            "75.0 %",
            "at most 50.0 %",
            "75.0 % of the lines are negative.",
        )
    ]
    assert subjects == (len(verdicts),)


def test_a_published_extract_needs_no_postcodes(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> None:
    source = declare(tmp_path, SPEND, ("extract: internal", "extract: published"))
    with warehouse.connect() as connection:
        register(connection, "town", "spend", "net", "published")
        delivery_id = spend(
            connection, "town", "open.csv", change="update raw.spend_line set remit_postcode = null where true"
        )
    assert check_deliveries(warehouse, settings, source, [delivery_id], "run")[delivery_id].accepted


def test_net_and_gross_that_are_swapped(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> None:
    source = declare(
        tmp_path,
        SPEND,
        ("vat_basis: net", "vat_basis: both"),
        ("amount_net_gbp: [Net, Net £]", "amount_net_gbp: [Net]\n      amount_gross_gbp: [Gross]"),
    )
    with warehouse.connect() as connection:
        register(connection, "town", "spend", "both", "internal")
        connection.execute("insert into reference.postcode values ('SK13XE', 'E08000007')")
        good, swapped = (
            spend(
                connection,
                "town",
                name,
                change=f"update raw.spend_line set amount_gross_gbp = amount_net_gbp * {factor} where true",
            )
            for name, factor in (("good.csv", "1.2"), ("swapped.csv", "0.83"))
        )
    verdicts = check_deliveries(warehouse, settings, source, [good, swapped], "run")
    assert verdicts[good].accepted
    assert verdicts[swapped].reason == "Gross amounts are 0.83 times the net amounts."


PORTAL: dict[str, tuple[Iterable[str], str]] = {
    "shares.xlsx": (
        ["update raw.portal_project set client_share_pct = 90 where delivery_id = %(id)s"],
        "1 projects have clients whose shares do not sum to 100 %.",
    ),
    "orphans.xlsx": (
        ["update raw.portal_target set project_id = 'P9' where delivery_id = %(id)s"],
        "1 targets name a project that the export does not hold.",
    ),
    "measures.xlsx": (
        ["update raw.portal_measure set toms_version = '2022' where delivery_id = %(id)s"],
        "1 targets name a measure that the export does not list at the project's TOMs version.",
    ),
}


def test_a_portal_export_whose_sheets_do_not_fit(warehouse: Warehouse, settings: Settings) -> None:
    source = load_sources(settings.sources_folder)["social_value_portal"]
    with warehouse.connect() as connection:
        register(connection, source.id, "social_value", "none", "internal")
        ids = {}
        for name, changes in ({"good.xlsx": ((), "")} | PORTAL).items():
            ids[name] = bring(connection, source.id, name, lines=4)
            for statement in (*_PORTAL_ROWS, *changes[0]):
                connection.execute(statement.encode(), {"id": ids[name]})
    verdicts = check_deliveries(warehouse, settings, source, list(ids.values()), "run")
    assert verdicts[ids["good.xlsx"]].reason is None
    for name, (_, says) in PORTAL.items():
        assert not verdicts[ids[name]].accepted
        assert says in (verdicts[ids[name]].reason or "")


_PORTAL_ROWS = (
    """
    insert into raw.portal_project (
        delivery_id, line_number, project_id, client, client_share_pct, supplier_name, status, contract_value_gbp,
        award_date, toms_version
    ) values (%(id)s, 2, 'P1', 'Town', 100, 'Invented Ltd', 'Live', 60000, '2018-04-01', '2019')
    """,
    """
    insert into raw.portal_measure (delivery_id, line_number, measure_code, toms_version, theme, value_type)
    values (%(id)s, 2, 'XT1', '2019', 'Jobs', 'Monetised')
    """,
    """
    insert into raw.portal_target (delivery_id, line_number, project_id, stage, measure_code, target_gbp)
    values (%(id)s, 2, 'P1', 'Award', 'XT1', 15000)
    """,
    """
    insert into raw.portal_delivery (
        delivery_id, line_number, project_id, measure_code, period_start_date, period_end_date, reported_gbp,
        evidence_status
    ) values (%(id)s, 2, 'P1', 'XT1', '2018-04-01', '2018-04-30', 100, 'Accepted')
    """,
)


def test_an_empty_register(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> None:
    source = declare(tmp_path, SNAPSHOT)
    with warehouse.connect() as connection:
        register(connection, "register", "contracts", "none", "internal")
        delivery_id = bring(connection, "register", "register_2024-03-31.csv", lines=0)
    verdict = check_deliveries(warehouse, settings, source, [delivery_id], "run")[delivery_id]
    assert verdict == DeliveryVerdict(
        accepted=False,
        reason="The register holds no contract.",
        way_out="Ask the sender for a full new extract and deliver it.",
    )


def test_weights_as_fractions_and_bids_without_lot(warehouse: Warehouse, settings: Settings) -> None:
    source = load_sources(settings.sources_folder)["tenders"]
    with warehouse.connect() as connection:
        register(connection, source.id, "tenders", "none", "internal")
        delivery_id = bring(connection, source.id, "tenders.xlsx", lines=2)
        connection.execute(
            """
            insert into raw.tender_lot (
                delivery_id, line_number, opportunity_ref, lot_number, buyer, status, award_date, price_weight_pct,
                quality_weight_pct, social_value_weight_pct
            ) values (%s, 2, 'O1', '1', 'Town', 'Awarded', '2018-04-01', 0.5, 0.3, 0.2)
            """,
            (delivery_id,),
        )
        connection.execute(
            """
            insert into raw.tender_bid (delivery_id, line_number, opportunity_ref, lot_number, stage, outcome)
            values (%s, 2, 'O2', '1', 'Submitted', 'Won')
            """,
            (delivery_id,),
        )
    reason = check_deliveries(warehouse, settings, source, [delivery_id], "run")[delivery_id].reason or ""
    assert "1 bids name a lot that the export does not hold." in reason
    assert "No social value weight passes 0.20, so that weights are probably fractions of one." in reason


def test_no_delivery_waits(warehouse: Warehouse, settings: Settings, town: Source) -> None:
    assert check_deliveries(warehouse, settings, town, [], "run") == {}


def test_a_delivery_that_the_ledger_does_not_know(warehouse: Warehouse, settings: Settings, town: Source) -> None:
    with pytest.raises(Refusal, match=r"source town: Not in the ledger: delivery 5, 7\."):
        check_deliveries(warehouse, settings, town, [7, 5], "run")


def test_a_suite_that_does_not_fit_its_profile_refuses_no_delivery(
    warehouse: Warehouse, settings: Settings, town: Source, tmp_path: Path
) -> None:
    """A fault of ours must not cost a partner its delivery: it goes on waiting."""
    shutil.copytree(settings.expectations, tmp_path / "expectations")
    suite = tmp_path / "expectations" / "expectations" / "delivery_spend.json"
    suite.write_text(suite.read_text(encoding="utf-8").replace('"lines_count"', '"lines_cuont"'), encoding="utf-8")
    with warehouse.connect() as connection:
        register(connection, "town", "spend", "net", "internal")
        delivery_id = spend(connection, "town", "good.csv")
    with pytest.raises(Refusal, match=r"The suite delivery_spend could not be run: .*lines_cuont"):
        check_deliveries(warehouse, replace(settings, repository=tmp_path), town, [delivery_id], "run")
