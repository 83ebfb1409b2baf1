"""The portal's export, the register and the tenders, reckoned again from their rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.samples import Sample
from tests.samples.partners import PARTNERS
from tests.samples.portal import Rows
from tests.unit.samples.retention import is_member, year_of

_CODES = {partner.label.lower(): partner.code for partner in PARTNERS}
_CODES["st. helens borough council"] = "st_helens"
_AS_AT = date(2024, 3, 31)


def _rows(rows: Rows) -> list[list[Any]]:
    return [list(row) for row in rows]


def _projects(sample: Sample) -> list[list[Any]]:
    """The rows of the projects sheet without its totals row."""
    return _rows(sample.portal.projects)[:-1]


def _pence(gbp: float) -> int:
    return round(gbp * 100)


class Portal:
    """Sums of the export by partner and award year, in pence."""

    def __init__(self, sample: Sample) -> None:
        secured, accepted = Counter[str](), Counter[str]()
        for project, _, stage, _, _, gbp, _ in _rows(sample.portal.targets):
            if stage in ("Award", "Variation") and gbp is not None:
                secured[str(project)] += _pence(gbp)
        for project, _, _, end, _, gbp, status, _, _ in _rows(sample.portal.delivery):
            if status == "Accepted" and gbp is not None and end <= _AS_AT:
                accepted[str(project)] += _pence(gbp)
        self.value: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        self.secured: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        self.accepted: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        for row in _projects(sample):
            code, day = _CODES.get(str(row[2]).lower()), row[9]
            if row[6] == "Tender" or _pence(row[8]) < 50_000_00 or code is None:
                continue
            if not is_member(code, day):
                continue
            part = Fraction(str(row[3])) / 100
            for name in (code, "all"):
                key = (name, year_of(day))
                self.value[key] += part * _pence(row[8])
                self.secured[key] += part * secured[str(row[0])]
                self.accepted[key] += part * accepted[str(row[0])]

    def since_2019(self, sums: dict[tuple[str, int], Fraction], code: str) -> float:
        """Pounds of the award years 2019/20 to 2023/24."""
        return float(sum(pence for (name, year), pence in sums.items() if name == code and year >= 2019)) / 100


@pytest.fixture(scope="module")
def portal(sample: Sample) -> Portal:
    return Portal(sample)


@pytest.mark.parametrize(("year", "published"), [(2019, 25.0), (2020, 28.0)])
def test_secured_share_of_all_partners(portal: Portal, year: int, published: float) -> None:
    assert float(100 * portal.secured["all", year] / portal.value["all", year]) == pytest.approx(published, abs=0.02)


def test_secured_in_two_years(portal: Portal) -> None:
    assert float(portal.secured["all", 2019] + portal.secured["all", 2020]) / 100 == pytest.approx(62.08e6, rel=0.001)


def test_stockport_since_2019(portal: Portal) -> None:
    secured = portal.since_2019(portal.secured, "stockport")
    assert secured == pytest.approx(58.0e6, abs=1000)
    assert 100 * secured / portal.since_2019(portal.value, "stockport") == pytest.approx(38.0, abs=0.01)
    assert portal.since_2019(portal.accepted, "stockport") == pytest.approx(31.0e6, abs=1000)


def test_other_years_and_partners_are_plausible(portal: Portal) -> None:
    for key, value in portal.value.items():
        assert 0.15 < portal.secured[key] / value < 0.5, key
        assert portal.accepted[key] <= portal.secured[key], key
        assert key[1] >= 2017


def test_shares_of_each_project_sum_to_a_hundred(sample: Sample) -> None:
    shares: dict[object, Fraction] = defaultdict(Fraction)
    for row in _projects(sample):
        shares[row[0]] += Fraction(str(row[3]))
    assert set(shares.values()) == {Fraction(100)}
    clients = Counter(row[0] for row in _projects(sample))
    assert {1, 2, 3} == set(clients.values())


def test_measures_are_invented_and_every_use_is_listed(sample: Sample) -> None:
    version = {row[0]: row[13] for row in _projects(sample)}
    listed = {(row[0], row[1]) for row in _rows(sample.portal.measures)}
    for row in _rows(sample.portal.measures):
        assert str(row[0]).startswith("XT") and str(row[4]).startswith("Invented ")
        assert (row[6] == "Monetised") == (row[7] is not None)
    assert {(row[3], version[row[0]]) for row in _rows(sample.portal.targets)} <= listed
    assert {(row[1], version[row[0]]) for row in _rows(sample.portal.delivery)} <= listed


def test_the_export_holds_the_edges(sample: Sample) -> None:
    projects = _projects(sample)
    assert {row[6] for row in projects} == {"Tender", "Awarded", "Live", "Closed"}
    assert {50_000.0, 49_999.99} <= {row[8] for row in projects}
    assert any(str(row[2]).startswith("Invented ") for row in projects)
    assert any(row[9] is not None and row[9] < date(2018, 4, 1) for row in projects)
    winners = {row[0]: row[4] for row in projects}
    stages = {row[2] for row in _rows(sample.portal.targets)}
    assert stages == {"Bid", "Award", "Variation"}
    assert any(row[2] == "Bid" and row[1] != winners[row[0]] for row in _rows(sample.portal.targets))
    variations = [row[5] for row in _rows(sample.portal.targets) if row[2] == "Variation"]
    assert min(variations) < 0 < max(variations)
    assert any(row[5] is None for row in _rows(sample.portal.targets))
    statuses = {row[6] for row in _rows(sample.portal.delivery)}
    assert statuses == {"None", "Submitted", "Accepted", "Rejected", "Query"}
    assert any(row[6] == "Accepted" and row[3] > _AS_AT for row in _rows(sample.portal.delivery))
    assert all(
        row[7] <= _AS_AT and (row[8] is None or row[7] <= row[8] <= _AS_AT) for row in _rows(sample.portal.delivery)
    )
    assert all(row[2] <= row[3] for row in _rows(sample.portal.delivery))
    reported = Counter((row[0], row[1], row[2], row[6]) for row in _rows(sample.portal.delivery))
    assert max(reported.values()) == 1


def test_register_holds_more_than_the_portal(sample: Sample) -> None:
    register = [award for award in sample.awards if award.status != "Tender"]
    assert len({award.ref for award in register}) == len(register)
    kinds = Counter(award.kind for award in register)
    assert set(kinds) == {"Single award", "Multiple award", "Framework agreement"}
    off = [a for a in register if a.pence >= 50_000_00 and not a.on_portal and a.kind != "Framework agreement"]
    assert {award.lead for award in off} == {partner.code for partner in PARTNERS}
    assert all(award.title.startswith("Invented ") for award in register)


# ------------------------------------------------------------ tenders


class Tenders:
    """Counted lots and bids by award year, of all partners together."""

    def __init__(self, sample: Sample) -> None:
        self.weights: dict[int, list[int]] = defaultdict(list)
        year_of_lot: dict[tuple[object, object], int] = {}
        for row in _rows(sample.tenders.lots):
            code, day = _CODES.get(str(row[3]).lower()), row[6]
            if row[5] != "Awarded" or code is None or not isinstance(day, date) or not is_member(code, day):
                continue
            year_of_lot[row[0], row[1]] = year_of(day)
            if row[4] != "Direct award" and _pence(row[7]) >= 25_000_00 and isinstance(row[10], int):
                self.weights[year_of(day)].append(row[10])
        self.bids: dict[int, list[tuple[object, object, bool]]] = defaultdict(list)
        for row in _rows(sample.tenders.bids):
            year = year_of_lot.get((row[0], row[1]))
            if year is not None and row[7] in ("Submitted", "Evaluated", "Awarded"):
                self.bids[year].append((row[5], row[6], row[8] == "Won"))


@pytest.fixture(scope="module")
def tenders(sample: Sample) -> Tenders:
    return Tenders(sample)


def _share(flags: list[bool]) -> float:
    return 100 * sum(flags) / len(flags)


@pytest.mark.parametrize("year", [2019, 2020])
def test_mean_weight(tenders: Tenders, year: int) -> None:
    weights = tenders.weights[year]
    assert sum(weights) / len(weights) == 20.0
    assert len(weights) > 100


def test_bid_and_win_shares_of_2020(tenders: Tenders) -> None:
    bids = tenders.bids[2020]
    sizes = [(size != "Large", won) for size, _, won in bids if size is not None]
    vcses = [(vcse == "Y", won) for _, vcse, won in bids if vcse is not None]
    assert (len(sizes), len(vcses)) == (1000, 1000)
    assert _share([flag for flag, _ in sizes]) == pytest.approx(20.0, abs=0.1)
    assert _share([flag for flag, _ in vcses]) == pytest.approx(11.5, abs=0.1)
    assert _share([flag for flag, won in sizes if won]) == pytest.approx(4.9, abs=0.05)
    assert _share([flag for flag, won in vcses if won]) == pytest.approx(9.0, abs=0.05)


def test_every_year_has_unknown_bidders_and_a_plausible_weight(tenders: Tenders) -> None:
    for year in range(2018, 2024):
        assert 15 < sum(tenders.weights[year]) / len(tenders.weights[year]) < 25
        assert any(size is None for size, _, _ in tenders.bids[year])
        assert any(vcse is None for _, vcse, _ in tenders.bids[year])


def test_lots_have_keys_and_one_winner_at_most(sample: Sample) -> None:
    lots = Counter((row[0], row[1]) for row in _rows(sample.tenders.lots))
    assert max(lots.values()) == 1
    assert {row[1] for row in _rows(sample.tenders.lots)} == {"1", "2"}
    wins = Counter((row[0], row[1]) for row in _rows(sample.tenders.bids) if row[8] == "Won")
    assert max(wins.values()) == 1
    assert {(row[0], row[1]) for row in _rows(sample.tenders.bids)} <= set(lots)
    bidders = Counter((row[0], row[1], row[2]) for row in _rows(sample.tenders.bids))
    assert max(bidders.values()) == 1
    assert all(str(row[2]).startswith("Invented ") for row in _rows(sample.tenders.lots))
    assert all(str(row[3]).startswith("Invented ") for row in _rows(sample.tenders.bids))


def test_lots_hold_the_edges(sample: Sample) -> None:
    lots = _rows(sample.tenders.lots)
    assert {row[4] for row in lots} == {"Open", "Restricted", "Further competition", "Quotation", "Direct award"}
    assert {row[5] for row in lots} == {"Awarded", "Cancelled", "Open"}
    assert {25_000.0, 24_999.99, 25_000.01} <= {row[7] for row in lots}
    assert any(row[5] == "Awarded" and row[4] != "Direct award" and row[10] is None for row in lots)
    assert {row[7] for row in _rows(sample.tenders.bids)} == {
        "EOI", "Opted out", "Submitted", "Disqualified", "Evaluated", "Awarded",
    }  # fmt: skip
    assert all(row[8] + row[9] + row[10] == 100 for row in lots if row[10] is not None)
