"""What a person sees while a run goes on: a live table on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_SECONDS_BETWEEN_LINES = 5.0
_COLOURS = {"success": "green", "failed": "red", "running": "cyan", "queued": "dim"}


@dataclass(frozen=True)
class FeedProgress:
    """How far one feed is.

    Attributes:
        source_id: the feed.
        state: of its DAG run: ``queued``, ``running``, ``success`` or ``failed``.
        files_done: files read, of ``files_total`` that waited.
        files_total: files that waited when the run began.
        lines: lines read so far.
    """

    source_id: str
    state: str
    files_done: int
    files_total: int
    lines: int


@dataclass(frozen=True)
class Snapshot:
    """What goes on at one moment.

    Attributes:
        feeds: the feeds that have something waiting.
        other_runs: the other DAGs' runs, as (DAG, how far it is).
        tasks: the tasks that run now, as ``<dag>.<task>``.
    """

    feeds: tuple[FeedProgress, ...] = ()
    other_runs: tuple[tuple[str, str], ...] = ()
    tasks: tuple[str, ...] = field(default=())


class Display:
    """Shows snapshots on a console until the block ends.

    Args:
        console: where to show.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._next_line = 0.0
        self._live = Live(console=console, auto_refresh=False, transient=False) if console.is_terminal else None

    def __enter__(self) -> Display:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, snapshot: Snapshot, *, is_last: bool = False) -> None:
        """Show a snapshot; without a terminal only every few seconds, and the last one."""
        if self._live:
            self._live.update(self._picture(snapshot, is_last=is_last), refresh=True)
        elif is_last or time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            self._console.print(self._line(snapshot), highlight=False, markup=False, soft_wrap=True)

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes}:{seconds:02}"

    def _picture(self, snapshot: Snapshot, *, is_last: bool) -> RenderableType:
        table = Table(box=None, padding=(0, 1), show_edge=False)
        for heading, justify in (("feed", "left"), ("", "left"), ("files", "right"), ("lines", "right"), ("", "left")):
            table.add_column(heading, justify=justify)  # type: ignore[arg-type]
        for feed in snapshot.feeds:
            table.add_row(
                feed.source_id,
                ProgressBar(total=max(feed.files_total, 1), completed=feed.files_done, width=24),
                f"{feed.files_done}/{feed.files_total}",
                f"{feed.lines:,}",
                Text(feed.state, style=_COLOURS.get(feed.state, "")),
            )
        for dag_id, state in snapshot.other_runs:
            table.add_row(dag_id, "", "", "", Text(state, style=_COLOURS.get(state.split(",")[0], "")))
        running = ", ".join(snapshot.tasks) or "nothing yet; the scheduler decides what is next"
        below = self._elapsed() if is_last else f"{self._elapsed()}  running: {running}"
        return Group(table, Text(below, style="dim"))

    def _line(self, snapshot: Snapshot) -> str:
        done = sum(feed.files_done for feed in snapshot.feeds)
        total = sum(feed.files_total for feed in snapshot.feeds)
        lines = sum(feed.lines for feed in snapshot.feeds)
        parts = [f"{self._elapsed():>6}"]
        if total:
            parts.append(f"{done} of {total} files, {lines:,} lines")
        under_way = [feed for feed in snapshot.feeds if feed.state == "running" and feed.files_done < feed.files_total]
        parts += [f"{feed.source_id} {feed.files_done}/{feed.files_total}" for feed in under_way]
        parts += [f"{dag_id}: {state}" for dag_id, state in snapshot.other_runs]
        if snapshot.tasks:
            parts.append("running: " + ", ".join(snapshot.tasks))
        return " · ".join(parts)
