"""A source whose partner the seeds do not know would count in nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from star_warehouse.refusal import Refusal
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import check_partner, load_sources, unknown_partner
from tests.builders import SNAPSHOT, SPEND, declare, seeds


def test_a_partner_with_a_membership_counts(tmp_path: Path) -> None:
    check_partner(declare(tmp_path), seeds(tmp_path))


@pytest.mark.parametrize(
    ("partners", "members", "lacking"),
    [
        ("village", "village", "partner.csv or membership.csv"),
        ("village", "town", "partner.csv"),
        ("town", "village", "membership.csv"),
    ],
)
def test_one_that_is_missing_in_a_seed_does_not(tmp_path: Path, partners: str, members: str, lacking: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_partner(declare(tmp_path), seeds(tmp_path, partners=partners, members=members))

    assert refused.value.where == "source town"
    assert refused.value.what.startswith(f"Its partner 'town' is in no row of {lacking}, so no measure would count")
    assert "docs/add-a-partner.md" in refused.value.way_out


def test_a_source_of_no_single_partner_has_nothing_to_be_seen(tmp_path: Path) -> None:
    check_partner(declare(tmp_path, SNAPSHOT), tmp_path / "nowhere")


def test_seeds_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"partner\.csv: The partners cannot be read: FileNotFoundError"):
        check_partner(declare(tmp_path, SPEND), tmp_path)


def test_every_feed_of_this_checkout_counts() -> None:
    folder, project = REPOSITORY / "dags" / "sources", REPOSITORY / "dbt_project"

    assert [source.id for source in load_sources(folder).values() if unknown_partner(source, project)] == []
