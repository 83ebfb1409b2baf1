"""The gate before publication: may the candidate become the live release?"""

from __future__ import annotations

from star_warehouse.database import Warehouse
from star_warehouse.quality.project import open_project, run_folder
from star_warehouse.quality.results import record_candidate
from star_warehouse.quality.tables import profile_tables
from star_warehouse.quality.validation import Profile, check_profile, check_table
from star_warehouse.quality.verdicts import CandidateVerdict, judge_candidate
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

LIVE_SCHEMA = "shared"
_TABLES_SUITE = "candidate_release"
# The suites about one table, and the table, whose absence the suite about all tables reports.
_TABLE_SUITES = {
    "candidate_retention": "retention",
    "candidate_headline": "headline",
    "candidate_social_value": "social_value_partner",
    "candidate_participation": "participation",
    "candidate_supplier": "supplier",
    # About all of them together; the headline is where they meet.
    "candidate_agreement": "headline",
}


def check_candidate(
    warehouse: Warehouse, settings: Settings, release_id: int, run_id: str, schema: str = "candidate"
) -> CandidateVerdict:
    """Judge the tables built for a release against all ``candidate_`` suites, in one go.

    Every result goes to ``ops.quality_result``, Great Expectations' own artefacts to the run's folder. What decides is
    the severity of each failure, not whether all succeeded.

    Args:
        release_id: the release, as in ``ops.release``.
        run_id: the pipeline run.
        schema: where its tables are.

    Raises:
        Refusal: there is nothing to judge, or the check cannot be run.
    """
    with warehouse.connect() as connection:
        tables = profile_tables(connection, schema, LIVE_SCHEMA, release_id)
    if not tables:
        raise Refusal(
            f"There is nothing to check for release {release_id}.",
            where=f"schema {schema}",
            way_out="Build the release first.",
        )
    found = {table["table_name"] for table in tables}
    profile = Profile(tables, key="table_name", label="table_name")
    with open_project(settings, warehouse, run_folder(settings, run_id, "candidate"), schema) as project:
        outcomes = check_profile(project, _TABLES_SUITE, profile)
        for suite, table in _TABLE_SUITES.items():
            if table in found:
                outcomes += check_table(project, suite)
    with warehouse.connect() as connection:
        record_candidate(connection, run_id, release_id, outcomes)
    return judge_candidate(outcomes)
