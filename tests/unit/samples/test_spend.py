"""The drawn payments meet the published shares, and look like a ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from tests.samples import Sample
from tests.samples.partners import PARTNERS
from tests.samples.places import INVALID_POSTCODES
from tests.samples.words import CATEGORIES, FORBIDDEN
from tests.unit.samples.retention import Cell, company_numbers, retention, scope_of, supplier_of, year_of


@pytest.fixture(scope="module")
def cells(sample: Sample, districts: dict[str, str]) -> dict[tuple[str, int], Cell]:
    return retention(sample.spend, districts)


@pytest.mark.parametrize(
    ("partner", "year", "ring", "published"),
    [
        ("all", 2018, "star", 42.0),
        ("all", 2020, "star", 53.9),
        ("all gm", 2020, "gm", 77.0),
        ("stockport", 2023, "own", 85.0),
    ],
)
def test_published_shares_come_out(
    cells: dict[tuple[str, int], Cell], partner: str, year: int, ring: str, published: float
) -> None:
    assert cells[partner, year].pct(ring) == pytest.approx(published, abs=0.05)


def test_other_years_are_plausible(cells: dict[tuple[str, int], Cell]) -> None:
    for (partner, year), cell in cells.items():
        if partner in ("all", "all gm") or (partner, year) in (("stockport", 2023), ("stockport", 2022)):
            continue
        assert 25 < cell.pct("own") <= 65, (partner, year)


def test_places_are_known_for_nearly_all_pounds(cells: dict[tuple[str, int], Cell]) -> None:
    for key, cell in cells.items():
        assert 0.96 <= cell.located / cell.pence < 1, key


def test_there_are_about_two_hundred_thousand_lines_in_the_months_of_delivery(sample: Sample) -> None:
    assert 190_000 < sum(map(len, sample.spend.values())) < 210_000
    months = Counter(code for code, _ in sample.spend)
    assert months == {
        "stockport": 72, "rochdale": 72, "trafford": 72, "tameside": 72,
        "hmr_ccg": 51, "trafford_ccg": 51, "knowsley": 6, "st_helens": 6,
    }  # fmt: skip
    for (_, month), lines in sample.spend.items():
        assert all((line.day.year, line.day.month) == (month.year, month.month) for line in lines)


def test_amounts_are_those_of_a_ledger(sample: Sample) -> None:
    lines = [line for month in sample.spend.values() for line in month]
    assert sum(abs(line.pence) < 500_00 for line in lines) / len(lines) > 0.5
    assert sum(line.pence < 0 for line in lines) / len(lines) == pytest.approx(0.10, abs=0.01)
    assert all(line.pence != 0 for line in lines)
    pence: Counter[str] = Counter()
    for line in lines:
        pence[scope_of(line)] += line.pence
    whole = pence.total()
    assert 0.12 < (pence["personal"] + pence["confidential"]) / whole < 0.16
    assert pence["fixed"] / whole == pytest.approx(0.25, abs=0.03)


def test_months_differ_but_not_wildly(sample: Sample) -> None:
    totals: dict[tuple[str, int], list[int]] = defaultdict(list)
    for (code, month), lines in sample.spend.items():
        totals[code, year_of(month)].append(sum(line.pence for line in lines))
    for key, months in totals.items():
        mean = sum(months) / len(months)
        assert 0.5 < min(months) / mean < 0.97, key
        assert 1.03 < max(months) / mean < 1.5, key


def test_supplier_years_stand_exactly_on_the_threshold(sample: Sample) -> None:
    numbers = company_numbers(sample.spend)
    for partner in PARTNERS:
        years: dict[int, Counter[int]] = defaultdict(Counter)
        sums: dict[tuple[int, str], int] = defaultdict(int)
        for (code, _), lines in sample.spend.items():
            if code == partner.code:
                for line in lines:
                    if (key := supplier_of(code, line, numbers)) is not None:
                        sums[year_of(line.day), key] += line.pence
        for (year, _), pence in sums.items():
            years[year][pence] += 1
        for year, found in years.items():
            # Reached by one line, by a credit, by two records, by two equal lines and by the name alone.
            assert found[25_000_00] >= 5, (partner.code, year)
            assert {24_999_99, 24_999_00, 25_000_01, 50_000_00} <= set(found), (partner.code, year)


def test_some_lines_are_identical_and_some_documents_have_several(sample: Sample) -> None:
    for partner in PARTNERS:
        lines = [line for (code, _), month in sample.spend.items() if code == partner.code for line in month]
        rows = Counter((line.vendor, line.day, line.pence, line.purpose, line.document) for line in lines)
        assert sum(rows.values()) - len(rows) > len(lines) * 0.01
        documents = Counter(line.document for line in lines if line.document)
        assert max(documents.values()) > 2
        assert any(line.document is None for line in lines)


# Of the hard names, whose numbers' letters matter: beyond all that the registers have given out.
_NUMBERS_OF_OTHER_KINDS = {"CE999901", "RS999901", "IP99901R", "OC999901", "SC999901", "00000000"}


def test_everybody_paid_is_invented_or_redacted(sample: Sample) -> None:
    for lines in sample.spend.values():
        for line in lines:
            name = line.vendor.name
            assert name is None or name.lower().lstrip().startswith(("invented", "redacted"))
            number = line.vendor.company_number
            assert number is None or number.upper().startswith("ZZ") or number in _NUMBERS_OF_OTHER_KINDS


def test_ordinary_suppliers_never_look_like_payments_out_of_scope(sample: Sample) -> None:
    words = [text for c in CATEGORIES for text in (c.label, c.department, *c.trades, *c.purposes)]
    words += [award.company.name for award in sample.awards]
    ordinary = {purpose for category in CATEGORIES for purpose in category.purposes}
    for lines in sample.spend.values():
        words += [
            line.vendor.name or "" for line in lines if line.purpose in ordinary and scope_of(line) != "confidential"
        ]
    for text in set(words):
        assert not [word for word in FORBIDDEN if word in text.lower()], text


def test_some_postcodes_are_mistyped_in_each_way(sample: Sample, districts: dict[str, str]) -> None:
    written = {line.vendor.remit_postcode for lines in sample.spend.values() for line in lines}
    known = {postcode for postcode in written if postcode}
    assert any(postcode != postcode.upper() for postcode in known)
    assert any(" " not in postcode for postcode in known)
    slips = [postcode for postcode in known if postcode not in INVALID_POSTCODES and key(postcode) not in districts]
    assert len(slips) > 20
    for postcode in slips:
        assert key(postcode)[-4:-2].translate(str.maketrans("OI", "01")) != key(postcode)[-4:-2], postcode


def key(postcode: str) -> str:
    return "".join(postcode.upper().split())


def test_redacted_lines_have_no_place(sample: Sample) -> None:
    names = set()
    for lines in sample.spend.values():
        for line in lines:
            if scope_of(line) in ("personal", "confidential"):
                names.add(line.vendor.name)
                assert (line.vendor.ref, line.vendor.remit_postcode, line.vendor.company_number) == (
                    "Redacted",
                    None,
                    None,
                )
    assert names >= {
        "Redacted",
        "REDACTED PERSONAL DATA",
        "Redacted – personal data",
        "REDACTED COMMERCIAL CONFIDENTIALITY",
    }


def test_partners_recharge_each_other_only_while_both_are_members(sample: Sample) -> None:
    recharges = [
        (code, line)
        for (code, _), lines in sample.spend.items()
        for line in lines
        if (line.purpose or "").startswith("Recharge between partners")
    ]
    assert {code for code, _ in recharges} == {partner.code for partner in PARTNERS}
    for code, line in recharges:
        assert not (code == "tameside" and line.day < date(2018, 9, 1))
        if "Knowsley" in (line.vendor.name or "") or "Helens" in (line.vendor.name or ""):
            assert line.day >= date(2023, 10, 1)
