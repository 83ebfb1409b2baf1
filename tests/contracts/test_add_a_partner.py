"""What docs/add-a-partner.md shows is what the command says."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import read_declaration

PAGE = (REPOSITORY / "docs" / "add-a-partner.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
FILE = "oldtown_spend_2024-04.csv"


def block(kind: str, number: int) -> str:
    """A block of the page: of a kind, counted from 0."""
    return [text for word, text in BLOCKS if word == kind][number]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("star-warehouse")
    return subprocess.run([str(program), *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_the_page_shows_what_the_command_says(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(block("text", 0), encoding="utf-8")

    drafted = command(tmp_path, "source", "draft", FILE, "--to", "oldtown.yml")
    checked = command(tmp_path, "source", "check", "oldtown.yml", FILE)

    assert drafted.returncode == 0, drafted.stderr
    assert (tmp_path / "oldtown.yml").read_text(encoding="utf-8") == block("yaml", 0)
    assert checked.returncode == 2, checked.stderr
    shown = "\n".join(line.rstrip() for line in checked.stdout.strip("\n").splitlines())
    assert shown == block("text", 1).rstrip("\n")


def test_the_layouts_that_the_page_shows_are_valid(tmp_path: Path) -> None:
    plain = re.sub(r"^(format|date_formats|null_tokens): .*\n", "", block("yaml", 0), flags=re.MULTILINE)
    text = plain[: plain.index("tables:")].replace("accepts: {from: 2024-04-01}", "accepts: {from: 2022-04-01}")
    path = tmp_path / "oldtown.yml"
    path.write_text(text + block("yaml", 1), encoding="utf-8")

    assert [layout.name for layout in read_declaration(path).layouts] == ["old_ledger", "new_ledger"]


def test_every_file_that_the_page_names_is_there() -> None:
    for path in re.findall(r"`((?:plugins|dbt_project|tests|dags)/[\w./]+)`", PAGE):
        assert (REPOSITORY / path).exists(), path


def test_the_limit_that_the_page_names_stands_where_it_says_and_is_met() -> None:
    path, name = "dbt_project/models/intermediate/partner/_partner.yml", "at_no_date_are_there_more_than_six_partners"
    assert f"`{path}`" in PAGE
    assert f"`{name}`" in PAGE

    tests = YAML(typ="safe").load((REPOSITORY / path).read_text(encoding="utf-8"))["models"][0]["data_tests"]
    (limit,) = (test["holds"]["arguments"]["condition"] for test in tests if test["holds"]["name"] == name)

    # Whoever raises it adds no Python: that the memberships keep to it is the dbt test's own business.
    assert re.search(r"<= \d+$", limit)


def test_the_seeds_that_the_page_names_have_the_columns_it_explains() -> None:
    assert set(seed("partner")[0]) >= {"partner_code", "partner_type", "gss_code", "city_region_code", "is_assumed"}
    assert {row["gss_code"] for row in seed("partner")} <= {row["gss_code"] for row in seed("district")}
    assert {row["partner_type"] for row in seed("partner")} == {"council", "ccg"}
    assert {row["series"] for row in seed("series_partner")} == {"constant_2021"}
    for name in re.findall(r"`(\w+\.csv)`", PAGE):
        assert list((REPOSITORY / "dbt_project" / "seeds").rglob(name)), name


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed of the partners."""
    path = REPOSITORY / "dbt_project" / "seeds" / "reference" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
