"""The rules as files: what is wrong with them is told with its line; what is demanded is said in _rules.yml only."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.rules import list_rules, read_rule_files
from star_warehouse.rules.files import refuse_faults
from star_warehouse.settings import REPOSITORY, Settings

Edit = Callable[[str, str, str], None]


@pytest.fixture
def checkout(settings: Settings, tmp_path: Path) -> Settings:
    """A checkout that has the seeds only."""
    repository = tmp_path / "repository"
    shutil.copytree(REPOSITORY / "dbt_project" / "seeds", repository / "dbt_project" / "seeds")
    return replace(settings, repository=repository)


@pytest.fixture
def edit(checkout: Settings) -> Edit:
    """Change a text of a rule file that is there once."""

    def change(name: str, old: str, new: str) -> None:
        path = checkout.dbt_project / "seeds" / "rules" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def refusal(checkout: Settings, warehouse: Warehouse) -> Refusal:
    with pytest.raises(Refusal) as refused:
        refuse_faults(read_rule_files(checkout), checkout, warehouse)
    return refused.value


def line_of(checkout: Settings, name: str, text: str) -> int:
    """The line that begins with a text, counted as an editor does."""
    lines = (checkout.dbt_project / "seeds" / "rules" / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_the_rules_as_they_are_kept_are_without_fault(checkout: Settings, warehouse: Warehouse) -> None:
    files = read_rule_files(checkout)
    refuse_faults(files, checkout, warehouse)
    assert {"scope_rule", "redaction_token", "threshold", "scope_rule_group"} <= set(files)
    assert files["threshold"].key == ("threshold_id", "valid_from")
    assert files["scope_rule"].key == ("rule_id",)
    assert files["code_meaning"].key == ("code_set", "code")


@pytest.mark.parametrize(
    ("name", "old", "new", "begins", "what"),
    [
        (
            "scope_rule.csv",
            "tax_payee,200,supplier_name,(^",
            "tax_payee,200,supplier_name,((^",
            "tax_payee,",
            "parenthes",
        ),
        (
            "scope_rule.csv",
            "|revenue (&|and) customs,tax,",
            "|revenue,taxes,",
            "tax_payee,",
            "scope_class 'taxes' is unknown",
        ),
        (
            "scope_rule.csv",
            "tax_payee,200,",
            "tax_purpose,200,",
            "tax_purpose,201",
            "rule_id 'tax_purpose' stands in line",
        ),
        ("scope_rule.csv", "tax_payee,200,", "tax_payee,201,", "tax_purpose,", "priority '201' stands in line"),
        ("scope_rule.csv", "tax_payee,200,", "tax_payee,first,", "tax_payee,", "priority 'first' is no integer"),
        (
            "scope_rule.csv",
            "tax_payee,200,supplier_name",
            "tax_payee,200,payee",
            "tax_payee,",
            "field 'payee' is unknown",
        ),
        ("scope_rule.csv", ",tax,,,HM Revenue & Customs", ",tax,,,", "tax_payee,", "reason is empty"),
        ("scope_rule.csv", ",tax,,,HM Revenue & Customs", ",tax,1 April,,HMRC", "tax_payee,", "'1 April' is no date"),
        (
            "scope_rule.csv",
            ",tax,,,HM Revenue & Customs",
            ",tax,2020-01-02,2020-01-01,HMRC",
            "tax_payee,",
            "before it begins",
        ),
        ("scope_rule.csv", ",tax,,,HM Revenue & Customs", ",tax,,,HM Revenue, Customs", "tax_payee,", "has 9 fields"),
        ("scope_class.csv", "tax,false,", "tax,perhaps,", "tax,", "'perhaps' is no boolean"),
        ("threshold.csv", "retention,25000.00,", "retention,a lot,", "retention,", "'a lot' is no numeric"),
        (
            "redaction_token.csv",
            ",^redact$,redacted_personal",
            ",[redact,redacted_personal",
            "redacted_cut,",
            "brackets",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(
    checkout: Settings, warehouse: Warehouse, edit: Edit, name: str, old: str, new: str, begins: str, what: str
) -> None:
    edit(name, old, new)
    refused = refusal(checkout, warehouse)
    assert what in refused.what
    assert refused.where == f"dbt_project/seeds/rules/{name}, line {line_of(checkout, name, begins)}"
    assert refused.way_out


WORD_SETS = (
    "given_name, learned_title, legal_form, lesson, organisation, public_word, remark, role, surname, title, trading_as"
)


@pytest.mark.parametrize(
    ("name", "old", "new", "begins", "what", "way_out"),
    [
        (
            "supplier_class_rule.csv", 'supplier_name,"^({given_name})( (?!', 'supplier_name,"^({no_such_set})( (?!',
            "given_name_trading,", "pattern names the set of words {no_such_set}, which is unknown", WORD_SETS,
        ),
        (
            "supplier_class_rule.csv", 'supplier_name,"^({given_name})( (?!', 'supplier_name,"^({Given_name})( (?!',
            "given_name_trading,", "{Given_name}", "sets of name_word.csv",
        ),
        (
            "supplier_class_rule.csv", 'supplier_name,"^({given_name})( (?!', 'supplier_name,"^({given_name)( (?!',
            "given_name_trading,", "brace { without its other one", "[{]",
        ),
        (
            "supplier_class_rule.csv", "supplier_name,pre-? ?school,", "supplier_name,\"x{,3}pre-school\",",
            "pre_school,", "{,3}", "{1,3}",
        ),
        # Only the rules of classes know the sets.
        (
            "scope_rule.csv", "tax_payee,200,supplier_name,(^", "tax_payee,200,supplier_name,({given_name}|^",
            "tax_payee,", "{given_name}", "write the words out",
        ),
        ("name_word.csv", "given_name,adam,", "given_name,{title} adam,", "given_name,{title}", "word names", "[{]"),
    ],
)  # fmt: skip
def test_a_set_of_words_that_is_not_there_is_told_with_its_line(
    checkout: Settings, warehouse: Warehouse, edit: Edit, name: str, old: str, new: str, begins: str, what: str,
    way_out: str,
) -> None:  # fmt: skip
    edit(name, old, new)
    refused = refusal(checkout, warehouse)
    assert what in refused.what
    assert way_out in refused.way_out
    assert refused.where == f"dbt_project/seeds/rules/{name}, line {line_of(checkout, name, begins)}"


def test_numbers_of_times_and_braces_meant_as_such_are_no_sets(
    checkout: Settings, warehouse: Warehouse, edit: Edit
) -> None:
    pattern = r"a{2}b{3,}[{]c[}]\{d\}|({given_name}){1,3}"
    edit("supplier_class_rule.csv", "supplier_name,pre-? ?school,", f'supplier_name,"{pattern}",')
    refuse_faults(read_rule_files(checkout), checkout, warehouse)


def test_dates_of_one_threshold_may_touch_but_not_overlap(checkout: Settings, warehouse: Warehouse, edit: Edit) -> None:
    kept = "retention,25000.00,2014-04-01,,"
    edit(
        "threshold.csv",
        kept,
        "retention,30000.00,2024-04-01,,Council,Raised\nretention,25000.00,2014-04-01,2024-03-31,",
    )
    refuse_faults(read_rule_files(checkout), checkout, warehouse)
    edit("threshold.csv", "2024-03-31", "2024-04-01")
    refused = refusal(checkout, warehouse)
    # The later of the two is told, wherever it stands in the file.
    assert refused.where.endswith("threshold.csv, line 2")
    assert "the dates overlap with those of line 3" in refused.what


def test_several_faults_are_told_at_once(checkout: Settings, warehouse: Warehouse, edit: Edit) -> None:
    edit("scope_rule.csv", "tax_payee,200,supplier_name", "tax_payee,200,payee")
    edit("scope_class.csv", "tax,false,", "tax,perhaps,")
    said = str(refusal(checkout, warehouse))
    assert "'perhaps' is no boolean" in said
    assert "field 'payee' is unknown" in said


def test_other_columns_than_those_described_are_refused(checkout: Settings, edit: Edit) -> None:
    edit("threshold.csv", "threshold_id,threshold_gbp", "threshold_id,threshold")
    with pytest.raises(Refusal, match="threshold.csv, line 1: The columns are threshold_id, threshold,"):
        read_rule_files(checkout)


def test_a_file_that_is_not_described_is_refused(checkout: Settings) -> None:
    (checkout.dbt_project / "seeds" / "rules" / "stray.csv").write_text("rule_id\n")
    with pytest.raises(Refusal, match="stray.csv: The file is not described"):
        read_rule_files(checkout)


def test_a_quoted_text_over_two_lines_does_not_move_the_count(
    checkout: Settings, warehouse: Warehouse, edit: Edit
) -> None:
    edit("threshold.csv", "£25K spend upwards;", '"£25K\nspend upwards')
    edit("threshold.csv", "net of VAT", 'net of VAT"')
    edit("threshold.csv", "social_value,50000.00", "social_value,much")
    assert refusal(checkout, warehouse).where.endswith("threshold.csv, line 5")


def test_rules_are_listed_whichever_file_they_stand_in(checkout: Settings) -> None:
    (checkout.dbt_project / "seeds" / "rules" / "payee_rule.csv").write_text(
        "rule_id,priority,field,pattern,payee_class,reason\n"
        "late,9,supplier_name,b,shop,Why\nearly,1,supplier_name,a,shop,Why\n"
    )
    path = checkout.dbt_project / "seeds" / "rules" / "_rules.yml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + """\
  - name: payee_rule
    config:
      column_types: {rule_id: text, priority: integer, field: text, pattern: text, payee_class: text, reason: text}
    columns:
      - name: rule_id
        data_tests: [unique]
""",
        encoding="utf-8",
    )
    rules = list_rules(read_rule_files(checkout))
    kept = {"scope_rule", "redaction_token", "supplier_class_rule", "supplier_vcse_rule"}
    assert {rule.seed for rule in rules} == {"payee_rule", *kept}
    found = [rule for rule in rules if rule.seed == "payee_rule"]
    assert [(rule.rule_id, rule.line, rule.looks_at, rule.gives) for rule in found] == [
        ("early", 3, "supplier_name: a", "shop"),
        ("late", 2, "supplier_name: b", "shop"),
    ]
