"""What a release is made from, as one number: same fingerprint, same release."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from star_warehouse.database import MIGRATIONS
from star_warehouse.settings import Settings

# The rules by which vendor records are matched to suppliers.
_SUPPLIERS = Path(__file__).parents[1] / "suppliers"
# What dbt writes while it works is no part of the code.
_WRITTEN_BY_DBT = {"target", "logs", ".user.yml"}


@dataclass(frozen=True)
class Ingredients:
    """What a release is made from.

    Attributes:
        delivery_ids: the current deliveries, in order.
        reference_versions: by reference dataset, the version that is current.
        declarations: what the models take from the sources' declarations, and how much people decided.
        code_version: of the models, rules, expectations and migrations, and of how suppliers are matched.
    """

    delivery_ids: tuple[int, ...]
    reference_versions: dict[str, str]
    declarations: tuple[str, ...]
    code_version: str

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all of it, as lower-case hexadecimal."""
        reference = [f"{dataset} {version}" for dataset, version in self.reference_versions.items()]
        text = "\n".join([self.code_version, *reference, *self.declarations, *map(str, self.delivery_ids)])
        return hashlib.sha256(text.encode()).hexdigest()


def ingredients(connection: psycopg.Connection[Any], settings: Settings) -> Ingredients:
    """What a release built now would be made from."""
    deliveries = connection.execute("select delivery_id from ops.delivery where state = 'loaded' order by 1").fetchall()
    reference = connection.execute(
        """
        select distinct on (dataset) dataset, version from ops.reference_load
        order by dataset, loaded_at desc
        """
    ).fetchall()
    declarations = connection.execute(
        """
        select concat_ws(' ', 'source', source_id, kind, partner_code, extract, vat_basis) from ops.source
        where source_id in (select source_id from ops.delivery where state = 'loaded')
        order by source_id
        """
    ).fetchall()
    # What people decided about suppliers since the last release makes another one due.
    declarations += connection.execute(
        """
        select concat_ws(' ', 'supplier decisions', count(*), coalesce(max(supplier_decision_id), 0), count(valid_to))
        from ops.supplier_decision where rung = 'person'
        """
    ).fetchall()
    return Ingredients(
        delivery_ids=tuple(row[0] for row in deliveries),
        reference_versions=dict(reference),
        declarations=tuple(row[0] for row in declarations),
        code_version=_code_version(settings),
    )


def _code_version(settings: Settings) -> str:
    """A hash of every file that can change a figure or a verdict, whether committed or not."""
    digest = hashlib.sha256()
    for root in (settings.dbt_project, settings.expectations, MIGRATIONS / "sql", _SUPPLIERS):
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and not _WRITTEN_BY_DBT.intersection(relative.parts) and not _is_hidden(relative):
                digest.update(f"{root.name}/{relative.as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
