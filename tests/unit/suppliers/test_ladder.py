"""Which vendor records are one supplier. All names are invented."""

from __future__ import annotations

import polars as pl
import pytest

from star_warehouse.suppliers.groups import STATED
from star_warehouse.suppliers.ladder import RECORD_SCHEMA, Matching, Ruling, match
from star_warehouse.suppliers.scoring import shipped_model

PLACE, ELSEWHERE = "QX11AA", "ZV98BB"


def record(
    key: str,
    name: str,
    *,
    partner: str = "town",
    ref: str | None = None,
    company: str | None = None,
    charity: str | None = None,
    postcode: str | None = None,
    gbp: float = 100.0,
) -> tuple[object, ...]:
    return (key, partner, ref, name, company, charity, postcode, gbp)


# Names of nobody in question, so that words are rare or common as they are in a ledger.
CROWD = [
    record(f"crowd{number:03d}", f"{word} {trade} Ltd")
    for number, (word, trade) in enumerate(
        (f"{begin}{end}", trade)
        for begin in ("Qua", "Xel", "Vor", "Zim", "Yot")
        for end in ("ble", "drick", "mper", "nock", "sby")
        for trade in ("Care", "Roofing")
    )
]


def run(*records: tuple[object, ...], rulings: tuple[Ruling, ...] = ()) -> Matching:
    return match(pl.DataFrame([*records, *CROWD], schema=RECORD_SCHEMA, orient="row"), rulings, shipped_model())


def are_one(matching: Matching, one: str = "a", other: str = "b") -> bool:
    return matching.suppliers[one] == matching.suppliers[other]


def are_asked(matching: Matching, one: str = "a", other: str = "b") -> bool:
    return any((question.record_key_l, question.record_key_r) == (one, other) for question in matching.questions)


def rungs(matching: Matching) -> set[str]:
    return {link.rung for link in matching.links}


def test_the_crowd_is_nobody_twice() -> None:
    assert run().links == ()


@pytest.mark.parametrize(
    ("a", "b", "rung"),
    [
        (
            record("a", "Brackle Ltd", company="00000001"),
            record("b", "Wholly Else", company="00000001"),
            "company_number",
        ),
        (record("a", "Brackle", charity="111"), record("b", "Wholly Else", charity="111"), "charity_number"),
        (record("a", "Brackle", ref="V1"), record("b", "Brackle Care", ref="V1"), "vendor_record"),
        (
            record("a", "The Brackle Nursery", postcode=PLACE),
            record("b", "BRACKLE NURSERY", partner="village", postcode=PLACE),
            "name_and_postcode",
        ),
        (record("a", "Brackle Fencing Ltd"), record("b", "BRACKLE FENCING LIMITED", partner="village"), "score"),
        (record("a", "Brackle Fencing Ltd"), record("b", "Brackle Fencing Ltd - Quibble Depot"), "score"),
        (record("a", "Bräckle Fencing Ltd"), record("b", "Brackle\u00a0Fencing Ltd."), "score"),
    ],
)
def test_each_step_links(a: tuple[object, ...], b: tuple[object, ...], rung: str) -> None:
    matching = run(a, b)
    assert are_one(matching)
    assert rungs(matching) == {rung}


def test_a_score_keeps_its_evidence_by_part() -> None:
    (link,) = run(record("a", "Brackle Fencing Ltd"), record("b", "Brackle Fencing Limited")).links
    assert link.weight is not None
    assert {"lead", "tail", "form"} <= link.evidence.keys()
    assert link.evidence["lead"] > 0


@pytest.mark.parametrize("name", ["Brackle Fencing Ltd", "BRACKLE FENCING LIMITED"])
def test_different_company_numbers_never_merge_by_name(name: str) -> None:
    matching = run(
        record("a", "Brackle Fencing Ltd", company="00000001", postcode=PLACE),
        record("b", name, company="00000002", postcode=PLACE),
    )
    assert not are_one(matching)
    assert not are_asked(matching)


def test_nor_through_a_third_record_without_a_number() -> None:
    matching = run(
        record("a", "Brackle Fencing Ltd", company="00000001"),
        record("b", "Brackle Fencing Ltd", company="00000002", partner="village"),
        record("c", "Brackle Fencing Ltd", partner="hamlet"),
    )
    assert not are_one(matching)


