"""What a check says: of each expectation, of a delivery, of a release's candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CRITICAL = "critical"
# The gravest first.
SEVERITIES = (CRITICAL, "warning", "info")

Decision = Literal["accept", "hold", "refuse"]
# What the gravest failure of a delivery decides.
_DECISIONS: dict[str, Decision] = {CRITICAL: "refuse", "warning": "hold", "info": "accept"}


@dataclass(frozen=True)
class Outcome:
    """One expectation checked on one subject.

    Attributes:
        suite: name of the suite in ``expectations/``.
        subject: what was checked: a delivery's file name, or a published table.
        delivery_id: the delivery checked, or None for the candidate.
        expectation: Great Expectations' name of the expectation.
        column_name: the column it concerns, or None.
        severity: ``critical``, ``warning`` or ``info``: what a failure means.
        is_success: whether the data are as expected.
        observed: what was found, for people; None where there is nothing to show.
        expected: what was expected, for people; None where the message says it.
        unexpected_count: rows (or subjects) that are not as expected.
        message: one sentence: what holds, or what is wrong.
        way_out: what to do about a failure.
    """

    suite: str
    subject: str
    delivery_id: int | None
    expectation: str
    column_name: str | None
    severity: str
    is_success: bool
    observed: str | None
    expected: str | None
    unexpected_count: int | None
    message: str
    way_out: str


@dataclass(frozen=True)
class DeliveryVerdict:
    """What is to become of a delivery.

    Attributes:
        outcome: ``refuse`` when a critical expectation failed, else ``hold`` when one failed that a person should
            decide about, else ``accept``.
        reason: in sentences, why it is refused or held, or what was noted about one that is accepted; None: nothing.
        way_out: what to do about it; None when there is nothing to do. How a person decides about a held delivery is
            for the ledger to say.
    """

    outcome: Decision
    reason: str | None
    way_out: str | None


@dataclass(frozen=True)
class CandidateVerdict:
    """Whether a candidate may be published.

    Attributes:
        severity: the gravest severity among the failures; None when all holds.
        failures: the expectations that failed, the gravest first.
    """

    severity: str | None
    failures: tuple[Outcome, ...]

    @property
    def is_publishable(self) -> bool:
        """Whether no critical expectation failed."""
        return self.severity != CRITICAL


def judge_delivery(outcomes: list[Outcome]) -> DeliveryVerdict:
    """Sum up what was found on one delivery; the gravest failures decide, and only they are told."""
    failures = by_gravity(outcomes)
    if not failures:
        return DeliveryVerdict("accept", None, None)
    gravest = [failure for failure in failures if failure.severity == failures[0].severity]
    return DeliveryVerdict(
        outcome=_DECISIONS[gravest[0].severity],
        reason=" ".join(dict.fromkeys(failure.message for failure in gravest)),
        way_out=" ".join(dict.fromkeys(failure.way_out for failure in gravest)),
    )


def judge_candidate(outcomes: list[Outcome]) -> CandidateVerdict:
    """Sum up what was found on a candidate."""
    failures = by_gravity(outcomes)
    return CandidateVerdict(severity=failures[0].severity if failures else None, failures=tuple(failures))


def by_gravity(outcomes: list[Outcome]) -> list[Outcome]:
    """The failures among the outcomes, the gravest first, otherwise in their order."""
    return sorted(
        (outcome for outcome in outcomes if not outcome.is_success),
        key=lambda outcome: SEVERITIES.index(outcome.severity),
    )
