"""The rules as they stand in the files, each with its line, and what is wrong with them."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

_REF = re.compile(r"ref\('([^']+)'\)")
# What has a brace in a pattern: a brace meant as such, a number of times, a set of words, or a brace left over.
_BRACES = re.compile(r"\\.|\[[{}]\]|\{[0-9]+(?:,[0-9]*)?\}|\{(?P<set>[^{}]*)\}|(?P<left_over>[{}])", re.DOTALL)
_OTHERS_TOLD = 4


@dataclass(frozen=True)
class Row:
    """One line of a rule file.

    Attributes:
        line: where it begins in the file, the header being line 1.
        values: its fields as written, by column; an empty text is NULL to the warehouse.
    """

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class RuleFile:
    """One file of ``seeds/rules``, and what its description demands of it.

    Attributes:
        name: of the seed: the file's name without its ending.
        path: the file.
        columns: its columns in order.
        types: for each column its type in the warehouse.
        tests: what must hold: the column (None: the whole file), the kind of test and its arguments.
        rows: its lines.
    """

    name: str
    path: Path
    columns: tuple[str, ...]
    types: dict[str, str]
    tests: tuple[tuple[str | None, str, dict[str, Any]], ...]
    rows: tuple[Row, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns by which a row is the same row after it was altered."""
        for column, kind, _ in self.tests:
            if column and kind == "unique":
                return (column,)
        for _, kind, arguments in self.tests:
            if kind == "unique_combination":
                return tuple(arguments["columns"])
            if kind == "periods_do_not_overlap":
                return (*arguments["group_by"], arguments["valid_from"])
        return self.columns[:1]

    @property
    def has_patterns(self) -> bool:
        """Whether its rows are found in texts."""
        return "pattern" in self.columns

    def line_of(self, key: Sequence[str]) -> int | None:
        """The line of the row with these values of the key; None when there is none."""
        for row in self.rows:
            if [row.values.get(column, "") for column in self.key] == list(key):
                return row.line
        return None


@dataclass(frozen=True)
class Rule:
    """One rule that looks for a pattern.

    Attributes:
        seed: the file it stands in, without its ending.
        line: its line there.
        rule_id: its name.
        priority: its place in the order; the lowest number decides. None where a file has no order.
        looks_at: the field searched, and the pattern.
        gives: the class it gives.
        valid_from, valid_to: the first and last day it holds for, as written; empty for always.
        reason: why.
    """

    seed: str
    line: int
    rule_id: str
    priority: int | None
    looks_at: str
    gives: str
    valid_from: str
    valid_to: str
    reason: str


@dataclass(frozen=True)
class _Fault:
    where: str
    what: str
    way_out: str


def read_rule_files(settings: Settings) -> dict[str, RuleFile]:
    """The files of ``seeds/rules`` in the working tree, by name.

    Raises:
        Refusal: a file cannot be read, or has other columns than its description in ``_rules.yml``.
    """
    folder = settings.dbt_project / "seeds" / "rules"
    described = _descriptions(folder)
    files = {}
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in described:
            raise Refusal(
                "The file is not described.",
                where=_shown(path, settings),
                way_out="Describe its columns, types and tests in _rules.yml beside it, or move it away.",
            )
        files[path.stem] = _read(path, described[path.stem], settings)
    return files


def list_rules(files: Mapping[str, RuleFile]) -> list[Rule]:
    """Every rule that looks for a pattern, whichever file it stands in; a file's rules in the order they decide."""
    rules = []
    for file in files.values():
        if not file.has_patterns:
            continue
        found = [_rule(file, row) for row in file.rows]
        rules += sorted(found, key=lambda rule: (rule.priority is None, rule.priority or 0, rule.line))
    return rules


def refuse_faults(files: Mapping[str, RuleFile], settings: Settings, warehouse: Warehouse) -> None:
    """See that every file is as its description demands, and that PostgreSQL takes every pattern.

    What is demanded is said once, in ``_rules.yml``; here it gets the line. Kinds of tests that are not known here are
    left to dbt, which runs all of them.

    Raises:
        Refusal: something is not; it names the file and line of the first, and tells of the others.
    """
    faults = [fault for file in files.values() for fault in _faults(file, files, settings)]
    if not faults:
        faults = list(_pattern_faults(files.values(), settings, warehouse))
    if not faults:
        return
    first, *others = faults
    told = [f"{other.where}: {other.what}" for other in others[:_OTHERS_TOLD]]
    if len(others) > _OTHERS_TOLD:
        told.append(f"{len(others) - _OTHERS_TOLD} more.")
    also = f" Also {' '.join(told)}" if told else ""
    raise Refusal(first.what + also, where=first.where, way_out=first.way_out)


