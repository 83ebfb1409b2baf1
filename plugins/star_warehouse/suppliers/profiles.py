"""What there is to compare: each way of writing a supplier's name (with a place), and the pairs worth comparing.

A profile stands for all vendor records that write the same; two profiles are a candidate pair when they share a key
that few others have: a name without its blanks, a rare word, two neighbouring words, a beginning, an ending, initials.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import duckdb
import polars as pl
import pyarrow as pa

from star_warehouse.suppliers.names import FILLING, KINDS_OF_PREMISES, Name, parse_name

# A key that more profiles share than this says nothing about who they are.
_KEY_SHARED_AT_MOST = 40
# The same name in this many places is still compared with itself, each with each.
_NAME_SHARED_AT_MOST = 150
_BEGINNING, _ENDING = 6, 7
_INITIALS_FROM_WORDS = 3
_REMARK_FROM_SUPPLIERS = 3
_COMMON_FROM_NAMES = 10
# Words that, in nats, are together so much rarer than one name of all: one name in seven holds them by chance.
_PROPER_RARER_BY = 2.0
_PROPER_WORDS = 2

_TEXTS, _NUMBERS = pa.list_(pa.string()), pa.list_(pa.int64())
_SCHEMA = pa.schema(
    {
        "name": pa.string(),
        "core": pa.string(),
        "telling": _TEXTS,
        "compact": pa.string(),
        "legal_form": pa.string(),
        "lead": pa.string(),
        "lead_code": pa.int64(),
        "lead_info": pa.float64(),
        "tail": pa.string(),
        "tail_words": _NUMBERS,
        "tail_info": pa.float64(),
        "words": _NUMBERS,
        "names": _TEXTS,
        "others": _TEXTS,
        "spelled": _TEXTS,
        "is_cut": pa.bool_(),
        "is_of_premises": pa.bool_(),
        "proper": pa.string(),
    }
)


def describe(written: pl.DataFrame) -> pl.DataFrame:
    """Take names apart and weigh their words by how few other names use them (inverse document frequency, in nats).

    Args:
        written: a row a profile: ``name``, ``postcode`` (without blanks, or null), and whatever else is to be kept.

    Returns:
        The profiles that name somebody, numbered: their parts, and their words as codes. A code is the word's number
        shifted left by 16 bits, plus its weight in thousandths: a pair's shared weight then needs no second table.
    """
    names = {name: parse_name(name) for name in written["name"].unique()}
    cores = {name.core for name in names.values()}
    frequency = Counter(word for core in cores for word in set(core.split()))
    remarks = _remarks(names.values(), cores)
    numbers = {word: number for number, word in enumerate(sorted(frequency))}
    # A word that most names have (such as one that marks them as invented) tells nobody from anybody.
    common = {word for word, count in frequency.items() if count > max(len(cores) / 2, _COMMON_FROM_NAMES)}
    codes = {word: _code(numbers[word], math.log(len(cores) / count)) for word, count in frequency.items()}
    proper_from = math.log(max(len(cores), 1)) + _PROPER_RARER_BY
    rows = [
        (name, *_parts(parsed, codes, remarks, common, proper_from)) for name, parsed in names.items() if parsed.core
    ]
    described = _table(rows)
    # A postcode's outward part is what stands before its last three characters.
    return (
        written.join(described, on="name")
        .sort(written.columns, nulls_last=True)
        .with_columns(area=pl.col("postcode").str.head(-3))
        .with_row_index("profile_id")
        .with_columns(pl.col("profile_id").cast(pl.Int64))
    )


def candidate_pairs(profiles: pl.DataFrame, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The pairs of profiles worth comparing, each once.

    Returns:
        ``profile_id_l`` < ``profile_id_r``.
    """
    keys: list[tuple[str, int, int]] = []
    parts = profiles.select("profile_id", "telling", "compact", "names", "spelled")
    for profile_id, words, compact, names, spelled in parts.iter_rows():
        keys += [(f"={name}", profile_id, _NAME_SHARED_AT_MOST) for name in names]
        others = {f"^{compact[:_BEGINNING]}", f"${compact[-_ENDING:]}", *spelled}
        others.update(f"{one} {other}" for one, other in pairwise(words))
        if len(words) >= _INITIALS_FROM_WORDS:
            others.add("=" + "".join(word[0] for word in words if word not in FILLING))
        keys += [(key, profile_id, _KEY_SHARED_AT_MOST) for key in others]
    key = pl.DataFrame(
        keys, schema={"key": pl.String, "profile_id": pl.Int64, "shared_at_most": pl.Int64}, orient="row"
    ).to_arrow()
    connection.register("candidate_key", key)
    found = connection.execute(
        """
        with key as (select key, profile_id, max(shared_at_most) as at_most from candidate_key group by all),
        telling as (select hash(key) as key, profile_id from key
            qualify count(*) over (partition by key) between 2 and max(at_most) over (partition by key))
        select distinct l.profile_id as profile_id_l, r.profile_id as profile_id_r
        from telling as l inner join telling as r on l.key = r.key and l.profile_id < r.profile_id
        """
    ).pl()
    connection.unregister("candidate_key")
    return found


def _table(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    # Arrow takes lists of Python as they are; Polars would make a series of each of a million small ones.
    columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(values, kind) for values, kind in zip(columns, _SCHEMA.types, strict=True)]
    table = pl.from_arrow(pa.Table.from_arrays(arrays, schema=_SCHEMA))
    assert isinstance(table, pl.DataFrame)
    return table


def _remarks(names: Iterable[Name], cores: set[str]) -> set[str]:
    """Second lines that stand with many suppliers and are nobody's own name: Payroll, Rents, Redacted."""
    beside = Counter(other for name in {(name.core, name.others) for name in names} for other in set(name[1]))
    return {other for other, count in beside.items() if count >= _REMARK_FROM_SUPPLIERS and other not in cores}


def _code(number: int, weight: float) -> int:
    return (number << 16) | min(round(weight * 1000), 0xFFFF)


def _weight(codes: Sequence[int]) -> float:
    return sum(code & 0xFFFF for code in codes) / 1000


def _parts(
    name: Name, codes: dict[str, int], remarks: set[str], common: set[str], proper_from: float
) -> tuple[object, ...]:
    telling = [word for word in name.core.split() if word not in common] or name.core.split()
    words = list(dict.fromkeys(telling))
    lead, *tail = words
    tail_codes = [codes[word] for word in tail]
    named = [other for other in name.others if other not in remarks]
    others = ["".join(word for word in other.split() if word not in common) for other in named]
    others = [other for other in others if other]
    return (
        name.core.replace(" ", ""),
        telling,
        "".join(telling),
        name.legal_form,
        lead,
        codes[lead],
        _weight([codes[lead]]),
        "".join(telling[1:]),
        tail_codes,
        _weight(tail_codes),
        [codes[word] for word in words],
        ["".join(telling), *others],
        others or None,
        sorted({*words, *(word for other in named for word in other.split())}),
        name.is_cut,
        name.is_of_premises,
        _proper(telling, codes, proper_from),
    )


def _proper(telling: Sequence[str], codes: dict[str, int], proper_from: float) -> str | None:
    """What a name says beyond what kind of home or school it is, where that is two words or more and rare."""
    words = list(telling)
    while len(words) > _PROPER_WORDS and words[-1] in KINDS_OF_PREMISES:
        words.pop()
    tells = len(words) >= _PROPER_WORDS and _weight([codes[word] for word in words]) >= proper_from
    return " ".join(words) if tells else None
