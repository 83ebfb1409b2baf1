"""Which vendor records are one supplier: the ladder of rules, then scored candidates, under what people decided.

From the strongest ground to the weakest: a person's word, company number, charity number, vendor record of the same
partner, exact normalised name with postcode, score. A link that would put two company numbers (or two charity numbers),
or two records that a person holds apart, into one supplier is not made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import polars as pl

from star_warehouse.suppliers.names import parse_name
from star_warehouse.suppliers.profiles import candidate_pairs, describe
from star_warehouse.suppliers.scoring import PARTS, Model, prepare, score

Rung = Literal["person", "company_number", "charity_number", "vendor_record", "name_and_postcode", "score"]

# Names that differ by more than a slip of the pen are one supplier's only if a person says so.
_SPELLED_ALIKE = 0.97
# Bits from which on another name that one gives is the other's: any agreement of that part.
_OTHER_NAME_TELLS = 3.0
# A private company that goes public, or back, stays the company it was.
_REREGISTERED = {"LTD", "PLC"}
# A name that goes on where the other ends is asked about so many bits earlier.
_GOES_ON_ASKED_BELOW = 6.0
# Once these are answered, the next are asked.
_QUESTIONS_A_SUPPLIER = 3
# A vendor number that more names than this share is a collective account (sundries, one-off payees).
_NAMES_OF_A_VENDOR = 4

RECORD_SCHEMA = {
    "record_key": pl.String,
    "partner_code": pl.String,
    "supplier_ref": pl.String,
    "name": pl.String,
    "company_number": pl.String,
    "charity_number": pl.String,
    "postcode": pl.String,
    "amount_gbp": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Bars:
    """Match weights, in bits, that decide.

    Attributes:
        linked_from: from here on a pair of names that agree is linked.
        asked_from: from here on, and below the other, a person is asked.
    """

    linked_from: float = 3.0
    asked_from: float = 0.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided about two records, or about the suppliers they belong to.

    Attributes:
        record_key_l: one record.
        record_key_r: the other.
        is_same: whether they are one supplier.
    """

    record_key_l: str
    record_key_r: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Two records held to be one supplier, and why.

    Attributes:
        record_key_l: one record.
        record_key_r: the other.
        rung: the step of the ladder that says so.
        reason: the same in words.
        weight: bits, where a score decided.
        evidence: bits by part of the comparison, where a score decided.
    """

    record_key_l: str
    record_key_r: str
    rung: Rung
    reason: str
    weight: float | None = None
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Two suppliers that may be one: a person decides.

    Attributes:
        record_key_l: the record of the one that comes nearest to the other.
        record_key_r: the record of the other that comes nearest to the one.
        reason: why it is asked.
        weight: bits.
        evidence: bits by part of the comparison.
        amount_gbp: pounds at stake: what was paid to the smaller of the two.
    """

    record_key_l: str
    record_key_r: str
    reason: str
    weight: float
    evidence: dict[str, float]
    amount_gbp: float


@dataclass(frozen=True)
class Matching:
    """What the ladder found.

    Attributes:
        suppliers: by record, the record that stands for its supplier (the smallest key of them).
        links: those that hold the suppliers together.
        questions: the review queue, most pounds first.
    """

    suppliers: dict[str, str]
    links: tuple[Link, ...]
    questions: tuple[Question, ...]


def match(records: pl.DataFrame, rulings: Sequence[Ruling], model: Model, bars: Bars | None = None) -> Matching:
    """Run the ladder over vendor records.

    Args:
        records: columns of ``RECORD_SCHEMA``, those seen first on top; numbers and postcodes as keys (upper case, no
            blanks), or null; amounts in pounds. Redacted names must not be among them.
        rulings: what people decided, the newest last; a later one about the same two records replaces an earlier one.
        model: for the scores.
        bars: what a score must reach; those that the bench chose when not given.
    """
    groups = _Groups(records, _rulings_of(rulings))
    records = _with_names(records)
    links = [link for link in _certain(records, rulings) if groups.join(link)]
    scored = _scored(records, groups, model, bars or Bars())
    links += [link for row in scored if row.is_sure and groups.join(link := row.link())]
    return Matching(groups.suppliers(), tuple(links), tuple(_questions(scored, groups)))


