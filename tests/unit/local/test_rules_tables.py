"""What a check of the rules prints."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

from rich.console import Console

from star_warehouse.local.rules_tables import print_rules_check
from star_warehouse.rules import (
    ClassMove,
    FlagMove,
    HeadlineMove,
    LargestMove,
    NameMoves,
    RuleChange,
    RulesCheck,
    SupplierMove,
)
from star_warehouse.rules.moves import OtherLines

NOTHING = RulesCheck(
    live_release_id=7,
    built_release_id=7,
    changes=[],
    classes=[],
    thresholds=[],
    rules=[],
    largest=[],
    suppliers=[],
    flags=[],
    names=NameMoves(0, 0),
    headline=[],
    others=OtherLines(0, Decimal(0)),
    relocated_lines=0,
    resupplied_lines=0,
)


def printed(checked: RulesCheck, width: int = 200) -> str:
    stream = io.StringIO()
    print_rules_check(checked, Console(file=stream, width=width))
    return stream.getvalue()


def row(text: str, word: str) -> list[str]:
    """The cells of the one row of a table that holds a word."""
    (line,) = (line for line in text.splitlines() if word in line and "│" in line)
    return [cell.strip() for cell in line.strip("│").split("│")]


def headline(measure: str, partner: str, before: str | None, after: str | None) -> HeadlineMove:
    values = [None if one is None else Decimal(one) for one in (before, after)]
    difference = None if None in values else Decimal(after or 0) - Decimal(before or 0)
    return HeadlineMove(
        measure, partner, "2023/24", "all", "pct", values[0], values[1], difference, Decimal(1000), Decimal(2000)
    )


def test_nothing_moves() -> None:
    text = printed(NOTHING)
    assert "The rules are those of the live warehouse (release 7)." in text
    assert "Nothing moves" in text


def test_pounds_and_points_stand_with_their_sign_and_all_partners_first() -> None:
    text = printed(
        replace(
            NOTHING,
            changes=[RuleChange("scope_rule", 12, "levy", "altered", {"pattern": "[a]"}, {"pattern": "[b]"})],
            classes=[ClassMove("stockport", "2023/24", "influenceable", "levy", 3, Decimal(4500), Decimal(-4500))],
            largest=[
                LargestMove(
                    "stockport", "Acorn [Ltd]", None, "influenceable", "levy", "default", "levy", 3, Decimal(4500)
                )
            ],
            headline=[
                headline("R1", "stockport", "43.51", "44.25"),
                headline("R1", "all", None, None),
                headline("R2", "stockport", "60.00", "59.00"),
            ],
        )
    )
    assert row(text, "scope_rule.csv:12")[1:] == ["levy", "altered", "pattern: [a]", "pattern: [b]"]
    assert row(text, "2023/24 │ stockport │ infl") == [
        "2023/24", "stockport", "influenceable", "levy", "3", "4,500", "−4,500",
    ]  # fmt: skip
    assert row(text, "Acorn [Ltd]")[3:] == ["influenceable (default)", "levy (levy)", "3", "4,500"]
    assert row(text, "43.5 %") == [
        "stockport", "2023/24", "43.5 % → 44.3 %  +0.7 points", "60.0 % → 59.0 %  −1.0 points", "1,000", "2,000",
    ]  # fmt: skip
    retention = text[text.index("Retention:") :]
    assert retention.index("│ all") < retention.index("│ stockport")
    assert "Nothing moves" not in text


def test_what_would_be_said_of_suppliers_otherwise() -> None:
    checked = replace(
        NOTHING,
        suppliers=[SupplierMove("individual", "unknown", 12, 345, Decimal(6789))],
        flags=[FlagMove("is_vcse", None, True, 4)],
        names=NameMoves(12, 3),
    )
    text = printed(checked)
    assert checked.moves_something
    assert row(text, "individual") == ["individual", "unknown", "12", "345", "6,789"]
    assert row(text, "is_vcse") == ["is_vcse", "not known", "yes", "4"]
    assert "12 would newly be published, 3 newly be masked" in text
    assert "Nothing moves" not in text
    assert replace(NOTHING, names=NameMoves(0, 1)).moves_something
    assert replace(NOTHING, names=NameMoves(1, 0)).moves_something
    assert not NOTHING.moves_something


def test_what_is_not_by_the_rules_is_said() -> None:
    text = printed(
        replace(
            NOTHING,
            built_release_id=8,
            flags=[FlagMove("is_vcse", None, True, 4)],
            others=OtherLines(5, Decimal(10)),
            relocated_lines=2,
        )
    )
    assert "built for release 8, which is not live" in text
    assert "are those of release 7, are not compared" in text
    assert "5 lines (£10.00) are only in one of the two" in text
    assert "2 lines lie in another district" in text
    assert "No rule changed" in text


def test_whose_figures_move_is_said_in_a_narrow_window_too() -> None:
    moves = [headline(f"R{number}", "stockport", "34.4", "35.1") for number in range(1, 8)]
    text = printed(replace(NOTHING, headline=moves), width=120)
    assert "partner" in text and "period" in text
    assert any("stockport" in line and "2023/24" in line for line in text.splitlines())
