"""What a delivery would take the place of, and when a person should look first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from star_warehouse.load.replacing import Extent, Placement, place, tell_change

YEAR = (date(2023, 4, 1), date(2024, 3, 31))


def extent(number: int, key: str, start: date, end: date, lines: int = 100, amount: str | None = "1000.00") -> Extent:
    return Extent(number, f"{number}.csv", "town", key, start, end, lines, Decimal(amount) if amount else None)


APRIL = extent(1, "2023-04", date(2023, 4, 1), date(2023, 4, 30))
MAY = extent(2, "2023-05", date(2023, 5, 1), date(2023, 5, 31))
AGAIN = replace(APRIL, delivery_id=9, file_name="9.csv")


def judged(new: Extent, current: list[Extent], **changes: Any) -> Placement:
    usual: dict[str, Any] = {
        "cadence": "month",
        "adds_up": True,
        "arrived": date(2023, 6, 1),
        "final_after_days": None,
    }
    return place(new, current, **usual | changes)


def test_a_first_delivery_replaces_nothing() -> None:
    assert judged(APRIL, [MAY]) == Placement((), None, ())


def test_a_corrected_file_replaces_the_one_of_its_period() -> None:
    assert judged(AGAIN, [APRIL, MAY]) == Placement((APRIL,), None, ())


@pytest.mark.parametrize(
    ("lines", "amount", "doubts"),
    [
        (50, "500.00", 0),
        (49, "500.00", 1),
        (50, "499.99", 1),
        (49, "-3.00", 1),
        (400, None, 1),
    ],
)
def test_a_file_of_less_than_half_the_lines_or_pounds_is_doubted(lines: int, amount: str | None, doubts: int) -> None:
    small = replace(AGAIN, lines_loaded=lines, amount_gbp=Decimal(amount) if amount else None)
    assert len(judged(small, [APRIL]).doubts) == doubts


@pytest.mark.parametrize(
    ("lines", "amount", "what"), [(7, "600.00", "lines"), (60, "1.00", "pounds"), (7, "1.00", "lines and pounds")]
)
def test_the_doubt_says_of_what_there_is_too_little(lines: int, amount: str, what: str) -> None:
    (doubt,) = judged(replace(AGAIN, lines_loaded=lines, amount_gbp=Decimal(amount)), [APRIL]).doubts
    assert doubt == f"It has less than half of the {what} of what it would replace."


def test_what_it_would_change_is_told_in_lines_and_pounds() -> None:
    small = replace(AGAIN, lines_loaded=7, amount_gbp=Decimal("-1234.50"))
    assert tell_change(small, [APRIL]) == (
        "Lines 100 → 7, pounds £1,000.00 → −£1,234.50, instead of 1.csv (delivery 1)."
    )
    assert tell_change(small, [MAY, APRIL]) == (
        "Lines 200 → 7, pounds £2,000.00 → −£1,234.50, instead of 1.csv (delivery 1) and 1 more."
    )
    assert tell_change(APRIL, []) == "It brings 100 lines and £1,000.00, and would replace nothing."
    old, new = snapshot(1, date(2023, 3, 31)), snapshot(2, date(2023, 6, 30), 49)
    assert tell_change(new, [old]) == "Lines 100 → 49, instead of 1.csv (delivery 1)."
    assert tell_change(new, []) == "It brings 49 lines, and would replace nothing."


def test_a_month_of_credits_is_no_measure_of_pounds() -> None:
    assert judged(AGAIN, [replace(APRIL, amount_gbp=Decimal("-20.00"))]).doubts == ()


@pytest.mark.parametrize(
    ("arrived", "final_after_days", "is_doubted"),
    [
        (date(2023, 7, 29), 90, False),
        (date(2023, 7, 30), 90, True),
        (date(2030, 1, 1), None, False),
    ],
)
def test_a_final_period_is_not_rewritten_unasked(arrived: date, final_after_days: int | None, is_doubted: bool) -> None:
    # 90 days after 30 April 2023 is 29 July.
    placement = judged(AGAIN, [APRIL], arrived=arrived, final_after_days=final_after_days)
    assert bool(placement.doubts) is is_doubted
    if is_doubted:
        assert "has been final since 2023-07-29" in placement.doubts[0]
    assert judged(AGAIN, [MAY], arrived=arrived, final_after_days=final_after_days).doubts == ()


def test_a_longer_period_takes_the_place_of_the_months_inside_it_when_a_person_says_so() -> None:
    year = extent(9, "2023/24", *YEAR, lines=1200, amount="12000.00")
    placement = judged(year, [APRIL, MAY], cadence="year")
    assert placement.replaced == (APRIL, MAY)
    assert placement.refusal is None
    assert placement.doubts == (
        "It covers 2023-04-01 to 2024-03-31 and would take the place of 2 deliveries of other periods.",
    )


@pytest.mark.parametrize("source_id", ["town", "town_published"])
def test_a_month_of_a_year_that_is_current_is_refused(source_id: str) -> None:
    year = replace(extent(1, "2023/24", *YEAR), source_id=source_id)
    placement = judged(replace(MAY, delivery_id=9), [year])
    assert placement.replaced == ()
    assert placement.refusal is not None
    what, way_out = placement.refusal
    assert "part of what is current already: 1.csv (delivery 1, 2023-04-01 to 2024-03-31)" in what
    assert "star-warehouse refuse 1" in way_out


def test_what_is_not_added_up_may_overlap() -> None:
    year = extent(1, "2023/24", *YEAR)
    assert judged(MAY, [year], adds_up=False) == Placement((), None, ())


def to_date(number: int, end: date, lines: int) -> Extent:
    return extent(number, "2023/24", YEAR[0], end, lines=lines, amount=f"{lines}.00")


def test_a_longer_year_to_date_replaces_the_shorter_one() -> None:
    shorter, longer = to_date(1, date(2023, 5, 31), 20), to_date(2, date(2023, 6, 30), 30)
    assert judged(longer, [shorter], cadence="year_to_date") == Placement((shorter,), None, ())


def test_a_shorter_year_to_date_is_refused_as_older() -> None:
    shorter, longer = to_date(2, date(2023, 5, 31), 20), to_date(1, date(2023, 6, 30), 30)
    placement = judged(shorter, [longer], cadence="year_to_date")
    assert placement == Placement(
        (),
        (
            "The file goes to 2023-05-31 and is older than the current one of 2023/24, 1.csv, "
            "which goes to 2023-06-30.",
            "Nothing needs to be done; the newer one stays current.",
        ),
        (),
    )


def test_a_correction_of_the_same_year_to_date_replaces_it() -> None:
    first, again = to_date(1, date(2023, 6, 30), 30), to_date(2, date(2023, 6, 30), 31)
    assert judged(again, [first], cadence="year_to_date") == Placement((first,), None, ())


def test_the_next_year_to_date_leaves_the_last_year_alone() -> None:
    last = extent(1, "2022/23", date(2022, 4, 1), date(2023, 3, 31))
    assert judged(to_date(2, date(2023, 4, 30), 1), [last], cadence="year_to_date") == Placement((), None, ())


def snapshot(number: int, day: date, lines: int = 100) -> Extent:
    return extent(number, day.isoformat(), day, day, lines, None)


def test_a_later_snapshot_replaces_all_before_and_is_never_too_late() -> None:
    old, new = snapshot(1, date(2023, 3, 31)), snapshot(2, date(2023, 6, 30))
    usual = {"cadence": "snapshot", "adds_up": False, "final_after_days": 1, "arrived": date(2025, 1, 1)}
    assert judged(new, [old], **usual) == Placement((old,), None, ())
    assert judged(replace(new, lines_loaded=49), [old], **usual).doubts != ()
    assert judged(old, [new], **usual).refusal is not None


def test_an_edition_of_a_register_stands_beside_the_others_and_may_come_late() -> None:
    first, second = snapshot(1, date(2020, 8, 1)), snapshot(2, date(2023, 9, 1))
    usual = {"cadence": "edition", "adds_up": False}
    assert judged(second, [first], **usual) == Placement((), None, ())
    assert judged(replace(first, delivery_id=3), [second], **usual) == Placement((), None, ())
    assert judged(replace(second, delivery_id=3), [first, second], **usual) == Placement((second,), None, ())