class _Groups:
    """Records joined so far, and what must stay apart."""

    def __init__(self, records: pl.DataFrame, rulings: dict[tuple[str, str], bool]) -> None:
        self._parent = {key: key for key in records["record_key"]}
        self._companies: dict[str, set[str]] = {}
        self._charities: dict[str, set[str]] = {}
        self._amount: dict[str, float] = dict(
            zip(records["record_key"], records["amount_gbp"].fill_null(0.0), strict=True)
        )
        for key, company, charity in records.select("record_key", "company_number", "charity_number").iter_rows():
            self._companies[key] = {company} if company else set()
            self._charities[key] = {charity} if charity else set()
        self._apart: dict[str, set[str]] = defaultdict(set)
        for (one, other), is_same in rulings.items():
            if not is_same and one in self._parent and other in self._parent:
                self._apart[one].add(other)
                self._apart[other].add(one)

    def find(self, key: str) -> str:
        """The record that stands for a record's supplier so far."""
        while (parent := self._parent[key]) != key:
            self._parent[key] = key = self._parent[parent]
        return key

    def amount(self, key: str) -> float:
        """Pounds of a record's supplier so far."""
        return self._amount[self.find(key)]

    def may_join(self, one: str, other: str, rung: Rung) -> bool:
        """Whether nothing holds the two suppliers apart."""
        return self._held_apart(self.find(one), self.find(other), rung) is False

    def _held_apart(self, one: str, other: str, rung: Rung) -> bool:
        if any(self.find(key) == other for key in self._apart.get(one, ())):
            return True
        if rung == "person":
            return False
        if _differ(self._companies[one], self._companies[other]):
            return True
        # One company may be registered as several charities; several companies never are one.
        return rung != "company_number" and _differ(self._charities[one], self._charities[other])

    def join(self, link: Link) -> bool:
        """Make a link unless something holds the two apart; whether it is made (or stood already)."""
        one, other = self.find(link.record_key_l), self.find(link.record_key_r)
        if one == other:
            return link.rung == "person"
        if self._held_apart(one, other, link.rung):
            return False
        # The smaller key stands for all, so that the same records give the same suppliers in any order.
        kept, gone = min(one, other), max(one, other)
        self._parent[gone] = kept
        self._amount[kept] += self._amount[gone]
        self._companies[kept] |= self._companies.pop(gone)
        self._charities[kept] |= self._charities.pop(gone)
        if apart := self._apart.pop(gone, None):
            self._apart[kept] |= apart
        return True

    def suppliers(self) -> dict[str, str]:
        return {key: self.find(key) for key in self._parent}


def _differ(mine: set[str], theirs: set[str]) -> bool:
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _rulings_of(rulings: Sequence[Ruling]) -> dict[tuple[str, str], bool]:
    standing: dict[tuple[str, str], bool] = {}
    for ruling in rulings:
        one, other = sorted((ruling.record_key_l, ruling.record_key_r))
        standing[one, other] = ruling.is_same
    return standing


def _certain(records: pl.DataFrame, rulings: Sequence[Ruling]) -> Iterator[Link]:
    """The links that need no score, from the strongest ground on."""
    known = set(records["record_key"])
    for (one, other), is_same in _rulings_of(rulings).items():
        if is_same and one in known and other in known:
            yield Link(one, other, "person", "A person decided that they are one supplier.")
    yield from _sharing(records, "company_number", "company_number", "Same company number {0}.")
    yield from _sharing(records, "charity_number", "charity_number", "Same charity number {0}.")
    yield from _same_vendor(records)
    yield from _same_name_and_postcode(records)


def _sharing(records: pl.DataFrame, column: str, rung: Rung, reason: str) -> Iterator[Link]:
    shared = (
        records.filter(pl.col(column).is_not_null())
        .group_by(column, maintain_order=True)
        .agg("record_key")
        .filter(pl.col("record_key").list.len() > 1)
    )
    for value, keys in shared.iter_rows():
        yield from _to_the_first(keys, rung, reason.format(value))


def _to_the_first(keys: Sequence[str], rung: Rung, reason: str) -> Iterator[Link]:
    """Links of all to the one seen first, so that a record that comes later changes no link."""
    for key in keys[1:]:
        yield Link(min(keys[0], key), max(keys[0], key), rung, reason)


def _same_vendor(records: pl.DataFrame) -> Iterator[Link]:
    vendors = (
        records.filter(pl.col("supplier_ref").is_not_null() & pl.col("partner_code").is_not_null())
        .group_by("partner_code", "supplier_ref", maintain_order=True)
        .agg("record_key", pl.col("core").n_unique().alias("names"))
        .filter((pl.col("record_key").list.len() > 1) & (pl.col("names") <= _NAMES_OF_A_VENDOR))
    )
    for partner, reference, keys, _ in vendors.iter_rows():
        yield from _to_the_first(keys, "vendor_record", f"Same vendor number {reference} at {partner}.")


