"""Who is one supplier: what a line states, and memberships that are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from star_warehouse.database import Warehouse
from tests.integration.independent.identity import Memberships, as_the_files_say, read_memberships
from tests.unit.independent.test_retention import LINE


def test_memberships_join_what_a_line_alone_does_not() -> None:
    other = replace(LINE, supplier_ref="2")
    assert as_the_files_say(LINE) != as_the_files_say(other)
    given = Memberships({("stockport", "Invented One", "1", None): "7", ("stockport", "Invented One", "2", None): "7"})
    assert given.supplier(LINE) == given.supplier(other) == "7"


def test_the_hidden_and_the_unknown_are_nobody_and_a_named_stranger_is_a_fault() -> None:
    given = Memberships({("stockport", "Redacted", "1", None): "7"})
    assert given.supplier(replace(LINE, supplier_name="Redacted")) is None
    assert given.supplier(replace(LINE, supplier_name=None, supplier_ref=None)) is None
    with pytest.raises(ValueError, match="no supplier"):
        given.supplier(LINE)


def test_memberships_are_those_of_the_moment_the_live_release_reads(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into ops.release (state, fingerprint, code_version, delivery_ids, run_id, suppliers_as_at)
            values ('live', repeat('0', 64), 'x', '{}', 'run', '2024-05-01 12:00+00'),
                ('superseded', repeat('0', 64), 'x', '{}', 'run', '2024-05-01 15:00+00');
            insert into ops.supplier_record (record_key, origin, partner_code, supplier_name, supplier_ref) values
                ('a', 'spend', 'stockport', ' Invented One', '1'), ('b', 'tenders', null, 'Invented One', '1');
            insert into ops.supplier_cluster (run_id) select 'run' from generate_series(1, 3);
            insert into ops.supplier_membership (record_key, supplier_cluster_id, valid_from, valid_to, run_id) values
                ('a', 1, '2024-05-01 09:00+00', '2024-05-01 12:00+00', 'run'),
                ('a', 2, '2024-05-01 12:00+00', '2024-05-01 14:00+00', 'run'),
                ('a', 3, '2024-05-01 14:00+00', null, 'run'),
                ('b', 3, '2024-05-01 09:00+00', null, 'run');
            """
        )
    assert read_memberships(warehouse.url).supplier(LINE) == "2"
