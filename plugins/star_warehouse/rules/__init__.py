"""The rules that are data in ``seeds/rules``: what they say, what they decided, and what a changed one would move."""

from star_warehouse.rules.changes import RuleChange
from star_warehouse.rules.checking import RulesCheck, check_rules
from star_warehouse.rules.explaining import Explained, RuleRole, explain_line, explain_supplier
from star_warehouse.rules.files import Rule, RuleFile, list_rules, read_rule_files
from star_warehouse.rules.moves import (
    ClassMove,
    FlagMove,
    HeadlineMove,
    LargestMove,
    NameMoves,
    RuleMove,
    SupplierMove,
    ThresholdMove,
)
from star_warehouse.rules.shares import Share, Shares, scope_shares

__all__ = [
    "ClassMove",
    "Explained",
    "FlagMove",
    "HeadlineMove",
    "LargestMove",
    "NameMoves",
    "Rule",
    "RuleChange",
    "RuleFile",
    "RuleMove",
    "RuleRole",
    "RulesCheck",
    "Share",
    "Shares",
    "SupplierMove",
    "ThresholdMove",
    "check_rules",
    "explain_line",
    "explain_supplier",
    "list_rules",
    "read_rule_files",
    "scope_shares",
]
