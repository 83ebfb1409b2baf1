"""What follows from failures of different gravity."""

from __future__ import annotations

from star_warehouse.quality.verdicts import Outcome, by_gravity, judge_candidate, judge_delivery


def outcome(
    severity: str, *, is_success: bool = False, message: str = "It is wrong.", way_out: str = "Mend it."
) -> Outcome:
    return Outcome(
        suite="suite",
        subject="file.csv",
        delivery_id=1,
        expectation="expectation",
        column_name=None,
        severity=severity,
        is_success=is_success,
        observed=None,
        expected=None,
        unexpected_count=None,
        message=message,
        way_out=way_out,
    )


def test_nothing_failed() -> None:
    passed = [outcome("critical", is_success=True), outcome("warning", is_success=True)]
    delivery = judge_delivery(passed)
    assert (delivery.outcome, delivery.reason, delivery.way_out) == ("accept", None, None)
    candidate = judge_candidate(passed)
    assert (candidate.severity, candidate.failures, candidate.is_publishable) == (None, (), True)


def test_nothing_was_checked() -> None:
    assert judge_delivery([]).outcome == "accept"
    assert judge_candidate([]).severity is None


def test_a_warning_holds_a_delivery_and_does_not_block_a_candidate() -> None:
    delivery = judge_delivery([outcome("warning", message="Look."), outcome("info", message="By the way.")])
    assert (delivery.outcome, delivery.reason, delivery.way_out) == ("hold", "Look.", "Mend it.")
    candidate = judge_candidate([outcome("info"), outcome("warning")])
    assert (candidate.severity, candidate.is_publishable) == ("warning", True)


def test_information_is_noted_on_what_is_accepted() -> None:
    delivery = judge_delivery([outcome("info", message="By the way."), outcome("warning", is_success=True)])
    assert (delivery.outcome, delivery.reason, delivery.way_out) == ("accept", "By the way.", "Mend it.")
    assert judge_candidate([outcome("info")]).is_publishable


def test_one_critical_failure_decides() -> None:
    failures = [outcome("warning", message="Look."), outcome("critical", message="Stop.")]
    delivery = judge_delivery([*failures, outcome("critical", is_success=True)])
    assert (delivery.outcome, delivery.reason) == ("refuse", "Stop.")
    candidate = judge_candidate(failures)
    assert (candidate.severity, candidate.is_publishable) == ("critical", False)
    assert [failure.message for failure in candidate.failures] == ["Stop.", "Look."]


def test_a_way_out_is_said_once() -> None:
    delivery = judge_delivery([outcome("critical", message="One."), outcome("critical", message="Two.")])
    assert (delivery.reason, delivery.way_out) == ("One. Two.", "Mend it.")


def test_failures_of_one_gravity_keep_their_order() -> None:
    failures = [outcome("warning", message=str(number)) for number in range(5)]
    assert [failure.message for failure in by_gravity(failures)] == ["0", "1", "2", "3", "4"]