def _rule(file: RuleFile, row: Row) -> Rule:
    value = row.values.get
    priority = value("priority", "")
    field = value("field", "")
    # The class is the last thing a rule says before its dates: scope_class, supplier_class or another.
    gives = [column for column in file.columns if column.endswith("_class")]
    return Rule(
        seed=file.name,
        line=row.line,
        rule_id=row.values[file.key[0]],
        priority=int(priority) if priority.isdecimal() else None,
        looks_at=f"{field}: {value('pattern')}" if field else value("pattern", ""),
        gives=value(gives[-1], "") if gives else "",
        valid_from=value("valid_from", ""),
        valid_to=value("valid_to", ""),
        reason=value("reason") or value("evidence") or "",
    )


def _descriptions(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "_rules.yml"
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return {seed["name"]: seed for seed in content["seeds"]}
    except (OSError, UnicodeDecodeError, YAMLError, KeyError, TypeError) as error:
        raise Refusal(
            f"The description of the rules cannot be read: {' '.join(str(error).split())}",
            where=str(path),
            way_out="Correct it, or restore it from the repository.",
        ) from error


def _read(path: Path, described: dict[str, Any], settings: Settings) -> RuleFile:
    where = _shown(path, settings)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(
            f"The file cannot be read as UTF-8: {error}.", where=where, way_out="Save it as CSV in UTF-8."
        ) from error
    records = _records(text, where)
    if not records:
        raise Refusal("The file is empty.", where=where, way_out="Write its header at least.")
    (_, header), *lines = records
    types = {str(name): str(kind) for name, kind in described["config"]["column_types"].items()}
    if sorted(header) != sorted(types):
        raise Refusal(
            f"The columns are {', '.join(header)}; those described are {', '.join(types)}.",
            where=f"{where}, line 1",
            way_out="Make the file's header and column_types in _rules.yml agree.",
        )
    rows = []
    for line, fields in lines:
        if len(fields) != len(header):
            raise Refusal(
                f"The line has {len(fields)} fields; the header has {len(header)}.",
                where=f"{where}, line {line}",
                way_out="Put a text that holds a comma between quotation marks, or complete the line.",
            )
        rows.append(Row(line, dict(zip(header, fields, strict=True))))
    return RuleFile(path.stem, path, tuple(header), types, tuple(_tests(described)), tuple(rows))


def _records(text: str, where: str) -> list[tuple[int, list[str]]]:
    """Each record with the line it begins in; blank lines are left out, as the warehouse does."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, begins = [], 1
    try:
        for fields in reader:
            if fields:
                records.append((begins, fields))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Refusal(
            f"The line is not CSV: {error}.",
            where=f"{where}, line {begins}",
            way_out="Close what is quoted, and double a quotation mark within it.",
        ) from error
    return records


def _tests(described: dict[str, Any]) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
    yield from _tests_of(None, described.get("data_tests"))
    for column in described.get("columns") or ():
        yield from _tests_of(column["name"], column.get("data_tests"))


def _tests_of(column: str | None, tests: Iterable[Any] | None) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
    for test in tests or ():
        if isinstance(test, str):
            yield column, test, {}
            continue
        ((kind, body),) = test.items()
        body = body or {}
        if (body.get("config") or {}).get("where"):
            # Holds for some rows only; which ones, only the warehouse can tell.
            continue
        yield column, kind, dict(body.get("arguments") or {})


def _faults(file: RuleFile, files: Mapping[str, RuleFile], settings: Settings) -> Iterator[_Fault]:
    where = _shown(file.path, settings)

    def fault(row: Row, what: str, way_out: str) -> _Fault:
        return _Fault(f"{where}, line {row.line}", what, way_out)

    for row in file.rows:
        for column, kind in file.types.items():
            if (text := row.values[column]) and not _is_of_type(text, kind):
                yield fault(row, f"{column} {text!r} is no {kind}.", "Write dates as 2024-04-01, numbers as digits.")
        begins, ends = row.values.get("valid_from", ""), row.values.get("valid_to", "")
        if begins and ends and begins > ends:
            yield fault(row, f"It ends on {ends}, before it begins on {begins}.", "Correct the dates.")
    for tested, kind, arguments in file.tests:
        for row, what, way_out in _broken(file, files, tested, kind, arguments, settings):
            yield fault(row, what, way_out)


def _broken(
    file: RuleFile,
    files: Mapping[str, RuleFile],
    column: str | None,
    kind: str,
    arguments: Mapping[str, Any],
    settings: Settings,
) -> Iterator[tuple[Row, str, str]]:
    """The rows for which a test does not hold, with what is wrong and the way out."""
    if column and kind == "not_null":
        for row in file.rows:
            if not row.values[column]:
                yield row, f"{column} is empty.", "Every row needs one: fill it in."
    elif column and kind == "unique":
        yield from _doubled(file, [column])
    elif kind == "unique_combination":
        yield from _doubled(file, arguments["columns"])
    elif column and kind == "accepted_values":
        accepted = [str(value) for value in arguments["values"]]
        for row in file.rows:
            if row.values[column] and row.values[column] not in accepted:
                yield row, f"{column} {row.values[column]!r} is unknown.", f"Known are {', '.join(accepted)}."
    elif column and kind == "relationships":
        target = _REF.fullmatch(str(arguments["to"]).strip())
        known = _values_of(target[1], arguments["field"], files, settings) if target else None
        for row in file.rows:
            if known is not None and row.values[column] and row.values[column] not in known:
                way_out = f"Known are those of {arguments['to']}: {', '.join(sorted(known))}."
                yield row, f"{column} {row.values[column]!r} is unknown.", way_out
    elif column and kind == "names_known_word_sets":
        yield from _unknown_sets(file, files, column, arguments, settings)
    elif kind == "periods_do_not_overlap":
        yield from _overlapping(file, arguments)


def _unknown_sets(
    file: RuleFile, files: Mapping[str, RuleFile], column: str, arguments: Mapping[str, Any], settings: Settings
) -> Iterator[tuple[Row, str, str]]:
    """The rows whose pattern names a set of words that is not there: it would be searched with its braces."""
    target = _REF.fullmatch(str(arguments.get("words", "")).strip())
    known = (_values_of(target[1], "word_set", files, settings) if target else None) or set()
    braces = "A number of times is written {2} or {1,3}; a brace that is meant as such [{] or [}]."
    if target:
        way_out = f"Known are the sets of {target[1]}.csv: {', '.join(sorted(known))}. {braces}"
    else:
        way_out = f"Sets are not known in {file.name}.csv: write the words out, with | between them. {braces}"
    for row in file.rows:
        for found in _BRACES.finditer(row.values[column]):
            if found["left_over"]:
                yield row, f"{column} has a brace {found['left_over']} without its other one.", way_out
                break
            if found["set"] is not None and found["set"] not in known:
                yield row, f"{column} names the set of words {{{found['set']}}}, which is unknown.", way_out
                break


def _doubled(file: RuleFile, columns: Sequence[str]) -> Iterator[tuple[Row, str, str]]:
    seen: dict[tuple[str, ...], int] = {}
    for row in file.rows:
        values = tuple(row.values[column] for column in columns)
        # NULL is no value: the test of a single column does not compare it.
        if values in seen and any(values):
            named = ", ".join(f"{column} {value!r}" for column, value in zip(columns, values, strict=True))
            yield row, f"{named} stands in line {seen[values]} already.", "Give it another, or remove one of the two."
        seen.setdefault(values, row.line)


def _overlapping(file: RuleFile, arguments: Mapping[str, Any]) -> Iterator[tuple[Row, str, str]]:
    groups: dict[tuple[str, ...], list[tuple[str, str, Row]]] = defaultdict(list)
    for row in file.rows:
        period = (row.values[arguments["valid_from"]] or "0001", row.values[arguments["valid_to"]] or "9999", row)
        groups[tuple(row.values[column] for column in arguments["group_by"])].append(period)
    for group, periods in groups.items():
        for (_, ends, one), (begins, _, other) in pairwise(sorted(periods, key=lambda period: period[:2])):
            if begins <= ends:
                what = f"{', '.join(group)}: the dates overlap with those of line {one.line}."
                yield other, what, "Let one end on the day before the other begins."


def _values_of(seed: str, field: str, files: Mapping[str, RuleFile], settings: Settings) -> set[str] | None:
    """The values of a seed's column; None when no seed is called that."""
    if seed in files:
        return {row.values[field] for row in files[seed].rows}
    for path in (settings.dbt_project / "seeds").rglob(f"{seed}.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return {row[field] for row in csv.DictReader(stream)}
    return None


def _pattern_faults(files: Iterable[RuleFile], settings: Settings, warehouse: Warehouse) -> Iterator[_Fault]:
    with warehouse.connect(autocommit=True) as connection:
        for file in files:
            for row in file.rows if file.has_patterns else ():
                try:
                    connection.execute("select '' ~* %s", (row.values["pattern"],))
                except psycopg.errors.InvalidRegularExpression as error:
                    yield _Fault(
                        f"{_shown(file.path, settings)}, line {row.line}",
                        f"The pattern {row.values['pattern']!r} is no regular expression: "
                        f"{error.diag.message_primary or error}.",
                        "Correct it; brackets that are meant as such are written [(] and [)].",
                    )


def _is_of_type(text: str, kind: str) -> bool:
    try:
        if kind == "date":
            return date.fromisoformat(text).isoformat() == text
        if kind in ("integer", "bigint"):
            return str(int(text)) == text.lstrip("+")
        if kind.startswith("numeric"):
            return Decimal(text).is_finite()
    except (ValueError, InvalidOperation):
        return False
    return kind != "boolean" or text.lower() in ("true", "false")


def _shown(path: Path, settings: Settings) -> str:
    return str(path.relative_to(settings.repository)) if path.is_relative_to(settings.repository) else str(path)
