"""Which vendor records are one supplier: the ladder of rules, then scored candidates, under what people decided.

From the strongest ground to the weakest: a person's word, company number, charity number, vendor record of the same
partner, exact normalised name with postcode, score. A link that would put two company numbers (or two charity numbers),
or two records that a person holds apart, into one supplier is not made.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import polars as pl

from star_warehouse.suppliers.names import FILLING, KINDS_OF_PREMISES, ORGANISED, PREMISES, Name, parse_name
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
# A word that more of all names have than this does not tell whose they are; few names are too few to say so.
_TELLS_UP_TO, _TELLS_UP_TO_NAMES = 0.01, 10
_TELLS_NOTHING = FILLING | KINDS_OF_PREMISES | PREMISES
# Letters at the beginning of two names, blanks aside, that are no chance.
_BEGINS_ALIKE = 4
# A name of a person: title, given name, surname.
_WORDS_OF_A_PERSON = 3
_TWO_INITIALS = re.compile(r"(?:[A-Za-z]\b[.\s]*){2,3}[A-Za-z'-]{3}")
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
    records = _with_names(records)
    groups = _Groups(records, _held_apart_by_people(records, _rulings_of(rulings)))
    vendors = list(_same_vendor(records))
    certain = _certain(records, rulings, [link for link in vendors if isinstance(link, Link)])
    links = [link for link in certain if groups.join(link)]
    # Dearer than a score: who shares a vendor number is asked about first.
    scored = [row for row in vendors if isinstance(row, _Scored)]
    scored += _scored(records, groups, model, bars or Bars())
    links += [link for row in scored if row.is_sure and groups.join(link := row.link())]
    return Matching(groups.suppliers(), tuple(links), tuple(_questions(scored, groups)))


class _Groups:
    """Records joined so far, and what must stay apart."""

    def __init__(self, records: pl.DataFrame, held_apart: Iterable[tuple[str, str]]) -> None:
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
        for one, other in held_apart:
            if one in self._parent and other in self._parent:
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


def _held_apart_by_people(records: pl.DataFrame, rulings: dict[tuple[str, str], bool]) -> Iterator[tuple[str, str]]:
    """The pairs that people hold apart: those they decided about, and the same two written in another way.

    A record is written as another one is where one partner writes both, the name and its form are the same, and vendor
    number, company number and postcode do not speak against it. Whoever a person said to be somebody's same is looked
    at by itself, and what is written like both sides is of neither.
    """
    apart = [pair for pair, is_same in rulings.items() if not is_same]
    decided = {key for pair in apart for key in pair}
    joined = {key for pair, is_same in rulings.items() if is_same for key in pair}
    said = {
        key: (name, rest)
        for key, *name, core, is_cut, rest in records.select(
            "record_key", "partner_code", "core", "legal_form", pl.col("core").alias("said"), "is_cut",
            pl.concat_list("supplier_ref", "company_number", "postcode"),
        ).iter_rows()
        if core and not is_cut
    }  # fmt: skip
    written: dict[tuple[str | None, ...], list[str]] = defaultdict(list)
    names = {tuple(said[key][0]) for key in decided if key in said}
    for key, (name, _) in said.items():
        if tuple(name) in names:
            written[tuple(name)].append(key)

    def alike(key: str) -> set[str]:
        if key not in said:
            return {key}
        name, mine = said[key]
        others = (other for other in written[tuple(name)] if other not in joined)
        return {key, *(other for other in others if _agree(mine, said[other][1]))}

    for one, other in apart:
        mine, theirs = alike(one) - {other}, alike(other) - {one}
        both = mine & theirs
        yield from ((left, right) for left in mine - both for right in theirs - both)


def _agree(mine: Sequence[str | None], theirs: Sequence[str | None]) -> bool:
    return all(one is None or other is None or one == other for one, other in zip(mine, theirs, strict=True))


def _certain(records: pl.DataFrame, rulings: Sequence[Ruling], vendors: Sequence[Link]) -> Iterator[Link]:
    """The links that need no score, from the strongest ground on."""
    known = set(records["record_key"])
    for (one, other), is_same in _rulings_of(rulings).items():
        if is_same and one in known and other in known:
            yield Link(one, other, "person", "A person decided that they are one supplier.")
    yield from _sharing(records, "company_number", "company_number", "Same company number {0}.")
    yield from _sharing(records, "charity_number", "charity_number", "Same charity number {0}.")
    yield from vendors
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


def _same_vendor(records: pl.DataFrame) -> Iterator[Link | _Scored]:
    """Links of records under one vendor number whose names share something, and doubts about those that share nothing.

    Vendor numbers are given away again, and some stand for whoever has none: wholly other names are other suppliers'.
    """
    cores = records["core"].unique()
    frequency = Counter(word for core in cores for word in set(core.split()))
    tells = {word for word, count in frequency.items() if count <= max(len(cores) * _TELLS_UP_TO, _TELLS_UP_TO_NAMES)}
    vendors = (
        records.filter(pl.col("supplier_ref").is_not_null() & pl.col("partner_code").is_not_null())
        .group_by("partner_code", "supplier_ref", maintain_order=True)
        .agg("record_key", "name", pl.col("core").n_unique().alias("names"))
        .filter((pl.col("record_key").list.len() > 1) & (pl.col("names") <= _NAMES_OF_A_VENDOR))
    )
    for partner, reference, keys, names, _ in vendors.iter_rows():
        parts: list[list[tuple[str, Name]]] = []
        for key, written in zip(keys, names, strict=True):
            name = parse_name(written or "")
            near = [part for part in parts if any(_share_something(name, other, tells) for _, other in part)]
            for part in near:
                first = part[0][0]
                reason = f"Same vendor number {reference} at {partner}."
                yield Link(min(first, key), max(first, key), "vendor_record", reason)
            parts = [part for part in parts if part not in near]
            parts.append([one for part in near for one in part] + [(key, name)])
        for part in parts[1:]:
            one, other = sorted((parts[0][0][0], part[0][0]))
            yield _Scored(
                one, other, 0.0, {}, f"One vendor number {reference} at {partner}, but the names share nothing."
            )


def _share_something(one: Name, other: Name, tells: Set[str]) -> bool:
    """Whether names share a word that tells, their beginning or initials, or one of them is none."""
    if not one.core or not other.core or one.compact == other.compact:
        return True
    words = [{word for name in (side.core, side.rest, *side.others) for word in name.split()} for side in (one, other)]
    if words[0] & words[1] & tells - _TELLS_NOTHING:
        return True
    if one.core.split()[0] in tells and one.compact[:_BEGINS_ALIKE] == other.compact[:_BEGINS_ALIKE]:
        return True
    return _initials(one) == other.compact or _initials(other) == one.compact


def _initials(name: Name) -> str:
    return "".join(word[0] for word in name.core.split() if word not in FILLING)


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
            *("profile_id", "record_key", "supplier", "partners", "name", "core", "legal_form", "area", "places"),
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
    if not is_there_too and not _share_a_partner(row) and _may_be_many_people(row, bars):
        return "It may be a person's name, which many bear, and no place and no number says that they are one."
    if row["weight"] < (bars.asked_from if is_same_name else bars.linked_from):
        return "The names agree, but say little."
    return None


def _says_more(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one has all words of the other and some besides, blanks aside."""
    return "".join(mine) != "".join(theirs) and (set(mine) < set(theirs) or set(theirs) < set(mine))


def _may_be_many_people(row: dict[str, Any], bars: Bars) -> bool:
    """Whether both may be a person's name that others bear: no legal form, few words, none of an organisation.

    Two initials with a surname that is rare enough for the score to link them agree by chance too seldom to be asked.
    """
    has_form = row["legal_form_l"] or row["legal_form_r"]
    is_short = all(len(row[side].split()) <= _WORDS_OF_A_PERSON for side in ("spelled_l", "spelled_r"))
    names = [parse_name(row[side]).core.split() for side in ("name_l", "name_r")]
    if has_form or not is_short or not all(ORGANISED.isdisjoint(words) for words in names):
        return False
    has_initials = all(_TWO_INITIALS.match(row[side].strip()) for side in ("name_l", "name_r"))
    return not (has_initials and names[0] == names[1] and row["weight"] >= bars.linked_from)


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
