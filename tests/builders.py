"""Small declarations and files for tests."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from star_warehouse.sources import Source, read_declaration

SPEND = """\
id: town
title: Town Council, payments to suppliers
kind: spend
partner: town
extract: internal
vat_basis: net
accepts: {from: 2018-04-01, to: 2024-03-31}
file_name:
  pattern: 'town_(?P<year>\\d{4})-(?P<month>\\d{2})\\.csv'
  example: town_2018-04.csv
cadence: {every: month, late_after_days: 20}
format: {type: csv, delimiter: ','}
date_formats: ['%d/%m/%Y']
null_tokens: [NA]
tolerance: {rejected_pct: 25}
tables:
  spend_line:
    columns:
      supplier_name: [Supplier]
      supplier_ref: [Ref]
      payment_date: [Paid]
      amount_net_gbp: [Net, Net £]
      purpose: [Purpose]
    may_be_absent: [purpose]
"""

WORKBOOK = """\
id: village
title: Village Council, payments to suppliers
kind: spend
partner: village
extract: internal
vat_basis: net
accepts: {from: 2018-04-01}
file_name:
  pattern: 'village (?P<year>\\d{4})-(?P<month>\\d{2})\\.xlsx'
  example: village 2018-04.xlsx
cadence: {every: month, late_after_days: 20}
format: {type: xlsx}
tolerance: {rejected_pct: 25}
tables:
  spend_line:
    sheet: Payments
    columns:
      supplier_name: [Supplier]
      supplier_ref: [Ref]
      payment_date: [Paid]
      amount_net_gbp: [Net]
"""

SNAPSHOT = """\
id: register
title: Contracts register
kind: contracts
extract: internal
vat_basis: none
accepts: {from: 2018-04-01}
file_name:
  pattern: 'register_(?P<as_at>\\d{4}-\\d{2}-\\d{2})\\.csv'
  example: register_2024-03-31.csv
cadence: {every: snapshot, late_after_days: 120}
format: {type: csv, delimiter: ','}
date_formats: ['%d/%m/%Y']
tolerance: {rejected_pct: 0}
tables:
  contract:
    columns:
      contract_ref: [Reference]
      client: [Council]
      contract_value_gbp: [Value]
"""

REGISTER = """\
id: charities
title: Register of charities
kind: register
extract: published
vat_basis: none
accepts: {from: 2018-04-01}
file_name:
  pattern: 'charities_(?P<as_at>\\d{4}-\\d{2}-\\d{2})\\.txt'
  example: charities_2024-03-31.txt
cadence: {every: edition, late_after_days: 40}
format: {type: csv, delimiter: "\\t", quotes: false}
date_formats: ['%Y-%m-%d', '%Y-%m-%d 00:00:00.0000000']
tolerance: {rejected_pct: 50}
tables:
  register_charity:
    columns:
      charity_number: [Number]
      charity_name: [Name]
      extract_date: [Day]
"""

LAYOUTS = """\
id: town
title: Town Council, payments to suppliers
kind: spend
partner: town
extract: internal
vat_basis: net
accepts: {from: 2018-04-01, to: 2024-03-31}
file_name:
  {pattern: 'town_(?P<year>\\d{4})-(?P<month>\\d{2})\\.csv', example: town_2018-04.csv}
cadence: {every: month, late_after_days: 20}
tolerance: {rejected_pct: 25}
layouts:
  - name: old
    from: 2018-04-01
    to: 2020-03-31
    format: {type: csv, delimiter: ','}
    date_formats: ['%d/%m/%Y']
    tables:
      spend_line: {columns: {supplier_name: [Supplier], payment_date: [Paid], amount_net_gbp: [Net]}}
  - name: new
    # In April 2020 the town moved to another ledger.
    from: 2020-04-01
    format: {type: csv, delimiter: ';'}
    date_formats: ['%Y-%m-%d']
    zero_tokens: [Nil]
    tables:
      spend_line:
        columns:
          supplier_name: [Payee]
          payment_date: [Date]
          amount_net_gbp: [Total]
"""

HEADER = "Supplier,Ref,Paid,Net,Purpose"


def declare(folder: Path, text: str = SPEND, *changes: tuple[str, str]) -> Source:
    """Read a declaration after some changes to its text, each of which must be there once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    source_id = text.split("\n", 1)[0].removeprefix("id: ")
    path = folder / f"{source_id}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_declaration(path)


def seeds(folder: Path, *, partners: str = "town", members: str = "town") -> Path:
    """A dbt project whose seeds know these partners and members."""
    reference = folder / "dbt_project" / "seeds" / "reference"
    reference.mkdir(parents=True)
    (reference / "partner.csv").write_text(f"partner_code\n{partners}\n", encoding="utf-8")
    (reference / "membership.csv").write_text(f"partner_code\n{members}\n", encoding="utf-8")
    return folder / "dbt_project"


def spend_file(*lines: str, header: str = HEADER) -> bytes:
    """A CSV of the town: its header and these lines."""
    return "\r\n".join([header, *lines, ""]).encode()


def workbook(rows: Sequence[Sequence[object]], sheet: str = "Payments", *, first_row: int = 0) -> bytes:
    """An XLSX with one sheet; dates as date cells, ``=…`` as a formula that failed."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows, first_row):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    page.write_formula(number, column, cell, None, "#DIV/0!")
                else:
                    page.write(number, column, cell)
    return stream.getvalue()
