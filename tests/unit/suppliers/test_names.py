"""What a written name says. All names are invented."""

from __future__ import annotations

import pytest

from star_warehouse.suppliers.names import parse_name


@pytest.mark.parametrize(
    ("written", "core", "form"),
    [
        ("Brackle Roofing Ltd", "BRACKLE ROOFING", "LTD"),
        ("BRACKLE ROOFING LIMITED", "BRACKLE ROOFING", "LTD"),
        ("Brackle Roofing Ltd.", "BRACKLE ROOFING", "LTD"),
        ("The Brackle Roofing", "BRACKLE ROOFING", None),
        ("Brackle\u00a0 Roofing plc", "BRACKLE ROOFING", "PLC"),
        ("Brackle Roofing P.L.C.", "BRACKLE ROOFING", "PLC"),
        ("Brackle Solicitors LLP", "BRACKLE SOLICITORS", "LLP"),
        ("Brackle Futures C.I.C.", "BRACKLE FUTURES", "CIC"),
        ("Brackle Futures Community Interest Company", "BRACKLE FUTURES", "CIC"),
        ("Brackle & Sons Co. Ltd", "BRACKLE AND SONS COMPANY", "LTD"),
        ("Brackle and Sons Company Limited", "BRACKLE AND SONS COMPANY", "LTD"),
        ("Bräckle Café", "BRACKLE CAFE", None),
        ("St. Ninian's Hospice", "ST NINIANS HOSPICE", None),
        ("Q. Z. Brackle (Roofing) Ltd", "QZ BRACKLE ROOFING", "LTD"),
        ("Q Z Brackle Roofing Limited", "QZ BRACKLE ROOFING", "LTD"),
        ("Q & Z Brackle", "Q AND Z BRACKLE", None),
        ("Q&Z BRACKLE", "Q AND Z BRACKLE", None),
        ("Brackle One Ltd", "BRACKLE 1", "LTD"),
        ("Limited Editions Brackle", "LIMITED EDITIONS BRACKLE", None),
    ],
)
def test_one_name_however_it_is_written(written: str, core: str, form: str | None) -> None:
    name = parse_name(written)
    assert (name.core, name.legal_form) == (core, form)


@pytest.mark.parametrize(
    ("written", "core", "others"),
    [
        ("Brackle Ltd T/A Quibble Cars", "BRACKLE", ("QUIBBLE CARS",)),
        ("Brackle Ltd t/as Quibble Cars", "BRACKLE", ("QUIBBLE CARS",)),
        ("Quibble House trading as Brackle Care Ltd", "BRACKLE CARE", ("QUIBBLE HOUSE",)),
        ("Quibble House#Brackle Care Limited", "BRACKLE CARE", ("QUIBBLE HOUSE",)),
        ("Brackle Care (formerly Quibble Care)", "BRACKLE CARE", ("QUIBBLE CARE",)),
        ("Brackle Care Ltd#2", "BRACKLE CARE", ()),
        ("Brackle Care C/O Quibble Factors", "BRACKLE CARE", ()),
    ],
)
def test_other_names_stand_beside_the_legal_one(written: str, core: str, others: tuple[str, ...]) -> None:
    name = parse_name(written)
    assert (name.core, name.others) == (core, others)


def test_what_follows_the_legal_form_is_a_branch_and_no_part_of_the_name() -> None:
    name = parse_name("Brackle Care Limited - Quibble Lodge")
    assert (name.core, name.rest) == ("BRACKLE CARE", "QUIBBLE LODGE")


@pytest.mark.parametrize("written", ["", "  ", "\u00a0", "---", "T/A", "#"])
def test_what_names_nobody(written: str) -> None:
    assert parse_name(written).core == ""


@pytest.mark.parametrize(("length", "is_cut"), [(34, False), (35, True), (36, False)])
def test_a_name_that_fills_the_field_may_go_on(length: int, is_cut: bool) -> None:
    assert parse_name(("Brackle " * 9)[: length - 1] + "x").is_cut is is_cut


@pytest.mark.parametrize(
    ("ending", "is_cut"),
    [(" LIMITED", False), (" LTD", False), (" LLP", False), (" C", True), (" CIC", True), (" LTD T/A QUIB", True)],
)
def test_a_legal_name_that_ends_with_its_form_is_whole(ending: str, is_cut: bool) -> None:
    # CIC may as well begin another word that was cut; a second name after the form may go on.
    assert parse_name("BRACKLE ".ljust(35 - len(ending), "X") + ending).is_cut is is_cut


@pytest.mark.parametrize(
    ("written", "is_of_premises"),
    [
        ("Brackle Nursing Home", True),
        ("St Ninian's RC Primary School", True),
        ("The Brackle Nursery", True),
        ("Brackle Nursery Supplies Ltd", False),
        ("Home Brackle Care", False),
    ],
)
def test_what_premises_are_called(written: str, is_of_premises: bool) -> None:
    assert parse_name(written).is_of_premises is is_of_premises
