"""Read one declaration, so that a mistake is told with its file, its line and the way out."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from star_warehouse.refusal import Refusal
from star_warehouse.sources.declared import Mistake
from star_warehouse.sources.schema import LAYOUT_KEYS, ONLY_LAYOUT, Source

Location = tuple[int | str, ...]


def read_declaration(path: Path) -> Source:
    """Read the declaration of one source.

    Raises:
        Refusal: it cannot be read, is no YAML, or does not fit the schema; with file and line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refusal(
            f"The declaration cannot be read: {error.strerror}.", where=str(path), way_out="Check the file."
        ) from error
    return _declared(path, data)


# A task needs the declarations twice, for its DAG and for its work; only the bytes say whether they are the same.
@lru_cache(maxsize=256)
def _declared(path: Path, data: bytes) -> Source:
    try:
        document = _yaml().load(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refusal("The declaration is not UTF-8.", where=str(path), way_out="Save it as UTF-8.") from error
    except DuplicateKeyError as error:
        raise _not_yaml(path, error, "A key is there twice", "Keep one of the two.") from error
    except MarkedYAMLError as error:
        raise _not_yaml(path, error, "The file is not YAML", "Correct that line.") from error
    except YAMLError as error:
        raise Refusal(f"The file is not YAML: {error}.", where=str(path), way_out="Correct it.") from error
    if not isinstance(document, Mapping):
        raise Refusal(
            "The file does not declare a source.", where=f"{path}:1", way_out="Copy another declaration and adapt it."
        )
    try:
        # By way of JSON, where strict means strict and a date is still a text that the schema reads.
        source = Source.model_validate_json(json.dumps(_with_layouts(document), default=str))
    except ValidationError as error:
        raise _mistakes(path, document, error.errors()) from error
    if source.id != path.stem:
        raise Refusal(
            f"The id is {source.id!r} but the file is called {path.name}.",
            where=f"{path}:{_line(document, ('id',))}",
            way_out=f"Write id: {path.stem}, or rename the file to {source.id}.yml.",
        )
    source._definition_sha256 = hashlib.sha256(data).hexdigest()
    return source


class _DatesAsText(RoundTripConstructor):
    """Leaves dates to the schema, which tells a wrong one with its line."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Constructor = _DatesAsText
    return yaml


def _not_yaml(path: Path, error: MarkedYAMLError, what: str, way_out: str) -> Refusal:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return Refusal(f"{what}: {error.problem or error.context}.", where=f"{path}:{line}", way_out=way_out)


def _with_layouts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its only layout in a list, if it says that one beside its other keys."""
    if "layouts" in document:
        return dict(document)
    only = {key: document[key] for key in LAYOUT_KEYS if key in document}
    rest = {key: part for key, part in document.items() if key not in only}
    return rest | {"layouts": [{"name": ONLY_LAYOUT, **only}]}


def _mistakes(path: Path, document: Mapping[str, Any], errors: Sequence[ErrorDetails]) -> Refusal:
    placed = [(_place(document, error["loc"]), error) for error in errors]
    misspelt = {(*at[:-1], _meant(at)) for at, error in placed if error["type"] == "extra_forbidden"}
    # A misspelt key is one mistake, not two: it is unknown, and therefore the right one missing.
    told = sorted(
        (_line(document, _cause(document, at, error)), *_mistake(at, error))
        for at, error in placed
        if error["type"] != "missing" or at not in misspelt
    )
    line, what, way_out = told[0]
    others = "".join(f" Line {number}: {text}" for number, text, _ in told[1:])
    return Refusal(what + others, where=f"{path}:{line}", way_out=way_out)


def _place(document: Mapping[str, Any], at: Location) -> Location:
    """Where in the document a place of the schema is: its only layout may stand beside the other keys."""
    return at[2:] if at[:1] == ("layouts",) and "layouts" not in document else at


def _cause(document: Mapping[str, Any], at: Location, error: ErrorDetails) -> Location:
    """What is to be corrected where a part does not fit another."""
    mistake = error.get("ctx", {}).get("error")
    return _place(document, (*at, *mistake.at)) if isinstance(mistake, Mistake) else at


def _mistake(at: Location, error: ErrorDetails) -> tuple[str, str]:
    key = ".".join(str(part) for part in at)
    if error["type"] == "extra_forbidden":
        if len(at) == 1 and at[0] in LAYOUT_KEYS:
            return f"{key!r} stands beside 'layouts'.", "Let each of the layouts say it."
        meant = _meant(at)
        way_out = f"Did you mean {meant!r}?" if meant else f"Known keys here: {', '.join(_known_keys(at))}."
        return f"Unknown key {key!r}.", way_out
    if error["type"] == "missing":
        return f"The key {key!r} is missing.", f"Add {at[-1]!r}."
    if error["type"] == "value_error":
        what = str(error["ctx"]["error"])
    else:
        what = f"{error['msg']}, not {error['input']!r}"
    prefix = f"{key}: " if key else ""
    return f"{prefix}{what}.", "Correct that key."


def _meant(at: Location) -> str | None:
    """The known key that an unknown one resembles."""
    close = difflib.get_close_matches(str(at[-1]), _known_keys(at), n=1)
    return close[0] if close else None


def _known_keys(at: Location) -> list[str]:
    """The keys that the schema knows where an unknown one stands."""
    parts: list[int | str] = ["layouts", 0] if len(at) > 1 and at[0] in LAYOUT_KEYS else []
    annotation: Any = Source
    for part in (*parts, *at[:-1]):
        annotation = _annotation_of(annotation, part)
    model = _model_in(annotation) or Source
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return [*keys, *LAYOUT_KEYS] if model is Source else keys


def _annotation_of(annotation: Any, part: int | str) -> Any:
    """The type of a part of something of a type."""
    if model := _model_in(annotation):
        return next(field.annotation for name, field in model.model_fields.items() if part in (field.alias, name))
    return get_args(annotation)[0 if isinstance(part, int) else -1]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a type is, be it optional."""
    options = (annotation, *(get_args(annotation) if type(None) in get_args(annotation) else ()))
    return next((option for option in options if isinstance(option, type) and issubclass(option, BaseModel)), None)


def _line(document: Any, location: Location) -> int:
    """The line of the innermost part of a place that the document really has."""
    line = 0
    for part in location:
        try:
            line = document.lc.item(part)[0] if isinstance(part, int) else document.lc.key(part)[0]
            document = document[part]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return int(line) + 1
