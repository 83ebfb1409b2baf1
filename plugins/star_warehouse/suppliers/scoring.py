"""How alike two profiles are: Splink on DuckDB, a Fellegi-Sunter model trained without labels.

The name is compared in parts that do not overlap, so that what agrees by chance in one part says nothing about the
next, as the model supposes: its first word, its other words, the other names it gives, its legal form, its place. How
often two different suppliers agree (u) is estimated from random pairs, how often one supplier does (m) by expectation
maximisation on all pairs of a sample. Match weights are in bits and add up; 0 is as likely as not.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from importlib import resources

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel, ElseLevel
from splink.comparison_library import CustomComparison

_SEED = 20_190_101
_THREADS = 2
_U_PAIRS = 1_500_000
# All pairs of so many profiles are two million.
_TRAINING_PROFILES = 2_000
# No one part decides alone: what training never saw is taken for rare, not for impossible.
_M_AT_LEAST = 1e-3
_U_AT_LEAST = 1 / _U_PAIRS
# By then little moves any more. With many more, what training never meets shrinks to numbers that Splink refuses.
_ITERATIONS = 12
# The part of the pairs of one supplier that write its name alike, for the prior.
_SAME_NAME_RECALL = 0.8

# In a small ledger many pairs are one supplier's, but no agreement means more there.
_PRIOR_AT_MOST = 1 / 5_000
# Less likely than this, in bits, and a pair is not worth a row, unless another name that one gives is the other's: then
# nothing else in the names need agree.
_WORTH_KEEPING = -16.0
_SAME_NAME = block_on("compact")

_SHARED = "shared_weight(tail_words_l, tail_words_r)"
_LESS = "least(tail_info_l, tail_info_r)"
_MORE = "greatest(tail_info_l, tail_info_r)"
_SAME_TAIL = "tail_l = tail_r"
_ALIKE = "jaro_winkler_similarity({0}_l, {0}_r)"

# Each part: its levels from the strongest agreement to none (the last, not written, is everything else), and when it
# says nothing. Weights are in nats: 7 is a word that one name in 1,100 has.
_PARTS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "lead": (
        None,
        (
            "lead_l = lead_r and tail_info_l + tail_info_r = 0",
            "lead_l = lead_r and lead_info_l >= 9",
            "lead_l = lead_r and lead_info_l >= 7",
            "lead_l = lead_r and lead_info_l >= 5.5",
            "lead_l = lead_r and lead_info_l >= 4",
            "lead_l = lead_r",
            f"{_ALIKE.format('lead')} >= 0.92 or (length(lead_l) > 2 and starts_with(compact_r, lead_l))"
            " or (length(lead_r) > 2 and starts_with(compact_l, lead_r))",
            "list_contains(words_l, lead_code_r) or list_contains(words_r, lead_code_l)",
        ),
    ),
    "tail": (
        f"{_MORE} = 0",
        (
            f"{_SAME_TAIL} and {_MORE} >= 14",
            f"{_SAME_TAIL} and {_MORE} >= 10",
            f"{_SAME_TAIL} and {_MORE} >= 6",
            f"{_SAME_TAIL} and {_MORE} >= 3",
            f"{_SAME_TAIL} and {_MORE} > 0",
            f"{_ALIKE.format('tail')} >= 0.95 and {_LESS} > 5",
            f"{_LESS} >= 6 and {_SHARED} >= {_LESS} - 0.01",
            f"{_LESS} >= 3 and {_SHARED} >= {_LESS} - 0.01",
            f"{_SHARED} >= 5 and {_SHARED} >= 0.5 * {_LESS}",
            f"{_SHARED} >= 3",
            f"{_SHARED} > 0",
            f"{_LESS} = 0",
        ),
    ),
    "others": (
        "others_l is null and others_r is null",
        ("list_has_any(coalesce(others_l, []), names_r) or list_has_any(coalesce(others_r, []), names_l)",),
    ),
    "form": (
        "legal_form_l is null and legal_form_r is null",
        ("legal_form_l = legal_form_r", "legal_form_l is null or legal_form_r is null"),
    ),
    "place": (
        "postcode_l is null or postcode_r is null",
        ("postcode_l = postcode_r",),
    ),
}
PARTS = tuple(_PARTS)


@dataclass(frozen=True)
class Model:
    """Trained numbers: how often a pair of one supplier (m), and of two (u), comes to each level of each part.

    Attributes:
        levels: by part, (m, u) a level, from the strongest agreement to none; each sums to about 1.
        profiles: how many profiles it was trained on.
    """

    levels: dict[str, tuple[tuple[float, float], ...]]
    profiles: int

    def to_json(self) -> str:
        """The model as JSON text."""
        return json.dumps({"profiles": self.profiles, "levels": self.levels}, indent=1)


def model_from_json(text: str) -> Model:
    """Read what ``Model.to_json`` wrote."""
    read = json.loads(text)
    levels = {part: tuple((float(m), float(u)) for m, u in levels) for part, levels in read["levels"].items()}
    return Model(levels, int(read["profiles"]))


def shipped_model() -> Model:
    """The model that comes with the package: learned without labels from two councils' names, and measured on them."""
    return model_from_json(resources.files(__package__).joinpath("model.json").read_text(encoding="utf-8"))


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a DuckDB connection what the comparisons need."""
    # It warns of levels that a small sample never met, which are taken for rare here.
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection.execute(f"set threads = {_THREADS}")
    connection.execute(
        """
        create or replace temp macro shared_weight(one, other) as coalesce(list_sum(list_transform(
            list_filter(one, lambda word: list_contains(other, word)), lambda word: (word & 65535) / 1000.0)), 0)
        """
    )


def train(profiles: pl.DataFrame, connection: duckdb.DuckDBPyConnection) -> Model:
    """Learn m and u from profiles, without labels.

    Args:
        profiles: of ``describe``, some thousands: with few, too few are one supplier's.
        connection: a prepared connection.
    """
    # Pairs that write one name are nearly all one supplier's, and must not pass for chance.
    different = profiles.sort("profile_id").unique("compact", keep="first", maintain_order=True)
    everybody = Linker(DuckDBAPI(connection).register(different.to_arrow()), _settings(None), log_level=None)
    everybody.training.estimate_u_using_random_sampling(max_pairs=_U_PAIRS, seed=_SEED, min_count_per_level=None)
    random_pairs = Model(_trained_levels(everybody), profiles.height)
    some = _training_sample(profiles)
    sample = Linker(
        DuckDBAPI(connection).register(some.to_arrow()), _settings(random_pairs, _prior(some)), log_level=None
    )
    sample.training.estimate_parameters_using_expectation_maximisation("1 = 1")
    return Model(_trained_levels(sample), profiles.height)


def score(
    profiles: pl.DataFrame, pairs: pl.DataFrame, model: Model, connection: duckdb.DuckDBPyConnection
) -> pl.DataFrame:
    """Weigh candidate pairs.

    Args:
        profiles: of ``describe``.
        pairs: of ``candidate_pairs``.
        model: of ``train`` or ``shipped_model``.
        connection: a prepared connection.

    Returns:
        ``profile_id_l``, ``profile_id_r``, ``weight`` (bits), a column a part with that part's bits (0 where it says
        nothing), and ``spelled_alike``: from 0 to 1 (Jaro-Winkler, names without blanks).
    """
    if pairs.is_empty():
        numbers = {"profile_id_l": pl.Int64, "profile_id_r": pl.Int64}
        return pl.DataFrame(schema=numbers | dict.fromkeys(("weight", *PARTS, "spelled_alike"), pl.Float64))
    api = DuckDBAPI(connection)
    linker = Linker(api.register(profiles.to_arrow()), _settings(model, _prior(profiles)), log_level=None)
    blocked = pairs.select(
        pl.col("profile_id_l").alias("join_key_l"), pl.col("profile_id_r").alias("join_key_r"), match_key=pl.lit("0")
    )
    linker.table_management.register_blocked_pairs_for_predict(api.register(blocked.to_arrow()))
    predicted = linker.inference.predict()
    parts = ", ".join(f"mw_{part} as {part}" for part in PARTS)
    return connection.execute(
        f"""
        select profile_id_l, profile_id_r, match_weight as weight, {parts},
            jaro_winkler_similarity(l.compact, r.compact) as spelled_alike
        from {predicted.physical_name}
        inner join profile as l on profile_id_l = l.profile_id
        inner join profile as r on profile_id_r = r.profile_id
        where match_weight >= {_WORTH_KEEPING} or mw_others > 0
        order by profile_id_l, profile_id_r
        """  # noqa: S608 - names of Splink's own tables and of the parts above
    ).pl()


def _prior(profiles: pl.DataFrame) -> float:
    """The part of all pairs that is one supplier's: of those that write one name, and as many more as write two."""
    same_name = profiles.group_by("compact").len().select((pl.col("len") * (pl.col("len") - 1)).sum() / 2).item()
    pairs = profiles.height * (profiles.height - 1) / 2
    return float(min(max(same_name, 1) / _SAME_NAME_RECALL / max(pairs, 1), _PRIOR_AT_MOST))


