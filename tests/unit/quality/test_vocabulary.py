"""Words of a delivery that no rule knows."""

from __future__ import annotations

from star_warehouse.database import Warehouse
from star_warehouse.quality.vocabulary import unknown_words
from star_warehouse.settings import Settings


def test_unknown_codes_and_bodies_are_named_and_blank_is_known(warehouse: Warehouse, settings: Settings) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into ops.source (
                source_id, title, kind, extract, vat_basis, accepts_from_date, cadence, definition_sha256
            ) values ('tenders', 'Tenders', 'tenders', 'internal', 'none', '2018-04-01', 'snapshot', repeat('0', 64))
            """
        )
        for _ in range(2):
            connection.execute(
                """
                insert into ops.delivery (source_id, file_name, location, size_bytes, state)
                values ('tenders', 'a.xlsx', 'inbox', 1, 'landed')
                """
            )
        ids = [row[0] for row in connection.execute("select delivery_id from ops.delivery order by 1").fetchall()]
        connection.execute(
            """
            insert into raw.tender_lot (delivery_id, line_number, opportunity_ref, lot_number, buyer, status, procedure)
            values (%(a)s, 2, 'DN1', '1', 'Trafford  Council', 'AWARDED', 'Light touch'),
                   (%(a)s, 3, 'DN2', '1', 'Stockport MBC – Adults', 'Open', null),
                   (%(b)s, 2, 'DN1', '1', E'Trafford\\u00a0Council', 'Awarded', 'Open')
            """,
            {"a": ids[0], "b": ids[1]},
        )
        connection.execute(
            """
            insert into raw.tender_bid (delivery_id, line_number, opportunity_ref, lot_number, stage, bidder_size)
            values (%s, 2, 'DN1', '1', 'Submitted', ''), (%s, 3, 'DN1', '1', 'Evaluated', 'Enormous')
            """,
            (ids[0], ids[0]),
        )
        assert unknown_words(connection, settings, "tenders", ids) == {
            ids[0]: "body “Stockport MBC – Adults”, procedure “Light touch”, bidder size “Enormous”"
        }
        assert unknown_words(connection, settings, "spend", ids) == {}
