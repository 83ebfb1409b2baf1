"""The Social Value Portal's export: projects, an invented set of measures, targets and what was reported for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.samples.awards import PORTAL_VALUE_GBP, Award, label_of, member_shares
from tests.samples.partners import AS_AT
from tests.samples.seed import draw_for
from tests.samples.suppliers import Company

Cell = str | int | float | date | None
Rows = list[list[Cell]]

PROJECTS_HEADER = (
    "Project ID", "Project Name", "Client", "Client Share %", "Supplier", "Company No", "Status", "Contract Ref",
    "Contract Value £", "Award Date", "Start Date", "End Date", "TOMs Set", "TOMs Version",
)  # fmt: skip
MEASURES_HEADER = (
    "Measure Code", "TOMs Version", "Theme", "Outcome", "Title", "Unit", "Value Type", "Proxy £ (invented)",
)  # fmt: skip
TARGETS_HEADER = (
    "Project ID", "Supplier", "Stage", "Measure Code", "Target Quantity", "Target £", "Recorded On",
)  # fmt: skip
DELIVERY_HEADER = (
    "Project ID", "Measure Code", "Period Start", "Period End", "Reported Quantity", "Reported £",
    "Evidence Status", "Reported On", "Validated On",
)  # fmt: skip

# Secured share of contract value (percent) by partner and award year; None takes what STAR's published figure for all
# partners leaves. Stockport: £58.0m of £152.6m (38 %) since 2019/20.
_SECURED_ALL_PCT = {2018: 21.0, 2019: 25.0, 2020: 28.0, 2021: 30.5, 2022: 32.5, 2023: 34.0}
_SECURED_STOCKPORT_GBP = {2019: 5_940_000, 2020: 7_440_000, 2021: 12_540_000, 2022: 15_120_000, 2023: 16_960_000}
_SECURED_SPREAD = {
    "rochdale": 1.06, "trafford": 0.97, "tameside": 0.94, "hmr_ccg": 1.02, "trafford_ccg": 0.9,
    "knowsley": 1.0, "st_helens": 1.05, "stockport": 1.0,
}  # fmt: skip
# Accepted deliveries: Stockport's come to £31.0m of the £58.0m.
_ACCEPTED_STOCKPORT_GBP = {2019: 5_300_000, 2020: 6_100_000, 2021: 9_000_000, 2022: 7_600_000, 2023: 3_000_000}
_ACCEPTED_PART = {2018: 0.84, 2019: 0.74, 2020: 0.6, 2021: 0.46, 2022: 0.28, 2023: 0.07}
_ACCEPTED_MOST = 1.08

_JOINT_SECURED_PART = 0.3
_APART_SECURED_PART = 0.2

_SET = "Invented TOMs"
_VERSION_FROM = ((date(2022, 1, 1), "2022"), (date.min, "2019"))


@dataclass(frozen=True, slots=True)
class Measure:
    """An invented measure: no code, title or proxy of any real set."""

    code: str
    theme: str
    title: str
    unit: str
    proxies: dict[str, float] | None


_MEASURES = (
    Measure("XT1", "Jobs", "people from nearby in work on the contract", "FTE", {"2019": 11111.0, "2022": 12345.0}),
    Measure("XT2", "Jobs", "weeks of learning on the job", "weeks", {"2019": 111.0, "2022": 123.0}),
    Measure("XT3", "Jobs", "share of staff from nearby", "%", None),
    Measure("XT4", "Growth", "pounds spent with small firms nearby", "£", {"2019": 0.11, "2022": 0.22}),
    Measure("XT5", "Growth", "hours of advice for young firms", "hours", {"2019": 55.5, "2022": 66.6}),
    Measure("XT6", "Growth", "share of invoices paid in 30 days", "%", None),
    Measure("XT7", "Social", "hours given to neighbourhood projects", "hours", {"2019": 11.0, "2022": 12.0}),
    Measure("XT8", "Social", "things given to neighbourhood projects", "£", {"2019": 1.11, "2022": 1.22}),
    Measure("XT9", "Environment", "carbon saved", "tCO2e", {"2019": 33.0, "2022": 222.0}),
    Measure("XT10", "Environment", "miles not driven", "miles", {"2019": 0.03, "2022": 0.04}),
    Measure("XT11", "Innovation", "pounds put into trying new ways", "£", {"2019": 1.01, "2022": 1.02}),
    Measure("XT12", "Environment", "hours in parks and woods", "hours", {"2022": 14.0}),
)
_BY_CODE = {measure.code: measure for measure in _MEASURES}
_VERSIONS = ("2019", "2022")


@dataclass(frozen=True, slots=True)
class PortalExport:
    """The rows of the export's sheets, header rows apart."""

    projects: Rows
    measures: Rows
    targets: Rows
    delivery: Rows


