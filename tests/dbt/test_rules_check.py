"""`rules check`, `explain` and `shares` on a small published warehouse: what an edited rule would move, in pounds.

The project is copied, so that its rules can be edited; expected pounds are added up by hand.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.receive import take_in
from star_warehouse.refusal import Refusal
from star_warehouse.release import LAYERS, build, identify_suppliers, open_release, publish
from star_warehouse.rules import RulesCheck, check_rules, explain_line, explain_supplier, scope_shares
from star_warehouse.settings import REPOSITORY, Settings
from tests.builders import SPEND, declare, spend_file
from tests.settling import settle

# Stockport pays two suppliers in its own borough (SK1) and two elsewhere (WA1), a grant and a tax; what it paid to a
# person came to nothing.
LINES = (
    "Acorn Ltd,1,03/04/2018,60000.00,Repairs,SK1 3XE",
    "Birch Ltd,2,03/04/2018,40000.00,Repairs,WA1 1UH",
    "Cedar Ltd,3,03/04/2018,26000.00,Repairs,WA1 1UH",
    "Moss Trust,4,03/04/2018,100000.00,Grant: youth work,SK1 3XE",
    "HMRC,5,03/04/2018,10000.00,Precept of the payee,WA1 1UH",
    "J. Invented,6,03/04/2018,0.00,Repairs,WA1 1UH",
)
TABLES = """
    select format('%I.%I', n.nspname, c.relname), c.oid, c.relfilenode, c.relkind::text
    from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v') and n.nspname !~ '^(pg_|information_schema)'
    order by 1
"""


@pytest.fixture(scope="module")
def installation(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Settings]:
    """A checkout of its own, and a warehouse in which its rules are published."""
    folder = tmp_path_factory.mktemp("rules")
    repository = folder / "repository"
    left_out = shutil.ignore_patterns("target", "logs", "__pycache__", ".*")
    for name in ("dbt_project", "plugins", "expectations"):
        shutil.copytree(REPOSITORY / name, repository / name, ignore=left_out)
    settings = replace(Settings.from_environment({}), home=folder / "home", repository=repository)
    deliver(module_warehouse, settings, "town_2018-04.csv", *LINES)
    with module_warehouse.connect() as connection:
        connection.execute("insert into ops.reference_load values ('postcode', '1', 2)")
        connection.execute("insert into reference.postcode values ('SK13XE', 'E08000007'), ('WA11UH', 'E06000007')")
    release_id = open_release(module_warehouse, settings, "run")
    assert release_id is not None
    identify_suppliers(module_warehouse, settings, release_id, "run")
    for layer in LAYERS:
        build(module_warehouse, settings, release_id, "run", layer)
    with module_warehouse.connect() as connection:
        connection.execute("update ops.release set state = 'audited'")
    publish(module_warehouse, release_id)
    return module_warehouse, settings


def deliver(warehouse: Warehouse, settings: Settings, name: str, *lines: str) -> None:
    """Have a file of Stockport's become current."""
    source = declare(
        settings.home / "declared",
        SPEND,
        ("partner: town", "partner: stockport"),
        ("      purpose: [Purpose]\n", "      purpose: [Purpose]\n      remit_postcode: [Postcode]\n"),
    )
    inbox = settings.inbox / "town"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(spend_file(*lines, header="Supplier,Ref,Paid,Net,Purpose,Postcode"))
    take_in(source, settings, warehouse, "run")
    for number in pending_deliveries(warehouse, "town"):
        settle(warehouse, number, "accept")


@pytest.fixture
def edit(installation: tuple[Warehouse, Settings]) -> Iterator[Callable[[str, str, str], None]]:
    """Edit a rule file of the checkout; it is as before after the test."""
    rules = installation[1].dbt_project / "seeds" / "rules"
    before: dict[Path, str] = {}

    def change(name: str, old: str, new: str) -> None:
        path = rules / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        before.setdefault(path, text)
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    yield change
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


