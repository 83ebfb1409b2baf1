"""What the invented spend is to come to: shares by place for every partner and season, from STAR's published figures.

A season is a part of a financial year in which the ring of STAR boroughs stays the same: Tameside joins within 2018/19,
Knowsley and St Helens within 2023/24, and the CCGs end within 2022/23. The shares of a season are shares of the
denominator of the headline: influenceable pounds of supplier-years of £25,000 and more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.samples.partners import GREATER_MANCHESTER, LIVERPOOL_CITY_REGION, PARTNERS, YEARS, Partner
from tests.samples.partners import star_districts as star_districts_on
from tests.samples.periods import months_of_year
from tests.samples.places import AREAS
from tests.samples.seed import draw_for

# Groups of suppliers by place, as seen from one partner in one season.
GROUPS = ("own", "star_gm", "star_lcr", "gm", "lcr", "north_west", "elsewhere", "unknown")

# STAR's published figures (2018/19, 2020/21); the years between and after are a plausible path.
_STAR_RING_PCT = {2018: 42.0, 2019: 48.2, 2020: 53.9, 2021: 56.3, 2022: 58.9, 2023: 63.8}
_GM_RING_PCT = {2018: 66.5, 2019: 71.8, 2020: 77.0, 2021: 77.9, 2022: 79.2, 2023: 80.4}

# Own borough, each year. Stockport's last is published.
_OWN_PCT: dict[str, tuple[float, ...]] = {
    "stockport": (44.0, 49.5, 55.0, 60.0, 65.0, 85.0),
    "rochdale": (33.0, 38.0, 43.5, 44.5, 46.0, 47.5),
    "trafford": (29.0, 35.0, 40.5, 42.0, 43.0, 44.0),
    "tameside": (38.0, 41.0, 46.0, 48.5, 50.0, 51.5),
    "hmr_ccg": (30.0, 36.0, 41.0, 42.0, 43.0, 0.0),
    "trafford_ccg": (27.0, 34.0, 39.0, 40.5, 41.5, 0.0),
    "knowsley": (0.0, 0.0, 0.0, 0.0, 0.0, 38.0),
    "st_helens": (0.0, 0.0, 0.0, 0.0, 0.0, 42.0),
}
# Other Greater Manchester STAR boroughs and the rest of Greater Manchester, before they are shifted to the targets.
_STAR_GM_START_PCT = 9.0
_GM_START_PCT = 23.0
_LCR_PARTNER_GM_PCT = 15.0
_SMALLEST_SHARE_PCT = 2.0

# What is left over goes to these, in these parts.
_REMAINDER = {"lcr": 14, "north_west": 34, "elsewhere": 52}
_REMAINDER_OF_LCR_PARTNER = {"lcr": 52, "north_west": 26, "elsewhere": 22}
_STAR_LCR_PCT = 0.7
_STAR_LCR_OF_LCR_PARTNER_PCT = 10.0
# What is in no known place, from and to.
_UNKNOWN_PCT = (1.2, 2.2)
_NOISE_PCT = 0.8
_PUBLISHED_OWN = ("stockport", 2023)

_GROWTH = 1.035
_LAST_MONTH_BEFORE_CHANGE = {2018: date(2018, 8, 1), 2022: date(2022, 6, 1), 2023: date(2023, 9, 1)}


@dataclass(frozen=True, slots=True)
class Season:
    """A partner's part of a financial year with the pounds it is to spend in each group of places.

    Attributes:
        partner: who pays.
        year: calendar year in which the financial year begins.
        months: first days of its months.
        pence: influenceable pence over the threshold.
        shares: part of ``pence`` (0–1) in each of ``GROUPS``; "unknown" takes what is in no known place.
    """

    partner: Partner
    year: int
    months: tuple[date, ...]
    pence: int
    shares: dict[str, float]

    def group_of(self, district: str | None) -> str:
        """The group of places a district belongs to for this partner in this season."""
        if district is None:
            return "unknown"
        if district == self.partner.gss_code:
            return "own"
        in_star = district in star_districts_on(self.months[0])
        if district in GREATER_MANCHESTER:
            return "star_gm" if in_star else "gm"
        if district in LIVERPOOL_CITY_REGION:
            return "star_lcr" if in_star else "lcr"
        return "north_west" if district in AREAS["north_west"] else "elsewhere"


def seasons() -> list[Season]:
    """Every season of every partner, in order of year, part of the year and partner."""
    return [season for year in YEARS for part in _parts(year) for season in _seasons_of(year, part)]


def _parts(year: int) -> list[list[date]]:
    whole = months_of_year(year)
    last = _LAST_MONTH_BEFORE_CHANGE.get(year)
    if last is None:
        return [whole]
    return [[month for month in whole if month <= last], [month for month in whole if month > last]]


def _seasons_of(year: int, part: list[date]) -> list[Season]:
    delivering = [p for p in PARTNERS if p.delivers_from <= part[0] and part[-1] <= p.delivers_to]
    pence = {p.code: _pence(p, year, len(part)) for p in delivering}
    own = {p.code: _own_pct(p.code, year) for p in delivering}
    lcr_members = any(code in LIVERPOOL_CITY_REGION for code in star_districts_on(part[0]))
    star_lcr = {
        p.code: (_STAR_LCR_PCT if p.is_greater_manchester else _STAR_LCR_OF_LCR_PARTNER_PCT) if lcr_members else 0.0
        for p in delivering
    }
    # A body that is no member yet counts in no headline: its shares follow the others'.
    members = [p for p in delivering if p.is_member(part[0])]
    gm_members = [p for p in members if p.is_greater_manchester]

    star_before = {p.code: own[p.code] + _STAR_GM_START_PCT + star_lcr[p.code] for p in delivering}
    star_shift = _STAR_RING_PCT[year] - _mean(star_before, pence, members)
    star_gm = _shifted(dict.fromkeys(pence, _STAR_GM_START_PCT), star_shift, pence, members)

    gm_before = {p.code: own[p.code] + star_gm[p.code] + _GM_START_PCT for p in delivering}
    gm_shift = _GM_RING_PCT[year] - _mean(gm_before, pence, gm_members)
    start = {p.code: _GM_START_PCT if p.is_greater_manchester else _LCR_PARTNER_GM_PCT for p in delivering}
    # Where the own borough takes nearly all, little is left for the rest of Greater Manchester.
    room = {p.code: 94.4 - own[p.code] - star_gm[p.code] for p in delivering}
    rest_gm = _fitted(start, gm_shift, room, pence, gm_members)

    return [
        Season(p, year, tuple(part), pence[p.code], _shares(p, year, own, star_gm, star_lcr, rest_gm))
        for p in delivering
    ]


def _pence(partner: Partner, year: int, months_count: int) -> int:
    noise = draw_for("volume", partner.code, year).uniform(0.95, 1.06)
    growth = _GROWTH ** (year - YEARS.start)
    return round(partner.local_gbp * growth * noise * months_count / 12) * 100


def _own_pct(code: str, year: int) -> float:
    planned = _OWN_PCT[code][year - YEARS.start]
    if (code, year) == _PUBLISHED_OWN:
        return planned
    return planned + draw_for("own", code, year).uniform(-_NOISE_PCT, _NOISE_PCT)


def _mean(values: dict[str, float], pence: dict[str, int], among: list[Partner]) -> float:
    return sum(values[p.code] * pence[p.code] for p in among) / sum(pence[p.code] for p in among)


def _shifted(values: dict[str, float], shift: float, pence: dict[str, int], among: list[Partner]) -> dict[str, float]:
    # The shift is in points of the pooled share, so the same for each; none may fall below the smallest share.
    room = dict.fromkeys(values, 100.0)
    return _fitted(values, shift, room, pence, among)


def _fitted(
    values: dict[str, float], shift: float, room: dict[str, float], pence: dict[str, int], among: list[Partner]
) -> dict[str, float]:
    """Move the pooled mean of ``values`` among some partners by ``shift`` points, each within its bounds."""
    wanted = _mean(values, pence, among) + shift
    low = {code: min(_SMALLEST_SHARE_PCT, room[code]) for code in values}
    fitted = {code: min(max(value, low[code]), room[code]) for code, value in values.items()}
    for _ in range(60):
        gap = wanted - _mean(fitted, pence, among)
        codes = {p.code for p in among}
        fitted = {
            code: min(max(value + gap, low[code]), room[code]) if code in codes else value
            for code, value in fitted.items()
        }
    if abs(wanted - _mean(fitted, pence, among)) > 1e-6:
        raise ValueError(f"the published figures cannot be met: {wanted:.2f} points wanted of {fitted}")
    return fitted


def _shares(
    partner: Partner,
    year: int,
    own: dict[str, float],
    star_gm: dict[str, float],
    star_lcr: dict[str, float],
    rest_gm: dict[str, float],
) -> dict[str, float]:
    code = partner.code
    shares = {"own": own[code], "star_gm": star_gm[code], "star_lcr": star_lcr[code], "gm": rest_gm[code]}
    shares["unknown"] = draw_for("unknown", code, year).uniform(*_UNKNOWN_PCT)
    parts = _REMAINDER if partner.is_greater_manchester else _REMAINDER_OF_LCR_PARTNER
    left = 100.0 - sum(shares.values())
    for group, part in parts.items():
        shares[group] = left * part / sum(parts.values())
    return {group: shares[group] / 100 for group in GROUPS}
