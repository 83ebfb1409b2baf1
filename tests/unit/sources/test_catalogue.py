"""All declarations of a folder together."""

from __future__ import annotations

from pathlib import Path

import pytest

from star_warehouse.refusal import Refusal
from star_warehouse.sources import load_sources
from tests.builders import SPEND


def write(folder: Path, source_id: str, accepts: str, partner: str = "town") -> None:
    text = SPEND.replace("id: town", f"id: {source_id}").replace("partner: town", f"partner: {partner}")
    (folder / f"{source_id}.yml").write_text(text.replace("{from: 2018-04-01, to: 2024-03-31}", accepts))


def test_declarations_are_found_by_their_id(tmp_path: Path) -> None:
    write(tmp_path, "one", "{from: 2018-04-01, to: 2019-03-31}")
    write(tmp_path, "two", "{from: 2019-04-01}")

    assert list(load_sources(tmp_path)) == ["one", "two"]


@pytest.mark.parametrize("second", ["{from: 2019-03-31}", "{from: 2017-01-01}", "{from: 2018-05-01, to: 2018-05-31}"])
def test_two_sources_of_one_partner_must_not_accept_the_same_day(tmp_path: Path, second: str) -> None:
    write(tmp_path, "one", "{from: 2018-04-01, to: 2019-03-31}")
    write(tmp_path, "two", second)

    with pytest.raises(Refusal, match="The sources one and two of partner town accept the same days"):
        load_sources(tmp_path)


def test_sources_of_two_partners_may_accept_the_same_days(tmp_path: Path) -> None:
    write(tmp_path, "one", "{from: 2018-04-01}")
    write(tmp_path, "two", "{from: 2018-04-01}", partner="city")

    assert len(load_sources(tmp_path)) == 2


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="No source is declared"):
        load_sources(tmp_path)
