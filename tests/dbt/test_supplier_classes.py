"""The rules on suppliers' classes: what they make of the hard names, and that PostgreSQL reads them as Python does."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.dbt.conftest import PROJECT, Built, read_seed
from tests.dbt.supplier_classes import Known, class_rules, is_masked, supplier_class
from tests.samples.hard_cases import HardCase, hard_cases

RULES = read_seed("rules/supplier_class_rule")
CLASSES = {row["supplier_class"]: row for row in read_seed("rules/supplier_class")}
WORDS = read_seed("rules/name_word")


@pytest.mark.parametrize("case", hard_cases(), ids=lambda case: case.supplier_name)
def test_a_hard_name_is_of_its_class(case: HardCase) -> None:
    known = Known(case.supplier_name, case.company_number or "", case.charity_number or "")
    assert (supplier_class(known), is_masked(known)) == (case.supplier_class, case.is_personal), case.why


def test_the_hard_names_reach_every_class_that_a_name_can_have() -> None:
    assert {case.supplier_class for case in hard_cases()} == set(CLASSES) - {"redacted"}


def test_patterns_name_known_sets_of_words_only() -> None:
    sets = {row["word_set"] for row in WORDS}
    named = {name for rule in RULES for name in re.findall(r"\{([a-z_]+)\}", rule["pattern"])}
    assert named == sets
    macro = (PROJECT / "macros" / "name_words.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"'([a-z_]+)'", macro.split("return([")[1].split("])")[0])) == sets


def test_a_person_is_always_masked_and_a_proved_organisation_never() -> None:
    for rule in RULES:
        if CLASSES[rule["supplier_class"]]["is_personal"] == "true":
            assert rule["masking"] != "never", rule["rule_id"]
        elif rule["supplier_class"] != "unknown":
            assert rule["masking"] == "never", rule["rule_id"]
        assert (rule["basis"] == "person") == (rule["masking"] != "never") or rule["rule_id"] == "pre_school"


# A body for each part of the rules that tell one by its name.
PUBLIC_BODIES = {
    "nhs": ["Vale NHS Trust", "Vale Health NH", "Vale Integrated Care Board", "Vale Clinical Comm", "Vale CCG"],
    "council": ["Salford City Council", "Barnsley M.B.C.", "Vale Metropolitan Bor", "Vale Combined Authority"],
    "education": ["Vale Primary School", "University of Vale"],
    "safety": ["Vale Police", "Vale Constabulary", "Vale Fire & Rescue", "Vale Fire Authority"],
    "state": ["Environment Agency", "Vale Port Health Authority", "Ministry of Justice", "DVLA", "Land Registry"],
    "revenue": ["HMRC", "HM Revenue and Customs"],
    "joint_authority": [
        "TfGM", "GMCA", "Merseytravel", "Merseyside Waste", "Public Works Loan", "PWLB", "GMPF",
        "Greater Manchester Superann", "Merseyside Pension", "Teachers' Pensions",
    ],
}  # fmt: skip


def test_the_bodies_are_of_every_rule_that_tells_one_by_its_name() -> None:
    public = {name for name, row in CLASSES.items() if row["is_public_body"] == "true"}
    assert {rule["rule_id"] for rule in RULES if rule["basis"] == "name" and rule["supplier_class"] in public} == set(
        PUBLIC_BODIES
    )


@pytest.mark.parametrize(
    ("rule_id", "body"), [(rule_id, body) for rule_id in PUBLIC_BODIES for body in PUBLIC_BODIES[rule_id]]
)
def test_who_is_named_beside_a_public_body_is_none(rule_id: str, body: str) -> None:
    """A person with a title, or one to whom something is paid back: the body's name says from where."""
    (expected,) = {rule["supplier_class"] for rule in RULES if rule["rule_id"] == rule_id}
    assert supplier_class(Known(body)) == expected
    for name in (f"Jane Smithey {body} Refund", f"Smithey J {body} (Expenses)", f"Mrs J Smithey {body}"):
        assert supplier_class(Known(name)) != expected, name
    assert is_masked(Known(f"Mrs J Smithey {body}"))


def test_identifiers_go_before_registers_and_these_before_names() -> None:
    """Where a number says of which kind a supplier is; a bare company number does not, and comes behind the names."""
    order = [(int(rule["priority"]), rule["basis"]) for rule in RULES]
    specific = [priority for priority, basis in order if basis == "identifier" and priority < 400]
    registers = [priority for priority, basis in order if basis == "register" and priority < 400]
    names = [priority for priority, basis in order if basis in ("name", "person")]
    assert max(specific) < min(registers) and max(registers) < min(names)


def test_postgres_reads_the_rules_as_python_does(built: Built) -> None:
    """Each rule on its own, on every name of the hard cases and on what stands on its edges."""
    names = [" ".join(case.supplier_name.split()).lower().removeprefix("invented ") for case in hard_cases()]
    names += ["mr", "ltd", "t/a", "a b", "smith, j.a.", "j&k smith", "o'dowd j", "x" * 33 + " l", "x" * 32 + " lt"]
    texts: dict[str, list[str]] = {
        "supplier_name": names,
        "company_number": [
            "00000000",
            "01234567",
            "sc123456",
            "zz123456",
            "0ip1234r",
            "ip01234r",
            "rc000001",
            "oc300001",
        ],
        "charity_number": ["0", "1234567", "1234567-1", "sc012345", "nic100001", "12"],
        "company_category": ["community interest company", "private limited company", "registered society"],
        "charity_status": ["registered", "removed"],
    }
    with built.warehouse.connect() as connection:
        for rule in class_rules():
            theirs: list[tuple[Any, ...]] = connection.execute(
                "select text from unnest(%s::text[]) as text where text ~ %s", (texts[rule.field], rule.pattern.pattern)
            ).fetchall()
            ours = [text for text in texts[rule.field] if rule.pattern.search(text)]
            assert sorted(text for (text,) in theirs) == sorted(ours), rule.rule_id
