"""One company, one key, as the register writes it."""

from __future__ import annotations

import pytest

from tests.integration.independent.companies import company_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("00012345", "00012345"),
        ("12345", "00012345"),
        (" 123 45 ", "00012345"),
        ("SC123456", "SC123456"),
        ("sc 1234", "SC001234"),
        ("oc3", "OC000003"),
        ("IP1234R", "IP01234R"),
    ],
)
def test_a_company_number_has_eight_signs(written: str, key: str) -> None:
    assert company_key(written) == key
