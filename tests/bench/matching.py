"""``python -m tests.bench.matching OUTPUT``: how well suppliers are matched, and how fast, beside others.

Prints the tables, tells of each figure that is wanted whether it is met, writes all as JSON. Takes about five minutes.
With ``--model PATH`` it writes the model that comes with the package instead: names learned from the two councils'
names, places from invented records.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from star_warehouse.suppliers.candidates import Bars
from star_warehouse.suppliers.groups import STATED
from star_warehouse.suppliers.ladder import RECORD_SCHEMA, Matching, Ruling, match
from star_warehouse.suppliers.profiles import describe
from star_warehouse.suppliers.scoring import Model, prepare, shipped_model, train
from tests.bench.matching_figures import Figures, Pair, figures, pairs_within
from tests.bench.matching_invented import Invented, invent
from tests.bench.matching_labels import ALL_METHODS, BODIES, STRONGER_METHODS, Labelled, adjudicated, labelled
from tests.bench.matching_others import SCORERS, at_best_threshold, exact, normalised
from tests.bench.matching_wanted import verdicts
from tests.bench.matching_warehouse import in_the_warehouse
from tests.realdata import REAL_DATA

_SIZES = (10_000, 30_000, 100_000)
_QUALITY_SIZE = 10_000
_LINKED_TRIED = tuple(step / 2 for step in range(2, 17))
_ASKED_TRIED = tuple(step / 2 for step in range(-16, 5))
_PRECISION_WANTED = 0.99
# Half of what is wanted, so that another body keeps within it.
_NAMES_ASKED_AT_MOST = 0.05


@dataclass(frozen=True)
class Truth:
    """What is true of records.

    Attributes:
        pairs: two records of one supplier each, in order of their keys.
        pounds: by record, what was paid to it.
        left_out: pairs that are no part of the count.
        identities: by record, the registered name and the company number that somebody who looks it up finds.
    """

    pairs: frozenset[Pair]
    pounds: Mapping[str, float]
    left_out: frozenset[Pair] = frozenset()
    identities: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What the matcher made of names, held against labels.

    Attributes:
        linked: automatic links.
        answered: the suppliers once somebody answered every question of the queue rightly.
        questions: how many questions the queue holds.
        homes: how many of them ask who runs a home.
        names_asked: the part of all names that a question shows.
    """

    linked: Figures
    answered: Figures
    questions: int
    homes: int
    names_asked: float

    def as_dict(self) -> dict[str, Any]:
        """The figures by name."""
        return {
            "automatic": self.linked.as_dict(),
            "automatic and queue": self.answered.as_dict(),
            "questions": self.questions,
            "of which who runs a home": self.homes,
            "names_asked": round(self.names_asked, 4),
        }


def records_of(pounds: Mapping[str, float]) -> pl.DataFrame:
    """Vendor records of nothing but names, each its own key."""
    rows = [(name, None, None, name, None, None, None, pounds[name]) for name in sorted(pounds)]
    return pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row")


def trained_on(records: pl.DataFrame) -> Model:
    """A model learned from these records without their labels."""
    with duckdb.connect() as connection:
        prepare(connection)
        return train(describe(records.select("name", "postcode", "record_key")), connection)


def outcome(records: pl.DataFrame, model: Model, truth: Truth, bars: Bars | None = None) -> Outcome:
    """Match records, let somebody who knows the truth answer the queue once, match again, hold both against the truth.

    Whoever answers says of pairs only which are the same, and of a home who it is if ``truth`` says it. What the second
    matching asks is not answered.
    """
    matching = match(records, [], model, bars)
    stated, rulings = answers(matching, truth)
    answered = match(pl.concat([records, stated]), rulings, model, bars).suppliers
    asked = {key for one in matching.questions for key in (one.record_key_l, one.record_key_r) if key is not None}
    return Outcome(
        figures(pairs_within(matching.suppliers), truth.pairs, truth.pounds, truth.left_out),
        figures(
            pairs_within({key: answered[key] for key in records["record_key"]}),
            truth.pairs,
            truth.pounds,
            truth.left_out,
        ),
        len(matching.questions),
        sum(one.record_key_r is None for one in matching.questions),
        len(asked) / len(matching.suppliers),
    )