def portal_export(awards: list[Award], companies: list[Company]) -> PortalExport:
    """Make the export as at the end of 2023/24.

    Args:
        awards: all contracts; those on the portal are its projects.
        companies: of whom the losing bidders are.
    """
    projects = [award for award in awards if award.on_portal]
    secured = _secured_pence(projects)
    accepted = _accepted_pence(projects, secured)
    export = PortalExport([], _measure_rows(), [], [])
    for number, award in enumerate(sorted(projects, key=lambda a: (a.award_date, a.ref)), start=1):
        rng = draw_for("portal", award.ref)
        project_id = f"SVP-{number:05d}"
        export.projects.extend(_project_rows(project_id, award))
        targets = _targets(award, secured[award], rng)
        export.targets.extend(_target_rows(project_id, award, targets, companies, rng))
        if award.status != "Tender":
            export.delivery.extend(_delivery_rows(project_id, award, targets, accepted[award], secured[award], rng))
    total = sum(_gbp_cell(row[8]) for row in export.projects)
    export.projects.append(["Total", *[None] * 7, round(total, 2), *[None] * 5])
    return export


# ------------------------------------------------------------ how much


def _secured_pence(projects: list[Award]) -> dict[Award, int]:
    """Pence secured by project; the regular projects of a partner and year share out what its figure leaves."""
    secured = {award: round(award.pence * _APART_SECURED_PART) for award in projects}
    wholes = _secured_by_partner_year()
    for award in projects:
        if len(award.clients) > 1:
            # Whole hundreds of pounds divide among the shares to the penny; the odd one shows the remainder.
            pence = round(award.pence * _JOINT_SECURED_PART)
            secured[award] = pence if award.pence % 100 else pence // 10_000 * 10_000
    for (code, year), whole in wholes.items():
        left = whole - round(_joint_part(projects, secured, code, year))
        regular = [a for a in projects if a.is_regular and a.lead == code and a.year == year]
        rng = draw_for("secured", code, year)
        weights = [award.pence * rng.lognormvariate(0, 0.35) for award in regular]
        secured.update(zip(regular, _in_parts(left, weights), strict=True))
    return secured


def _secured_by_partner_year() -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for year, pct in _SECURED_ALL_PCT.items():
        values = {code: by_year[year] * 100 for code, by_year in PORTAL_VALUE_GBP.items() if year in by_year}
        whole = round(sum(values.values()) * pct / 100)
        if year in _SECURED_STOCKPORT_GBP:
            found["stockport", year] = _SECURED_STOCKPORT_GBP[year] * 100
            del values["stockport"]
            whole -= found["stockport", year]
        parts = _in_parts(whole, [pence * _SECURED_SPREAD[code] for code, pence in values.items()])
        found.update({(code, year): part for code, part in zip(values, parts, strict=True)})
    return found


def _accepted_pence(projects: list[Award], secured: dict[Award, int]) -> dict[Award, int]:
    """Pence reported and accepted by project."""
    accepted = {}
    for award in projects:
        part = _elapsed(award) * 0.7
        accepted[award] = (
            round(secured[award] * part) if award.pence % 100 else int(secured[award] * part) // 10**4 * 10**4
        )
    for code, by_year in PORTAL_VALUE_GBP.items():
        for year in by_year:
            regular = [a for a in projects if a.is_regular and a.lead == code and a.year == year]
            if code == "stockport" and year in _ACCEPTED_STOCKPORT_GBP:
                whole = _ACCEPTED_STOCKPORT_GBP[year] * 100 - round(_joint_part(projects, accepted, code, year))
            else:
                whole = round(sum(secured[award] for award in regular) * _ACCEPTED_PART[year])
            rng = draw_for("accepted", code, year)
            weights = [secured[a] * _elapsed(a) * rng.uniform(0.5, 1.2) for a in regular]
            most = [
                int(secured[a] * _ACCEPTED_MOST) if weight else 0 for a, weight in zip(regular, weights, strict=True)
            ]
            accepted.update(zip(regular, _in_parts_up_to(whole, weights, most), strict=True))
    return accepted


