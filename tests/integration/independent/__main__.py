"""Prints the figures of a folder of deliveries, beside STAR's own; with a warehouse, the differences as well."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain, islice
from pathlib import Path

from tests.integration.independent import comparison
from tests.integration.independent.calculation import SCOPE_RULES, Calculation, calculate
from tests.integration.independent.facts import STAR_FIGURES
from tests.integration.independent.figures import MONEY_MEASURES, FigureKey, add_up, value
from tests.integration.independent.identity import as_the_files_say, read_memberships
from tests.integration.independent.published import Published, read_published

_SHOWN_DIFFERENCES = 50


def main(arguments: list[str] | None = None) -> int:
    """Compute, print, and compare with a warehouse if one is named; 1 when anything differs from it."""
    parser = argparse.ArgumentParser(prog="python -m tests.integration.independent", description=__doc__)
    parser.add_argument("folder", type=Path, help="the deliveries: FOLDER/<source>/<file>")
    parser.add_argument("--rules", type=Path, default=SCOPE_RULES, help="the scope rules, a CSV")
    parser.add_argument(
        "--warehouse", help="libpq address of the published warehouse to compare with, for a role that reads ops too"
    )
    chosen = parser.parse_args(arguments)
    identity = as_the_files_say if chosen.warehouse is None else read_memberships(chosen.warehouse).supplier
    result = calculate(chosen.folder, chosen.rules, identity)
    for line in chain(_files(result), _figures(result), _star(result)):
        print(line)
    if chosen.warehouse is None:
        return 0
    differences = list(all_differences(result, read_published(chosen.warehouse)))
    print(f"\n{len(differences)} differences from the published tables")
    for difference in islice(differences, _SHOWN_DIFFERENCES):
        print(f"  {difference}")
    return 1 if differences else 0


def all_differences(mine: Calculation, theirs: Published) -> Iterator[str]:
    """Run every comparison."""
    yield from comparison.compare_files(mine, theirs)
    yield from comparison.compare_retention(mine, theirs)
    yield from comparison.compare_headline(mine, theirs)
    yield from comparison.compare_social_value(mine, theirs)
    yield from comparison.compare_participation(mine, theirs)


def _files(result: Calculation) -> Iterator[str]:
    yield f"{'source':<22}{'files':>6}{'in':>9}{'loaded':>9}{'rejected':>9}{'skipped':>9}{'£ loaded':>20}"
    for source_id in dict.fromkeys(account.source_id for account in result.accounts):
        accounts = [account for account in result.accounts if account.source_id == source_id]
        yield (
            f"{source_id:<22}{len(accounts):>6}{sum(a.lines_in for a in accounts):>9}"
            f"{sum(a.lines_loaded for a in accounts):>9}{sum(a.lines_rejected for a in accounts):>9}"
            f"{sum(a.lines_skipped for a in accounts):>9}"
            f"{Decimal(sum(a.pence_loaded for a in accounts)) / 100:>20,.2f}"
        )
    for account in result.accounts:
        for reject in account.rejects:
            yield f"  rejected: {account.source_id}/{account.file_name} line {reject.line_number}: {reject.reason}"


def _figures(result: Calculation) -> Iterator[str]:
    yield f"\n{'figure':<38}{'value':>18}{'numerator':>22}{'denominator':>22}"
    for key in sorted(result.figures, key=_by_measure):
        figure = result.figures[key]
        denominator = "" if figure.denominator is None else f"{figure.denominator:,.2f}"
        yield f"{' '.join(key):<38}{_shown(key.measure, value(key.measure, figure)):>18}{figure.numerator:>22,.2f}" + (
            f"{denominator:>22}"
        )


def _by_measure(key: FigureKey) -> tuple[str, str, str, str]:
    return key.measure, key.cohort, key.partner, key.year


def _star(result: Calculation) -> Iterator[str]:
    yield f"\n{'STAR reports':<48}{'STAR':>14}{'files':>18}{'off by':>10}"
    for star in STAR_FIGURES:
        first, last = star.years
        years = first if last == first else f"{first} to {last or 'now'}"
        figure = add_up(result.figures, star.measure, star.partner, star.cohort, star.years)
        found = None if figure is None else value(star.measure, figure)
        wanted = star.expected * 1_000_000 if star.is_money else star.expected
        name = f"{star.measure} {star.partner} {years} {star.cohort}"
        if found is None:
            yield f"{name:<48}{_shown(star.measure, wanted):>14}{'nothing':>18}"
        else:
            off = (found - wanted) / (1_000_000 if star.is_money else 1)
            yield f"{name:<48}{_shown(star.measure, wanted):>14}{_shown(star.measure, found):>18}{off:>+10.3f}"


def _shown(measure: str, found: Decimal | None) -> str:
    if found is None:
        return "-"
    if measure in MONEY_MEASURES:
        return f"£{found:,.2f}"
    return f"{found.quantize(Decimal('0.01'), ROUND_HALF_UP)} %"


if __name__ == "__main__":
    sys.exit(main())
