"""Run one suite of the project and put its results into our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from star_warehouse.quality.verdicts import CRITICAL, Outcome
from star_warehouse.quality.wording import examples, figure, limits, sentence
from star_warehouse.refusal import Refusal


@dataclass(frozen=True)
class Profile:
    """Rows to be judged one by one: a row is one subject.

    Attributes:
        rows: the subjects, each with its figures.
        key: the column that tells the subjects apart.
        label: the column with their name for people.
    """

    rows: Sequence[Mapping[str, Any]]
    key: str
    label: str


def check_profile(project: Any, suite: str, profile: Profile) -> list[Outcome]:
    """Judge every row of a profile in one validation.

    As a data frame, because on SQL sources the list of failing rows stops at twenty.

    Returns:
        one outcome for each expectation and row; one in all for an expectation about the profile as a whole.

    Raises:
        Refusal: the suite is missing or cannot be run.
    """
    import pandas  # type: ignore[import-untyped]

    frame = pandas.DataFrame(list(profile.rows))
    with _refusing(suite):
        validation = project.validation_definitions.get(suite).run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [profile.key]},
        )
    outcomes = []
    figures = [{name: figure(name, value) for name, value in row.items()} for row in profile.rows]
    for result in validation.results:
        if (error := _evaluation_error(result)) is not None:
            # The suite and the profile do not fit each other: that is no fault of what is judged.
            raise _cannot_run(suite, error)
        if "element_count" in result.result:
            outcomes += _row_outcomes(suite, result, profile, figures)
        else:
            outcomes.append(_whole_outcome(suite, suite, result))
    return outcomes


def check_table(project: Any, suite: str) -> list[Outcome]:
    """Judge one table of the warehouse, in place.

    Returns:
        one outcome for each expectation.

    Raises:
        Refusal: the suite is missing or cannot be run.
    """
    with _refusing(suite):
        definition = project.validation_definitions.get(suite)
        validation = definition.run(result_format={"result_format": "COMPLETE"})
    return [_whole_outcome(suite, definition.asset.table_name, result) for result in validation.results]


@contextmanager
def _refusing(suite: str) -> Iterator[None]:
    """Say in a sentence why a suite could not be run at all; the library raises many kinds of exception for it."""
    try:
        yield
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        raise _cannot_run(suite, reason) from error


def _cannot_run(suite: str, reason: str) -> Refusal:
    return Refusal(
        f"The suite {suite} could not be run: {reason.rstrip('.')}.",
        where=f"expectations/expectations/{suite}.json and its validation definition",
        way_out="Restore or correct these files, see that the warehouse answers, and run again.",
    )


def _row_outcomes(
    suite: str, result: Any, profile: Profile, figures: Sequence[Mapping[str, str | None]]
) -> list[Outcome]:
    """One outcome a row; ``figures`` are those of the rows as people read them."""
    configuration = result.expectation_config
    column = configuration.kwargs.get("column")
    failing = {index[profile.key] for index in result.result.get("unexpected_index_list") or ()}
    outcomes = []
    for row, told in zip(profile.rows, figures, strict=True):
        is_success = row[profile.key] not in failing
        observed = figure(column, row.get(column))
        outcomes.append(
            Outcome(
                suite=suite,
                subject=str(row[profile.label]),
                delivery_id=row.get("delivery_id"),
                expectation=configuration.type,
                column_name=column,
                severity=_severity(result),
                is_success=is_success,
                observed=observed,
                expected=limits(column, configuration.kwargs),
                unexpected_count=0 if is_success else 1,
                message=_message(
                    configuration, is_success, {**told, "observed": observed}, applies=observed is not None
                ),
                way_out=configuration.meta["way_out"],
            )
        )
    return outcomes


def _whole_outcome(suite: str, subject: str, result: Any) -> Outcome:
    configuration = result.expectation_config
    column = configuration.kwargs.get("column")
    error = _evaluation_error(result)
    found = result.result.get("details", {}).get("unexpected_rows") or []
    count = result.result.get("unexpected_count", result.result.get("observed_value"))
    missing = ", ".join(sorted(map(str, result.result.get("partial_missing_list") or ())))
    observed = examples(found) or missing or figure(column, result.result.get("observed_value"))
    if error is None:
        message = _message(configuration, result.success, {"observed": observed, "count": figure(None, count)})
    else:
        message = sentence(f"{configuration.description.rstrip('.')}: this could not be checked ({error})")
    return Outcome(
        suite=suite,
        # A suite about several tables says of each expectation which one it is about.
        subject=configuration.meta.get("about", subject),
        delivery_id=None,
        expectation=configuration.type,
        column_name=column,
        # What cannot be checked must not pass, however light its failure would weigh.
        severity=_severity(result) if error is None else CRITICAL,
        is_success=bool(result.success) and error is None,
        observed=observed,
        expected=limits(column, configuration.kwargs),
        unexpected_count=count if isinstance(count, int) else None,
        message=message,
        way_out=configuration.meta["way_out"] if error is None else "Correct the suite or the table, and build again.",
    )


def _message(configuration: Any, is_success: bool, figures: Mapping[str, str | None], *, applies: bool = True) -> str:
    if is_success and not applies:
        return sentence(f"{configuration.description.rstrip('.')}: this does not apply here")
    if is_success:
        return sentence(configuration.description)
    return sentence(configuration.meta["says"].format(**figures))


def _severity(result: Any) -> str:
    severity = result.expectation_config.severity
    return str(getattr(severity, "value", severity))


def _evaluation_error(result: Any) -> str | None:
    """Why an expectation could not be evaluated; its result then says nothing, not even of its severity."""
    information = result.exception_info or {}
    # One entry for each metric that failed, or the entry itself.
    entries = [information] if "raised_exception" in information else list(information.values())
    for entry in entries:
        if entry.get("raised_exception"):
            return str(entry.get("exception_message", "")).strip().splitlines()[0].rstrip(".")
    return None
