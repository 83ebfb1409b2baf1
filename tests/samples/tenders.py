"""Tenders with their lots and bids: weights, sizes and outcomes drawn so that STAR's published shares come out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from tests.samples.awards import Award, label_of
from tests.samples.partners import PARTNERS, YEARS, Partner
from tests.samples.periods import months_of_year, working_days
from tests.samples.portal import Cell, Rows
from tests.samples.seed import draw_for
from tests.samples.suppliers import Company
from tests.samples.words import CATEGORIES, PLACE_WORDS

LOTS_HEADER = (
    "Opportunity Ref", "Lot", "Title", "Buyer", "Procedure", "Status", "Award Date", "Lot Value £",
    "Price %", "Quality %", "Social Value %", "Contract Ref",
)  # fmt: skip
BIDS_HEADER = (
    "Opportunity Ref", "Lot", "Bidder Ref", "Bidder", "Company No", "Size", "VCSE", "Stage", "Outcome", "Bid Value £",
)  # fmt: skip

EVALUATION_THRESHOLD = 25_000_00
_COMPETED = ("Open", "Restricted", "Further competition", "Quotation")


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What the bids and weights of one award year come to.

    Attributes:
        weight_pct: mean social value weighting of the competed lots of £25,000 and more.
        wins_known, bids_known: lots won, and compliant bids, whose bidder's status is known: (size, VCSE).
        sme_wins, vcse_wins, sme_bids, vcse_bids: of these.
        unknown_bids: losing bids whose size is blank, and as many whose VCSE flag is.
    """

    weight_pct: float
    wins_known: tuple[int, int]
    bids_known: tuple[int, int]
    sme_wins: int
    vcse_wins: int
    sme_bids: int
    vcse_bids: int
    unknown_bids: int


def _plan(weight_pct: float, wins: int, bids: int, sme: tuple[float, float], vcse: tuple[float, float]) -> YearPlan:
    return YearPlan(
        weight_pct, (wins, wins), (bids, bids), round(wins * sme[1] / 100), round(wins * vcse[1] / 100),
        round(bids * sme[0] / 100), round(bids * vcse[0] / 100), bids // 20,
    )  # fmt: skip