def versions(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
    """Every table and view with its number, its file, and the version and place of each of its rows."""
    with warehouse.connect() as connection:
        found = {}
        for name, *identity, kind in connection.execute(TABLES).fetchall():
            rows = None
            if kind == "r":
                version = "t.ctid::text || t.xmin::text || t::text"
                query = f"select md5(string_agg({version}, ';' order by ctid)) from {name} as t"
                rows = connection.execute(query).fetchone()
            found[name] = (*identity, rows)
        return found


def r1(checked: RulesCheck) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Stockport's own-borough retention in the year: now, as it would be, and the difference."""
    (row,) = (
        one
        for one in checked.headline
        if (one.measure_id, one.partner_code, one.period) == ("R1", "stockport", "2018/19")
    )
    return row.before, row.after, row.difference


def command(installation: tuple[Warehouse, Settings], *arguments: str) -> subprocess.Popen[str]:
    """``star-warehouse rules ARGUMENTS`` of the copied checkout, begun."""
    warehouse, settings = installation
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STAR_")}
    return subprocess.Popen(
        [sys.executable, "-c", "from star_warehouse.cli import main; main()", "rules", *arguments],
        env=environment
        | {
            "PYTHONPATH": str(settings.repository / "plugins"),
            "WAREHOUSE_URL": warehouse.url,
            "STAR_HOME": str(settings.home),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def trials(warehouse: Warehouse) -> list[str]:
    with warehouse.connect() as connection:
        rows = connection.execute("select nspname from pg_namespace where nspname like 'rules\\_check\\_%'").fetchall()
    return [name for (name,) in rows]


def test_a_removed_rule_is_shown_in_pounds_and_points_and_the_live_warehouse_stays(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    warehouse, settings = installation
    before = versions(warehouse)
    assert "warehouse.fct_payment_line" in before
    # What a killed check left behind is in nobody's way.
    with warehouse.connect() as connection:
        connection.execute("create schema rules_check_staging; create table rules_check_staging.stray (id int)")
    edit("scope_rule", "grant_purpose,330,purpose,^grants?([^a-z]|$)|", "grant_purpose,330,purpose,")
    checked = check_rules(warehouse, settings)
    assert versions(warehouse) == before
    assert trials(warehouse) == []
    (change,) = checked.changes
    path = settings.dbt_project / "seeds" / "rules" / "scope_rule.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert change.line is not None and lines[change.line - 1].startswith("grant_purpose,")
    assert (change.seed, change.key, change.kind, list(change.after)) == (
        "scope_rule", "grant_purpose", "altered", ["pattern"],
    )  # fmt: skip
    (move,) = checked.classes
    assert (move.partner_code, move.financial_year, move.from_class, move.to_class) == (
        "stockport", "2018/19", "grant", "influenceable",
    )  # fmt: skip
    assert (move.lines_count, move.amount_gbp, move.influenceable_gbp) == (1, Decimal(100_000), Decimal(100_000))
    (largest,) = checked.largest
    assert (largest.supplier_name, largest.purpose) == ("Moss Trust", "Grant: youth work")
    assert (largest.from_rule_id, largest.to_rule_id) == ("grant_purpose", "default")
    now, then, points = r1(checked)
    # 60 of 126 thousand stays in the borough; with the grant it is 160 of 226.
    assert now is not None and then is not None and points is not None
    assert float(now) == pytest.approx(100 * 60 / 126)
    assert float(then) == pytest.approx(100 * 160 / 226)
    assert float(points) == pytest.approx(100 * 160 / 226 - 100 * 60 / 126)
    assert not checked.thresholds and not checked.rules and not checked.others.lines_count
    assert (checked.relocated_lines, checked.resupplied_lines) == (0, 0)


def test_a_higher_threshold_and_a_rule_that_decides_to_the_same_end(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    warehouse, settings = installation
    edit("threshold", "retention,25000.00", "retention,26000.01")
    edit("scope_rule", "tax_payee,200,", "tax_payee_first,199,")
    edit("scope_rule_group", "tax_payee,", "tax_payee_first,")
    checked = check_rules(warehouse, settings)
    assert checked.classes == []
    (same,) = checked.rules
    assert (same.scope_class, same.from_rule_id, same.to_rule_id, same.amount_gbp) == (
        "tax", "tax_payee", "tax_payee_first", Decimal(10_000),
    )  # fmt: skip
    assert {(one.threshold_basis, one.is_reached, one.lines_count, one.amount_gbp) for one in checked.thresholds} == {
        ("supplier_year", False, 1, Decimal(26_000)),
        ("transaction", False, 1, Decimal(26_000)),
    }
    now, then, _ = r1(checked)
    assert now is not None and then is not None
    assert (float(now), float(then)) == (pytest.approx(100 * 60 / 126), pytest.approx(60))
    assert {(one.seed, one.key, one.kind) for one in checked.changes} == {
        ("threshold", "retention, 2014-04-01", "altered"),
        ("scope_rule", "tax_payee", "removed"),
        ("scope_rule", "tax_payee_first", "added"),
        ("scope_rule_group", "tax_payee", "removed"),
        ("scope_rule_group", "tax_payee_first", "added"),
    }


def test_names_that_would_come_out_are_counted(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    """Nothing is counted otherwise, but a person's name would be published: that is no case of nothing moving."""
    before = '[a-z][.]?( [a-z][.]?|[a-z][.]){0,2}$",individual,deciding,'
    edit("supplier_class_rule", before, before.replace("deciding", "never").replace("individual", "unknown"))
    told = command(installation, "check")
    output, errors = told.communicate(timeout=300)
    assert told.returncode == 3, output + errors
    assert "1 would newly be published, 0 newly be masked" in output
    assert "Nothing moves" not in output


def test_another_class_of_suppliers_is_shown_in_suppliers_and_pounds(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    warehouse, settings = installation
    edit("supplier_class_rule", "[^a-z](lt|lim|limi)$,company,never,", "[^a-z](lt|lim|limi)$,sole_trader,always,")
    checked = check_rules(warehouse, settings)
    (move,) = checked.suppliers
    # Acorn, Birch and Cedar.
    assert (move.from_class, move.to_class, move.suppliers_count, move.lines_count, move.amount_gbp) == (
        "company", "sole_trader", 3, 3, Decimal(126_000),
    )  # fmt: skip
    assert (checked.names.published, checked.names.masked) == (0, 3)
    assert checked.moves_something
    assert not checked.classes and not checked.headline


def test_what_came_since_the_release_moves_nothing(installation: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = installation
    # A correction of the month that is published, and another month: each would move every share.
    deliver(warehouse, settings, "TOWN_2018-04.csv", *LINES[:4], "Elder Ltd,8,04/04/2018,90000.00,Repairs,SK1 3XE")
    deliver(warehouse, settings, "town_2018-05.csv", "Fern Ltd,7,03/05/2018,500000.00,Repairs,WA1 1UH")

    checked = check_rules(warehouse, settings)

    assert not checked.changes and not checked.headline and not checked.others.lines_count
    assert not checked.moves_something


def test_what_a_refused_release_brought_is_no_rules_work(
    installation: tuple[Warehouse, Settings], make_database: Callable[[str | None], Warehouse]
) -> None:
    published, settings = installation
    warehouse = make_database(published.database)
    deliver(warehouse, settings, "town_2018-06.csv", "Gorse Ltd,9,03/06/2018,900000.00,Repairs,SK1 3XE")
    release_id = open_release(warehouse, settings, "run")
    assert release_id is not None
    identify_suppliers(warehouse, settings, release_id, "run")
    build(warehouse, settings, release_id, "run", "warehouse")
    with warehouse.connect() as connection:
        connection.execute("update ops.release set state = 'refused' where release_id = %s", (release_id,))

    checked = check_rules(warehouse, settings)

    assert (checked.built_release_id, checked.live_release_id) == (release_id, 1)
    assert not checked.moves_something


def test_days_without_a_threshold_are_refused(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    warehouse, settings = installation
    edit("threshold", "retention,25000.00,2014-04-01", "retention,25000.00,2018-04-04")
    with pytest.raises(Refusal, match="6 lines .£236,000.00., paid from 2018-04-03 to 2018-04-03") as refused:
        check_rules(warehouse, settings)
    assert "valid_from" in refused.value.way_out
    assert trials(warehouse) == []


def test_a_rule_of_an_unknown_class_is_refused_with_its_line_before_anything_is_built(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    warehouse, settings = installation
    edit("scope_class", "grant,false,false,false,A grant is not a purchase\n", "")
    with pytest.raises(Refusal, match="scope_class 'grant' is unknown") as refused:
        check_rules(warehouse, settings)
    assert "scope_rule.csv, line" in refused.value.where
    assert trials(warehouse) == []


def test_the_command_tells_by_its_exit_code(
    installation: tuple[Warehouse, Settings], edit: Callable[[str, str, str], None]
) -> None:
    same = command(installation, "check")
    output, errors = same.communicate(timeout=300)
    assert same.returncode == 0, output + errors
    assert "Nothing moves" in output
    edit("scope_rule", "tax_payee,200,supplier_name,(^|[^a-z])hmrc", "tax_payee,200,supplier_name,(^|[^a-z])hmrx")
    other = command(installation, "check")
    output, errors = other.communicate(timeout=300)
    assert other.returncode == 3, output + errors
    # The purpose of the payment holds the word precept: the next rule takes it.
    assert "tax (tax_payee)" in output and "levy (levy_purpose)" in output
    edit("scope_rule", "tax_payee,200,supplier_name,(^|[^a-z])hmrx", "tax_payee,200,supplier_name,((^|[^a-z])hmrx")
    broken = command(installation, "check")
    output, errors = broken.communicate(timeout=300)
    assert broken.returncode == 2, output + errors
    assert "scope_rule.csv, line 14" in errors and "parentheses" in errors


def test_an_interrupted_check_leaves_nothing_and_two_do_not_meet(installation: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = installation
    before = versions(warehouse)
    first = command(installation, "check")
    try:
        deadline = time.monotonic() + 120
        while not trials(warehouse):
            assert time.monotonic() < deadline and first.poll() is None, first.communicate()
            time.sleep(0.05)
        with pytest.raises(Refusal, match="Another check of the rules is under way"):
            check_rules(warehouse, settings)
        first.send_signal(signal.SIGTERM)
        output, errors = first.communicate(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            first.kill()
    assert first.returncode == 128 + signal.SIGTERM, output + errors
    assert "was dropped" in errors and "Traceback" not in errors
    assert trials(warehouse) == []
    assert versions(warehouse) == before


def test_a_line_says_which_rule_decided_and_which_lost(installation: tuple[Warehouse, Settings]) -> None:
    warehouse, _ = installation
    with warehouse.connect() as connection:
        row = connection.execute(
            "select delivery_id, line_number from raw.spend_line where supplier_name = 'HMRC'"
        ).fetchone()
    assert row is not None
    explained = explain_line(warehouse, *row)
    assert explained.supplier_names == ["HMRC"]
    assert [(role.rule_id, role.decides_lines, role.loses_lines) for role in explained.roles] == [
        ("tax_payee", 1, 0),
        ("levy_purpose", 0, 1),
        # It is a public body, too.
        ("class_public_body", 0, 1),
    ]
    assert [role.priority for role in explained.roles] == sorted(role.priority or 0 for role in explained.roles)
    (kind,) = explained.classes
    assert kind.startswith("public_body (rule revenue: ")
    decided = explained.roles[0]
    assert (decided.scope_class, decided.decides_gbp, decided.text.seed) == ("tax", Decimal(10_000), "scope_rule")
    assert decided.text.reason == "HM Revenue & Customs"
    assert explain_supplier(warehouse, " hmrc ") == explained
    (default,) = explain_supplier(warehouse, "Acorn Ltd").roles
    assert (default.rule_id, default.scope_class, default.decides_gbp) == ("default", "influenceable", Decimal(60_000))
    with pytest.raises(Refusal, match=r"Nobody called 'acor' was paid.*Acorn Ltd"):
        explain_supplier(warehouse, "acor")
    with pytest.raises(Refusal, match="No line 99 of delivery"):
        explain_line(warehouse, row[0], 99)


def test_shares_add_up_by_group_and_rule(installation: tuple[Warehouse, Settings]) -> None:
    warehouse, _ = installation
    shares = scope_shares(warehouse, year="2018/19")
    assert shares.total.amount_gbp == Decimal(236_000)
    assert [
        (one.scope_group, one.rule_id, one.is_influenceable, one.amount_gbp, round(float(one.share_pct or 0), 3))
        for one in shares.rows
    ] == [
        ("influenceable", None, True, Decimal(126_000), 53.39),
        ("influenceable", "default", True, Decimal(126_000), 53.39),
        ("grant", None, False, Decimal(100_000), 42.373),
        ("grant", "grant_purpose", False, Decimal(100_000), 42.373),
        ("HMRC", None, False, Decimal(10_000), 4.237),
        ("HMRC", "tax_payee", False, Decimal(10_000), 4.237),
    ]
    with pytest.raises(Refusal, match=r"year 1999/00.*town: 2018/19"):
        scope_shares(warehouse, year="1999/00")


@pytest.mark.parametrize(
    "older",
    [
        "alter table warehouse.fct_payment_line drop column scope_rule_id",
        "drop table warehouse.fct_payment_line cascade",
        "drop schema warehouse cascade",
    ],
)
def test_a_warehouse_that_an_older_version_built_is_refused(
    installation: tuple[Warehouse, Settings], make_database: Callable[[str | None], Warehouse], older: str
) -> None:
    built, settings = installation
    warehouse = make_database(built.database)
    with warehouse.connect() as connection:
        connection.execute(older)
    for ask in (
        lambda: check_rules(warehouse, settings),
        lambda: explain_line(warehouse, 1, 1),
        lambda: explain_supplier(warehouse, "HMRC"),
        lambda: scope_shares(warehouse),
    ):
        with pytest.raises(Refusal, match=r"No release of this version .* does not exist.*`make run`"):
            ask()
    assert trials(warehouse) == []


def test_tables_of_an_older_version_are_refused_before_anything_is_built(
    installation: tuple[Warehouse, Settings], make_database: Callable[[str | None], Warehouse]
) -> None:
    built, settings = installation
    warehouse = make_database(built.database)
    with warehouse.connect() as connection:
        connection.execute("update public.star_schema_version set version_num = '0001'")
    with pytest.raises(Refusal, match="its migrations were not run"):
        check_rules(warehouse, settings)
    # What was built can still be asked about.
    assert scope_shares(warehouse).total.amount_gbp == Decimal(236_000)


def test_before_the_first_release_there_is_nothing_to_ask_about(
    installation: tuple[Warehouse, Settings], make_database: Callable[[str | None], Warehouse], warehouse: Warehouse
) -> None:
    settings = installation[1]
    for empty in (warehouse, make_database(None)):
        for ask in (
            lambda empty=empty: check_rules(empty, settings),
            lambda empty=empty: explain_supplier(empty, "HMRC"),
            lambda empty=empty: scope_shares(empty),
        ):
            with pytest.raises(Refusal, match=r"Nothing is published yet.*`make run`"):
                ask()