def _joint_part(projects: list[Award], pence: dict[Award, int], code: str, year: int) -> float:
    return sum(
        pence[award] * part
        for award in projects if len(award.clients) > 1 and award.year == year
        for client, part in member_shares(award) if client == code
    )  # fmt: skip


def _elapsed(award: Award) -> float:
    """Part of the term that lies in closed half-years by the end of 2023."""
    closed = date(2023, 12, 31)
    if award.start > closed - timedelta(days=20):
        return 0.0
    return min(1.0, (closed - award.start).days / (award.end - award.start).days)


def _in_parts(whole: int, weights: list[float]) -> list[int]:
    """Split pence by weights, the largest taking the remainder."""
    parts = [int(whole * weight / sum(weights)) for weight in weights]
    parts[max(range(len(parts)), key=parts.__getitem__)] += whole - sum(parts)
    return parts


def _in_parts_up_to(whole: int, weights: list[float], most: list[int]) -> list[int]:
    """Split pence by weights, none getting more than its most: what is over goes to the others."""
    if whole > sum(most):
        whole = sum(most)
    parts = [0] * len(weights)
    open_places = [index for index, weight in enumerate(weights) if weight > 0]
    left = whole
    while left > 0 and open_places:
        given = _in_parts(left, [weights[index] for index in open_places])
        for index, part in zip(open_places, given, strict=True):
            parts[index] = min(parts[index] + part, most[index])
        open_places = [index for index in open_places if parts[index] < most[index]]
        left = whole - sum(parts)
    return parts


# ------------------------------------------------------------ rows


def _version(award: Award) -> str:
    return next(version for first, version in _VERSION_FROM if award.award_date >= first)


def _measure_rows() -> Rows:
    return [
        [
            measure.code, version, measure.theme, f"Invented outcome: {measure.theme.lower()} in the boroughs",
            f"Invented measure: {measure.title}", measure.unit,
            "Record only" if measure.proxies is None else "Monetised",
            None if measure.proxies is None else measure.proxies[version],
        ]
        for version in _VERSIONS for measure in _MEASURES if measure.proxies is None or version in measure.proxies
    ]  # fmt: skip


def _project_rows(project_id: str, award: Award) -> Rows:
    is_tender = award.status == "Tender"
    name = award.title.replace("Invented contract:", "Invented project:")
    rows: Rows = []
    for client, share in award.clients:
        label = label_of(client)
        if client == "st_helens" and award.pence % 300 == 0:
            label = label.replace("St Helens", "St. Helens")
        rows.append([
            project_id, name, label, float(share),
            None if is_tender else award.company.name, None if is_tender else award.company.number,
            award.status, None if is_tender else award.ref, award.pence / 100,
            None if is_tender else award.award_date, award.start, award.end, _SET, _version(award),
        ])  # fmt: skip
    return rows


def _targets(award: Award, pence: int, rng: Random) -> list[tuple[str, str, int]]:
    """(stage, measure, pence) of what the winner promised: at award, and in signed variations."""
    version = _version(award)
    usable = [m.code for m in _MEASURES if m.proxies is not None and version in m.proxies]
    if len(award.clients) > 1:
        return [("Award", rng.choice(usable), pence)]
    variation = 0
    if pence > 1_000_000 and rng.random() < 0.25:
        variation = round(pence * rng.choice((-0.12, -0.06, 0.05, 0.1)))
    codes = rng.sample(usable, rng.randrange(3, 7))
    parts = _in_parts(pence - variation, [rng.lognormvariate(0, 0.9) for _ in codes])
    found = [("Award", code, part) for code, part in zip(codes, parts, strict=True)]
    if variation:
        found.append(("Variation", codes[parts.index(max(parts))], variation))
    return found


