"""What a source can deliver: the entities, their columns and the types of these, as ``raw`` keeps them.

One place says it; a test holds it against the tables of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnType(StrEnum):
    """How a column's text is read.

    Attributes:
        TEXT: kept as it was written.
        IDENTIFIER: a text that tells one thing from others; kept as it was written, and one that a spreadsheet made a
            number of (``1.23E+11``) no longer tells anything.
        DATE: a day, in one of the date formats of the source.
        AMOUNT: pounds and pence, at most two decimals.
        QUANTITY: a number of at most four decimals.
        PERCENT: a number of at most four decimals, 25 for 25 %.
    """

    TEXT = "text"
    IDENTIFIER = "identifier"
    DATE = "date"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    PERCENT = "percent"


@dataclass(frozen=True)
class Entity:
    """One table of ``raw``.

    Attributes:
        name: the table's name in schema ``raw``.
        columns: its columns without ``delivery_id`` and ``line_number``, in the table's order.
        required: columns that a line must have a value in, or it is rejected.
        needs_one_of: columns of which a line must have at least one.
        period_column: the date that must lie inside the delivery's period, or None.
    """

    name: str
    columns: dict[str, ColumnType]
    required: frozenset[str]
    needs_one_of: tuple[str, ...] = field(default=())
    period_column: str | None = None

    def needed_cells(self, positions: Mapping[str, int]) -> list[int]:
        """Where the cells stand without which a row is no line.

        Args:
            positions: by column that is there, its cell of a row; of the columns of which one is enough, the first
                counts.
        """
        needed = [position for column, position in positions.items() if column in self.required]
        enough = [position for column, position in positions.items() if column in self.needs_one_of]
        return [*needed, min(enough)] if enough else needed


def _columns(**types: str) -> dict[str, ColumnType]:
    return {name: ColumnType(kind) for name, kind in types.items()}


_ALL = (
    Entity(
        "spend_line",
        _columns(
            organisation="text",
            department="text",
            supplier_name="text",
            supplier_ref="identifier",
            company_number="identifier",
            charity_number="identifier",
            vat_number="identifier",
            remit_postcode="text",
            registered_postcode="text",
            payment_date="date",
            transaction_number="identifier",
            invoice_number="text",
            amount_net_gbp="amount",
            amount_gross_gbp="amount",
            vat_irrecoverable_gbp="amount",
            purpose="text",
            category_label="text",
            category_code="text",
            contract_ref="identifier",
        ),
        required=frozenset({"payment_date"}),
        needs_one_of=("amount_net_gbp", "amount_gross_gbp"),
        period_column="payment_date",
    ),
    Entity(
        "portal_project",
        _columns(
            project_id="identifier",
            project_name="text",
            client="text",
            client_share_pct="percent",
            supplier_name="text",
            supplier_company_number="identifier",
            status="text",
            contract_ref="identifier",
            contract_value_gbp="amount",
            award_date="date",
            start_date="date",
            end_date="date",
            toms_set="text",
            toms_version="text",
        ),
        required=frozenset({"project_id", "client", "client_share_pct", "status"}),
    ),
    Entity(
        "portal_measure",
        _columns(
            measure_code="text",
            toms_version="text",
            theme="text",
            outcome="text",
            title="text",
            unit="text",
            value_type="text",
            proxy_gbp="amount",
        ),
        required=frozenset({"measure_code", "toms_version", "theme", "value_type"}),
    ),
    Entity(
        "portal_target",
        _columns(
            project_id="identifier",
            supplier_name="text",
            stage="text",
            measure_code="text",
            target_quantity="quantity",
            target_gbp="amount",
            recorded_date="date",
        ),
        required=frozenset({"project_id", "stage", "measure_code"}),
    ),
    Entity(
        "portal_delivery",
        _columns(
            project_id="identifier",
            measure_code="text",
            period_start_date="date",
            period_end_date="date",
            reported_quantity="quantity",
            reported_gbp="amount",
            evidence_status="text",
            reported_date="date",
            validated_date="date",
        ),
        required=frozenset({"project_id", "measure_code", "period_start_date", "period_end_date", "evidence_status"}),
    ),
    Entity(
        "contract",
        _columns(
            contract_ref="identifier",
            contract_title="text",
            client="text",
            supplier_name="text",
            company_number="identifier",
            contract_type="text",
            process_type="text",
            award_date="date",
            start_date="date",
            end_date="date",
            contract_value_gbp="amount",
            sme_supplier="text",
            vcse_supplier="text",
        ),
        required=frozenset({"contract_ref", "client"}),
    ),
    Entity(
        "tender_lot",
        _columns(
            opportunity_ref="identifier",
            lot_number="text",
            title="text",
            buyer="text",
            procedure="text",
            status="text",
            award_date="date",
            lot_value_gbp="amount",
            price_weight_pct="percent",
            quality_weight_pct="percent",
            social_value_weight_pct="percent",
            contract_ref="identifier",
        ),
        required=frozenset({"opportunity_ref", "lot_number", "buyer", "status"}),
    ),
    Entity(
        "tender_bid",
        _columns(
            opportunity_ref="identifier",
            lot_number="text",
            bidder_ref="identifier",
            bidder_name="text",
            company_number="identifier",
            bidder_size="text",
            vcse="text",
            stage="text",
            outcome="text",
            bid_value_gbp="amount",
        ),
        required=frozenset({"opportunity_ref", "lot_number", "stage"}),
    ),
    Entity(
        "register_company",
        _columns(
            company_number="identifier",
            company_name="text",
            company_category="text",
            company_status="text",
            incorporation_date="date",
            dissolution_date="date",
            registered_postcode="text",
            accounts_category="text",
        ),
        required=frozenset({"company_number"}),
    ),
    Entity(
        "register_charity",
        _columns(
            charity_number="identifier",
            linked_charity_number="identifier",
            charity_name="text",
            charity_type="text",
            registration_status="text",
            removal_date="date",
            latest_income_gbp="amount",
            charity_postcode="text",
            company_number="identifier",
            is_cio="text",
            extract_date="date",
            registration_date="date",
        ),
        required=frozenset({"charity_number", "extract_date"}),
        period_column="extract_date",
    ),
)

ENTITIES: dict[str, Entity] = {entity.name: entity for entity in _ALL}

ENTITIES_OF_KIND: dict[str, frozenset[str]] = {
    "spend": frozenset({"spend_line"}),
    "social_value": frozenset({"portal_project", "portal_measure", "portal_target", "portal_delivery"}),
    "contracts": frozenset({"contract"}),
    "tenders": frozenset({"tender_lot", "tender_bid"}),
    "register": frozenset({"register_company", "register_charity"}),
}

# Kinds whose sources bring one of these tables each; those of the others bring all of them.
KINDS_OF_ONE_TABLE = frozenset({"register"})
