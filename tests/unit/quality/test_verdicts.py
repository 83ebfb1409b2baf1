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
    assert (delivery.accepted, delivery.reason, delivery.way_out) == (True, None, None)
    candidate = judge_candidate(passed)
    assert (candidate.severity, candidate.failures, candidate.is_publishable) == (None, (), True)


def test_nothing_was_checked() -> None:
    assert judge_delivery([]).accepted
    assert judge_candidate([]).severity is None


def test_a_warning_is_noted_and_does_not_block() -> None:
    delivery = judge_delivery([outcome("warning", message="Look."), outcome("info", message="By the way.")])
    assert (delivery.accepted, delivery.reason, delivery.way_out) == (True, "Look.", "Mend it.")
    candidate = judge_candidate([outcome("info"), outcome("warning")])
    assert (candidate.severity, candidate.is_publishable) == ("warning", True)


def test_information_asks_nobody_to_do_anything() -> None:
    delivery = judge_delivery([outcome("info")])
    assert (delivery.accepted, delivery.reason, delivery.way_out) == (True, None, None)
    assert judge_candidate([outcome("info")]).is_publishable


def test_one_critical_failure_decides() -> None:
    failures = [outcome("warning", message="Look."), outcome("critical", message="Stop.")]
    delivery = judge_delivery([*failures, outcome("critical", is_success=True)])
    assert (delivery.accepted, delivery.reason) == (False, "Stop.")
    candidate = judge_candidate(failures)
    assert (candidate.severity, candidate.is_publishable) == ("critical", False)
    assert [failure.message for failure in candidate.failures] == ["Stop.", "Look."]


def test_a_way_out_is_said_once() -> None:
    delivery = judge_delivery([outcome("critical", message="One."), outcome("critical", message="Two.")])
    assert (delivery.reason, delivery.way_out) == ("One. Two.", "Mend it.")


def test_failures_of_one_gravity_keep_their_order() -> None:
    failures = [outcome("warning", message=str(number)) for number in range(5)]
    assert [failure.message for failure in by_gravity(failures)] == ["0", "1", "2", "3", "4"]
