"""Which vendor records are one supplier: the ladder of rules, then scored candidates, under what people decided.

From the strongest ground to the weakest: a person's word, company number, charity number, vendor record of the same
partner, exact normalised name with postcode, score. Under one number names that share nothing may be several firms': of
a vendor number that is asked always, of a company number where both names are companies'. A link that would put two
company numbers (or two charity numbers), or two records that a person holds apart, into one supplier is not made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

import polars as pl

from star_warehouse.suppliers.candidates import Bars, Scored, scored_pairs
from star_warehouse.suppliers.groups import STATED, Groups, Link, Rung
from star_warehouse.suppliers.names import FILLING, KINDS_OF_PREMISES, PREMISES, Name, parse_name
from star_warehouse.suppliers.questions import Question, questions
from star_warehouse.suppliers.scoring import Model

# A word that more of all names have than this does not tell whose they are; few names are too few to say so.
_TELLS_UP_TO, _TELLS_UP_TO_NAMES = 0.01, 10
_TELLS_NOTHING = FILLING | KINDS_OF_PREMISES | PREMISES
# Letters at the beginning of two names, blanks aside, that are no chance.
_BEGINS_ALIKE = 4
# A vendor number that more names than this share is a collective account (sundries, one-off payees).
_NAMES_OF_A_VENDOR = 4

_Named = tuple[str, Name]

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
            blanks), or null; amounts in pounds. Redacted names must not be among them. What a person stated of somebody
            is a record, too, of partner ``STATED``.
        rulings: what people decided, the newest last; a later one about the same two records replaces an earlier one.
        model: for the scores.
        bars: what a score must reach; those that the bench chose when not given.
    """
    records = _with_names(records)
    groups = Groups(records, _held_apart_by_people(records, _rulings_of(rulings)))
    tells = _telling_words(records)
    companies, vendors = list(_same_company(records, tells)), list(_same_vendor(records, tells))
    certain = _certain(records, rulings, _links(companies), _links(vendors))
    links = [link for link in certain if groups.join(link)]
    # Dearer than a score: who shares a number is asked about first.
    scored = [row for row in (*companies, *vendors) if isinstance(row, Scored)]
    scored += scored_pairs(records, groups, model, bars or Bars())
    links += [link for row in scored if row.is_sure and groups.join(link := row.link())]
    return Matching(groups.suppliers(), tuple(links), tuple(questions(records, scored, groups)))


def _links(found: Iterable[Link | Scored]) -> list[Link]:
    return [row for row in found if isinstance(row, Link)]


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


def _certain(
    records: pl.DataFrame, rulings: Sequence[Ruling], companies: Sequence[Link], vendors: Sequence[Link]
) -> Iterator[Link]:
    """The links that need no score, from the strongest ground on."""
    known = set(records["record_key"])
    for (one, other), is_same in _rulings_of(rulings).items():
        if is_same and one in known and other in known:
            yield Link(one, other, "person", "A person decided that they are one supplier.")
    yield from companies
    yield from _same_charity(records)
    yield from vendors
    yield from _same_name_and_postcode(records)


def _same_charity(records: pl.DataFrame) -> Iterator[Link]:
    for number, keys, *_ in _sharing(records, "charity_number"):
        yield from _to_the_first(keys, "charity_number", f"Same charity number {number}.")


def _same_company(records: pl.DataFrame, tells: Set[str]) -> Iterator[Link | Scored]:
    """Links of records under one company number, and doubts about those that are companies of wholly other names.

    A company has one name at a time: the number is one's and was typed for another, or it was renamed. A name without a
    legal form may be a home's or a brand of the company. Whom a person named by that number, everybody under it is.
    """
    for number, keys, names, partners in _sharing(records, "company_number"):
        reason = f"Same company number {number}."
        if STATED in partners:
            yield from _to_the_first(keys, "company_number", reason)
            continue
        named = [(key, parse_name(written or "")) for key, written in zip(keys, names, strict=True)]
        # Companies on top: it is asked about them, and the first of them takes in the names without a form.
        named.sort(key=lambda one: one[1].legal_form is None)
        parts, pairs = _parted(named, tells, only_companies=True)
        yield from (Link(*pair, "company_number", reason) for pair in pairs)
        yield from _doubts(parts, f"One company number {number}, but the companies' names share nothing.")