def test_nor_by_a_vendor_number_that_was_given_away_again() -> None:
    matching = run(
        record("a", "Brackle", ref="V1", company="00000001"), record("b", "Quibble", ref="V1", company="00000002")
    )
    assert not are_one(matching)


def test_one_vendor_number_at_two_partners_says_nothing() -> None:
    matching = run(record("a", "Brackle", ref="V1"), record("b", "Ottoline", ref="V1", partner="village"))
    assert not are_one(matching)


def test_a_collective_account_is_no_supplier() -> None:
    names = ("Brackle", "Ottoline", "Pemmican", "Rusticle", "Sundrop")
    matching = run(*(record(f"k{number}", name, ref="SUNDRY") for number, name in enumerate(names)))
    assert len({matching.suppliers[f"k{number}"] for number in range(5)}) == 5


@pytest.mark.parametrize("whole", ["Brackle Fencing Limited", "Brackle Fencing Restoration Services Limited"])
def test_a_whole_word_more_is_asked_however_long_the_names(whole: str) -> None:
    # The longer pair is more alike, letter by letter, than two slips of the pen.
    matching = run(record("a", whole), record("b", whole.replace(" Limited", " UK Limited"), partner="village"))
    assert not are_one(matching)
    assert are_asked(matching)


def test_a_slip_of_the_pen_is_linked() -> None:
    matching = run(
        record("a", "Brackle Restoration Ltd", postcode=PLACE),
        record("b", "Brackle Restoraton Ltd", partner="village", postcode=PLACE),
    )
    assert are_one(matching)


def test_a_prefix_is_a_candidate_and_never_a_match() -> None:
    whole = "Brackle Fencing Restoration Company of Ottoline Limited"
    matching = run(record("a", whole), record("b", whole[:35], partner="village"))
    assert not are_one(matching)
    assert are_asked(matching)


@pytest.mark.parametrize("cut_at", [35])
@pytest.mark.parametrize("ref", [None, "V1"])
def test_a_prefix_never_joins_by_name_even_where_the_place_is_the_same(cut_at: int, ref: str | None) -> None:
    whole = "Brackle Fencing Restoration Company of Ottoline Limited"
    matching = run(
        record("a", whole, ref=ref, postcode=PLACE),
        record("b", whole[:cut_at], ref=ref, partner="village", postcode=PLACE),
    )
    assert not are_one(matching)


def test_two_names_cut_alike_at_one_place_are_asked() -> None:
    cut = "Brackle Fencing Restoration Company of Ottoline Limited"[:35]
    matching = run(record("a", cut, postcode=PLACE), record("b", cut, partner="village", postcode=PLACE))
    assert not are_one(matching)
    assert are_asked(matching)


def test_companies_of_a_group_stay_apart() -> None:
    matching = run(record("a", "Brackle Homes Ltd"), record("b", "Brackle Plant Hire Ltd"))
    assert not are_one(matching)


@pytest.mark.parametrize(
    ("name", "partner", "postcode", "is_asked"),
    [
        ("Brackle Lodge Nursery", "town", ELSEWHERE, True),
        ("Brackle Lodge Fencing", "village", ELSEWHERE, True),
        ("Brackle Lodge Nursery", "village", "QX98BB", True),
        # Two councils' nurseries in two towns are two.
        ("Brackle Lodge Nursery", "village", ELSEWHERE, False),
    ],
)
def test_the_same_name_in_two_places_is_never_linked(name: str, partner: str, postcode: str, is_asked: bool) -> None:
    matching = run(record("a", name, postcode=PLACE), record("b", name, partner=partner, postcode=postcode))
    assert not are_one(matching)
    assert are_asked(matching) is is_asked


def test_a_home_or_school_of_two_partners_is_asked_while_no_place_is_known() -> None:
    matching = run(record("a", "Brackle Nursery"), record("b", "BRACKLE NURSERY", partner="village"))
    assert not are_one(matching)
    assert are_asked(matching)