# 2020/21 is published: SME 20 % of bids and 4.9 % of wins (10 of 204), VCSE 11.5 % and 9 % (18 of 200).
_YEARS = {
    2018: _plan(17.2, 130, 520, (17.4, 4.2), (9.1, 7.2)),
    2019: _plan(20.0, 140, 580, (18.6, 4.6), (10.2, 8.1)),
    2020: YearPlan(20.0, (204, 200), (1000, 1000), 10, 18, 200, 115, 55),
    2021: _plan(20.6, 145, 640, (21.3, 6.5), (12.0, 9.6)),
    2022: _plan(21.1, 135, 600, (22.4, 7.8), (12.6, 10.1)),
    2023: _plan(21.8, 140, 630, (23.5, 9.2), (13.4, 10.8)),
}
_BUYER_WEIGHTS = {
    "stockport": 26, "rochdale": 22, "trafford": 24, "tameside": 18,
    "hmr_ccg": 5, "trafford_ccg": 5, "knowsley": 6, "st_helens": 7,
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Lot:
    """One lot.

    Attributes:
        opportunity, number: its key.
        title: starts with ``Invented``.
        buyer: the buyer's label.
        procedure, status: as the portal for tenders calls them.
        award_date: None until awarded.
        pence: value of the lot.
        weight: social value weighting in percent, None where none was recorded.
        contract_ref: reference in the contracts register, None if it is not there.
        winner: who won it, None if nobody did.
    """

    opportunity: str
    number: str
    title: str
    buyer: str
    procedure: str
    status: str
    award_date: date | None
    pence: int
    weight: int | None
    contract_ref: str | None
    winner: Company | None


@dataclass(frozen=True, slots=True)
class TenderExport:
    """The rows of the export's sheets, header rows apart."""

    lots: Rows
    bids: Rows


@dataclass(frozen=True, slots=True)
class _Kind:
    """A bidder wanted: None is a status that is left blank."""

    is_sme: bool | None
    is_vcse: bool | None


def tender_export(awards: list[Award], companies: list[Company]) -> TenderExport:
    """Make the export as at the end of 2023/24.

    Args:
        awards: all contracts; the ordinary ones on the portal came out of a lot each.
        companies: of whom bidders are.
    """
    office = _Office(companies)
    for year in YEARS:
        office.year(year, [award for award in awards if award.is_regular and award.year == year])
    office.lots_apart()
    return TenderExport(office.lots, office.bids)


class _Office:
    """Runs the tenders, a year at a time."""

    def __init__(self, companies: list[Company]) -> None:
        self.lots: Rows = []
        self.bids: Rows = []
        self._by_kind: dict[tuple[bool, bool], list[Company]] = {}
        for company in companies:
            self._by_kind.setdefault((company.size != "Large", company.is_vcse), []).append(company)
        numbers = draw_for("bidders").sample(range(100_000, 999_999), len(companies))
        self._refs = {company: f"BR{number}" for company, number in zip(companies, numbers, strict=True)}
        self._opportunities = 0

    def year(self, year: int, awards: list[Award]) -> None:
        """Write the lots awarded in one year by members, with their bids."""
        plan, rng = _YEARS[year], draw_for("tenders", year)
        won = [(self._lot_of(award, rng), _kind_of(award.company)) for award in awards]
        for kind in _winners_missing(plan, [kind for _, kind in won], rng):
            won.append((self._further_lot(year, kind, won[-1][0] if won else None, rng), kind))
        _weigh([lot for lot, _ in won], plan.weight_pct, rng)
        losers = _losers(plan, rng)
        # Every lot has at least one losing bid; the rest fall where they fall.
        shares = [[losers.pop()] for _ in won]
        for kind in losers:
            rng.choice(shares).append(kind)
        for (lot, kind), others in zip(won, shares, strict=True):
            self._write(lot, kind, others, rng)
        for _ in range(8):
            self._direct_award(year, rng)

    def lots_apart(self) -> None:
        """Write lots that count in no year: not awarded, or of a buyer that was no member."""
        rng = draw_for("tenders apart")
        for number in range(14):
            status = ("Cancelled", "Open")[number % 2]
            lot = self._lot(PARTNERS[number % 4], None, rng.randrange(30_000, 800_000) * 100, None, rng)
            lot.status, lot.weight = status, rng.choice((10, 20, 30))
            self._write(lot, None, [_Kind(True, False), _Kind(False, True), _Kind(False, False)], rng)
        apart = (
            (date(2018, 6, 18), "Tameside Metropolitan Borough Council"),
            (date(2021, 10, 11), "Knowsley Metropolitan Borough Council"),
            (date(2022, 9, 12), "NHS Trafford CCG"),
            (date(2022, 11, 14), "Invented Combined Authority commission"),
        )
        for day, buyer in apart:
            kind = _Kind(True, True)
            lot = self._lot(PARTNERS[0], day, 180_000_00, self._company(kind, rng), rng)
            lot.buyer, lot.weight = buyer, 45
            self._write(lot, kind, [_Kind(True, False), _Kind(True, True)], rng)

    # ------------------------------------------------------------ lots

    def _lot_of(self, award: Award, rng: Random) -> Lot:
        self._opportunities += 1
        title = award.title.replace("Invented contract:", "Invented lot:")
        return Lot(
            f"DN{500_000 + self._opportunities}", "1", title, label_of(award.lead), rng.choice(_COMPETED[:3]),
            "Awarded", award.award_date, award.pence, None, award.ref, award.company,
        )  # fmt: skip

    def _further_lot(self, year: int, kind: _Kind, before: Lot | None, rng: Random) -> Lot:
        """A lot of no contract in the register; at times the second one of the tender before it."""
        edges = (EVALUATION_THRESHOLD, EVALUATION_THRESHOLD - 1, EVALUATION_THRESHOLD + 1)
        pence = rng.choice(edges) if rng.random() < 0.06 else round(rng.lognormvariate(15.8, 0.9)) // 100 * 100
        pence, winner = max(pence, 4_000_00), self._company(kind, rng)
        if before is None or before.number != "1" or rng.random() >= 0.08:
            return self._lot(*_buyer_and_day(year, rng), pence, winner, rng)
        title = f"{before.title}, second part"
        return replace(before, number="2", title=title, pence=pence, contract_ref=None, winner=winner)

    def _lot(self, buyer: Partner, day: date | None, pence: int, winner: Company | None, rng: Random) -> Lot:
        self._opportunities += 1
        category = winner.category if winner is not None else rng.choice(CATEGORIES)
        purpose = rng.choice(category.purposes)
        return Lot(
            f"DN{500_000 + self._opportunities}", "1",
            f"Invented lot: {purpose}, {rng.choice(PLACE_WORDS)}", buyer.label,
            "Quotation" if pence < 60_000_00 else rng.choice(_COMPETED[:3]), "Awarded",
            day, pence, None, None, winner,
        )  # fmt: skip

    def _direct_award(self, year: int, rng: Random) -> None:
        # Awarded without competition: nobody bid, and no weight counts, even where one was written down.
        lot = self._lot(*_buyer_and_day(year, rng), rng.randrange(30_000, 400_000) * 100, None, rng)
        lot.procedure, lot.weight = "Direct award", rng.choice((None, 0, 5))
        self._write_lot(lot)

    # ------------------------------------------------------------ bids

    def _company(self, kind: _Kind, rng: Random) -> Company:
        return rng.choice(self._by_kind[bool(kind.is_sme), bool(kind.is_vcse)])

    def _write(self, lot: Lot, winner: _Kind | None, others: list[_Kind], rng: Random) -> None:
        self._write_lot(lot)
        bidders = set()
        if lot.winner is not None and winner is not None:
            bidders.add(lot.winner)
            self._write_bid(lot, lot.winner, winner, "Awarded", "Won", rng)
        for kind in others:
            company = self._company(kind, rng)
            while company in bidders:
                company = self._company(kind, rng)
            bidders.add(company)
            stage = rng.choice(("Evaluated", "Evaluated", "Submitted"))
            outcome = "Lost" if lot.status == "Awarded" and rng.random() < 0.95 else None
            self._write_bid(lot, company, kind, stage, outcome, rng)
        # Interest that never became a compliant bid.
        for stage in ("EOI", "EOI", "Opted out", "Disqualified"):
            kind = _Kind(rng.random() < 0.5, rng.random() < 0.2)
            company = self._company(kind, rng)
            if rng.random() < 0.4 and company not in bidders:
                bidders.add(company)
                self._write_bid(lot, company, kind, stage, "Lost" if stage == "Disqualified" else None, rng)

    def _write_bid(self, lot: Lot, company: Company, kind: _Kind, stage: str, outcome: str | None, rng: Random) -> None:
        vcse = None if kind.is_vcse is None else "Y" if kind.is_vcse else "N"
        value: Cell = None
        if stage == "Awarded":
            value = lot.pence / 100
        elif stage in ("Evaluated", "Submitted", "Disqualified"):
            value = round(lot.pence * rng.uniform(0.85, 1.3)) / 100
        self.bids.append([
            lot.opportunity, lot.number, self._refs[company], company.name, company.number,
            None if kind.is_sme is None else company.size, vcse, stage, outcome, value,
        ])  # fmt: skip

    def _write_lot(self, lot: Lot) -> None:
        price = None if lot.weight is None else 60 - lot.weight
        quality = None if lot.weight is None else 40
        self.lots.append([
            lot.opportunity, lot.number, lot.title, lot.buyer, lot.procedure, lot.status, lot.award_date,
            lot.pence / 100, price, quality, lot.weight, lot.contract_ref,
        ])  # fmt: skip


def _kind_of(company: Company) -> _Kind:
    return _Kind(company.size != "Large", company.is_vcse)


def _buyer_and_day(year: int, rng: Random) -> tuple[Partner, date]:
    day = rng.choice([day for month in months_of_year(year) for day in working_days(month)])
    members = [partner for partner in PARTNERS if partner.is_member(day)]
    return rng.choices(members, [_BUYER_WEIGHTS[partner.code] for partner in members])[0], day


def _winners_missing(plan: YearPlan, known: list[_Kind], rng: Random) -> list[_Kind]:
    """The winners beside those already known that make up the year's counts, four with neither status known."""
    count = max(plan.wins_known) - len(known)
    sme = _flags(count, plan.wins_known[0] - len(known), plan.sme_wins - sum(bool(k.is_sme) for k in known), rng)
    vcse = _flags(count, plan.wins_known[1] - len(known), plan.vcse_wins - sum(bool(k.is_vcse) for k in known), rng)
    missing = [_Kind(is_sme, is_vcse) for is_sme, is_vcse in zip(sme, vcse, strict=True)]
    return [*missing, *[_Kind(None, None)] * 4]


def _losers(plan: YearPlan, rng: Random) -> list[_Kind]:
    sizes, vcses = (bids - wins for bids, wins in zip(plan.bids_known, plan.wins_known, strict=True))
    count = max(sizes, vcses) + plan.unknown_bids
    sme = _flags(count, sizes, plan.sme_bids - plan.sme_wins, rng)
    vcse = _flags(count, vcses, plan.vcse_bids - plan.vcse_wins, rng)
    return [_Kind(is_sme, is_vcse) for is_sme, is_vcse in zip(sme, vcse, strict=True)]


def _flags(count: int, known: int, yes: int, rng: Random) -> list[bool | None]:
    """So many flags in any order: ``yes`` of the ``known`` ones are true, the others of ``count`` blank."""
    if not 0 <= yes <= known <= count:
        raise ValueError(f"{yes} of {known} of {count} cannot be drawn")
    flags: list[bool | None] = [*[True] * yes, *[False] * (known - yes), *[None] * (count - known)]
    rng.shuffle(flags)
    return flags


def _weigh(lots: list[Lot], mean_pct: float, rng: Random) -> None:
    """Give lots their social value weights; those that count have a mean as near as steps of one allow."""
    counted = []
    for lot in lots:
        if rng.random() < 0.05:
            continue
        lot.weight = rng.choice((10, 10, 15, 20, 20, 20, 25, 30))
        if lot.pence >= EVALUATION_THRESHOLD:
            counted.append(lot)
    missing = round(mean_pct * len(counted)) - sum(lot.weight or 0 for lot in counted)
    while missing:
        lot = rng.choice(counted)
        step = max(-5, min(5, missing))
        if lot.weight is not None and 5 <= lot.weight + step <= 40:
            lot.weight += step
            missing -= step
