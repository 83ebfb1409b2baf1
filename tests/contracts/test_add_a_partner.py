"""What docs/add-a-partner.md shows is what the command says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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
