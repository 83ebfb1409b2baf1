"""The invented vocabulary: supplier names, categories, departments and purposes.

None of these words may look like a payment that is not influenceable (``FORBIDDEN`` below): a supplier is excluded by
what it is called only where the sample means it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

FORBIDDEN = (
    "council", "grant", "school", "tax", "nhs", "pension", "loan", "levy", "levies", "benefit", "college", "university",
    "police", "fire", "payroll", "treasury", "debt", "precept", "recharge", "direct payment", "academy", "borough",
    "hmrc", "revenue", "customs", "redacted", "authority", "allowance", "foster", "trust", "fund", "combined",
    "insurance", "deposit", "ccg", "agency", "paye", "parish", "net pay", "commissioner", "contribution", "account",
    "association", "forum", "interest", "personal", "commercial",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Category:
    """What is bought.

    Attributes:
        code: six digits with leading zeros, of no real classification.
        label: its name.
        department: who buys it.
        trades: endings of supplier names.
        purposes: texts of payment lines.
        vat_pct: usual rate; 0 where the supply is exempt.
        weight: how often suppliers are of this category.
    """

    code: str
    label: str
    department: str
    trades: tuple[str, ...]
    purposes: tuple[str, ...]
    vat_pct: int
    weight: int


CATEGORIES = (
    Category("010100", "Adult Care - Residential", "Adult Care", ("Care Homes", "Residential Care", "Nursing Home"),
             ("Residential care placement", "Nursing placement", "Respite stay"), 0, 14),
    Category("010200", "Adult Care - At Home", "Adult Care", ("Home Care", "Support Services", "Community Care"),
             ("Home care hours", "Supported living", "Day opportunities"), 0, 12),
    Category("020100", "Children - Placements", "Children and Families", ("Children's Homes", "Family Services"),
             ("Residential placement, young person", "Family support sessions"), 0, 8),
    Category("030100", "Works, Construction and Repair", "Place", ("Construction", "Building Contractors", "Joinery"),
             ("Building works stage payment", "Roof repair", "Joinery repairs"), 20, 11),
    Category("030200", "Highways, Bridges and Lighting", "Place", ("Surfacing", "Civil Engineering", "Street Lighting"),
             ("Highway resurfacing", "Bridge inspection", "Lighting column renewal"), 20, 7),
    Category("040100", "Waste and Environment", "Environment", ("Recycling", "Grounds Care", "Skip Hire"),
             ("Recycling collections", "Grounds maintenance", "Tree works"), 20, 7),
    Category("050100", "Facilities Management", "Property", ("Cleaning", "Facilities", "Security", "Heating Engineers"),
             ("Cleaning of buildings", "Boiler service", "Site security"), 20, 9),
    Category("060100", "Information Technology", "Digital", ("Software", "Systems", "Telecoms"),
             ("Software licence", "Network support", "Mobile telephones"), 20, 7),
    Category("070100", "Temporary Staff", "People Services", ("Staffing", "Recruitment"),
             ("Temporary staff", "Interim manager"), 20, 5),
    Category("080100", "Professional Services", "Corporate Services", ("Consulting", "Surveyors", "Legal"),
             ("Legal advice", "Valuation survey", "Consultancy stage payment"), 20, 7),
    Category("090100", "Passenger Transport and Fleet", "Place", ("Coaches", "Private Hire", "Vehicle Parts"),
             ("Passenger transport routes", "Vehicle parts", "Vehicle hire"), 20, 6),
    Category("100100", "Utilities", "Property", ("Energy", "Water Services"),
             ("Electricity supply", "Water supply", "Gas supply"), 5, 3),
    Category("110100", "Culture, Leisure and Catering", "Communities", ("Catering", "Leisure", "Books", "Print"),
             ("Catering supplies", "Leisure equipment", "Library stock", "Printing"), 20, 6),
    Category("120100", "Community Health Services", "Health Services", ("Therapies", "Medical Supplies", "Clinics"),
             ("Continuing healthcare package", "Clinic sessions", "Medical consumables"), 0, 6),
)  # fmt: skip

_FIRST = (
    "Kestrel", "Bramble", "Larkfield", "Copperbeck", "Hollin", "Marlow", "Quarry", "Silverdale", "Tansy", "Umber",
    "Vesper", "Willowmere", "Yarrow", "Zephyr", "Alder", "Birchwood", "Calder", "Dovetail", "Elmstone", "Foxglove",
    "Gorse", "Hawthorn", "Ironstone", "Juniper", "Kingfisher", "Lantern", "Moorgate", "Nettle", "Orchard", "Pebble",
    "Quill", "Rowan", "Sandpiper", "Thistle", "Underhill", "Vale", "Wharf", "Blueacre", "Cobalt", "Drummond",
    "Elderflower", "Fernley", "Greystone", "Heather", "Ivory", "Jasper", "Kiln", "Lodestar", "Millrace", "Northlight",
)  # fmt: skip
_SECOND = (
    "Bridge", "Brook", "Court", "Dene", "Edge", "Field", "Gate", "Hill", "House", "Lane", "Mead", "Park", "Ridge",
    "Row", "Stone", "Tower", "View", "Water", "Way", "Yard", "& Daughters", "& Sons", "Brothers", "Street", "Point",
)  # fmt: skip
_ENDINGS = (
    "Ltd",
    "Ltd",
    "Ltd",
    "Limited",
    "Limited",
    "LLP",
    "CIC",
    "plc",
    "(UK) Ltd",
    "Group Ltd",
    "T/A Quality Works",
)
_ODD_NAMES = (
    'Invented "Quick" Print, Ltd',
    "Invented Café Zoë Catering Ltd",
    "Invented O'Lantern & Søn Joinery Ltd",
    "Invented Hill, Dale; Brook LLP",
)

PLACE_WORDS = _FIRST


# What the CCGs buy: care, health, and what every office needs.
HEALTH_CATEGORIES = frozenset(c for c in CATEGORIES if c.code[:2] in ("01", "05", "06", "07", "08", "12"))


def category_for(rng: Random, is_health: bool = False) -> Category:
    """Draw a category, common ones oftener; for the health service one it buys."""
    usable = [category for category in CATEGORIES if not is_health or category in HEALTH_CATEGORIES]
    return rng.choices(usable, [category.weight for category in usable])[0]


class Names:
    """Draws supplier names, none twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._used: set[str] = set()
        self._odd = list(_ODD_NAMES)

    def draw(self, category: Category) -> str:
        """A new name that starts with ``Invented`` and ends in a trade of the category."""
        if self._odd and self._rng.random() < 0.02:
            return self._odd.pop()
        while True:
            rng = self._rng
            trade = rng.choice(category.trades)
            name = f"Invented {rng.choice(_FIRST)} {rng.choice(_SECOND)} {trade} {rng.choice(_ENDINGS)}"
            if name not in self._used:
                self._used.add(name)
                return name
