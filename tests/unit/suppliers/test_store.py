"""Matching in the warehouse: what is kept, what lasts, what people decide. All names are invented."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.suppliers import (
    decide,
    match_suppliers,
    open_questions,
    pairs_about,
    read_answers,
    store,
    write_questions,
)
from star_warehouse.suppliers.answers import TO_FILL_IN
from star_warehouse.suppliers.moments import next_moment
from tests.releases import delivered

ONE = "Invented Brackle Lodge Nursery"
LINE = """
insert into raw.spend_line (
    delivery_id, line_number, supplier_name, supplier_ref, company_number, vat_number, remit_postcode, payment_date,
    amount_net_gbp
) values (%s, %s, %s, %s, %s, %s, %s, '2023-01-15', %s)
"""


def paid(warehouse: Warehouse, month: int, *lines: tuple[Any, ...]) -> None:
    """Deliver a month with these lines: name, number, company number, VAT number, postcode, pounds."""
    delivery_id = delivered(warehouse, month)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(LINE, [(delivery_id, number, *line) for number, line in enumerate(lines, 1)])


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query).fetchall()


def suppliers(warehouse: Warehouse) -> dict[str, int]:
    """By name and vendor number, the number of the supplier."""
    found = rows(
        warehouse,
        """
        select supplier_name || coalesce(' ' || supplier_ref, ''), supplier_cluster_id
        from ops.supplier_membership inner join ops.supplier_record using (record_key) where valid_to is null
        """,
    )
    return dict(found)


def counted(warehouse: Warehouse, *lines: tuple[str, int, bool]) -> None:
    """Stand in for a build: lines by vendor record, pounds and whether they are influenceable."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create schema if not exists warehouse")
        columns = "(vendor_record_key text, amount_gbp numeric, is_influenceable boolean)"
        cursor.execute(f"create table warehouse.fct_payment_line {columns}")
        cursor.executemany("insert into warehouse.fct_payment_line values (%s, %s, %s)", lines)