def _sharing(records: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """What records have in common that share these columns: the values, then keys, names and partners."""
    return (
        records.drop_nulls(columns)
        .group_by(*columns, maintain_order=True)
        .agg("record_key", "name", *({"partner_code"} - set(columns)))
        .filter(pl.col("record_key").list.len() > 1)
        .iter_rows()
    )


def _to_the_first(keys: Sequence[str], rung: Rung, reason: str) -> Iterator[Link]:
    """Links of all to the one seen first, so that a record that comes later changes no link."""
    for key in keys[1:]:
        yield Link(min(keys[0], key), max(keys[0], key), rung, reason)


def _same_vendor(records: pl.DataFrame, tells: Set[str]) -> Iterator[Link | Scored]:
    """Links of records under one vendor number whose names share something, and doubts about those that share nothing.

    Vendor numbers are given away again, and some stand for whoever has none: wholly other names are other suppliers'.
    """
    for partner, reference, keys, names in _sharing(records, "partner_code", "supplier_ref"):
        named = [(key, parse_name(written or "")) for key, written in zip(keys, names, strict=True)]
        if len({name.core for _, name in named}) > _NAMES_OF_A_VENDOR:
            continue
        parts, pairs = _parted(named, tells)
        yield from (Link(*pair, "vendor_record", f"Same vendor number {reference} at {partner}.") for pair in pairs)
        yield from _doubts(parts, f"One vendor number {reference} at {partner}, but the names share nothing.")


def _telling_words(records: pl.DataFrame) -> set[str]:
    cores = records["core"].unique()
    frequency = Counter(word for core in cores for word in set(core.split()))
    return {word for word, count in frequency.items() if count <= max(len(cores) * _TELLS_UP_TO, _TELLS_UP_TO_NAMES)}


def _parted(
    named: Iterable[_Named], tells: Set[str], *, only_companies: bool = False
) -> tuple[list[list[_Named]], list[tuple[str, str]]]:
    """Parts whose names share something, each with those seen first on top, and the pairs that hold them together.

    Args:
        named: record keys with their names, those seen first on top.
        tells: words that tell whose a name is.
        only_companies: whether names without a legal form make no part of their own but go with the first.
    """
    parts: list[list[_Named]] = []
    pairs = []
    for key, name in named:
        near = [part for part in parts if any(_share_something(name, other, tells) for _, other in part)]
        if only_companies and not near and name.legal_form is None:
            near = parts[:1]
        pairs += [(min(part[0][0], key), max(part[0][0], key)) for part in near]
        place = parts.index(near[0]) if near else len(parts)
        parts = [part for part in parts if part not in near]
        parts.insert(place, [one for part in near for one in part] + [(key, name)])
    return parts, pairs


def _doubts(parts: Sequence[Sequence[_Named]], doubt: str) -> Iterator[Scored]:
    for part in parts[1:]:
        one, other = sorted((parts[0][0][0], part[0][0]))
        yield Scored(one, other, 0.0, {}, doubt)


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


def _with_names(records: pl.DataFrame) -> pl.DataFrame:
    names = [(name, parse_name(name)) for name in records["name"].drop_nulls().unique().sort()]
    parsed = pl.DataFrame(
        [(written, name.core, name.legal_form, name.is_cut, name.is_of_home) for written, name in names],
        schema={
            "name": pl.String, "core": pl.String, "legal_form": pl.String, "is_cut": pl.Boolean,
            "is_of_home": pl.Boolean,
        },
        orient="row",
    )  # fmt: skip
    return records.join(parsed, on="name", how="left", maintain_order="left").with_columns(
        pl.col("core").fill_null(""), pl.col("is_cut", "is_of_home").fill_null(False)
    )
