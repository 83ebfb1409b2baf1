"""What a supplier's written name says: its legal name, the legal form, other names it gives, whether it was cut off.

The written name is never changed; what is made here stands beside it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Finance systems of the partners hold this many characters of a name; the rest is lost.
CUT_LENGTH = 35

# Longer ones first where one begins another.
_FORMS = (
    ("COMMUNITY INTEREST COMPANY", "CIC"),
    ("CHARITABLE INCORPORATED ORGANISATION", "CIO"),
    ("PUBLIC LIMITED COMPANY", "PLC"),
    ("LIMITED LIABILITY PARTNERSHIP", "LLP"),
    ("COMPANY LIMITED", "COMPANY LTD"),
    ("CO LIMITED", "COMPANY LTD"),
    ("CO LTD", "COMPANY LTD"),
    ("C I C", "CIC"),
    ("P L C", "PLC"),
    ("L L P", "LLP"),
    ("LIMITED", "LTD"),
    ("LIMTED", "LTD"),
    ("LIMITE", "LTD"),
    ("LTD", "LTD"),
    ("LLP", "LLP"),
    ("PLC", "PLC"),
    ("CIC", "CIC"),
    ("CIO", "CIO"),
)
# Of these no other word is the beginning.
_ENDING_FORMS = frozenset(("LTD", "PLC", "LLP"))
_FORM = re.compile(r"\b(" + "|".join(written for written, _ in _FORMS) + r")\b")
_FORM_OF = dict(_FORMS)

# One way of writing for what is written in several; only where the short form means nothing else in a name.
_LONG = {
    "CO": "COMPANY", "ASSOC": "ASSOCIATION", "ASSN": "ASSOCIATION", "ASSOCS": "ASSOCIATES", "SVCS": "SERVICES",
    "SERV": "SERVICES", "SERVS": "SERVICES", "SVS": "SERVICES", "MGT": "MANAGEMENT", "MGMT": "MANAGEMENT",
    "MANGT": "MANAGEMENT", "INTL": "INTERNATIONAL", "INT": "INTERNATIONAL", "BROS": "BROTHERS", "GOVT": "GOVERNMENT",
    "UNIV": "UNIVERSITY", "HSG": "HOUSING", "CTRE": "CENTRE", "CTR": "CENTRE", "CENTER": "CENTRE", "GRP": "GROUP",
    "SOLS": "SOLICITORS", "SOLRS": "SOLICITORS", "NATL": "NATIONAL", "SAINT": "ST", "SAINTS": "STS",
    "NW": "NORTH WEST", "NORTHWEST": "NORTH WEST", "MCR": "MANCHESTER", "CNCL": "COUNCIL", "ORG": "ORGANISATION",
    "ORGANIZATION": "ORGANISATION", "MBC": "METROPOLITAN BOROUGH COUNCIL", "BC": "BOROUGH COUNCIL",
    "CCG": "CLINICAL COMMISSIONING GROUP", "SCH": "SCHOOL", "PRIM": "PRIMARY", "CONST": "CONSTRUCTION",
    "CONSTR": "CONSTRUCTION", "ENGRS": "ENGINEERS", "EQUIP": "EQUIPMENT", "TPT": "TRANSPORT", "DEVTS": "DEVELOPMENTS",
    "PROPS": "PROPERTIES", "CONTRS": "CONTRACTORS", "DISTR": "DISTRIBUTORS", "PSHIP": "PARTNERSHIP",
}  # fmt: skip
# A number that is part of a name is written in either way.
_NUMBERS = {
    "ONE": "1", "TWO": "2", "THREE": "3", "FOUR": "4", "FIVE": "5", "SIX": "6", "SEVEN": "7", "EIGHT": "8",
    "NINE": "9", "TEN": "10",
}  # fmt: skip
# Last words of names that premises bear: many homes are called The Limes, many schools St Mary's, each another's.
PREMISES = frozenset((
    "ACADEMY", "CENTRE", "CHAPEL", "CHURCH", "CLINIC", "CLUB", "COLLEGE", "COURT", "FARM", "GARAGE", "GRANGE", "HALL",
    "HOME", "HOSTEL", "HOTEL", "HOUSE", "INN", "LODGE", "MANOR", "MOSQUE", "NURSERIES", "NURSERY", "PHARMACY",
    "PLAYGROUP", "PRACTICE", "PRESCHOOL", "SCHOOL", "SURGERY",
))  # fmt: skip
# Words before those, which say what kind it is and not which one.
KINDS_OF_PREMISES = frozenset((
    "ACADEMY", "AND", "CARE", "CENTRE", "CHURCH", "COLLEGE", "HIGH", "HOME", "HOSTEL", "INFANT", "INFANTS", "JUNIOR",
    "NURSERY", "NURSING", "PHARMACY", "PRIMARY", "RESIDENTIAL", "REST", "RETIREMENT", "SCHOOL", "SECONDARY", "SURGERY",
))  # fmt: skip
# Ends of names that homes bear where people are cared for; who runs the home is another name, and is the one paid.
_HOMES = re.compile(r" (?:CARE|NURSING|RESIDENTIAL|REST|RETIREMENT) (?:HOME|CENTRE)$")
# Words that only fill a name.
FILLING = frozenset(("AND", "OF", "THE", "FOR", "IN", "AT", "ON"))
# Words that no person's name holds: what an organisation is, or does. A name without any may be a person's.
ORGANISED = (
    FILLING
    | PREMISES
    | KINDS_OF_PREMISES
    | frozenset((
        "ACCOUNTANTS", "ADVICE", "AGENCY", "ARCHITECTS", "ARTS", "ASSOCIATES", "ASSOCIATION", "AUTHORITY", "BANK",
        "BOARD", "BOROUGH", "BROTHERS", "BUILDERS", "BUILDING", "BUSES", "CATERING", "CHARITY", "CLEANING", "COACHES",
        "COMMISSION", "COMMITTEE", "COMMUNITY", "COMPANY", "CONSTRUCTION", "CONSULTANCY", "CONSULTANTS", "CONSULTING",
        "CONTRACTORS", "COOPERATIVE", "CORPORATION", "COUNCIL", "DESIGN", "DEVELOPMENTS", "ELECTRICAL", "ENERGY",
        "ENGINEERING", "ENGINEERS", "ENTERPRISES", "ENVIRONMENTAL", "EQUIPMENT", "ESTATES", "EVENTS", "FEDERATION",
        "FENCING", "FINANCE", "FORUM", "FOSTERING", "FOUNDATION", "FRIENDS", "FURNITURE", "GLASS", "GROUP", "HEALTH",
        "HEALTHCARE", "HEATING", "HIRE", "HOLDINGS", "HOMES", "HOSPICE", "HOSPITAL", "HOUSING", "INDUSTRIES",
        "INSTITUTE", "INSURANCE", "INTERNATIONAL", "LANDSCAPES", "LAW", "LEAGUE", "LEGAL", "LEISURE", "LIBRARY",
        "LOGISTICS", "MAINTENANCE", "MANAGEMENT", "MEDIA", "MEDICAL", "MOTORS", "MUSEUM", "NATIONAL", "NETWORK", "NHS",
        "ORGANISATION", "PAINTING", "PARTNERS", "PARTNERSHIP", "PLANT", "PLUMBING", "POLICE", "PRESS", "PRINTERS",
        "PRINTING", "PRODUCTS", "PROJECT", "PROPERTIES", "PROPERTY", "PUBLISHING", "RECRUITMENT", "RECYCLING",
        "REMOVALS", "RENTALS", "REPAIRS", "RESTORATION", "ROOFING", "SCAFFOLDING", "SECURITY", "SERVICE", "SERVICES",
        "SOCIETY", "SOFTWARE", "SOLICITORS", "SOLUTIONS", "STORES", "STUDIO", "STUDIOS", "SUPPLIES", "SUPPLY",
        "SUPPORT", "SURVEYORS", "SYSTEMS", "TAXI", "TAXIS", "TEAM", "TECHNOLOGY", "THEATRE", "TRADING", "TRAINING",
        "TRANSLATIONS", "TRANSPORT", "TRAVEL", "TRUST", "TRUSTEES", "TYRES", "UK", "UNION", "UNIVERSITY", "VETERINARY",
        "WASTE", "WATER", "WHOLESALE", "YMCA",
    ))
)  # fmt: skip
# Letters that do not come apart into a plain letter and an accent.
_LETTERS = str.maketrans({"Ø": "O", "Æ": "AE", "Œ": "OE", "ß": "SS", "Ł": "L", "Đ": "D", "Þ": "TH"})

# Between two names of one supplier: the second line of a record, "trading as", a former name.
_NAMES_APART = re.compile(
    r"#|\bT\s?[/\\]\s?A(?:S)?\b|\bT\.A\.(?=\s)|(?<=\w)\s+TA(?=\s+\w)|\bTRADING\s+(?:NAME|AS)\b"
    r"|\bFORMERLY(?:\s+KNOWN\s+AS)?\b|\bPREVIOUSLY\b|\bF/K/A\b|\bN/K/A\b|\bNOW\s+KNOWN\s+AS\b|\bALSO\s+KNOWN\s+AS\b"
    r"|\bA/K/A\b|\(\s*WAS\b|\(\s*EX\b|\bWAS\s+(?=\w)"
)
# What follows names somebody else: where to send the money.
_CARE_OF = re.compile(r"\bC/O\b|\bCARE\s+OF\b.*|\bIN\s+RE\b")
_DASH = re.compile(r"\s[-–—:]+\s|(?<=\bLTD)\s*[-–—]|(?<=\bLIMITED)\s*[-–—]")
_SINGLE_LETTERS = re.compile(r"\b(?:[A-Z0-9] ){1,}[A-Z0-9]\b")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
_NOTHING = frozenset(("THE", "AND", "OF"))


@dataclass(frozen=True, slots=True)
class Name:
    """A written name, taken apart.

    Attributes:
        core: the legal name (or the only one) without legal form, punctuation and a leading THE; upper case, words
            parted by one blank, initials run together; empty when the name holds no letter and no digit.
        legal_form: LTD, PLC, LLP, CIC or CIO where the name states one.
        rest: words of that name after its legal form or a dash, or in brackets at its end: a branch, a department, a
            remark.
        others: the other names it gives (trading and former names, second lines), made as ``core`` is.
        is_cut: the written name fills the field of the finance system and no legal form ends it, so it may go on.
    """

    core: str
    legal_form: str | None
    rest: str
    others: tuple[str, ...]
    is_cut: bool

    @property
    def compact(self) -> str:
        """The core without blanks: ``CHILD CARE`` and ``CHILDCARE`` are one."""
        return self.core.replace(" ", "")

    @property
    def is_of_premises(self) -> bool:
        """Whether the core is what a home, a school or the like is called; others elsewhere may be called so too."""
        return self.core.rpartition(" ")[2] in PREMISES

    @property
    def is_of_home(self) -> bool:
        """Whether it is what a home is called where people are cared for, and no legal name says who runs it."""
        return self.legal_form is None and any(_HOMES.search(name) for name in (self.core, *self.others))


# A matching takes each name apart several times: for its rules, to learn, to score.
@lru_cache(maxsize=1 << 17)
def parse_name(written: str) -> Name:
    """Take a written name apart; the written name itself stays as it is.

    Args:
        written: the name as a partner wrote it, of any length, blanks of any kind included.
    """
    text = _plain(written)
    parts = [part for piece in _NAMES_APART.split(text) if (part := _CARE_OF.split(piece)[0].strip(" -(),.;:"))]
    taken = [_take_apart(part) for part in parts]
    taken = [part for part in taken if part[0]]
    if not taken:
        return Name("", None, "", (), False)
    # The name with a legal form is the legal one, in whatever order they stand.
    legal = next((part for part in taken if part[1]), taken[0])
    others = dict.fromkeys(other for part in taken for other in (part[0], part[3]) if other and other != legal[0])
    fills_field = len(" ".join(written.split())) == CUT_LENGTH or len(written.rstrip()) == CUT_LENGTH
    # After its legal form a legal name is whole: whatever was lost is no part of it.
    is_cut = fills_field and not (taken[-1] is legal and legal[1] in _ENDING_FORMS and not legal[2])
    return Name(legal[0], legal[1], legal[2], tuple(other for other in others if _names_something(other)), is_cut)


def _plain(written: str) -> str:
    if written.isascii():
        return " ".join(_UNSEEN.sub(" ", written).upper().split())
    letters = unicodedata.normalize("NFKD", written).upper().translate(_LETTERS)
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    # Every kind of blank becomes the plain one; what cannot be seen goes.
    kept = "".join(letter if not unicodedata.category(letter).startswith("C") else " " for letter in kept)
    return " ".join(kept.split())


def _take_apart(part: str) -> tuple[str, str | None, str, str]:
    """The core, the legal form, the rest, and what may be another name: the rest, if it is more than a word."""
    head, form, tail = _at_legal_form(part)
    if form is None:
        head, *tails = _DASH.split(part, maxsplit=1)
        tail = " ".join(tails)
    core, rest = _words(head), _words(_without_form(tail))
    if not core:
        return _words(_without_form(part)), form, "", ""
    return core, form, rest, rest if " " in rest else ""


def _at_legal_form(part: str) -> tuple[str, str | None, str]:
    spelled = part.replace(".", " ") if re.search(r"\b[A-Z]\.[A-Z]\.", part) else part.replace(".", "")
    for found in _FORM.finditer(spelled):
        head = spelled[: found.start()].strip(" (,-")
        if not head or not re.search(r"[A-Z0-9]", head):
            continue
        form = _FORM_OF[found.group(1)]
        if form == "COMPANY LTD":
            head, form = f"{head} COMPANY", "LTD"
        return head, form, spelled[found.end() :]
    return part, None, ""


def _without_form(text: str) -> str:
    return _FORM.sub(" ", text.replace(".", ""))


def _words(text: str) -> str:
    text = text.replace("&", " AND ").replace("+", " AND ")
    text = re.sub(r"[.'’‘`´]", "", re.sub(r"\.(?=[A-Z]{2,}\b)", " ", text))
    text = " ".join(re.sub(r"[^A-Z0-9]+", " ", text).split())
    text = _SINGLE_LETTERS.sub(lambda run: run.group().replace(" ", ""), text)
    words = [_NUMBERS.get(word) or _LONG.get(word, word) for word in text.split()]
    if len(words) > 1 and words[0] == "THE":
        words = words[1:]
    if len(words) > 1 and words[-1] == "THE":
        words = words[:-1]
    return " ".join(words)


def _names_something(core: str) -> bool:
    """Whether it can be a name: not a bare number, not a single letter, not only filling words."""
    words = [word for word in core.split() if word not in _NOTHING]
    return bool(words) and not core.replace(" ", "").isdigit() and len("".join(words)) > 2
