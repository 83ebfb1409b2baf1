"""What the readers hand over: the lines of a file and an account of every record in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tests.integration.independent.companies import company_key
from tests.integration.independent.facts import financial_year

# What stands for a hidden name, besides names that hold the word redacted.
_OTHER_WORDS = frozenset(("redact", "personal data", "personal information"))


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One payment line; money in whole pence, texts without outer blanks, None where nothing was written."""

    partner: str
    payment_date: dt.date
    pence: int
    is_gross: bool
    supplier_name: str | None
    supplier_ref: str | None
    company_number: str | None
    remit_postcode: str | None
    registered_postcode: str | None
    transaction_number: str | None
    purpose: str | None
    category_label: str | None
    department: str | None
    charity_number: str | None = None

    @property
    def is_redacted(self) -> bool:
        """Tell whether the payee was hidden before the file was handed over."""
        name = " ".join((self.supplier_name or "").lower().split())
        return "redacted" in name or "name withheld" in name or name in _OTHER_WORDS

    @property
    def is_redacted_commercial(self) -> bool:
        """Tell whether the payee was hidden for commercial reasons."""
        return self.is_redacted and "commercial" in (self.supplier_name or "").lower()

    @property
    def is_invented(self) -> bool:
        """Tell whether the payee's name says that it is made up, with whatever blank and in whatever case."""
        return (self.supplier_name or "").lower().split()[:1] == ["invented"]

    @property
    def financial_year(self) -> str:
        """The financial year of the payment."""
        return financial_year(self.payment_date)

    @property
    def supplier_key(self) -> str | None:
        """Who was paid, as the line itself says: by company number, else by the partner's vendor number, else by name.

        None if hidden, or if nothing says who.
        """
        if self.is_redacted:
            return None
        if self.company_number:
            return "crn:" + company_key(self.company_number)
        if self.supplier_ref:
            return f"{self.partner}:ref:{self.supplier_ref}"
        if self.supplier_name:
            return f"{self.partner}:name:{' '.join(self.supplier_name.lower().split())}"
        return None


@dataclass(frozen=True)
class Reject:
    """One record that does not read, and why."""

    line_number: int
    reason: str


@dataclass
class FileAccount:
    """Every physical record of one file: loaded, rejected or skipped; pounds in whole pence."""

    source_id: str
    file_name: str
    lines_in: int = 0
    lines_loaded: int = 0
    lines_skipped: int = 0
    pence_loaded: int = 0
    rejects: list[Reject] = field(default_factory=list)

    @property
    def lines_rejected(self) -> int:
        """The number of records that do not read."""
        return len(self.rejects)


class Unreadable(ValueError):
    """A cell that should hold a date or an amount holds something else; the text says what."""
