"""Each layout read from a file written by hand: lines, pounds, and an account of every record."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

from openpyxl import Workbook

from tests.integration.independent.lines import FileAccount, SpendLine
from tests.integration.independent.spend_files import read_file
from tests.integration.independent.spend_layouts import SPEND_LAYOUTS


def _read(path: Path, source_id: str) -> tuple[list[SpendLine], FileAccount]:
    lines: list[SpendLine] = []
    return lines, read_file(path, source_id, SPEND_LAYOUTS[source_id], lines)


def _counts(account: FileAccount) -> tuple[int, int, int, int]:
    return account.lines_in, account.lines_loaded, account.lines_rejected, account.lines_skipped


def test_stockport(tmp_path: Path) -> None:
    path = tmp_path / "stockport_spend_2018-04.csv"
    path.write_bytes(
        b"\xef\xbb\xbfDirectorate,Service,Supplier Name,Supplier No,Company Reg No,Supplier Postcode,"
        b"Registered Office Postcode,Payment Date,Document No,Invoice Ref,Net Amount,VAT,Gross Amount,Description,"
        b"ProClass Code,ProClass Description,Contract Ref\r\n"
        b'Place,Roads,"Invented Kerb, Stone Ltd",0012,ZZ000001,SK1 3XE,NA,03/04/2018,D1,I1,"1,234.50",246.90,'
        b'"1,481.40",Kerbs,01,Works,NA\r\n'
        b'Place,Roads,Invented Kerb,0012,,sk13xe,,03/04/2018,D2,I2,"1,234.50-",246.90-,"1,481.40-",Kerbs,01,Works,\r\n'
        b"Place,Roads,Invented Kerb,0012,,,,31/04/2018,D3,I3,1.00,0.00,1.00,Kerbs,01,Works,\r\n"
        b"Place,Roads,Invented Kerb,0012,,,,30/04/2018,D3,I3,see note,0.00,1.00,Kerbs,01,Works,\r\n"
        b"Place,Roads,Invented Kerb,0012,,,,,D3,I3,1.00,0.00,1.00,Kerbs,01,Works,\r\n"
        b"Place,Roads,Invented Kerb\r\n"
        b"\r\n"
    )
    lines, account = _read(path, "stockport")
    assert _counts(account) == (8, 2, 4, 2)
    assert [reject.line_number for reject in account.rejects] == [4, 5, 6, 7]
    assert [line.pence for line in lines] == [123450, -123450]
    assert lines[0].payment_date == dt.date(2018, 4, 3)
    assert (lines[0].supplier_name, lines[0].registered_postcode) == ("Invented Kerb, Stone Ltd", None)
    assert [line.supplier_key for line in lines] == ["crn:ZZ000001", "stockport:ref:0012"]
    assert not lines[0].is_gross


def test_rochdale(tmp_path: Path) -> None:
    path = tmp_path / "Rochdale Payments 2018-04.xlsx"
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Payments"
    header = ["Dept", "Payee", "Payee ID", "Companies House No", "Post Code", "HQ Post Code", "Paid On", "Trans Ref"]
    header += ["Net £", "Narrative", "Category", "Category Code", "Agreement Ref"]
    for row in (
        ["Invented title"],
        ["Period: April 2018"],
        [],
        header,
        ["A", "Invented Mill", "007", "ZZ000002", "OL16 1XU", "", dt.date(2018, 4, 3), "T1", 25000.1, "Cloth"],
        ["A", "Invented Mill", "007", "ZZ000002", "OL16 1XU", "", dt.date(2018, 4, 4), "T2", -0.3, "Cloth"],
        ["Total", None, None, None, None, None, None, None, 24999.8],
    ):
        sheet.append(row)
    workbook.save(path)
    lines, account = _read(path, "rochdale")
    assert _counts(account) == (7, 2, 0, 5)
    assert [line.pence for line in lines] == [2500010, -30]
    assert account.pence_loaded == 2499980


def test_trafford(tmp_path: Path) -> None:
    path = tmp_path / "trafford-internal-2018-04.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "trafford-internal-2018-04.csv",
            "OrganisationLabel,OrganisationalUnit,BeneficiaryName,BeneficiaryOtherID,BeneficiaryPostcode,"
            "CompaniesHouseRegistrationNumber,PaymentDate,TransactionNumber,Amount,IrrecoverableVATAmount,Purpose,"
            "ProclassLabel,ProclassCode,InvoiceNumber,VATRegistrationNumber,ContractRef\n"
            "Trafford Council,NA,Redacted,Redacted,NA,NA,2018-04-03,51,-195.75,0.00,Care,NA,NA,NA,NA,NA\n"
            "Trafford Council,NA,Invented Quay,77,M32 0TH,zz 12,2018-04-03,NA,10.00,0.00,Care,NA,NA,NA,NA,NA\n",
        )
    lines, account = _read(path, "trafford")
    assert _counts(account) == (3, 2, 0, 1)
    assert [(line.pence, line.supplier_key) for line in lines] == [(-19575, None), (1000, "crn:ZZ000012")]
    assert lines[1].transaction_number is None


def test_tameside(tmp_path: Path) -> None:
    path = tmp_path / "tameside_20180401_20180430.csv"
    path.write_bytes(
        "Invented council\r\nPayments in £\r\nApril 2018\r\nRun 01-May-2018\r\n\r\n"
        "Service Area;Vendor;Vendor Code;Reg. No.;Vendor P/Code;Date Paid;Ref;"
        "Net;Gross;Details;Class;Class Code;Contract\r\n"
        "A;Invented Hat;1;;OL6 6BH;03-Apr-2018;9;£1,234.50;£1,481.40;Hats;Cloth;1;\r\n"
        "A;Invented Hat;1;;OL6 6BH;03-Apr-2018;9;(£234.50);(£281.40);Hats;Cloth;1;\r\n"
        "Grand total;;;;;;;£1,000.00;£1,200.00;;;;\r\n".encode("cp1252")
    )
    lines, account = _read(path, "tameside")
    assert _counts(account) == (9, 2, 0, 7)
    assert [line.pence for line in lines] == [123450, -23450]


def test_clinical_commissioning_group(tmp_path: Path) -> None:
    path = tmp_path / "HMR_CCG_Spend_Apr_2018.csv"
    path.write_bytes(
        b"Department Family,Entity,Date,Expense Type,Expense Area,Supplier,Supplier Number,Supplier Company No,"
        b"Supplier Site Postcode,Transaction Number,Gross Amount,Description\r\n"
        b"Health,CCG,03/04/2018,Care,Community,Invented Caf\xe9,1,NA,OL16 1XU,5,-1234.50,Care\r\n"
    )
    lines, account = _read(path, "hmr_ccg")
    assert _counts(account) == (2, 1, 0, 1)
    assert (lines[0].pence, lines[0].is_gross, lines[0].supplier_name) == (-123450, True, "Invented Café")


def test_st_helens(tmp_path: Path) -> None:
    names = (
        "BODY SUPPLIER SUPPLIER_REF CRN REMIT_PC REG_PC PAID DOC AMOUNT_NET NARRATIVE CATEGORY CATEGORY_CODE CONTRACT "
        "CHARITY_NO"
    )
    header = "\t".join(f'"{name}"' for name in names.split())
    fields = ["St Helens Borough Council", "Invented\u00a0Glass", "", "", "WA10 1HP", "", "20231003", "1", "5.05CR"]
    line = "\t".join(f'"{field}"' for field in [*fields, "", "", "", "", "123 4567"])
    path = tmp_path / "st_helens_202310.txt"
    path.write_text("\n".join((header, line, header, line, "")), encoding="utf-8", newline="")
    lines, account = _read(path, "st_helens")
    assert _counts(account) == (4, 2, 0, 2)
    assert [line.pence for line in lines] == [-505, -505]
    assert lines[0].supplier_key == "st_helens:name:invented glass"
    assert lines[0].charity_number == "123 4567"
    assert lines[0].is_invented
