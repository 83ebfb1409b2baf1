"""Pairs of names that a score holds for one supplier's, each with what speaks against linking it unasked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from star_warehouse.suppliers.groups import STATED, Groups, Link
from star_warehouse.suppliers.names import ORGANISED, parse_name
from star_warehouse.suppliers.profiles import candidate_pairs, describe
from star_warehouse.suppliers.scoring import PARTS, Model, prepare, score

# Names that differ by more than a slip of the pen are one supplier's only if a person says so.
_SPELLED_ALIKE = 0.97
# Bits from which on another name that one gives is the other's: any agreement of that part.
_OTHER_NAME_TELLS = 3.0
# A private company that goes public, or back, stays the company it was.
_REREGISTERED = {"LTD", "PLC"}
# A name that goes on where the other ends is asked about so many bits earlier.
_GOES_ON_ASKED_BELOW = 6.0
# A name of a person: title, given name, surname.
_WORDS_OF_A_PERSON = 3
_TWO_INITIALS = re.compile(r"(?:[A-Za-z]\b[.\s]*){2,3}[A-Za-z'-]{3}")


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
class Scored:
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


def scored_pairs(records: pl.DataFrame, groups: Groups, model: Model, bars: Bars) -> list[Scored]:
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
            | _is_one_registered_name()
            | _holds("l", "r")
            | _holds("r", "l")
        )
        .sort("weight", "record_key_l", "record_key_r", descending=[True, False, False])
    )
    return [
        Scored(
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


def _is_one_registered_name() -> pl.Expr:
    """Whether both write one name with a legal form: asked about whatever the score, for it is one company's."""
    has_form = pl.col("legal_form_l").is_not_null() & pl.col("legal_form_r").is_not_null()
    return has_form & (pl.col("core_l") == pl.col("core_r"))


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
    if row["weight"] < (bars.asked_from if is_same_name else bars.linked_from):
        return "The names agree, but say little."
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
    """Whether one partner writes both, or it is not known who does; what people state is of no partner."""
    mine, theirs = set(row["partners_l"]), set(row["partners_r"])
    return not mine or not theirs or bool((mine & theirs) - {STATED})


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
