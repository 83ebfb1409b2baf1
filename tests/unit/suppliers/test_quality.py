"""How well names of two real councils are matched; skipped where their files are not."""

from __future__ import annotations

import pytest

from star_warehouse.suppliers.scoring import shipped_model
from tests.bench.matching import on_names
from tests.bench.matching_figures import figures
from tests.bench.matching_labels import ALL_METHODS, STRONGER_METHODS, adjudicated, labelled, read_adjudicated
from tests.bench.matching_others import exact
from tests.realdata import REAL_DATA

pytestmark = pytest.mark.skipif(not (REAL_DATA / "nwod_2019").is_dir(), reason="the real files are not here")


def test_the_names_and_pairs_are_those_of_the_published_figures() -> None:
    labels = labelled()
    assert (len(labels.pounds), len(labels.true_pairs)) == (2789, 728)
    held = figures(exact(sorted(labels.pounds)), labels.true_pairs, labels.pounds)
    assert (round(held.precision, 2), round(held.recall, 2)) == (1.0, 0.32)


def test_automatic_links_and_the_queue_reach_what_is_wanted() -> None:
    labels = labelled()
    mended = on_names(adjudicated(labels, leave_out=False), shipped_model())
    assert mended.linked.precision >= 0.99
    assert mended.linked.recall >= 0.75
    assert mended.names_asked < 0.1
    assert mended.answered.precision >= 0.99
    assert mended.answered.recall >= 0.92
    # The pairs that no name shows to be one supplier are left out here.
    shown = on_names(adjudicated(labels, leave_out=True), shipped_model())
    assert shown.answered.recall >= 0.92
    # Nor need those pairs be chosen by hand: names labelled by the care register are all left out here.
    elsewhere = on_names(adjudicated(labelled(methods=STRONGER_METHODS), leave_out=False), shipped_model())
    assert elsewhere.answered.recall >= 0.92
    assert elsewhere.names_asked < 0.1


def test_the_adjudicated_list_is_whole() -> None:
    rows = read_adjudicated()
    names = labelled(methods=ALL_METHODS).pounds
    assert len(rows) >= 200
    assert len({(row["name_l"], row["name_r"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["name_l"] < row["name_r"]
        assert row["name_l"] in names
        assert row["name_r"] in names
        assert row["verdict"] in {"same", "different", "not shown"}
        assert row["reason"]