def answers(matching: Matching, truth: Truth) -> tuple[pl.DataFrame, list[Ruling]]:
    """What somebody who knows the truth answers: records of whom is identified, and what is the same."""
    stated: dict[str, tuple[str, str]] = {}
    rulings = []
    for question in matching.questions:
        one, other = question.record_key_l, question.record_key_r
        if other is not None:
            if (one, other) in truth.pairs:
                rulings.append(Ruling(one, other, True))
        elif (identity := truth.identities.get(one)) is not None:
            # After all names, as what is stated is seen after the records that it is stated of.
            key = f"~{identity}"
            stated[key] = identity
            rulings.append(Ruling(one, key, True))
    rows = [(key, STATED, None, name, number, None, None, 0.0) for key, (name, number) in stated.items()]
    return pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row"), rulings


def truth_of(labels: Labelled) -> Truth:
    """What labels say."""
    return Truth(labels.true_pairs, labels.pounds, labels.left_out, labels.identities)


def on_names(labels: Labelled, model: Model, bars: Bars | None = None) -> Outcome:
    """Match names alone and hold the result against labels."""
    return outcome(records_of(labels.pounds), model, truth_of(labels), bars)


def beside(labels: Labelled) -> dict[str, Figures]:
    """The other ways on the same names."""
    names = sorted(labels.pounds)
    ways = {"exact names": exact(names), "normalised names": normalised(names)}
    found = {way: figures(pairs, labels.true_pairs, labels.pounds, labels.left_out) for way, pairs in ways.items()}
    for way, scorer in SCORERS.items():
        for threshold, held in at_best_threshold(
            scorer, names, labels.true_pairs, labels.pounds, labels.left_out
        ).items():
            found[f"rapidfuzz {way} ≥ {threshold}"] = held
    return found


def chosen_bars(labels: Labelled, model: Model) -> Bars:
    """The bars that one body's labels would choose: most recall at the precision wanted, then the longest queue."""
    records = records_of(labels.pounds)

    def linked(bar: float) -> Figures:
        found = pairs_within(match(records, [], model, Bars(bar, 99.0)).suppliers)
        return figures(found, labels.true_pairs, labels.pounds, labels.left_out)

    def asked_about(bars: Bars) -> float:
        # Who runs a home is asked whatever the bars are.
        pairs = ((one.record_key_l, one.record_key_r) for one in match(records, [], model, bars).questions)
        return len({key for pair in pairs if pair[1] is not None for key in pair}) / records.height

    tried = {bar: linked(bar) for bar in _LINKED_TRIED}
    precise = [bar for bar, result in tried.items() if result.precision >= _PRECISION_WANTED]
    linked_from = max(precise or _LINKED_TRIED, key=lambda bar: (tried[bar].recall, -bar))
    queues = {bar: asked_about(Bars(linked_from, bar)) for bar in _ASKED_TRIED if bar <= linked_from}
    asked_from = min(bar for bar, part in queues.items() if part < _NAMES_ASKED_AT_MOST)
    return Bars(linked_from, asked_from)


def held_out() -> dict[str, Any]:
    """Train and choose bars on one body, judge on the other, and the reverse."""
    results = {}
    for tuned, judged in (BODIES, BODIES[::-1]):
        learned = adjudicated(labelled((tuned,), ALL_METHODS), leave_out=True)
        model = trained_on(records_of(learned.pounds))
        bars = chosen_bars(learned, model)
        raw = labelled((judged,), ALL_METHODS)
        results[f"tuned on {tuned}, judged on {judged}"] = {
            "bars": {"linked_from": bars.linked_from, "asked_from": bars.asked_from},
            "names": len(raw.pounds),
            "true_pairs": len(raw.true_pairs),
            "as labelled": on_names(raw, model, bars).as_dict(),
            "after adjudication": on_names(adjudicated(raw, leave_out=False), model, bars).as_dict(),
            "what names can show": on_names(adjudicated(raw, leave_out=True), model, bars).as_dict(),
        }
    return results