def _target_rows(
    project_id: str, award: Award, targets: list[tuple[str, str, int]], companies: list[Company], rng: Random
) -> Rows:
    version = _version(award)
    bid_day = award.award_date - timedelta(days=40)

    def row(bidder: str, stage: str, code: str, pence: int, day: date) -> list[Cell]:
        return [project_id, bidder, stage, code, _quantity(code, version, pence), pence / 100, day]

    at_award = [(code, pence) for stage, code, pence in targets if stage == "Award"]
    rows: Rows = [
        row(award.company.name, "Bid", code, max(1, round(pence * rng.uniform(0.9, 1.1))), bid_day)
        for code, pence in at_award
    ]
    for loser in rng.sample(companies, rng.randrange(1, 3)):
        if loser is not award.company:
            rows += [
                row(loser.name, "Bid", code, max(1, round(pence * rng.uniform(0.3, 1.6))), bid_day)
                for code, pence in at_award[:4]
            ]
    if award.status == "Tender":
        return rows
    rows += [row(award.company.name, "Award", code, pence, award.award_date) for code, pence in at_award]
    for code in rng.sample(("XT3", "XT6"), rng.randrange(0, 3)):
        rows.append([project_id, award.company.name, "Award", code, rng.randrange(20, 96), None, award.award_date])
    for stage, code, pence in targets:
        if stage == "Variation":
            signed = min(award.start + timedelta(days=rng.randrange(60, 300)), AS_AT)
            rows.append(row(award.company.name, stage, code, pence, signed))
    return rows


def _delivery_rows(
    project_id: str, award: Award, targets: list[tuple[str, str, int]], accepted: int, secured: int, rng: Random
) -> Rows:
    version = _version(award)
    codes = list(dict.fromkeys(code for _, code, _ in targets))[:3]
    periods = _half_years(award)
    closed = [period for period in periods if period[1] < AS_AT]
    rows: Rows = []

    def report(code: str, period: tuple[date, date], pence: int, status: str) -> None:
        reported = min(period[1] + timedelta(days=rng.randrange(5, 40)), AS_AT)
        validated = None
        if status in ("Accepted", "Rejected"):
            validated = min(reported + timedelta(days=rng.randrange(0, 60)), AS_AT)
        quantity = _quantity(code, version, pence)
        rows.append([project_id, code, *period, quantity, pence / 100, status, reported, validated])

    if accepted:
        # An odd sum is not split: it shows how a share of it is rounded.
        cells = (
            [(code, period) for period in closed for code in codes]
            if len(award.clients) == 1
            else [(codes[0], closed[-1])]
        )
        weights = [rng.uniform(0.3, 1.7) for _ in cells]
        for (code, period), pence in zip(cells, _in_parts(accepted, weights), strict=True):
            if pence:
                report(code, period, pence, "Accepted")
    for period in periods:
        chance = rng.random()
        if period[1] == AS_AT and secured:
            report(codes[0], period, max(1, round(secured * rng.uniform(0.01, 0.06))), "Submitted")
        elif chance < 0.05:
            report(codes[-1], period, max(1, round(secured * 0.02)), "Query")
        elif chance < 0.10:
            report(codes[-1], period, max(1, round(secured * 0.03)), "Rejected")
        elif chance < 0.14:
            report(codes[-1], period, max(1, round(secured * 0.01)), "None")
        if chance > 0.9:
            rows.append([project_id, "XT3", *period, rng.randrange(10, 95), None, "Submitted", period[1], None])
    if award.status == "Live" and award.ref.endswith("7") and award.end > date(2024, 7, 1):
        # Recorded ahead of time: its period ends after the day of the export.
        ahead = (date(2024, 1, 1), date(2024, 6, 30))
        rows.append(
            [project_id, codes[0], *ahead, _quantity(codes[0], version, 100_000), 1000.0, "Accepted", AS_AT, AS_AT]
        )
    return rows


def _half_years(award: Award) -> list[tuple[date, date]]:
    """Reporting periods of a contract up to the day of the export: calendar half-years, cut to its term."""
    periods = []
    last = min(award.end, AS_AT)
    first = award.start
    while first <= last:
        half = date(first.year, 6, 30) if first.month <= 6 else date(first.year, 12, 31)
        periods.append((first, min(half, last)))
        first = half + timedelta(days=1)
    return periods


def _quantity(code: str, version: str, pence: int) -> float:
    proxies = _BY_CODE[code].proxies
    if proxies is None:
        raise ValueError(f"{code} is recorded without pounds")
    return round(pence / 100 / proxies[version], 4)


def _gbp_cell(cell: Cell) -> float:
    if not isinstance(cell, float):
        raise ValueError(f"{cell!r} is no value of a contract")
    return cell
