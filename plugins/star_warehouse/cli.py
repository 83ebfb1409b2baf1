"""``star-warehouse``: the command behind ``make run`` and ``make up``, and for looking inside.

Imports are made where they are needed, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

_REFUSED = 2
_PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="Spend retention and social value of the STAR procurement partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command; a refusal is one sentence on standard error and exit code 2."""
    try:
        app()
    except Refusal as refusal:
        _complain(str(refusal))
        sys.exit(_REFUSED)
    except OSError as error:
        if not (sentence := _disk_full(error)):
            raise
        _complain(sentence)
        sys.exit(_REFUSED)


@app.command()
def run() -> None:
    """Take in what waits, publish what is due, show the headline table, and leave nothing running."""
    from star_warehouse.local.run import run as run_all

    try:
        code = run_all(Settings.from_environment(), _console())
    except KeyboardInterrupt as interruption:
        _complain("Interrupted; everything was stopped. Run again: it goes on where it was.")
        raise typer.Exit(getattr(interruption, "exit_code", 130)) from None
    raise typer.Exit(code)


@app.command()
def up() -> None:
    """Start the warehouse and Airflow, and keep them running until Ctrl-C."""
    from star_warehouse.local.up import up as keep_up

    try:
        keep_up(Settings.from_environment(), _console())
    except KeyboardInterrupt:
        # Ctrl-C is how this command is meant to end.
        raise typer.Exit(0) from None


@app.command()
def deliver(
    source: Annotated[str, typer.Argument(help="The feed, as its file in dags/sources/ is named.")],
    files: Annotated[list[Path], typer.Argument(help="The files it delivers.")],
) -> None:
    """Put files where a feed looks for them; the next run takes them in."""
    from star_warehouse.receive import deliver as put

    settings = Settings.from_environment()
    console = _console()
    for path in put(_source(settings, source), files, settings):
        console.print(f"Waits: {path}", soft_wrap=True, highlight=False)
    console.print("Take it in with `make run`.", highlight=False)


@app.command()
def sample(folder: Annotated[Path, typer.Argument(help="Where to write them, a folder a feed.")]) -> None:
    """Write the invented sample deliveries to a folder."""
    from star_warehouse.local.processes import Children
    from star_warehouse.local.sample import write_sample

    with TemporaryDirectory() as scratch:
        children = Children(Path(scratch), Path(scratch) / "processes.json")
        try:
            count = write_sample(Settings.from_environment(), children, folder)
        finally:
            children.stop()
    _console().print(f"{count:,} invented sample deliveries in {folder}.", soft_wrap=True, highlight=False)


@app.command()
def status() -> None:
    """What every feed delivered, and what became of it."""
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.tables import print_status

    settings = Settings.from_environment()
    with running_warehouse(settings) as warehouse:
        print_status(settings, warehouse, _console())


@app.command()
def releases() -> None:
    """The releases of the shared tables."""
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.tables import print_releases

    with running_warehouse(Settings.from_environment()) as warehouse:
        print_releases(warehouse, _console())


@app.command()
def headline() -> None:
    """The headline measures beside the figures of STAR's own reports."""
    from star_warehouse.local.headline_table import print_headline
    from star_warehouse.local.server import running_warehouse

    with running_warehouse(Settings.from_environment()) as warehouse:
        print_headline(warehouse, _console())


@app.command(context_settings=_PASS_THROUGH)
def psql(context: typer.Context) -> None:
    """Open the warehouse with PostgreSQL's own client; takes its options, such as -c SQL."""
    from star_warehouse.local.server import psql_program, running_warehouse

    with running_warehouse(Settings.from_environment()) as warehouse:
        connection = {
            "PGHOST": warehouse.host,
            "PGPORT": str(warehouse.port),
            "PGUSER": warehouse.user,
            "PGPASSWORD": warehouse.password,
            "PGDATABASE": warehouse.database,
        } | ({"PGSSLMODE": warehouse.ssl_mode} if warehouse.ssl_mode else {})
        raise typer.Exit(_hand_over([str(psql_program()), *context.args], {**os.environ, **connection}))


@app.command(context_settings=_PASS_THROUGH, add_help_option=False)
def airflow(context: typer.Context) -> None:
    """Airflow's own command, on this machine's Airflow: star-warehouse airflow dags list-runs release."""
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.session import airflow_of

    settings = Settings.from_environment()
    with running_warehouse(settings) as warehouse:
        environment = airflow_of(settings, warehouse, has_schedules=False).environment()
        raise typer.Exit(_hand_over([sys.executable, "-m", "airflow", *context.args], environment))


def _source(settings: Settings, source_id: str):  # type: ignore[no-untyped-def]
    from star_warehouse.sources import load_sources

    sources = load_sources(settings.sources_folder)
    if source_id not in sources:
        raise Refusal(
            f"There is no feed {source_id!r}.",
            where=f"folder {settings.sources_folder}",
            way_out=f"The feeds are {', '.join(sorted(sources))}.",
        )
    return sources[source_id]


def _hand_over(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program that talks to the terminal itself; Ctrl-C is then its own matter."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            command, env=dict(environment), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        )
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def _console() -> Console:
    from rich.console import Console

    # Where nobody looks at a terminal, lines are as long as they are.
    return Console() if sys.stdout.isatty() else Console(width=160)


def _complain(sentence: str) -> None:
    text = " ".join(sentence.split())
    print(f"\033[31m{text}\033[0m" if sys.stderr.isatty() else text, file=sys.stderr)


def _disk_full(error: OSError) -> str | None:
    import errno

    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    return (
        f"{error.filename or 'home folder'}: The disk is full. Free some room, or choose another home with STAR_HOME."
    )