def on_invented() -> dict[str, Any]:
    """Quality on invented records whose truth is known, numbers and places included, whole and by kind of case."""
    invented = invent(_QUALITY_SIZE, seed=7)
    model, truth = shipped_model(), truth_of_invented(invented)
    result = outcome(invented.records, model, truth).as_dict()
    by_kind = _by_kind(invented, match(invented.records, [], model), truth.pounds)
    return {"records": invented.records.height, **result, "by kind": by_kind}


def truth_of_invented(invented: Invented) -> Truth:
    """What is true of invented records; nobody knows who runs their homes."""
    pounds = dict(invented.records.select("record_key", "amount_gbp").iter_rows())
    return Truth(frozenset(pairs_within(invented.supplier_of)), pounds)


def _by_kind(invented: Invented, matching: Matching, pounds: Mapping[str, float]) -> dict[str, Any]:
    kind_of = {key: invented.kinds[supplier] for key, supplier in invented.supplier_of.items()}
    linked, true = pairs_within(matching.suppliers), pairs_within(invented.supplier_of)
    return {
        kind: figures(
            {pair for pair in linked if kind in (kind_of[pair[0]], kind_of[pair[1]])},
            {pair for pair in true if kind == kind_of[pair[0]]},
            pounds,
        ).as_dict()
        for kind in sorted(set(kind_of.values()))
    }


def growth() -> list[dict[str, float]]:
    """Seconds from records to suppliers, links and queue, by number of vendor records."""
    measured = []
    for size in _SIZES:
        records = invent(size).records
        began, worked = time.perf_counter(), time.process_time()
        matching = match(records, [], shipped_model())
        measured.append(
            {
                "records": records.height,
                "seconds": round(time.perf_counter() - began, 2),
                "processor_seconds": round(time.process_time() - worked, 2),
                "suppliers": len(set(matching.suppliers.values())),
                "questions": len(matching.questions),
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            }
        )
    return measured


def on_a_register(model: Model) -> dict[str, int]:
    """A third body, never tuned on: a register that states company numbers; no two of them may be linked by name."""
    rows = (
        pl.read_csv(REAL_DATA / "norfolk_contracts" / "NCC164467.csv.gz", infer_schema=False, encoding="utf8-lossy")
        .select(
            name=pl.col("Supplier name").str.strip_chars(),
            number=pl.col("Supplier registered company number")
            .str.to_uppercase()
            .str.replace_all(r"\s", "")
            # As reference.register_number in the database, which is not at hand here.
            .str.replace(r"^(GB[/-])?((COH|CHC)[/-])?", "")
            .str.zfill(8),
        )
        .drop_nulls("name")
        .unique()
    )
    number_of = dict(
        rows.filter(
            pl.col("number").str.contains(r"^([0-9]{8}|[A-Z]{2}[0-9]{6})$") & (pl.col("number") != "0" * 8)
        ).iter_rows()
    )
    linked = pairs_within(match(records_of(dict.fromkeys(rows["name"], 0.0)), [], model).suppliers)
    numbered = {pair for pair in linked if pair[0] in number_of and pair[1] in number_of}
    return {
        "names": rows["name"].n_unique(),
        "names_with_number": len(number_of),
        "pairs_linked": len(linked),
        "pairs_linked_of_two_numbers": sum(number_of[one] != number_of[other] for one, other in numbered),
    }


def main(output: Path) -> None:
    """Measure, print, write."""
    results: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()}
    }
    if (REAL_DATA / "nwod_2019").is_dir():
        results["names alone"] = _names_alone()
        results["held out"] = held_out()
        results["register"] = on_a_register(shipped_model())
    results["invented"] = on_invented()
    results["growth"] = growth()
    results["warehouse"] = in_the_warehouse(_SIZES)
    results["wanted"] = [asdict(verdict) for verdict in verdicts(results)]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _print(results)