@pytest.mark.parametrize(
    ("partner", "postcode", "name"),
    [("town", None, "Brackle Nursery"), ("village", PLACE, "Brackle Nursery"), ("village", None, "Brackle Hospice")],
)
def test_one_partner_or_one_place_or_another_kind_of_name_is_linked(
    partner: str, postcode: str | None, name: str
) -> None:
    matching = run(record("a", name, postcode=postcode), record("b", name.upper(), partner=partner, postcode=postcode))
    assert are_one(matching)


def test_a_home_whose_name_stands_in_a_company_s_is_asked() -> None:
    matching = run(record("a", "QXZ Brackle Ottoline Ltd"), record("b", "Brackle Ottoline Nursing Home"))
    assert not are_one(matching)
    assert are_asked(matching)


@pytest.mark.parametrize("legal", ["Pemmican Ventures Ltd", "Qualm Ltd"])
def test_a_trading_name_alone_is_asked(legal: str) -> None:
    matching = run(record("a", f"{legal} T/A Brackle Fencing"), record("b", "Brackle Fencing"))
    assert not are_one(matching)
    assert are_asked(matching)


def test_a_person_joins_what_nothing_else_would() -> None:
    matching = run(record("a", "Brackle"), record("b", "Ottoline"), rulings=(Ruling("a", "b", True),))
    assert are_one(matching)


@pytest.mark.parametrize("ground", ["company", "ref"])
def test_a_person_keeps_apart_what_every_rule_would_join(ground: str) -> None:
    same = {"company": "00000001"} if ground == "company" else {"ref": "V1"}
    matching = run(
        record("a", "Brackle Ltd", **same), record("b", "Brackle Ltd", **same), rulings=(Ruling("a", "b", False),)
    )
    assert not are_one(matching)
    assert not are_asked(matching)


def test_a_person_s_different_holds_when_one_is_written_anew() -> None:
    a = record("a", "Brackle Lodge Nursery", postcode=PLACE)
    b = record("b", "Brackle Lodge Nursery", partner="village", postcode=PLACE)
    again = record("c", "BRACKLE LODGE NURSERY ", partner="village", postcode=PLACE)
    matching = run(a, b, again, rulings=(Ruling("a", "b", False),))
    assert not are_one(matching)
    assert not are_one(matching, "a", "c")
    assert are_one(matching, "b", "c")


@pytest.mark.parametrize(
    "third", [{"partner": "village", "postcode": ELSEWHERE}, {"partner": "hamlet", "postcode": PLACE}]
)
def test_but_not_for_another_place_or_partner(third: dict[str, str]) -> None:
    matching = run(
        record("a", "Brackle Fencing Ltd", postcode=PLACE),
        record("b", "Brackle Fencing Ltd", partner="village", postcode=PLACE),
        record("c", "Brackle Fencing Ltd", **third),
        rulings=(Ruling("a", "b", False),),
    )
    assert not are_one(matching)
    assert are_one(matching, "a", "c")


def test_a_person_s_same_about_the_one_written_anew_counts() -> None:
    matching = run(
        record("a", "Brackle Lodge Nursery", postcode=PLACE),
        record("b", "Brackle Lodge Nursery", partner="village", postcode=PLACE),
        record("c", "BRACKLE LODGE NURSERY", partner="village", postcode=PLACE),
        rulings=(Ruling("a", "b", False), Ruling("a", "c", True)),
    )
    assert not are_one(matching)
    assert are_one(matching, "a", "c")


@pytest.mark.parametrize("name", ["Mr John Quibblesmith", "J Quibblesmith", "Quibblesmith"])
def test_a_person_s_name_of_two_partners_is_asked(name: str) -> None:
    matching = run(record("a", name), record("b", name.upper(), partner="village"))
    assert not are_one(matching)
    assert are_asked(matching)


@pytest.mark.parametrize(
    ("partner", "postcode", "name"),
    [
        ("town", None, "Mr John Quibblesmith"),
        ("village", PLACE, "Mr John Quibblesmith"),
        ("village", None, "Quibblesmith Roofing"),
        ("village", None, "Quibblesmith Roofing Ltd"),
    ],
)
def test_a_common_partner_or_place_or_an_organisation_s_name_is_linked(
    partner: str, postcode: str | None, name: str
) -> None:
    matching = run(record("a", name, postcode=postcode), record("b", name.upper(), partner=partner, postcode=postcode))
    assert are_one(matching)


