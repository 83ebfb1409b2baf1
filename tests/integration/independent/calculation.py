"""The whole second calculation: a folder of deliveries in, every figure out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.integration.independent.competition import (
    Participations,
    participation_figures,
    participations,
    weight_figures,
)
from tests.integration.independent.figures import Figures
from tests.integration.independent.identity import Identity, as_the_files_say
from tests.integration.independent.lines import FileAccount, SpendLine
from tests.integration.independent.offices import read_registers
from tests.integration.independent.portal import Portal, read_portal
from tests.integration.independent.postcodes import Districts
from tests.integration.independent.register import read_register
from tests.integration.independent.retention import Cell, CellKey, retention_cells, retention_figures
from tests.integration.independent.scope import read_scope
from tests.integration.independent.social_value import Positions, positions, social_value_figures
from tests.integration.independent.spend_files import read_spend
from tests.integration.independent.tenders import read_tenders

SCOPE_RULES = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "rules" / "scope_rule.csv"


@dataclass(frozen=True)
class Calculation:
    """What the files say: an account of every record, and every figure with its sums."""

    accounts: list[FileAccount]
    lines: list[SpendLine]
    cells: dict[CellKey, Cell]
    portal: Portal
    positions: Positions
    participations: Participations
    figures: Figures


def calculate(folder: Path, scope_rules: Path = SCOPE_RULES, identity: Identity = as_the_files_say) -> Calculation:
    """Read ``folder``/<source>/<file> and compute retention, social value, weights and participation.

    Args:
        folder: the deliveries.
        scope_rules: the rules of what is influenceable.
        identity: who is one supplier.

    Raises:
        ValueError: a folder of a yearly source holds not exactly one file, or a file lacks a column.
    """
    lines, accounts = read_spend(folder)
    offices, charities, register_accounts = read_registers(folder)
    cells = retention_cells(lines, read_scope(scope_rules, lines, charities), Districts(), offices, identity)
    portal, portal_account = read_portal(_only_file(folder / "social_value_portal"))
    contracts, contracts_account = read_register(_only_file(folder / "contracts_register"))
    lots, bids, tenders_account = read_tenders(_only_file(folder / "tenders"))
    social_value = positions(portal, contracts)
    participation = participations(lots, bids)
    return Calculation(
        accounts=[*accounts, portal_account, contracts_account, tenders_account, *register_accounts],
        lines=lines,
        cells=cells,
        portal=portal,
        positions=social_value,
        participations=participation,
        figures={
            **retention_figures(cells),
            **social_value_figures(social_value),
            **weight_figures(lots),
            **participation_figures(participation),
        },
    )


def _only_file(folder: Path) -> Path:
    files = sorted(folder.glob("*"))
    if len(files) != 1:
        raise ValueError(f"{folder.name} should hold one file and holds {[file.name for file in files]}")
    return files[0]