def write_model(path: Path) -> None:
    """Train the model that comes with the package; labels are not looked at."""
    names = trained_on(records_of(labelled(methods=ALL_METHODS).pounds))
    places = trained_on(invent(_QUALITY_SIZE, seed=7).records).levels["place"]
    path.write_text(Model(names.levels | {"place": places}, names.profiles).to_json() + "\n", encoding="utf-8")


def _names_alone() -> dict[str, Any]:
    raw = labelled()
    model = trained_on(records_of(raw.pounds))
    views = {
        "as labelled": raw,
        "after adjudication": adjudicated(raw, leave_out=False),
        "what names can show": adjudicated(raw, leave_out=True),
        "labels not of the care register, after adjudication": adjudicated(
            labelled(methods=STRONGER_METHODS), leave_out=False
        ),
    }
    return {
        "names": len(raw.pounds),
        "true_pairs": len(raw.true_pairs),
        "views": {
            view: {
                "true_pairs": len(labels.true_pairs),
                "left_out": len(labels.left_out),
                **on_names(labels, model).as_dict(),
                "beside": {way: held.as_dict() for way, held in beside(labels).items()},
            }
            for view, labels in views.items()
        },
    }


def _print(results: Mapping[str, Any]) -> None:
    console = Console(width=150)
    table = Table(title="Supplier matching: pairs of vendor records held to be one supplier", title_justify="left")
    for heading in ("on", "way"):
        table.add_column(heading)
    for heading in ("pairs", "precision", "recall", "F1", "precision £", "recall £", "F1 £", "asked"):
        table.add_column(heading, justify="right")
    for view, found in results.get("names alone", {"views": {}})["views"].items():
        for way, held in found["beside"].items():
            _row(table, f"names alone, {view}", way, held)
        _rows(table, f"names alone, {view}", found)
    for split, views in results.get("held out", {}).items():
        for view in ("as labelled", "after adjudication", "what names can show"):
            _rows(table, f"{split}, {view}", views[view])
    _rows(table, "invented records", results["invented"])
    for kind, held in results["invented"]["by kind"].items():
        _row(table, f"invented: {kind}", "automatic", held)
    console.print(table)
    if register := results.get("register"):
        console.print(f"A register never tuned on: {register}", highlight=False)
    _growth(console, "Growth", results["growth"])
    _growth(console, "Growth in the warehouse: first, again, after another month (2 % more)", results["warehouse"])
    wanted = Table(title="What is wanted", title_justify="left")
    for heading in ("figure", "wanted", "measured", ""):
        wanted.add_column(heading)
    for verdict in results["wanted"]:
        met = "met" if verdict["is_met"] else "NOT MET"
        wanted.add_row(verdict["figure"], verdict["wanted"], f"{verdict['measured']:,.4g}", met)
    console.print(wanted)


def _growth(console: Console, title: str, sizes: list[dict[str, float]]) -> None:
    speed = Table(title=title, title_justify="left")
    for heading in sizes[0]:
        speed.add_column(heading.replace("_", " "), justify="right")
    for measured in sizes:
        speed.add_row(*(f"{value:,}" for value in measured.values()))
    console.print(speed)


def _rows(table: Table, on: str, found: Mapping[str, Any]) -> None:
    _row(table, on, "automatic", found["automatic"])
    homes = found["of which who runs a home"]
    asked = f"{found['questions']} questions ({homes} who runs a home), {found['names_asked']:.1%} of names"
    _row(table, on, "automatic and queue answered", found["automatic and queue"], asked)


def _row(table: Table, on: str, way: str, held: Mapping[str, float], asked: str = "") -> None:
    names = ("precision", "recall", "f1", "precision_gbp", "recall_gbp", "f1_gbp")
    table.add_row(on, way, f"{held['pairs']:,}", *(f"{held[name]:.3f}" for name in names), asked)


if __name__ == "__main__":
    if sys.argv[1] == "--model":
        write_model(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