@pytest.mark.parametrize(("namesakes", "is_linked"), [(0, True), (1, True), (400, False)])
def test_two_initials_tell_while_few_have_the_surname(namesakes: int, is_linked: bool) -> None:
    letters = "BCDEFGHKLMNPRSTVWXYZ"
    matching = run(
        record("a", "J A Quibblesmith"),
        record("b", "J A QUIBBLESMITH", partner="village"),
        *(record(f"n{n}", f"{letters[n % 20]} {letters[n // 20]} Quibblesmith") for n in range(namesakes)),
    )
    assert are_one(matching) is is_linked


def test_a_vendor_number_with_names_that_share_nothing_is_asked() -> None:
    matching = run(
        record("a", "Zebra Taxis", ref="9999"),
        record("b", "Old Mill Nursery", ref="9999"),
        record("c", "Quick Roofing", ref="9999"),
    )
    assert len({matching.suppliers[key] for key in "abc"}) == 3
    assert are_asked(matching)
    assert are_asked(matching, "a", "c")


@pytest.mark.parametrize("partner", ["town", "village"])
def test_one_company_number_typed_for_several_companies_is_asked(partner: str) -> None:
    number = "00000001"
    matching = run(
        record("a", "Zebra Taxis Ltd", company=number),
        record("b", "Old Mill Nursery Ltd", company=number, partner=partner),
        record("c", "Quick Roofing Limited", company=number, partner=partner),
        record("d", "ZEBRA TAXIS LIMITED", company=number, partner=partner),
    )
    assert are_one(matching, "a", "d")
    assert len({matching.suppliers[key] for key in "abc"}) == 3
    assert are_asked(matching) and are_asked(matching, "a", "c")
    assert {question.reason for question in matching.questions} == {
        "One company number 00000001, but the companies' names share nothing."
    }


@pytest.mark.parametrize("ruling", [True, False])
def test_a_person_decides_which_companies_one_number_is_of(ruling: bool) -> None:
    records = (
        record("a", "Zebra Taxis Ltd", company="00000001"),
        record("b", "Old Mill Nursery Ltd", company="00000001"),
    )
    matching = run(*records, rulings=(Ruling("a", "b", ruling),))
    assert are_one(matching) is ruling
    assert matching.questions == ()


def test_whom_a_person_named_by_a_number_everybody_under_it_is() -> None:
    matching = run(
        record("a", "Zebra Taxis Ltd", company="00000001"),
        record("b", "Old Mill Nursery Ltd", company="00000001"),
        record("z", "Ottoline Healthcare Ltd", partner=STATED, company="00000001", gbp=0),
    )
    assert are_one(matching) and are_one(matching, "a", "z")


@pytest.mark.parametrize("order", ["abc", "cab", "bca"])
def test_a_name_without_a_form_joins_no_two_companies_under_one_number(order: str) -> None:
    names = {"a": "Zebra Taxis Ltd", "b": "Old Mill Nursery Ltd", "c": "Brackle"}
    matching = run(*(record(key, names[key], company="00000001") for key in order))
    assert not are_one(matching)
    assert are_asked(matching)
    assert are_one(matching, "c", next(key for key in order if key != "c"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brackle Quibble Zog", "BQZ"),
        ("Brackle Ltd", "Bracklow"),
        ("Ottoline t/a Brackle", "Brackle"),
        ("Old Brackle", "Brackle Nursery"),
    ],
)
def test_a_vendor_number_with_names_that_share_something_is_linked(one: str, other: str) -> None:
    matching = run(record("a", one, ref="V1"), record("b", other, ref="V1"))
    assert rungs(matching) == {"vendor_record"}
    assert are_one(matching)


def homes_asked_about(matching: Matching) -> list[str]:
    return [question.record_key_l for question in matching.questions if question.record_key_r is None]


