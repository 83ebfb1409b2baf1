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


# Persons beside a word of bodies, with their class. Not in the sample, where matching might take some for one supplier.
PERSONS = {
    # A carer or a childminder, whatever else stands in the name.
    "Foster carer - Hilda Church": "individual",
    "Foster carer 1047 (Mrs D Church)": "individual",
    "Hilda Barnes Foster Carer Trust": "individual",
    "Kinship carer J Church": "individual",
    "Carol Denby Childminder - Church Road Group": "sole_trader",
    "Carol Denby Childminding Association": "sole_trader",
    "Tendai Madzundu Childminding Group": "sole_trader",
    # A title.
    "Councillor Smith Council": "individual",
    "Cllr. Smithey Church": "individual",
    "Bromsworth Council (Mrs D Church)": "individual",
    "St Hilda's Primary School - Mr J Smithey": "individual",
    "Dr Aneta Council": "unknown",
    # What the payee is to the body, or what the payment is for.
    "Jane Smithey Council employee": "unknown",
    "Jane Smithey NHS employee": "unknown",
    "Tendai Madzundu - Council tenant": "unknown",
    "Tendai Madzundu (Council resident)": "unknown",
    "Tendai Madzundu NHS staff": "unknown",
    "Tendai Madzundu Council House": "unknown",
    "Tendai Madzundu Trust pupil": "unknown",
    "Aisha Khan School Transport": "unknown",
    "Tendai Madzundu School Meals": "unknown",
    "Tendai Madzundu Hospital appointment": "unknown",
    "Tendai Madzundu Housing Association rent": "unknown",
    "T Madzundu Club fees": "unknown",
    "Jane Smithey - Room and Board": "unknown",
    "c/o St Mary's Hospice Tendai Madzundu": "unknown",
    "Tendai Madzundu c/o Bromsworth Council": "unknown",
    "Tendai Madzundu c/o Foxley Homes Ltd": "unknown",
    "Jane Smithey C/O Cobham Chambers": "sole_trader",
    "SGO Tendai Madzundu Council": "unknown",
    "Landlord of Tendai Madzundu Housing Association": "unknown",
    # A name before the body's.
    "J Smith Council": "unknown",
    "Smith J Council": "unknown",
    "SMITH, JANE COUNCIL": "unknown",
    "J.Smith Bromsworth Council": "unknown",
    "Jane Smithey Council": "unknown",
    "Jane Smithey Police": "unknown",
    "Jane Smithey NHS": "unknown",
    "Jane Smithey Hospice": "unknown",
    "Jane Smithey (Parent) Bramhall High School": "unknown",
    "Jane Smithey Bramhall High School": "unknown",
    "J Smith Bramhall High School": "unknown",
    "Sarah Khanum School of Art": "unknown",
    "Tendai Madzundu St Mary's School": "unknown",
    "Tendai Madzundu St Mary's Hospice": "unknown",
    "Madzundu, Tendai (Union)": "unknown",
    # A name that no list of first names has, alone before the word.
    "Tendai Madzundu Council": "unknown",
    "Tendai Madzundu Club": "unknown",
    "Tendai Ade Madzundu Club": "unknown",
    # A surname that is a word of organisations, behind first names that no list has.
    "Oluwaseun Church": "unknown",
    "Tendai Church": "unknown",
    "Oluwaseun Ade Church": "unknown",
    "Oluwaseun Adeyemi-Church": "unknown",
    "Ms Tendai Church": "unknown",
    "CHURCH OLUWASEUN": "unknown",
    "Church, Oluwaseun": "unknown",
    "Agnieszka Parish": "unknown",
    "Emily McArdleyHelen Sanders Assoc": "unknown",
}
# Bodies that these are not to be taken for, with their class; many are the names of real ones.
BODIES = {
    "Foster Care Associates Ltd": "company",
    "National Childminding Association": "unknown",
    "Association of Foster Carers": "unknown",
    "Salford Foster Carers' Association": "unknown",
    "The Foster Care Charity": "charity",
    "Mary Hare School": "school",
    "William Hulmes Grammar School": "school",
    "Thomas Clarkson Academy": "school",
    "John Spendluffe Technology College": "school",
    "John F Kennedy Catholic School": "school",
    "Norwich School (King Edward VI )": "school",
    "St Margarets CE Primary School": "school",
    "Trafford Council": "public_body",
    "Barnsley M B C": "public_body",
    "N Yorkshire Council": "public_body",
    "E Sussex County Council": "public_body",
    "Kerry Town Council": "public_body",
    "NatSIP (Kent County Council)": "public_body",
    "Stockport MBC (Accts Receiveable)": "public_body",
    "Family Court Lancashire Police": "public_body",
    "W Mercia Police": "public_body",
    "H M Revenue and Customs": "public_body",
    "Department for Transport": "public_body",
    "James Paget University Hospitals NHS": "nhs",
    "George Eliot Hospital NHS Trust": "nhs",
    "Guy's and St Thomas' NHS FT": "nhs",
    "St Albans Church": "unknown",
    "Brunswick Parish Church": "unknown",
    "Wythenshawe Community Church": "unknown",
    "Diss United Reformed Church": "unknown",
    "Timperley Parochial Christ Church": "unknown",
    "Claire House Hospice": "unknown",
    "Marie Curie Hospice": "unknown",
    "Willow Wood Hospice": "unknown",
    "Victoria Square Tenants Assoc.": "unknown",
    "Great Places Housing Assoc (RENT)": "unknown",
    "LTE Group": "unknown",
    "Milton Keynes Council": "public_body",
    "Cheshire East Council": "public_body",
    "South Gloucestershire Council": "public_body",
    "St Helens Council": "public_body",
    "Bradford Met Council": "public_body",
    "Bolton Interfaith Council": "public_body",
    "Blackburn & Darwen Council": "public_body",
    "Sale Football Club": "unknown",
    "Markland Hill Racquets Club": "unknown",
    "Supersports Kidz Club": "unknown",
    "The Byrons Social Club": "unknown",
    "Altrincham Assoc Football Club": "unknown",
    "Albert Kennedy Trust": "unknown",
}