def filled_in(
    folder: Path, warehouse: Warehouse, decision: str, by: str = "Invented Steward", why: str = "Asked."
) -> Path:
    """The queue as a file, its first question answered."""
    path = folder / "queue.csv"
    write_questions(open_questions(warehouse), path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    lines[0] |= {"decision": decision, "decided_by": by, "reason": why}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    return path


def _not_wanted(*_: object) -> None:
    raise AssertionError("there was nothing to match")


HOME, OTHER_HOME = "Invented Brackle Nursing Home", "Invented Pemmican Care Home"
OPERATOR = "Invented Ottoline Healthcare Ltd"


def answered(folder: Path, *lines: dict[str, str]) -> Path:
    """A file with these decisions and nothing else."""
    path = folder / "answers.csv"
    columns = ("record_key_l", "record_key_r", *TO_FILL_IN)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows({"decided_by": "Invented Steward", "reason": "Looked.", **line} for line in lines)
    return path


def identified(key: str, name: str = OPERATOR, number: str = "1234567", charity: str = "") -> dict[str, str]:
    return {
        "record_key_l": key, "decision": "identified", "identified_name": name, "identified_company_number": number,
        "identified_charity_number": charity,
    }  # fmt: skip


@pytest.fixture
def homes(warehouse: Warehouse, settings: Settings) -> dict[str, str]:
    """Two homes of nobody knows whom, and who may run them; by name, the key of the record."""
    paid(
        warehouse, 1, (HOME, "V1", None, None, None, 500), (OTHER_HOME, "V2", None, None, None, 40),
        (OPERATOR, "V3", "01234567", None, None, 10),
    )  # fmt: skip
    match_suppliers(warehouse, settings, "run 1")
    return dict(rows(warehouse, "select supplier_name, record_key from ops.supplier_record"))


def test_who_runs_a_home_is_asked_and_whoever_is_named_is_its_supplier(
    warehouse: Warehouse, settings: Settings, homes: dict[str, str], tmp_path: Path
) -> None:
    first, second = open_questions(warehouse)
    assert (first.record_key_l, first.record_key_r, first.name_r, first.amount_gbp) == (homes[HOME], None, None, 500)
    assert second.record_key_l == homes[OTHER_HOME]
    assert decide(warehouse, answered(tmp_path, identified(homes[HOME])), "review") == 1
    assert open_questions(warehouse) == [second]
    both = answered(tmp_path, identified(homes[HOME]), identified(homes[OTHER_HOME]))
    assert decide(warehouse, both, "review") == 1
    assert open_questions(warehouse) == []
    assert match_suppliers(warehouse, settings, "run 2").questions == 0
    assert len(set(suppliers(warehouse).values())) == 1
    # The same again is nothing new, and a rebuild loses nothing.
    assert decide(warehouse, both, "review") == 0
    assert match_suppliers(warehouse, settings, "run 3").new_decisions == 0


def test_the_queue_ranks_by_influenceable_pounds_once_a_build_has_counted_them(
    warehouse: Warehouse, homes: dict[str, str]
) -> None:
    counted(warehouse, (homes[HOME], 490, False), (homes[HOME], 10, True), (homes[OTHER_HOME], 40, True))
    asked = {one.name_l: one.amount_gbp for one in open_questions(warehouse)}
    assert list(asked.items()) == [(OTHER_HOME, 40), (HOME, 10)]
    with warehouse.connect() as connection:
        connection.execute("delete from warehouse.fct_payment_line where vendor_record_key = %s", (homes[HOME],))
    # Of whom the build has no line, all pounds are at stake.
    assert [(one.name_l, one.amount_gbp) for one in open_questions(warehouse)] == [(HOME, 500), (OTHER_HOME, 40)]


def test_of_two_suppliers_the_smaller_one_s_influenceable_pounds_are_at_stake(asked: Warehouse) -> None:
    (question,) = open_questions(asked)
    assert question.record_key_r is not None
    counted(
        asked, (question.record_key_l, 7, True), (question.record_key_r, 3, True), (question.record_key_r, 90, False)
    )
    assert [one.amount_gbp for one in open_questions(asked)] == [3]


def test_one_name_without_a_number_is_not_one_supplier_unasked(
    warehouse: Warehouse, settings: Settings, homes: dict[str, str], tmp_path: Path
) -> None:
    name = "John Smith"
    both = answered(tmp_path, identified(homes[HOME], name, ""), identified(homes[OTHER_HOME], name, ""))
    assert decide(warehouse, both, "review") == 2
    match_suppliers(warehouse, settings, "run 2")
    now = suppliers(warehouse)
    assert now[f"{HOME} V1"] != now[f"{OTHER_HOME} V2"]
    (question,) = open_questions(warehouse)
    assert (question.name_l, question.name_r) == (name, name)
    # The same again is nothing new.
    assert decide(warehouse, both, "review") == 0


def test_a_company_is_not_named_behind_another_one(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> None:
    paid(
        warehouse, 1, ("Invented Alpha Ltd", "V1", "1111111", None, None, 500),
        ("Invented Alpha Ltd Depot", "V1", None, None, None, 40), ("Invented Beta Ltd", "V3", "2222222", None, None, 9),
    )  # fmt: skip
    match_suppliers(warehouse, settings, "run 1")
    key = dict(rows(warehouse, "select supplier_name, record_key from ops.supplier_record"))
    for name in ("Invented Alpha Ltd", "Invented Alpha Ltd Depot"):
        with pytest.raises(Refusal, match="01111111") as refused:
            decide(warehouse, answered(tmp_path, identified(key[name], "Invented Beta Ltd", "2222222")), "review")
        assert "line 2" in str(refused.value) and "`same`" in str(refused.value)
    own = answered(tmp_path, identified(key["Invented Alpha Ltd Depot"], "Invented Alpha Ltd", "01111111"))
    assert decide(warehouse, own, "review") == 1


def test_lines_that_say_the_same_in_two_ways_are_one_and_others_contradict(
    warehouse: Warehouse, settings: Settings, homes: dict[str, str], tmp_path: Path
) -> None:
    decide(warehouse, answered(tmp_path, identified(homes[HOME])), "review")
    ((stated,),) = rows(warehouse, "select record_key from ops.supplier_record where origin = 'person'")
    decide(warehouse, answered(tmp_path, {"record_key_l": homes[HOME], "decision": "withdrawn"}), "review")
    pair = {"record_key_l": homes[HOME], "record_key_r": stated}
    with pytest.raises(Refusal, match="contradicts line 2"):
        decide(warehouse, answered(tmp_path, identified(homes[HOME]), {**pair, "decision": "different"}), "review")
    assert decide(warehouse, answered(tmp_path, identified(homes[HOME]), {**pair, "decision": "same"}), "review") == 1


def test_another_name_takes_the_place_of_the_one_a_person_gave_before(
    warehouse: Warehouse, settings: Settings, homes: dict[str, str], tmp_path: Path
) -> None:
    decide(warehouse, answered(tmp_path, identified(homes[HOME])), "review")
    match_suppliers(warehouse, settings, "run 2")
    other = answered(tmp_path, identified(homes[HOME], "Invented Quibble Trust", "", "7654321"))
    assert decide(warehouse, other, "review") == 1
    match_suppliers(warehouse, settings, "run 3")
    now = suppliers(warehouse)
    assert now[f"{HOME} V1"] == now["Invented Quibble Trust"] != now[f"{OPERATOR} V3"]
    ended = rows(
        warehouse, "select ended_because from ops.supplier_decision where rung = 'person' and valid_to < now()"
    )
    assert ended == [("Invented Steward decided otherwise: Looked.",)]


def test_who_was_named_is_taken_back_and_asked_again(
    warehouse: Warehouse, settings: Settings, homes: dict[str, str], tmp_path: Path
) -> None:
    decide(warehouse, answered(tmp_path, identified(homes[HOME])), "review")
    match_suppliers(warehouse, settings, "run 2")
    taken_back = answered(tmp_path, {"record_key_l": homes[HOME], "decision": "withdrawn"})
    assert decide(warehouse, taken_back, "review") == 1
    assert match_suppliers(warehouse, settings, "run 3").questions == 2
    now = suppliers(warehouse)
    assert now[f"{HOME} V1"] != now[f"{OPERATOR} V3"]
    # What was said of it is nobody's.
    assert OPERATOR not in now
    # Once more, with all that the line said before: nothing new.
    again = answered(tmp_path, {**identified(homes[HOME]), "decision": "withdrawn"})
    assert decide(warehouse, again, "review") == 0
    with pytest.raises(Refusal, match="Nobody decided"):
        decide(warehouse, answered(tmp_path, {"record_key_l": homes[OTHER_HOME], "decision": "withdrawn"}), "review")


def test_a_decision_about_two_is_taken_back_and_the_rules_speak_again(
    asked: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    (question,) = open_questions(asked)
    decide(asked, filled_in(tmp_path, asked, "different"), "review")
    # What is decided is not asked, also before the next matching has taken it up.
    assert open_questions(asked) == []
    assert match_suppliers(asked, settings, "run 2").questions == 0
    pair = {"record_key_l": question.record_key_l, "record_key_r": question.record_key_r or "", "decision": "withdrawn"}
    assert decide(asked, answered(tmp_path, pair), "review") == 1
    assert match_suppliers(asked, settings, "run 3").questions == 1
    assert decide(asked, answered(tmp_path, pair), "review") == 0
    ((other,),) = rows(asked, "select record_key from ops.supplier_record where supplier_ref = 'V3'")
    with pytest.raises(Refusal, match="Nobody decided"):
        decide(asked, answered(tmp_path, {**pair, "record_key_r": other}), "review")


@pytest.mark.parametrize(
    ("company", "charity"),
    [("N/A", ""), ("12-34-56-78-9", ""), ("12", ""), ("GB/12345", ""), ("00012", ""), ("", "none")],
)
def test_a_number_without_the_form_of_one_is_refused(
    warehouse: Warehouse, homes: dict[str, str], tmp_path: Path, company: str, charity: str
) -> None:
    with pytest.raises(Refusal, match="line 2.*is no c") as refused:
        decide(warehouse, answered(tmp_path, identified(homes[HOME], OPERATOR, company, charity)), "review")
    assert "nothing of the file" in str(refused.value)
    assert rows(warehouse, "select from ops.supplier_record where origin = 'person'") == []


@pytest.mark.parametrize(
    ("number", "key"),
    [("445790", "00445790"), ("00000012", "00000012"), ("SC 12345", "SC012345"), ("oc1", "OC000001")],
)
def test_noughts_that_a_spreadsheet_took_away_are_put_back(
    warehouse: Warehouse, homes: dict[str, str], tmp_path: Path, number: str, key: str
) -> None:
    assert decide(warehouse, answered(tmp_path, identified(homes[HOME], OPERATOR, number)), "review") == 1
    assert rows(warehouse, "select company_number from ops.supplier_record where origin = 'person'") == [(key,)]


def test_naming_one_company_behind_two_that_a_person_holds_apart_is_refused(
    warehouse: Warehouse, homes: dict[str, str], tmp_path: Path
) -> None:
    apart = {"record_key_l": homes[HOME], "record_key_r": homes[OTHER_HOME], "decision": "different"}
    decide(warehouse, answered(tmp_path, apart), "review")
    with pytest.raises(Refusal, match="contradicts other decisions"):
        decide(warehouse, answered(tmp_path, identified(homes[HOME]), identified(homes[OTHER_HOME])), "review")


@pytest.fixture
def asked(warehouse: Warehouse, settings: Settings) -> Warehouse:
    """A warehouse with one question: the same name in two places."""
    paid(
        warehouse, 1, (ONE, "V1", None, "ZZ1", "QX1 1AA", 500), (ONE, "V2", None, "ZZ1", "ZV9 8BB", 40),
        ("Invented Ottoline Roofing Ltd", "V3", "1234567", None, None, 10),
    )  # fmt: skip
    match_suppliers(warehouse, settings, "run 1")
    return warehouse


def test_records_become_suppliers_and_each_link_is_a_decision(warehouse: Warehouse, settings: Settings) -> None:
    paid(
        warehouse, 1,
        ("Invented Ottoline Roofing Ltd", "V1", "1234567", None, None, 10),
        ("INVENTED OTTOLINE ROOFING LIMITED", "V2", " 01234567 ", None, None, 20),
        ("Redacted", "V3", None, None, None, 999),
    )  # fmt: skip
    outcome = match_suppliers(warehouse, settings, "run 1")
    assert (outcome.records, outcome.suppliers, outcome.new_decisions) == (2, 1, 1)
    ((verdict, rung, by, run),) = rows(warehouse, "select verdict, rung, decided_by, run_id from ops.supplier_decision")
    assert (verdict, rung, by, run) == ("same", "company_number", "rule", "run 1")
    # Whoever is withheld is nobody's supplier.
    assert not rows(warehouse, "select from ops.supplier_record where supplier_name = 'Redacted'")


NO_NUMBERS = ("N/A", "0", "None", "Exempt", "TBC", "00000000")


def test_whoever_writes_no_number_in_its_column_is_nobody_s_double(warehouse: Warehouse, settings: Settings) -> None:
    paid(
        warehouse, 1,
        *(
            (f"Invented {name} {number}", f"V{number}{name}", text, None, None, 10)
            for number, text in enumerate(NO_NUMBERS) for name in ("Brackle", "Ottoline")
        ),
    )  # fmt: skip
    with warehouse.connect() as connection:
        connection.execute("update raw.spend_line set charity_number = company_number")
    outcome = match_suppliers(warehouse, settings, "run 1")
    assert (outcome.records, outcome.suppliers, outcome.new_decisions) == (12, 12, 0)


@pytest.mark.parametrize(
    "number",
    ["0", "00000", " 0 ", "0.00", "-", "--", "...", "N/A", "n.a.", "#N/A", "NONE", "nil", "Null", "TBC", "Unknown",
     "VARIOUS", "No Ref"],
)  # fmt: skip
def test_what_is_no_vendor_number_joins_no_strangers(warehouse: Warehouse, settings: Settings, number: str) -> None:
    names = ("Quorndale & Sons", "Quorndale Bakery Ltd", "Zennor Quorndale", "Invented Brackle")
    paid(warehouse, 1, *((name, number, None, None, None, 10) for name in names))
    outcome = match_suppliers(warehouse, settings, "run 1")
    assert (outcome.records, outcome.suppliers, outcome.new_decisions) == (4, 4, 0)
    # Nor does it raise the question whether a number was given away again; as written it stays known.
    assert not [question for question in open_questions(warehouse) if "vendor number" in question.reason]
    assert rows(warehouse, "select distinct supplier_ref from ops.supplier_record") == [(number,)]


@pytest.mark.parametrize("number", ["V0", "10", "NA1", "0-0-7", "999999", "Nilsen"])
def test_what_may_be_a_vendor_number_still_joins(warehouse: Warehouse, settings: Settings, number: str) -> None:
    paid(
        warehouse, 1, ("Quorndale & Sons", number, None, None, None, 10),
        ("Quorndale Bakery Ltd", number, None, None, None, 10),
    )  # fmt: skip
    match_suppliers(warehouse, settings, "run 1")
    assert rows(warehouse, "select rung from ops.supplier_decision") == [("vendor_record",)]


def test_what_was_joined_by_no_vendor_number_is_parted_again(
    warehouse: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(
        warehouse, 1, ("Quorndale & Sons", "0", None, None, None, 10),
        ("Quorndale Bakery Ltd", "0", None, None, None, 20),
    )  # fmt: skip
    with monkeypatch.context() as before:
        before.setattr(store, "_NO_VENDOR_NUMBER", "^$")
        assert match_suppliers(warehouse, settings, "run 1").suppliers == 1
    outcome = match_suppliers(warehouse, settings, "run 2")
    assert (outcome.suppliers, outcome.split, outcome.ended_decisions) == (2, 1, 1)


def test_a_number_with_the_name_of_its_register_before_it_is_the_same(warehouse: Warehouse, settings: Settings) -> None:
    paid(
        warehouse, 1, ("Invented Brackle", "V1", "07445476", None, None, 10),
        ("Invented Ottoline", "V2", "GB/07445476", None, None, 20),
        ("Invented Zog", "V3", "GB-COH-7445476", None, None, 5),
    )  # fmt: skip
    assert match_suppliers(warehouse, settings, "run 1").suppliers == 1


def test_the_key_of_a_record_is_that_of_the_models(asked: Warehouse) -> None:
    (same,) = rows(
        asked,
        """
        select count(*) from raw.spend_line as line inner join ops.supplier_record as record
            on record.record_key
            = md5(jsonb_build_array('town', line.supplier_name, line.supplier_ref, line.company_number)::text)
        """,
    )
    assert same == (3,)


def test_a_second_matching_changes_nothing(asked: Warehouse, settings: Settings) -> None:
    tables = ("supplier_decision", "supplier_membership", "supplier_cluster", "supplier_event", "supplier_record")
    before = [rows(asked, f"select * from ops.{table} order by 1, 2") for table in tables]
    since = rows(asked, "select asked_at from ops.supplier_question")
    outcome = match_suppliers(asked, settings, "run 2")
    assert (outcome.new_decisions, outcome.ended_decisions, outcome.merged, outcome.split) == (0, 0, 0, 0)
    assert [rows(asked, f"select * from ops.{table} order by 1, 2") for table in tables] == before
    assert rows(asked, "select asked_at from ops.supplier_question") == since


def test_a_matching_of_the_same_is_not_made_again(
    asked: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rows(asked, "select records_count, suppliers_count, questions_count from ops.supplier_matching")
    versions = rows(asked, "select xmin::text, record_key from ops.supplier_record order by 2")
    with monkeypatch.context() as patched:
        patched.setattr("star_warehouse.suppliers.store.match", _not_wanted)
        outcome = match_suppliers(asked, settings, "run 2")
    assert [(outcome.records, outcome.suppliers, outcome.questions)] == first == [(3, 3, 1)]
    assert rows(asked, "select xmin::text, record_key from ops.supplier_record order by 2") == versions


@pytest.mark.parametrize("changed", ["code", "pounds", "decision", "newcomer"])
def test_a_matching_is_made_again_when_anything_it_rests_on_changed(
    asked: Warehouse, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    if changed == "code":
        monkeypatch.setattr("star_warehouse.suppliers.matchings._code_sha256", lambda: "another")
    elif changed == "pounds":
        paid(asked, 2, (ONE, "V1", None, "ZZ1", "QX1 1AA", 1))
    elif changed == "decision":
        decide(asked, filled_in(tmp_path, asked, "different"), "review")
    else:
        paid(asked, 2, ("Invented Newcomer Ltd", "V9", None, None, None, 1))
    match_suppliers(asked, settings, "run 2")
    assert rows(asked, "select run_id from ops.supplier_matching order by 1") == [("run 1",), ("run 2",)]


def test_a_vat_group_is_never_one_supplier(warehouse: Warehouse, settings: Settings) -> None:
    arms = ("Homes", "Plant Hire", "Estates", "Holdings", "Civil", "Finance", "Energy", "Rail", "Water", "Roads", "IT")
    paid(
        warehouse, 1,
        *(
            (f"Invented Brackle {arm} Ltd", f"V{number}", None, "GB123456789", "QX1 1AA", 100)
            for number, arm in enumerate(arms)
        ),
    )  # fmt: skip
    assert match_suppliers(warehouse, settings, "run 1").suppliers == len(arms) == 11


@pytest.mark.parametrize(
    "withheld", ["Redacted", "REDACTED PERSONAL\u00a0DATA", "redacted - commercial", "Name Withheld"]
)
def test_withheld_names_are_never_one_supplier_with_anything(
    warehouse: Warehouse, settings: Settings, withheld: str
) -> None:
    # One number, one vendor, one place: every ground to link, had it a name.
    paid(
        warehouse, 1,
        (withheld, "V1", "1234567", "ZZ1", "QX1 1AA", 5), (withheld, "V1", "1234567", "ZZ1", "QX1 1AA", 6),
        ("Invented Brackle Ltd", "V1", "1234567", "ZZ1", "QX1 1AA", 7),
    )  # fmt: skip
    outcome = match_suppliers(warehouse, settings, "run 1")
    assert (outcome.records, outcome.suppliers, outcome.new_decisions, outcome.questions) == (1, 1, 0, 0)
    assert list(suppliers(warehouse)) == ["Invented Brackle Ltd V1"]


def test_the_queue_says_what_is_at_stake_and_that_a_vat_number_is_shared(asked: Warehouse) -> None:
    (question,) = open_questions(asked)
    assert (question.name_l, question.name_r, question.amount_gbp) == (ONE, ONE, 40)
    assert question.has_same_vat_number
    assert "several places" in question.reason


def test_a_person_who_says_same_merges_and_the_larger_keeps_its_number(
    asked: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    before = suppliers(asked)
    assert decide(asked, filled_in(tmp_path, asked, "same"), "review") == 1
    outcome = match_suppliers(asked, settings, "run 2")
    after = suppliers(asked)
    assert after[f"{ONE} V1"] == after[f"{ONE} V2"] == before[f"{ONE} V1"]
    assert (outcome.merged, outcome.questions) == (1, 0)
    assert rows(asked, "select kind, supplier_cluster_id, from_cluster_id from ops.supplier_event") == [
        ("merged", before[f"{ONE} V1"], before[f"{ONE} V2"])
    ]


def test_what_a_person_decided_can_be_taken_back_and_nothing_is_deleted(
    asked: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    before = suppliers(asked)
    same = filled_in(tmp_path, asked, "same")
    decide(asked, same, "review")
    match_suppliers(asked, settings, "run 2")
    same.write_text(same.read_text(encoding="utf-8").replace(",same,", ",different,"), encoding="utf-8")
    assert decide(asked, same, "review") == 1
    outcome = match_suppliers(asked, settings, "run 3")
    after = suppliers(asked)
    # Who was taken in by mistake has its old number again.
    assert after == before
    assert outcome.split == 1
    assert rows(asked, "select count(*) from ops.supplier_cluster where valid_to is not null") == [(0,)]
    decisions = rows(
        asked, "select verdict, valid_to is null from ops.supplier_decision where rung = 'person' order by 1"
    )
    assert decisions == [("different", True), ("same", False)]
    (spans,) = rows(asked, "select count(*) from ops.supplier_membership where valid_to is not null")
    assert spans == (2,)


def test_a_person_keeps_apart_what_a_rule_joined_and_the_rule_does_not_come_back(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    paid(warehouse, 1, (ONE, "V1", "1234567", None, None, 5), ("Invented Else", "V2", "1234567", None, None, 7))
    match_suppliers(warehouse, settings, "run 1")
    one, other = sorted(key for (key,) in rows(warehouse, "select record_key from ops.supplier_record"))
    path = tmp_path / "answers.csv"
    path.write_text(
        "record_key_l,record_key_r,decision,decided_by,reason\n"
        f"{other},{one},different,Invented Steward,One number was typed wrongly.\n",
        encoding="utf-8",
    )
    decide(warehouse, path, "review")
    for run in ("run 2", "run 3"):
        match_suppliers(warehouse, settings, run)
        assert len(set(suppliers(warehouse).values())) == 2
    assert rows(warehouse, "select from ops.supplier_decision where rung <> 'person' and valid_to is null") == []


def test_a_record_of_a_superseded_delivery_stays_with_its_supplier(asked: Warehouse, settings: Settings) -> None:
    before = suppliers(asked)
    with asked.connect() as connection:
        connection.execute("update ops.delivery set state = 'superseded'")
    match_suppliers(asked, settings, "run 2")
    assert suppliers(asked) == before


def test_a_record_that_was_withdrawn_is_no_ground_and_has_no_pounds(warehouse: Warehouse, settings: Settings) -> None:
    """Withdrawn, the record that held two others together leaves them as a rebuild from the files would find them."""
    paid(
        warehouse, 1, ("Invented Brackle", "V1", "07445476", None, None, 10),
        ("Invented Ottoline", "V2", None, None, None, 20),
    )  # fmt: skip
    paid(
        warehouse,
        2,
        ("Invented Zog", "V2", "07445476", None, None, 900),
        ("Invented Ottoline", "V2", "07445476", None, None, 7),
    )
    match_suppliers(warehouse, settings, "run 1")
    assert len(set(suppliers(warehouse).values())) == 1
    with warehouse.connect() as connection:
        connection.execute(
            """
            update ops.delivery set state = 'superseded'
            where delivery_id = (select max(delivery_id) from ops.delivery)
            """
        )
    outcome = match_suppliers(warehouse, settings, "run 2")
    assert (outcome.records, outcome.suppliers) == (2, 2)
    pounds = rows(warehouse, "select supplier_name, amount_gbp::int, is_current from ops.supplier_record order by 1, 2")
    assert pounds == [
        ("Invented Brackle", 10, True), ("Invented Ottoline", 0, False), ("Invented Ottoline", 20, True),
        ("Invented Zog", 0, False),
    ]  # fmt: skip
    (known,) = rows(warehouse, "select count(*) from ops.supplier_membership where valid_to is null")
    assert known == (4,)
    with warehouse.connect() as connection:
        connection.execute("update ops.delivery set state = 'loaded'")
    assert match_suppliers(warehouse, settings, "run 3").suppliers == 1


def test_a_record_a_person_decided_about_counts_though_no_delivery_holds_it(
    asked: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    decide(asked, filled_in(tmp_path, asked, "different"), "review")
    with asked.connect() as connection:
        connection.execute("update ops.delivery set state = 'superseded'")
    assert match_suppliers(asked, settings, "run 2").records == 2


def test_of_two_places_on_one_day_the_same_is_taken_in_any_order(warehouse: Warehouse, settings: Settings) -> None:
    line = (ONE, "V1", None, None)
    paid(warehouse, 1, (*line, "ZV9 8BB", 1), (*line, "QX1 1AA", 1), (*line, "ZV9 8BB", 1))
    match_suppliers(warehouse, settings, "run 1")
    with warehouse.connect() as connection:
        connection.execute("update raw.spend_line set remit_postcode = 'QX1 1AA' where line_number = 1")
        connection.execute("update raw.spend_line set remit_postcode = 'ZV9 8BB' where line_number = 2")
    assert rows(warehouse, "select postcode_key from ops.supplier_record") == [("ZV98BB",)]
    match_suppliers(warehouse, settings, "run 2")
    assert rows(warehouse, "select postcode_key from ops.supplier_record") == [("ZV98BB",)]


def test_interrupted_it_leaves_what_stood(
    asked: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(asked, 2, ("Invented Newcomer Ltd", "V9", None, None, None, 1))
    before = suppliers(asked)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("star_warehouse.suppliers.store._keep_questions", interrupted)
        with pytest.raises(KeyboardInterrupt):
            match_suppliers(asked, settings, "run 2")
    assert suppliers(asked) == before
    match_suppliers(asked, settings, "run 3")
    assert len(suppliers(asked)) == len(before) + 1


@pytest.mark.parametrize("about", [["brackle  LODGE"], ["v1", "V2"], ["v1", "brackle lodge"]])
def test_a_person_finds_records_nobody_asked_about_and_parts_or_joins_them(
    asked: Warehouse, settings: Settings, tmp_path: Path, about: list[str]
) -> None:
    most, pair = pairs_about(asked, about)
    assert (most.name_l, most.supplier_ref_l, most.record_key_r, most.amount_gbp) == (ONE, "V1", None, 500)
    assert (pair.name_l, pair.supplier_ref_l, pair.supplier_ref_r, pair.amount_gbp) == (ONE, "V1", "V2", 40)
    assert "two suppliers now" in pair.reason
    keys = (pair.record_key_l, pair.record_key_r)
    for number, (verdict, now) in enumerate((("same", "one supplier"), ("different", "two suppliers")), 1):
        path = tmp_path / f"{number}.csv"
        path.write_text(
            "record_key_l,record_key_r,decision,decided_by,reason\n"
            f"{','.join(keys)},{verdict},Invented Steward,Looked.\n",
            encoding="utf-8",
        )
        assert decide(asked, path, "review") == 1
        match_suppliers(asked, settings, f"run {number}")
        _, pair = pairs_about(asked, about)
        assert now in pair.reason
        # Whatever names, numbers or rules say: neither is a question any more.
        assert open_questions(asked) == []


def test_records_are_found_by_company_number_and_by_supplier(asked: Warehouse) -> None:
    number = suppliers(asked)[f"{ONE} V2"]
    found = pairs_about(asked, ["01234567", f"sup:{number}"])
    assert [(pair.name_l, pair.name_r) for pair in found] == [(ONE, None), (ONE, "Invented Ottoline Roofing Ltd")]


@pytest.mark.parametrize("about", ["Nobody", ""])
def test_a_record_that_is_not_there_is_refused(asked: Warehouse, about: str) -> None:
    with pytest.raises(Refusal, match="No vendor record"):
        pairs_about(asked, [about])


def test_a_file_that_may_hold_decisions_is_not_written_over(asked: Warehouse, tmp_path: Path) -> None:
    path = filled_in(tmp_path, asked, "same")
    before = path.read_bytes()
    with pytest.raises(Refusal, match="may hold decisions"):
        write_questions(open_questions(asked), path)
    assert path.read_bytes() == before
    with pytest.raises(Refusal, match="cannot be written"):
        write_questions([], tmp_path / "nowhere" / "queue.csv")
    with pytest.raises(Refusal, match="cannot be read"):
        read_answers(tmp_path)


def test_what_a_spreadsheet_shows(asked: Warehouse, tmp_path: Path) -> None:
    (question,) = open_questions(asked)
    path = tmp_path / "queue.csv"
    write_questions([replace(question, name_l="=1+1", weight=-1.94)], path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert (line["name_l"], line["weight"], line["supplier_ref_r"]) == ("'=1+1", "-1.9", question.supplier_ref_r)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,b,maybe,Invented Steward,Why.", "'maybe'"),
        ("a,b,same,,Why.", "who decided"),
        ("a,b,same,Invented Steward,", "why"),
        ("a,a,same,Invented Steward,Why.", "two records"),
        ("a,b,,Invented Steward,Why.", "not what was decided"),
        ("a,b,,,,Invented Brackle Ltd", "not what was decided"),
        ("a,b,identified,Invented Steward,Why.,Invented Brackle Ltd", "About two records"),
        ("a,,same,Invented Steward,Why.", "About one record"),
        ("a,,identified,Invented Steward,Why.", "identified_name"),
        ("a,b,same,Invented Steward,Why.,Invented Brackle Ltd", "decides something else"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "record_key_l,record_key_r,decision,decided_by,reason,identified_name\n"
        f"c,d,same,Invented Steward,Why.,\n{line}\n",
        encoding="utf-8",
    )
    with pytest.raises(Refusal, match=said) as refused:
        read_answers(path)
    assert "line 3" in str(refused.value)


COLUMNS = "decision,decided_by,reason,record_key_l,record_key_r"
KEYS = tuple(f"{number:032x}" for number in range(6))


def written(folder: Path, *lines: str, columns: str = COLUMNS) -> Path:
    """A file with these lines as they are."""
    path = folder / "answers.csv"
    path.write_bytes("\r\n".join((columns, *lines, "")).encode())
    return path


@pytest.mark.parametrize(
    ("second", "third"),
    [
        ('same,By,"Why.,{2},{3}', "same,By,Why.,{4},{5}"),
        ('same,By,"Why.,{2},{3}', 'same,By,"Why.",{4},{5}'),
        # The next quotation mark ends what this one began: as CSV nothing is wrong.
        ('same,By,"Why.,{2},{3}', 'same,By,Why.",{4},{5}'),
        ('same,By,"Why.,{2},{3}', 'same,"",Why.,{4},{5}'),
        ('same,By,"Why.",{2},"{3}', 'same,By,Why.,{4},{5}"'),
        ('same,By,Why."x",{2},"{3}"x', "same,By,Why.,{4},{5}"),
    ],
)
def test_a_quotation_mark_that_is_not_closed_takes_in_no_other_line(tmp_path: Path, second: str, third: str) -> None:
    path = written(
        tmp_path, f'same,By,"In two\r\nlines.",{KEYS[0]},{KEYS[1]}', second.format(*KEYS), third.format(*KEYS)
    )
    with pytest.raises(Refusal, match="line 4") as refused:
        read_answers(path)
    assert "nothing of the file" in refused.value.way_out
    assert "quot" in refused.value.what or "end of data" in refused.value.what


def test_a_quotation_mark_that_takes_in_lines_with_the_keys_first_is_refused(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f'{KEYS[0]},{KEYS[1]},same,By,"Why.',
        f"{KEYS[2]},{KEYS[3]},same,By,Why.",
        f'{KEYS[4]},{KEYS[5]},same,By,"',
        columns="record_key_l,record_key_r,decision,decided_by,reason",
    )
    with pytest.raises(Refusal, match="line 2"):
        read_answers(path)


def test_a_header_whose_quotation_mark_is_not_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="line 1"):
        read_answers(written(tmp_path, columns=f'"{COLUMNS}'))


def test_a_reason_of_several_lines_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f'same,By,"Told:\r\n""one, two, three"" (Ash ({KEYS[4]}), Birch).\n\r\nSo be it.",{KEYS[0]},{KEYS[1]}',
        "",
        f'same,By,It is 6" wide,{KEYS[2]},{KEYS[3]},,',
        ",,",
    )
    one, other = read_answers(path)
    assert one.reason == f'Told: "one, two, three" (Ash ({KEYS[4]}), Birch). So be it.'
    assert (one.line, other.line, other.reason) == (2, 7, 'It is 6" wide')


def test_what_the_database_or_the_reader_cannot_take_is_refused_by_its_line(tmp_path: Path) -> None:
    good, keys = f"same,By,Why.,{KEYS[0]},{KEYS[1]}", f"{KEYS[2]},{KEYS[3]}"
    for bad, said in (
        (f"same,By,W\0hy.,{keys}", "NUL"),
        (f"same,By,{'y' * 131_073},{keys}", "longer than 131,072"),
        (f"same,By,One, two,{keys}", "has 6 fields; the header has 5"),
    ):
        with pytest.raises(Refusal, match=said) as refused:
            read_answers(written(tmp_path, good, bad, good))
        assert refused.value.where.endswith("line 3")
        assert refused.value.way_out


def test_lines_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "record_key_l,record_key_r,decision,decided_by,reason\n"
        "a,b,same,Invented Steward,Why.\nb,a,different,Invented Steward,Why.\n",
        encoding="utf-8",
    )
    with pytest.raises(Refusal, match="contradicts line 2"):
        read_answers(path)


def test_a_record_nobody_knows_is_refused_and_nothing_is_kept(asked: Warehouse, tmp_path: Path) -> None:
    path = filled_in(tmp_path, asked, "same")
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{',' * 17}same,Invented Steward,Why.,nobody,nothing\n")
    with pytest.raises(Refusal, match="'nobody'"):
        decide(asked, path, "review")
    assert rows(asked, "select from ops.supplier_decision where rung = 'person'") == []


def test_decisions_that_contradict_each_other_through_a_third_are_refused(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    names = ("Invented Brackle", "Invented Ottoline", "Invented Pemmican")
    paid(warehouse, 1, *((name, None, None, None, None, 5) for name in names))
    match_suppliers(warehouse, settings, "run 1")
    key = dict(rows(warehouse, "select supplier_name, record_key from ops.supplier_record"))
    a, c, e = (key[name] for name in names)
    path = tmp_path / "answers.csv"

    def answered(*lines: tuple[str, str, str]) -> Path:
        text = "".join(f"{one},{other},{verdict},Invented Steward,Why.\n" for one, other, verdict in lines)
        path.write_text(f"record_key_l,record_key_r,decision,decided_by,reason\n{text}", encoding="utf-8")
        return path

    with pytest.raises(Refusal, match="contradicts other decisions") as refused:
        decide(warehouse, answered((a, c, "same"), (c, e, "same"), (a, e, "different")), "review")
    assert "line 4" in str(refused.value)
    assert decide(warehouse, answered((a, c, "same"), (c, e, "same")), "review") == 2
    with pytest.raises(Refusal) as refused:
        decide(warehouse, answered((e, a, "different")), "review")
    assert all(name in str(refused.value) for name in names)
    kept = rows(warehouse, "select verdict from ops.supplier_decision where rung = 'person'")
    assert kept == [("same",), ("same",)]
    # The way out: another decision about one of the pairs.
    assert decide(warehouse, answered((a, e, "different"), (c, e, "different")), "review") == 2
    with pytest.raises(Refusal, match="contradicts other decisions"):
        decide(warehouse, answered((c, e, "same")), "review")


def test_a_person_s_different_outlives_another_spelling(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    """The name a person held apart from its neighbour's comes back with its letters and blanks written otherwise."""
    paid(
        warehouse, 1, (ONE, "V1", "1234567", None, "QX1 1AA", 500), (ONE, "V2", "1234567", None, "QX1 1AA", 40)
    )  # fmt: skip
    match_suppliers(warehouse, settings, "run 1")
    one, other = (key for (key,) in rows(warehouse, "select record_key from ops.supplier_record order by 1"))
    path = tmp_path / "answers.csv"
    path.write_text(
        f"record_key_l,record_key_r,decision,decided_by,reason\n{one},{other},different,Invented Steward,Looked.\n",
        encoding="utf-8",
    )
    decide(warehouse, path, "review")
    paid(warehouse, 2, (f"{ONE.upper()} ", "V2", None, None, "QX1 1AA", 7))
    match_suppliers(warehouse, settings, "run 2")
    now = suppliers(warehouse)
    assert now[f"{ONE} V1"] != now[f"{ONE.upper()}  V2"] == now[f"{ONE} V2"]


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Refusal, match="record_key_l"):
        read_answers(path)


def test_what_is_written_first_is_the_earlier_however_long_the_other_waited(warehouse: Warehouse) -> None:
    """A transaction that begins first and waits for another one must not write before it."""
    with warehouse.connect() as waiting:
        (began,) = waiting.execute("select now()").fetchone() or (None,)
        with warehouse.connect() as quick:
            earlier = next_moment(quick)
        assert began is not None
        assert began < earlier < next_moment(waiting)


def test_a_clock_set_back_makes_no_earlier_moment(asked: Warehouse) -> None:
    with asked.connect() as connection:
        connection.execute("update ops.supplier_membership set valid_from = now() + interval '1 hour'")
        latest = connection.execute("select max(valid_from) from ops.supplier_membership").fetchone()
        assert latest is not None
        assert next_moment(connection) > latest[0]


def test_whoever_has_a_number_but_no_name_is_matched_by_it(warehouse: Warehouse, settings: Settings) -> None:
    paid(
        warehouse, 1,
        (ONE, "V1", None, None, None, 5), (None, "V1", None, None, None, 7), (None, None, " ", None, None, 9),
    )  # fmt: skip
    outcome = match_suppliers(warehouse, settings, "run 1")
    assert (outcome.records, outcome.suppliers) == (2, 1)


def test_a_spelling_of_withheld_learned_later_ends_the_supplier(
    warehouse: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(warehouse, 1, ("Invented Hush", "V1", None, None, None, 5), (ONE, "V1", None, None, None, 7))
    match_suppliers(warehouse, settings, "run 1")
    assert len(set(suppliers(warehouse).values())) == 1
    monkeypatch.setattr(store, "redaction_pattern", lambda _: "hush")
    match_suppliers(warehouse, settings, "run 2")
    assert set(suppliers(warehouse)) == {f"{ONE} V1"}
    assert rows(warehouse, "select valid_to is null from ops.supplier_membership order by 1") == [(False,), (True,)]


def test_portal_suppliers_are_matched_too(warehouse: Warehouse, settings: Settings) -> None:
    paid(warehouse, 1, ("Invented Ottoline Roofing Ltd", "V1", "ZZ1234", None, None, 5))
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into raw.portal_project (
                delivery_id, line_number, project_id, client, client_share_pct, supplier_name, supplier_company_number,
                status
            ) select delivery_id, 1, 'P', 'Town', 100, 'Invented Ottoline', 'zz 1234', 'live' from ops.delivery
            """
        )
    outcome = match_suppliers(warehouse, settings, "run 1")
    assert (outcome.records, outcome.suppliers) == (2, 1)