@pytest.mark.parametrize(
    "name",
    [
        "Brackle Nursing Home",
        "BRACKLE RESIDENTIAL CARE HOME",
        "Brackle Lodge#Brackle Lodge Care Centre",
        "The Brackle Rest Home",
    ],
)
def test_who_runs_a_home_is_asked(name: str) -> None:
    matching = run(record("a", name, gbp=70))
    (question,) = matching.questions
    assert (question.record_key_l, question.record_key_r, question.amount_gbp) == ("a", None, 70)


@pytest.mark.parametrize(
    "known",
    [
        record("a", "Brackle Nursing Home Ltd"),
        record("a", "Brackle Nursing Home", company="00000001"),
        record("a", "Brackle Nursing Home", charity="111"),
        record("a", "Brackle Ltd T/A Brackle Nursing Home"),
        record("a", "Brackle Home Care"),
        record("a", "Brackle Nursery"),
        record("a", "Nursing Home"),
    ],
)
def test_nobody_is_asked_who_runs_it_where_somebody_is_named(known: tuple[object, ...]) -> None:
    assert run(known).questions == ()


def test_a_supplier_s_other_records_may_say_who_runs_its_home() -> None:
    home, again = record("a", "Brackle Rest Home", ref="V1", gbp=5), record("b", "BRACKLE REST HOME", ref="V1", gbp=9)
    assert homes_asked_about(run(home, again)) == ["b"]
    assert homes_asked_about(run(home, again, record("c", "Brackle Care Ltd", ref="V1"))) == []


@pytest.mark.parametrize("number", [None, "00000001"])
def test_homes_that_a_person_says_one_company_runs_are_its_own(number: str | None) -> None:
    stated = record("z", "Ottoline Healthcare Limited", partner=STATED, company=number, gbp=0)
    records = (
        record("a", "Brackle Nursing Home"), record("b", "Pemmican Care Home", partner="village"),
        record("c", "OTTOLINE HEALTHCARE LTD", partner="hamlet"), record("d", "Quibble Care Home"), stated,
    )  # fmt: skip
    matching = run(*records, rulings=(Ruling("a", "z", True), Ruling("b", "z", True)))
    assert matching.suppliers["a"] == matching.suppliers["b"] == matching.suppliers["c"]
    assert homes_asked_about(matching) == ["d"]


def test_whom_a_person_names_need_have_no_number_and_may_be_called_as_the_home() -> None:
    stated = record("z", "Brackle Nursing Home", partner=STATED, gbp=0)
    matching = run(record("a", "Brackle Nursing Home"), stated, rulings=(Ruling("a", "z", True),))
    assert matching.questions == ()


def test_homes_are_asked_about_by_pounds_until_a_tenth_of_all_records_is_shown() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    homes = [
        record(f"h{number:03d}", f"{first}{second}{first}wick Nursing Home", gbp=number)
        for number, (first, second) in enumerate((one.upper(), other) for one in letters for other in letters)
    ]
    asked = homes_asked_about(run(*homes))
    # 676 homes and the crowd of 50.
    assert asked == [f"h{number:03d}" for number in range(675, 675 - 72, -1)]


def test_the_later_word_of_a_person_counts() -> None:
    both = (Ruling("a", "b", False), Ruling("b", "a", True))
    assert are_one(run(record("a", "Brackle"), record("b", "Ottoline"), rulings=both))


def test_the_queue_is_in_order_of_the_pounds_of_the_smaller_supplier() -> None:
    matching = run(
        record("a", "Brackle Lodge Nursery", postcode=PLACE, gbp=10.0),
        record("b", "Brackle Lodge Nursery", postcode=ELSEWHERE, gbp=900.0),
        record("c", "Pemmican Lodge Nursery", postcode=PLACE, gbp=300.0),
        record("d", "Pemmican Lodge Nursery", postcode=ELSEWHERE, gbp=200.0),
    )
    asked = [(question.record_key_l, question.record_key_r, question.amount_gbp) for question in matching.questions]
    assert asked.index(("c", "d", 200.0)) < asked.index(("a", "b", 10.0))


def test_the_order_of_records_does_not_matter_for_who_is_one() -> None:
    records = [
        record("a", "Brackle Fencing Ltd"),
        record("b", "BRACKLE FENCING LIMITED", company="00000001"),
        record("c", "Wholly Else", company="00000001"),
    ]
    assert run(*records).suppliers == run(*reversed(records)).suppliers