def _same_name_and_postcode(records: pl.DataFrame) -> Iterator[Link]:
    places = (
        records.filter(pl.col("postcode").is_not_null() & (pl.col("core") != "") & ~pl.col("is_cut"))
        .group_by("core", "postcode", maintain_order=True)
        .agg("record_key", pl.col("legal_form").drop_nulls().n_unique().alias("forms"))
        .filter((pl.col("record_key").list.len() > 1) & (pl.col("forms") <= 1))
    )
    for core, postcode, keys, _ in places.iter_rows():
        yield from _to_the_first(keys, "name_and_postcode", f"Same name {core} at the same postcode {postcode}.")


@dataclass(frozen=True, slots=True)
class _Scored:
    """A pair of written names, the records they stand for, and what the score says."""

    record_key_l: str
    record_key_r: str
    weight: float
    evidence: dict[str, float]
    doubt: str | None

    @property
    def is_sure(self) -> bool:
        return self.doubt is None

    def link(self) -> Link:
        reason = f"Match weight {self.weight:.1f}; the names agree."
        return Link(self.record_key_l, self.record_key_r, "score", reason, self.weight, self.evidence)


def _with_names(records: pl.DataFrame) -> pl.DataFrame:
    names = [(name, parse_name(name)) for name in records["name"].drop_nulls().unique().sort()]
    parsed = pl.DataFrame(
        [(written, name.core, name.legal_form, name.is_cut) for written, name in names],
        schema={"name": pl.String, "core": pl.String, "legal_form": pl.String, "is_cut": pl.Boolean},
        orient="row",
    )
    return records.join(parsed, on="name", how="left", maintain_order="left").with_columns(
        pl.col("core").fill_null(""), pl.col("is_cut").fill_null(False)
    )


def _scored(records: pl.DataFrame, groups: _Groups, model: Model, bars: Bars) -> list[_Scored]:
    """Pairs of names of different suppliers so far, the likeliest first, each with what speaks against linking it."""
    written = (
        records.with_columns(supplier=pl.Series([groups.find(key) for key in records["record_key"]], dtype=pl.String))
        .filter(pl.col("core") != "")
        .group_by("name", "postcode", "supplier")
        .agg(pl.col("record_key").min(), pl.col("partner_code").drop_nulls().unique().sort().alias("partners"))
    )
    profiles = describe(written)
    with duckdb.connect() as connection:
        prepare(connection)
        connection.register("profile", profiles.to_arrow())
        pairs = candidate_pairs(profiles, connection)
        scores = score(profiles, pairs, model, connection)
    places = profiles.group_by("core").agg(pl.col("area").drop_nulls().n_unique().alias("places"))
    told = (
        profiles.join(places, on="core")
        .with_columns(spelled=pl.col("telling").list.join(" "))
        .select(
            *("profile_id", "record_key", "supplier", "partners", "core", "legal_form", "area", "places"),
            *("is_cut", "is_of_premises", "proper", "spelled"),
        )
    )
    rows = (
        scores.join(told.rename(lambda column: f"{column}_l"), on="profile_id_l")
        .join(told.rename(lambda column: f"{column}_r"), on="profile_id_r")
        .filter((pl.col("supplier_l") != pl.col("supplier_r")) & ~_premises_in_two_towns())
        .filter(
            (pl.col("weight") >= bars.asked_from)
            | (pl.col("others") >= _OTHER_NAME_TELLS)
            | ((pl.col("weight") >= bars.asked_from - _GOES_ON_ASKED_BELOW) & (_goes_on("l", "r") | _goes_on("r", "l")))
            | _holds("l", "r")
            | _holds("r", "l")
        )
        .sort("weight", "record_key_l", "record_key_r", descending=[True, False, False])
    )
    return [
        _Scored(
            min(row["record_key_l"], row["record_key_r"]),
            max(row["record_key_l"], row["record_key_r"]),
            row["weight"],
            {part: round(row[part], 2) for part in PARTS if row[part]},
            _doubt(row, bars),
        )
        for row in rows.iter_rows(named=True)
    ]


