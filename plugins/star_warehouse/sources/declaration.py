"""Read one declaration, so that a mistake is told with its file, its line and the way out."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from star_warehouse.refusal import Refusal
from star_warehouse.sources.schema import Source


def read_declaration(path: Path) -> Source:
    """Read the declaration of one source.

    Raises:
        Refusal: it cannot be read, is no YAML, or does not fit the schema; with file and line.
    """
    try:
        data = path.read_bytes()
        document = _yaml().load(data.decode("utf-8"))
    except OSError as error:
        raise Refusal(
            f"The declaration cannot be read: {error.strerror}.", where=str(path), way_out="Check the file."
        ) from error
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
        source = Source.model_validate_json(json.dumps(document, default=str))
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


def _mistakes(path: Path, document: object, errors: Sequence[ErrorDetails]) -> Refusal:
    misspelt = {(*error["loc"][:-1], _meant(error["loc"])) for error in errors if error["type"] == "extra_forbidden"}
    # A misspelt key is one mistake, not two: it is unknown, and therefore the right one missing.
    told = sorted((_line(document, error["loc"]), *_mistake(error)) for error in errors if error["loc"] not in misspelt)
    line, what, way_out = told[0]
    others = "".join(f" Line {number}: {text}" for number, text, _ in told[1:])
    return Refusal(what + others, where=f"{path}:{line}", way_out=way_out)


def _mistake(error: ErrorDetails) -> tuple[str, str]:
    location = error["loc"]
    key = ".".join(str(part) for part in location)
    if error["type"] == "extra_forbidden":
        meant = _meant(location)
        way_out = f"Did you mean {meant!r}?" if meant else f"Known keys here: {', '.join(_known_keys(location))}."
        return f"Unknown key {key!r}.", way_out
    if error["type"] == "missing":
        return f"The key {key!r} is missing.", f"Add {location[-1]!r}."
    if error["type"] == "value_error":
        what = str(error["ctx"]["error"])
    else:
        what = f"{error['msg']}, not {error['input']!r}"
    prefix = f"{key}: " if key else ""
    return f"{prefix}{what}.", "Correct that key."


def _meant(location: Sequence[int | str]) -> str | None:
    """The known key that an unknown one resembles."""
    close = difflib.get_close_matches(str(location[-1]), _known_keys(location), n=1)
    return close[0] if close else None


def _known_keys(location: Sequence[int | str]) -> list[str]:
    """The keys that the schema knows where an unknown one stands."""
    model: Any = Source
    for part in location[:-1]:
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = fields[str(part)].annotation
        else:
            model = get_args(model)[-1]
        options = [option for option in get_args(model) if isinstance(option, type) and issubclass(option, BaseModel)]
        if options and type(None) in get_args(model):
            model = options[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _line(document: Any, location: Sequence[int | str]) -> int:
    """The line of the innermost part of a place that the document really has."""
    line = 0
    for part in location:
        try:
            line = document.lc.item(part)[0] if isinstance(part, int) else document.lc.key(part)[0]
            document = document[part]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return int(line) + 1