@pytest.mark.parametrize("name", PERSONS)
def test_a_person_beside_a_word_of_bodies_is_masked(name: str) -> None:
    assert (supplier_class(Known(name)), is_masked(Known(name))) == (PERSONS[name], True)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_not_taken_for_a_person(name: str) -> None:
    assert (supplier_class(Known(name)), is_masked(Known(name))) == (BODIES[name], False)


@pytest.mark.parametrize(
    "name", ["Jane Smithey Council employee", "Foster carer - Hilda Church", "Cllr Smithey Council"]
)
def test_the_number_of_a_body_does_not_publish_who_is_named_beside_it(name: str) -> None:
    assert is_masked(Known(name, company_number="01234567"))
    assert is_masked(Known(name, charity_number="1234567"))


def test_a_number_that_companies_house_has_not_come_to_proves_nothing() -> None:
    assert supplier_class(Known("Hilda Barnesworth", company_number="17000000")) == "company"
    for number in ("20000000", "99999999"):
        assert is_masked(Known("Hilda Barnesworth", company_number=number))
    assert supplier_class(Known("Hilda Barnesworth", company_number="SC999999")) == "company"


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
    names += [name.lower() for name in (*PERSONS, *BODIES)]
    names += ["mr", "ltd", "t/a", "a b", "smith, j.a.", "j&k smith", "o'dowd j", "x" * 33 + " l", "x" * 32 + " lt"]
    texts: dict[str, list[str]] = {
        "supplier_name": names,
        "company_number": [
            "00000000",
            "01234567",
            "17000000",
            "20000000",
            "99999999",
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
