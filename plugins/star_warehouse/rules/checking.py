"""What the rules of the working tree would move, before they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.release import candidate_is_idle
from star_warehouse.rules.changes import RuleChange, rule_changes
from star_warehouse.rules.files import read_rule_files, refuse_faults
from star_warehouse.rules.live import of_this_version, refuse_older_tables, refuse_unpublished
from star_warehouse.rules.moves import (
    ClassMove,
    Connection,
    FlagMove,
    HeadlineMove,
    LargestMove,
    NameMoves,
    OtherLines,
    RuleMove,
    SupplierMove,
    ThresholdMove,
    class_moves,
    compare_lines,
    drifted_lines,
    flag_moves,
    headline_moves,
    largest_moves,
    name_moves,
    other_lines,
    refuse_lost_lines,
    rule_moves,
    supplier_moves,
    threshold_moves,
)
from star_warehouse.rules.trial import alone, trial
from star_warehouse.settings import Settings


@dataclass(frozen=True)
class RulesCheck:
    """What the rules of the working tree would move.

    Attributes:
        live_release_id: the release whose published tables are compared.
        built_release_id: the release that the compared lines were built for; another one than the live release after a
            release that was refused or failed. Published names and headline figures are then not compared: they would
            show what that release brought, and not what the rules do.
        changes: the rows of the rule files that differ from the live ones.
        classes, thresholds: what would move, by partner and year.
        rules: what another rule would decide to the same end.
        largest: the payees and purposes that most pounds of ``classes`` belong to.
        suppliers: suppliers that would become of another class, however their lines are counted.
        flags: suppliers of which it would be said otherwise that they are VCSEs or SMEs.
        names: names of suppliers that would newly be published or masked.
        headline: the headline rows that would change.
        others: lines that could not be compared.
        relocated_lines, resupplied_lines: lines that changed for another reason than a scope rule.
    """

    live_release_id: int
    built_release_id: int
    changes: list[RuleChange]
    classes: list[ClassMove]
    thresholds: list[ThresholdMove]
    rules: list[RuleMove]
    largest: list[LargestMove]
    suppliers: list[SupplierMove]
    flags: list[FlagMove]
    names: NameMoves
    headline: list[HeadlineMove]
    others: OtherLines
    relocated_lines: int
    resupplied_lines: int

    @property
    def moves_something(self) -> bool:
        """Whether a line is counted otherwise, a supplier described otherwise, or a headline figure another."""
        about_suppliers = self.suppliers or self.flags or self.names.published or self.names.masked
        return bool(self.classes or self.thresholds or about_suppliers or self.headline)


def check_rules(warehouse: Warehouse, settings: Settings) -> RulesCheck:
    """Build the classification with the rules of the working tree beside the live one, and compare the two.

    The live tables, the candidate and the ledger stay as they are; what is built is dropped again, also when this is
    interrupted. The live rules are those in schema ``rules``.

    Raises:
        Refusal: a rule is invalid, naming file and line; nothing is published yet, or by another version; a release is
            being built; another check is under way; or the live tables changed meanwhile.
    """
    files = read_rule_files(settings)
    refuse_faults(files, settings, warehouse)
    with of_this_version(warehouse), alone(warehouse):
        with warehouse.connect() as connection:
            live_release_id, built_release_id = _releases(connection)
            refuse_older_tables(warehouse)
            _refuse_building(connection)
            # Where one is missing it is told before anything is built.
            _hold_live_tables(connection)
            tables = _live_tables(connection)
        with trial(warehouse, settings, built_release_id), warehouse.connect() as connection:
            _hold_live_tables(connection)
            if _live_tables(connection) != tables:
                raise Refusal(
                    "A release was built or published while the rules were tried.",
                    where="schemas warehouse and shared",
                    way_out="Check again.",
                )
            refuse_lost_lines(connection)
            is_live = built_release_id == live_release_id
            compare_lines(connection)
            relocated, resupplied = drifted_lines(connection)
            return RulesCheck(
                live_release_id=live_release_id,
                built_release_id=built_release_id,
                changes=rule_changes(connection, files),
                classes=class_moves(connection),
                thresholds=threshold_moves(connection),
                rules=rule_moves(connection),
                largest=largest_moves(connection),
                suppliers=supplier_moves(connection),
                flags=flag_moves(connection),
                names=name_moves(connection) if is_live else NameMoves(0, 0),
                headline=headline_moves(connection) if is_live else [],
                others=other_lines(connection),
                relocated_lines=relocated,
                resupplied_lines=resupplied,
            )


def _releases(connection: Connection) -> tuple[int, int]:
    """The live release, and the one that the tables of the warehouse were last built for."""
    refuse_unpublished(connection)
    live, built = connection.execute(
        """
        select
            (select release_id from ops.release where state = 'live'),
            (
                select release_id from ops.model_result
                where layer = 'warehouse' order by finished_at desc, release_id desc limit 1
            )
        """
    ).fetchall()[0]
    return int(live), int(built or live)


def _refuse_building(connection: Connection) -> None:
    if not candidate_is_idle(connection):
        raise Refusal(
            "A release is being built or audited at this moment; its tables are half new.",
            where="schema warehouse",
            way_out="Check again when it has ended.",
        )


def _hold_live_tables(connection: Connection) -> None:
    """Let nobody replace the live tables while they are looked at, until the end of the transaction."""
    connection.execute(
        "lock table warehouse.fct_payment_line, warehouse.dim_supplier, shared.headline, shared.supplier "
        "in access share mode"
    )


def _live_tables(connection: Connection) -> object:
    """What is replaced when a release is built or published."""
    return connection.execute(
        "select to_regclass('warehouse.fct_payment_line')::oid, to_regclass('shared.headline')::oid"
    ).fetchone()