def _settings(model: Model | None, prior: float = _PRIOR_AT_MOST) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=prior,
        max_iterations=_ITERATIONS,
        unique_id_column_name="profile_id",
        comparisons=[_comparison(part, model) for part in PARTS],
        blocking_rules_to_generate_predictions=[_SAME_NAME],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _comparison(part: str, model: Model | None) -> CustomComparison:
    says_nothing, conditions = _PARTS[part]
    levels = [*(CustomLevel(condition) for condition in conditions), ElseLevel()]
    if model is not None:
        for level, (m, u) in zip(levels, model.levels[part], strict=True):
            level.configure(m_probability=m, u_probability=u)
    silent = [] if says_nothing is None else [CustomLevel(says_nothing).configure(is_null_level=True)]
    return CustomComparison(output_column_name=part, comparison_levels=[*silent, *levels])


def _trained_levels(linker: Linker) -> dict[str, tuple[tuple[float, float], ...]]:
    trained = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        # A part that no pair of the training said anything about goes on saying nothing.
        unseen = all(_number(level.get("u_probability")) == 0 for level in levels)
        trained[comparison["output_column_name"]] = tuple(
            (1 / len(levels), 1 / len(levels))
            if unseen
            else (
                max(_number(level.get("m_probability")), _M_AT_LEAST),
                max(_number(level.get("u_probability")), _U_AT_LEAST),
            )
            for level in levels
        )
    return trained


def _number(probability: object) -> float:
    # A level that training never met has words instead of a number.
    return probability if isinstance(probability, float) else 0.0


def _training_sample(profiles: pl.DataFrame) -> pl.DataFrame:
    """Profiles whose names begin alike, kept together so that those of one supplier are there to be learned from."""
    ordered = (
        profiles.with_columns(begins=pl.col("compact").str.slice(0, 4))
        .with_columns(order=pl.col("begins").hash(_SEED), size=pl.len().over("begins"))
        .filter(pl.col("size") <= _TRAINING_PROFILES // 20)
        .sort("order", "profile_id")
    )
    return ordered.head(_TRAINING_PROFILES).drop("begins", "order", "size")
