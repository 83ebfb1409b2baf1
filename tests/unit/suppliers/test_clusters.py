"""Suppliers keep their numbers; merges and splits are told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from star_warehouse.suppliers.clusters import Event, succeed

ONE_EACH = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}


def test_the_same_suppliers_keep_their_numbers_and_nothing_happened() -> None:
    found = succeed({"a": "a", "b": "a", "c": "c"}, {"a": 7, "b": 7, "c": 9}, ONE_EACH)
    assert found.numbers == {"a": 7, "c": 9}
    assert found.events == ()


def test_a_merge_ends_the_smaller_number() -> None:
    found = succeed({"a": "a", "b": "a"}, {"a": 7, "b": 9}, {"a": 10.0, "b": 20.0})
    assert found.numbers == {"a": 9}
    assert found.events == (Event("merged", "a", 7, ("a",)),)


def test_a_split_leaves_the_number_with_most_pounds() -> None:
    found = succeed({"a": "a", "b": "b", "c": "b"}, {"a": 7, "b": 7, "c": 7}, {"a": 50.0, "b": 10.0, "c": 10.0})
    assert found.numbers == {"a": 7, "b": None}
    assert found.events == (Event("split", "b", 7, ("b", "c")),)


def test_who_leaves_a_supplier_has_the_number_again_under_which_it_went_in() -> None:
    standing = {"a": 9, "b": 9, "c": 9}
    found = succeed({"a": "a", "b": "b", "c": "c"}, standing, {"a": 10.0, "b": 20.0, "c": 5.0}, {"a": 7, "c": 7})
    # Both were of supplier 7 once; the larger has its number.
    assert found.numbers == {"a": 7, "b": 9, "c": None}
    assert found.events == (Event("split", "a", 9, ("a",)), Event("split", "c", 9, ("c",)))


def test_a_number_that_stands_goes_before_one_that_ended() -> None:
    assert succeed({"a": "a", "b": "a"}, {"b": 9}, ONE_EACH, {"a": 7}).numbers == {"a": 9}


def test_a_new_record_joins_a_supplier_without_an_event() -> None:
    found = succeed({"a": "a", "b": "a"}, {"b": 7}, ONE_EACH)
    assert (found.numbers, found.events) == ({"a": 7}, ())


@given(
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.lists(st.one_of(st.none(), st.integers(1, 4)), min_size=6, max_size=6),
)
def test_no_number_is_given_twice_and_none_comes_from_nowhere(groups: list[int], numbers: list[int | None]) -> None:
    records = "abcdef"
    suppliers = {record: f"s{group}" for record, group in zip(records, groups, strict=True)}
    standing = {record: number for record, number in zip(records, numbers, strict=True) if number is not None}
    found = succeed(suppliers, standing, dict.fromkeys(records, 1.0))
    given_out = [number for number in found.numbers.values() if number is not None]
    assert len(given_out) == len(set(given_out))
    assert set(found.numbers) == set(suppliers.values())
    for supplier, number in found.numbers.items():
        if number is not None:
            assert any(standing.get(record) == number for record in records if suppliers[record] == supplier)
    # A number that nobody has any more was taken in by somebody, and that is told.
    merged = {event.from_cluster for event in found.events if event.kind == "merged"}
    assert set(given_out) | merged == set(standing.values())
    assert not set(given_out) & merged
