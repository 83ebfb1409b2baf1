"""`rules check`, `shares` and `explain` on the embedded warehouse of an installation that ran."""

from __future__ import annotations

import pytest

from tests.integration.conftest import FirstRun, Installation

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def installation(first_run: FirstRun) -> Installation:
    assert first_run.exit_code == 0, first_run.output + first_run.errors
    return first_run.installation


def schemas(installation: Installation) -> str:
    # Those of temporary tables belong to a session; the first to need one leaves it there for the next.
    query = "select nspname, oid from pg_namespace where nspname !~ '^pg_' order by 1"
    done = installation.command("psql", "-Atc", query)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rules_as_they_are_move_nothing_and_leave_nothing(installation: Installation) -> None:
    before = schemas(installation)
    checked = installation.command("rules", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "The rules are those of the live warehouse" in checked.stdout
    assert "Nothing moves" in checked.stdout
    assert schemas(installation) == before


def test_shares_and_reasons_are_told(installation: Installation) -> None:
    shares = installation.command("rules", "shares", "--source", "stockport", "--year", "2019/20")
    assert shares.returncode == 0, shares.stdout + shares.stderr
    assert "pension_payee" in shares.stdout
    explained = installation.command("rules", "explain", "--supplier", "invented hm revenue & customs")
    assert explained.returncode == 0, explained.stdout + explained.stderr
    assert "tax_payee" in explained.stdout
