"""What a person sees of a run."""

from __future__ import annotations

import io

from rich.console import Console

from star_warehouse.local.display import Display, FeedProgress, Snapshot

SNAPSHOT = Snapshot(
    feeds=(
        FeedProgress("stockport", "running", 40, 72, 24_567),
        FeedProgress("knowsley", "success", 6, 6, 2_637),
    ),
    other_runs=(("release", "queued"),),
    tasks=("ingest_spend__stockport.take_in_deliveries",),
)


def shown(*, is_terminal: bool, times: int = 1) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=is_terminal, width=120, legacy_windows=False)
    with Display(console) as display:
        for _ in range(times):
            display.show(SNAPSHOT)
        display.show(SNAPSHOT, is_last=True)
    return stream.getvalue()


def test_without_a_terminal_it_is_one_line_every_few_seconds() -> None:
    lines = shown(is_terminal=False, times=50).splitlines()
    assert len(lines) == 2
    assert "46 of 78 files, 27,204 lines" in lines[0]
    assert "stockport 40/72" in lines[0]
    assert "knowsley" not in lines[0]
    assert "release: queued" in lines[0]
    assert "running: ingest_spend__stockport.take_in_deliveries" in lines[0]
    assert "\x1b" not in lines[0]


def test_on_a_terminal_every_feed_has_its_row() -> None:
    text = shown(is_terminal=True)
    for part in ("stockport", "40/72", "24,567", "knowsley", "6/6", "release", "queued"):
        assert part in text
