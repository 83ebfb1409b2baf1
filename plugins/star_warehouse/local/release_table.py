"""What one release was made from, as a table."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from star_warehouse.release import Explanation


def print_release(explained: Explanation, console: Console) -> None:
    """Print what a release was made from, and what has changed since."""
    release = explained.release
    table = Table(title=f"Release {release.release_id}", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    published = f"{release.published_at:%Y-%m-%d %H:%M}" if release.published_at else "never"
    deliveries = f"{len(release.delivery_ids)}, of which {explained.superseded_deliveries} are not current any more"
    reference = ", ".join(f"{name} {version}" for name, version in sorted(release.reference_versions.items()))
    rules = ", ".join(explained.other_rules) or "say the same today"
    rows = {
        "state": release.state + (f": {release.reason}" if release.reason else ""),
        "started, published": f"{release.started_at:%Y-%m-%d %H:%M}, {published}",
        "code version": release.code_version,
        "deliveries": deliveries,
        "reference data": reference or "not noted",
        "registers": ", ".join(f"{source} as at {day}" for source, day in explained.registers) or "none",
        "rules": f"differ today: {rules}" if explained.other_rules else rules,
        "suppliers": _suppliers(explained),
        "decisions": ", ".join(f"{count:,} by {who}" for who, count in explained.decisions.items()) or "none",
        "since then": (
            f"{explained.merged_since} suppliers merged, {explained.split_since} split, "
            f"{explained.decided_since} decisions by people"
        ),
    }
    if not explained.rules_kept:
        rows["rules"] = "not kept"
    if release.suppliers_as_at is None:
        del rows["decisions"], rows["since then"]
    for heading, text in rows.items():
        table.add_row(heading, escape(text))
    console.print(table)


def _suppliers(explained: Explanation) -> str:
    as_at = explained.release.suppliers_as_at
    if as_at is None:
        return "not matched for it"
    return f"{explained.suppliers:,} of {explained.records:,} vendor records, as they stood {as_at:%Y-%m-%d %H:%M:%S}"
