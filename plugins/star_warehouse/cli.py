"""``star-warehouse``: the command behind ``make run`` and ``make up``, and for looking inside.

Imports are made where they are needed, so that ``--help`` answers at once.
"""

from __future__ import annotations

import getpass
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

_NOT_COUNTED = 1
_REFUSED = 2
_MOVES = 3
_Kind = Literal["spend", "social_value", "contracts", "tenders"]
_PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}

_Deliveries = Annotated[list[str] | None, typer.Argument(help="Their numbers; without one, it lists what waits.")]
_Reason = Annotated[str, typer.Option(help="Why, for those who ask later. Needed to decide.")]
_Person = Annotated[str | None, typer.Option("--as", help="Who decides; the user of this machine when not given.")]

app = typer.Typer(
    help="Spend retention and social value of the STAR procurement partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

source_app = typer.Typer(
    help="Declare a new body's files in dags/sources/, and see how they read.", no_args_is_help=True
)
app.add_typer(source_app, name="source")

rules_app = typer.Typer(
    help="What the rules in dbt_project/seeds/rules decide, and what a changed one would move.", no_args_is_help=True
)
app.add_typer(rules_app, name="rules")


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
    """Take in what waits, publish what is due, show the headline table, and leave nothing running.

    Exit code 0: all went well. 1: something was refused, failed or came to be held in this run; the rest is taken in.
    2: it could not begin, or not go on.
    """
    from star_warehouse.local.run import run as run_all

    try:
        code = run_all(Settings.from_environment(), _console())
    except KeyboardInterrupt as interruption:
        _complain("Interrupted; everything was stopped. Run again: it goes on where it was.")
        raise typer.Exit(getattr(interruption, "exit_code", 130)) from None
    raise typer.Exit(code)


@app.command()
def up() -> None:
    """Start the warehouse and Airflow with its pages and schedules, and keep them running until Ctrl-C."""
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
    """Put files where a feed looks for them; the next run takes them in.

    A file's name must say its period as the feed's declaration has it; if one does not, none is copied.
    """
    from star_warehouse.airflow_glue.names import ingest_dag_id
    from star_warehouse.local.session import at_work
    from star_warehouse.local.tables import print_uncounted
    from star_warehouse.receive import deliver as put
    from star_warehouse.sources import unknown_partner

    settings = Settings.from_environment()
    console = _console()
    feed = _source(settings, source)
    print_uncounted(settings, [feed], console)
    for one in put(feed, files, settings):
        # Whether the one before was taken in stands in the ledger, for which no database is started here.
        instead = ". It replaces the file of that name: if that one still waited, it is not taken in."
        told = f"Waits: {one.path}{instead if one.has_replaced else ''}"
        console.print(told, soft_wrap=True, highlight=False, markup=False)
    if unknown_partner(feed, settings.dbt_project):
        # What to do first was said above; no run takes it in before.
        return
    holder = at_work(settings)
    if holder is None:
        console.print("Take it in with `make run`.", highlight=False)
    elif " up," in holder:
        console.print(
            f"The running services take it in by their calendar; at once, if you trigger "
            f"{ingest_dag_id(feed.kind, feed.id)} on Airflow's pages (http://127.0.0.1:{settings.airflow_port}).",
            soft_wrap=True,
            highlight=False,
        )
    else:
        console.print(
            f"Another command is at work here ({holder or 'just starting'}); once it ends, `make run` takes in what "
            "it did not.",
            soft_wrap=True,
            highlight=False,
        )


@app.command()
def sample(folder: Annotated[Path, typer.Argument(help="Where to write them, a folder a feed.")]) -> None:
    """Write the invented sample deliveries to a folder; nothing is taken in."""
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
def status(
    periods: Annotated[
        int | None,
        typer.Option(
            min=1, max=600, help="How many months to show: the last whole ones (usually 12), or those from --from on."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="The period to begin with: 2023-04, 2023-Q2 (April to June) or 2023/24."),
    ] = None,
) -> None:
    """What every partner delivered month by month, what is late or missing, and what waits for somebody."""
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.tables import print_status

    settings = Settings.from_environment()
    with running_warehouse(settings) as warehouse:
        print_status(settings, warehouse, _console(), periods, since)


@app.command()
def accept(deliveries: _Deliveries = None, reason: _Reason = "", person: _Person = None) -> None:
    """Let held deliveries become current, that is, be counted; the next run publishes them."""
    _decide("accept", deliveries, reason, person)


@app.command()
def refuse(deliveries: _Deliveries = None, reason: _Reason = "", person: _Person = None) -> None:
    """Refuse held deliveries, withdraw current ones, or set refused ones aside so that nobody is told of them again."""
    _decide("refuse", deliveries, reason, person)


@app.command()
def reprocess(
    source: Annotated[str, typer.Argument(help="The feed, as its file in dags/sources/ is named.")],
    since: Annotated[
        str | None, typer.Option("--from", help="Only periods that end on its first day or later: 2023-04 or 2023/24.")
    ] = None,
) -> None:
    """Read anew what a feed delivered, from the bytes that were kept, after its declaration was mended.

    Shows the difference before → after. Exit code 1: a file is refused or held as now read; what was current stays.
    """
    from star_warehouse.load import first_day_of
    from star_warehouse.local.reprocessing import reprocess as read_anew
    from star_warehouse.local.server import running_warehouse

    settings = Settings.from_environment()
    feed = _source(settings, source)
    from_day = None if since is None else first_day_of(since)
    with running_warehouse(settings) as warehouse:
        is_fine = read_anew(settings, warehouse, feed, from_day, _console())
    raise typer.Exit(0 if is_fine else 1)


@source_app.command("draft")
def draft_source(
    file: Annotated[Path, typer.Argument(help="A file of the new body, named as it will be delivered.")],
    to: Annotated[
        Path | None, typer.Option(help="A new file to write it to: dags/sources/<id>.yml; else it is shown.")
    ] = None,
    kind: Annotated[_Kind | None, typer.Option(help="What it delivers, if the headers do not tell.")] = None,
) -> None:
    """Propose the declaration of a feed from one of its files; what is not sure is marked '# ?'."""
    from star_warehouse.onboard import count_doubts, read_bytes, to_yaml, write_draft
    from star_warehouse.onboard import draft_source as draft

    text = to_yaml(draft(file.name, read_bytes(file), source_id=to.stem if to else None, kind=kind))
    if to is None:
        sys.stdout.write(text)
        return
    write_draft(to, text)
    doubts = count_doubts(text)
    places = "1 place is" if doubts == 1 else f"{doubts} places are"
    sentence = f"{to}: {places} marked '# ?': confirm or correct each, then check it."
    _console().print(sentence, soft_wrap=True, highlight=False, markup=False)


@source_app.command("check")
def check_source(
    declaration: Annotated[Path, typer.Argument(help="The declaration: dags/sources/<id>.yml.")],
    files: Annotated[list[Path], typer.Argument(help="Files of this feed.")],
    name: Annotated[
        str | None, typer.Option("--as", help="The name the file will be delivered under, if it has another.")
    ] = None,
) -> None:
    """Show how a declaration reads files, without a database, and whether they would count.

    Exit code 0: they would be taken in. 1: they read, but would not be taken in, such as of a partner that no seed
    has. 2: one would be refused.
    """
    from star_warehouse.local.source_tables import obstacle_of, print_check
    from star_warehouse.onboard import check_file, count_doubts
    from star_warehouse.sources import read_declaration

    source = read_declaration(declaration)
    console = _console()
    if doubts := count_doubts(declaration.read_text(encoding="utf-8")):
        places = f"1 place of {declaration} is" if doubts == 1 else f"{doubts} places of {declaration} are"
        console.print(f"{places} still marked '# ?'.", soft_wrap=True, markup=False)
    obstacle = obstacle_of(source, declaration, Settings.from_environment())
    if obstacle:
        console.print(f"Not counted. {obstacle}", style="yellow", soft_wrap=True, markup=False, highlight=False)
    checks = [check_file(source, path, name) for path in files]
    for check in checks:
        print_check(check, source, console, is_counted=obstacle is None)
    if any(check.refusal for check in checks):
        raise typer.Exit(_REFUSED)
    raise typer.Exit(_NOT_COUNTED if obstacle else 0)


@app.command()
def releases(
    number: Annotated[int | None, typer.Argument(help="Of one release: what it was made from.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="Write its deliveries, suppliers, decisions and rules to a new folder.")
    ] = None,
) -> None:
    """The releases of the published tables (schema shared), or what one of them was made from."""
    from star_warehouse.local.release_table import print_release
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.tables import print_releases
    from star_warehouse.release import explain_release, write_explanation

    if to is not None and number is None:
        raise Refusal("--to is about one release.", where="star-warehouse releases", way_out="Give its number.")
    settings = Settings.from_environment()
    console = _console()
    with running_warehouse(settings) as warehouse:
        if number is None:
            print_releases(warehouse, console)
            return
        print_release(explain_release(warehouse, settings, number), console)
        if to is not None:
            files = write_explanation(warehouse, number, to)
            console.print(f"{len(files)} files in {to}.", soft_wrap=True, highlight=False, markup=False)


@app.command()
def review(
    csv: Annotated[Path | None, typer.Option(help="Write what is shown to a new CSV file, to be filled in.")] = None,
    decide: Annotated[Path | None, typer.Option(help="Take the decisions of a filled-in file, all or none.")] = None,
    about: Annotated[
        list[str] | None,
        typer.Option(
            help="Show these vendor records, asked about or not: a part of a name, or a vendor number, company number "
            "or supplier key (sup:7). May be given several times."
        ),
    ] = None,
) -> None:
    """Suppliers that may be one, and homes of which nobody knows who runs them, most pounds at stake first.

    At stake is what was paid to the smaller of the two, or to the one. Without options they are listed; --csv writes
    them to a file, which --decide takes back. Each line of the file is two vendor records, or one. Fill in `decision`,
    `decided_by` and `reason`, and leave empty what is not decided. About two: same or different. About one: identified,
    with `identified_name` (the registered name) and its company or charity number where it has one; whoever else has
    that number is then the same supplier. Either is taken back by withdrawn. A decision counts for the suppliers that
    the records belong to, above every rule and score, until a person decides otherwise; the next release follows it.
    """
    from star_warehouse.local.review_table import print_pairs, print_questions
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.suppliers import decide as keep
    from star_warehouse.suppliers import open_questions, pairs_about, write_questions

    if decide is not None and (csv is not None or about):
        raise Refusal(
            "--decide is an errand of its own.",
            where="star-warehouse review",
            way_out="Give it without --csv, --about.",
        )
    console = _console()
    with running_warehouse(Settings.from_environment()) as warehouse:
        if decide is not None:
            kept = keep(warehouse, decide, f"review by {getpass.getuser()}")
            new = "1 decision is" if kept == 1 else f"{kept} decisions are"
            sentence = f"{new} new; the next release follows." if kept else f"{decide}: no decision in it is new."
        else:
            questions = pairs_about(warehouse, about) if about else open_questions(warehouse)
            if csv is None:
                (print_pairs if about else print_questions)(questions, console)
                return
            write_questions(questions, csv)
            sentence = (
                f"{csv}: {len(questions)} lines. Fill in decision, decided_by, reason. About two records: same, "
                "different. About one: identified, with identified_name and its numbers. What is not decided stays "
                "empty."
            )
    console.print(sentence, soft_wrap=True, highlight=False, markup=False)


@rules_app.command("check")
def check_rules() -> None:
    """Show what the rules as edited in dbt_project/seeds/rules would move, before a release follows them.

    Exit code 0: nothing moves. 3: something does. 2: a rule is invalid, or there is nothing to compare with.
    """
    from star_warehouse.local.rules_tables import print_rules_check
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.signals import interruptible
    from star_warehouse.rules import check_rules as check

    settings = Settings.from_environment()
    console = _console()
    console.print("Building with the edited rules, beside the live tables.", highlight=False)
    try:
        with interruptible(), running_warehouse(settings) as warehouse:
            checked = check(warehouse, settings)
    except KeyboardInterrupt as interruption:
        _complain("Interrupted; what was built for the check was dropped.")
        raise typer.Exit(getattr(interruption, "exit_code", 130)) from None
    print_rules_check(checked, console)
    raise typer.Exit(_MOVES if checked.moves_something else 0)


@rules_app.command("shares")
def show_shares(
    source: Annotated[str | None, typer.Option(help="Of this feed only, such as trafford_published.")] = None,
    partner: Annotated[str | None, typer.Option(help="Of this partner only, by its code, such as st_helens.")] = None,
    year: Annotated[str | None, typer.Option(help="Of this financial year only, such as 2024/25.")] = None,
) -> None:
    """Lines, net £ and shares of them by group, kind of payment and the rule that decided, as last built."""
    from star_warehouse.local.rules_tables import print_shares
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.rules import scope_shares

    with running_warehouse(Settings.from_environment()) as warehouse:
        print_shares(scope_shares(warehouse, source_id=source, partner_code=partner, year=year), _console())


@rules_app.command("explain")
def explain_rules(
    delivery: Annotated[int | None, typer.Argument(help="The number of a delivery, as in ops.delivery.")] = None,
    line: Annotated[int | None, typer.Argument(help="The number of a line in its file.")] = None,
    supplier: Annotated[str | None, typer.Option(help="Instead of a line: all payments to this whole name.")] = None,
) -> None:
    """Which rule decided about a line or a supplier, why, and which others matched and lost."""
    from star_warehouse.local.rules_tables import print_explained
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.rules import explain_line, explain_supplier

    if (delivery is None or line is None) == (supplier is None) or (delivery is None) != (line is None):
        raise Refusal(
            "What is to be explained?",
            where="star-warehouse rules explain",
            way_out="Give the numbers of a delivery and of its line, or --supplier with a name.",
        )
    with running_warehouse(Settings.from_environment()) as warehouse:
        if supplier is not None:
            explained = explain_supplier(warehouse, supplier)
        else:
            assert delivery is not None and line is not None
            explained = explain_line(warehouse, delivery, line)
    print_explained(explained, _console())


@rules_app.command("list")
def list_rules() -> None:
    """The rules that look for a pattern, as they stand in the files: file by file, in the order they decide."""
    from star_warehouse.local.rules_tables import print_rules
    from star_warehouse.rules import list_rules as rules_of
    from star_warehouse.rules import read_rule_files

    print_rules(rules_of(read_rule_files(Settings.from_environment())), _console())


@app.command()
def places(
    basis: Annotated[
        Literal["remit", "registered"], typer.Option(help="Where suppliers are paid, or where they are registered.")
    ] = "remit",
    top: Annotated[int, typer.Option(min=1, help="How many postcodes to show.")] = 40,
) -> None:
    """Suppliers' postcodes that no district was found for, most influenceable £ first, and what to do about them."""
    from star_warehouse.local.places_table import print_unresolved
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.release import unresolved_postcodes

    with running_warehouse(Settings.from_environment()) as warehouse:
        print_unresolved(unresolved_postcodes(warehouse, basis), _console(), top)


@app.command()
def headline() -> None:
    """The headline measures of the live release, beside the figures of STAR's own reports."""
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


def _decide(
    decision: Literal["accept", "refuse"], deliveries: list[str] | None, reason: str, person: str | None
) -> None:
    from star_warehouse.load import decide
    from star_warehouse.local.deciding import delivery_numbers
    from star_warehouse.local.overtaking import print_overtaken
    from star_warehouse.local.server import running_warehouse
    from star_warehouse.local.session import prepare

    settings = Settings.from_environment()
    if deliveries and not reason.strip():
        raise Refusal(
            "The decision gives no reason.",
            where=f"star-warehouse {decision} {' '.join(deliveries)}",
            way_out="Give one with --reason, for those who ask later.",
        )
    console = _console()
    with running_warehouse(settings) as warehouse:
        prepare(settings, warehouse)
        for delivery_id in delivery_numbers(settings, warehouse, decision, deliveries or []):
            settled = decide(warehouse, delivery_id, decision, reason, person or getpass.getuser())
            console.print(str(settled), soft_wrap=True, highlight=False, markup=False)
        print_overtaken(settings, warehouse, console)


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