def _premises_in_two_towns() -> pl.Expr:
    """Whether two partners write homes or schools in postcode areas (M, SK) that differ: each stands in one."""
    is_of_premises = pl.col("is_of_premises_l") & pl.col("is_of_premises_r")
    partners = pl.col("partners_l").list.len(), pl.col("partners_r").list.len()
    in_common = pl.col("partners_l").list.set_intersection("partners_r").list.len()
    towns = (pl.col(f"area_{side}").str.extract("^([A-Z]+)") for side in "lr")
    has_no_form = pl.col("legal_form_l").is_null() | pl.col("legal_form_r").is_null()
    is_in_two = is_of_premises & has_no_form & (partners[0] > 0) & (partners[1] > 0) & (in_common == 0)
    return (is_in_two & next(towns).ne(next(towns))).fill_null(False)


def _goes_on(one: str, other: str) -> pl.Expr:
    """Whether one name of at least two words is how the other begins: the rest may be a branch or a town."""
    begins = pl.col(f"spelled_{one}")
    return begins.str.contains(" ", literal=True) & pl.col(f"spelled_{other}").str.starts_with(begins + " ")


def _holds(one: str, other: str) -> pl.Expr:
    """Whether all that one name says, but for what kind of home or school it is, stands in the other."""
    said, whole = (pl.lit(" ") + pl.col(name) + pl.lit(" ") for name in (f"proper_{one}", f"spelled_{other}"))
    return whole.str.contains(said, literal=True).fill_null(False)


def _doubt(row: dict[str, Any], bars: Bars) -> str | None:
    """Why a person is asked before the pair is linked; None where nothing is in doubt."""
    is_same_name = row["core_l"] == row["core_r"]
    cut = row["is_cut_l"] + row["is_cut_r"]
    if cut == 2 or (cut and not is_same_name):
        return "A name fills its field to the end and may go on."
    if not is_same_name and row["others"] >= _OTHER_NAME_TELLS:
        return "Only another name that one of them gives (trading, former, second line) is the other's."
    # A whole word more is no slip of the pen, however long the names: (UK), Group, Two.
    if _says_more(row["spelled_l"].split(), row["spelled_r"].split()):
        return "One name says all that the other says, and more."
    if row["spelled_alike"] < _SPELLED_ALIKE:
        return "The names differ by more than a slip of the pen."
    if not is_same_name and _digits(row["core_l"]) != _digits(row["core_r"]):
        return "The names differ in their numbers."
    forms = {form for form in (row["legal_form_l"], row["legal_form_r"]) if form}
    if len(forms) > 1 and forms != _REREGISTERED:
        return "The names agree, but their legal forms do not."
    # A registered name is one company's wherever it is; a name like The Limes Nursery is many people's.
    if is_same_name and row["legal_form_l"] and row["legal_form_r"]:
        return None
    is_there_too = row["area_l"] is not None and row["area_l"] == row["area_r"]
    if not is_there_too and max(row["places_l"], row["places_r"]) > 1:
        return "The name stands in several places, and not both say that it is a registered one."
    if not is_there_too and (row["is_of_premises_l"] or row["is_of_premises_r"]) and not _share_a_partner(row):
        return "A home, a school or the like: others elsewhere may bear its name, and no place says that they are one."
    if row["weight"] < (bars.asked_from if is_same_name else bars.linked_from):
        return "The names agree, but say little."
    return None


def _says_more(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one has all words of the other and some besides, blanks aside."""
    return "".join(mine) != "".join(theirs) and (set(mine) < set(theirs) or set(theirs) < set(mine))


def _share_a_partner(row: dict[str, Any]) -> bool:
    """Whether one partner writes both, or it is not known who does."""
    mine, theirs = row["partners_l"], row["partners_r"]
    return not mine or not theirs or not set(mine).isdisjoint(theirs)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _questions(scored: Iterable[_Scored], groups: _Groups) -> list[Question]:
    """One question for two suppliers, on their likeliest pair of records; the likeliest few for each supplier."""
    asked: dict[tuple[str, str], Question] = {}
    about: Counter[str] = Counter()
    for row in scored:
        one, other = sorted((groups.find(row.record_key_l), groups.find(row.record_key_r)))
        if one == other or (one, other) in asked or not groups.may_join(one, other, "score"):
            continue
        if max(about[one], about[other]) >= _QUESTIONS_A_SUPPLIER:
            continue
        about.update((one, other))
        amount = min(groups.amount(one), groups.amount(other))
        reason = row.doubt or "Linking them would join suppliers that something else holds apart."
        asked[one, other] = Question(row.record_key_l, row.record_key_r, reason, row.weight, row.evidence, amount)
    return sorted(asked.values(), key=lambda question: (-question.amount_gbp, question.record_key_l))
