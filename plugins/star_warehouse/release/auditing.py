"""The gate between a candidate and its publication."""

from __future__ import annotations

from star_warehouse.database import Warehouse
from star_warehouse.quality import CandidateVerdict, check_candidate
from star_warehouse.release.record import CANDIDATE, end_release, working_on
from star_warehouse.settings import Settings


def audit(warehouse: Warehouse, settings: Settings, release_id: int, run_id: str) -> CandidateVerdict:
    """Check the candidate; the release becomes ``audited``, or ``refused`` when something critical does not hold.

    Args:
        release_id: the release whose candidate was built.
        run_id: the pipeline run.

    Returns:
        The verdict; whoever calls says so when it is not publishable.

    Raises:
        Refusal: the release is not being built, deliveries came or went since it was opened (it is then abandoned), or
            the check itself could not be run.
    """
    with working_on(warehouse, release_id, "building", "audited"):
        verdict = check_candidate(warehouse, settings, release_id, run_id, CANDIDATE)
    if verdict.is_publishable:
        with warehouse.connect() as connection:
            connection.execute(
                "update ops.release set state = 'audited', audited_at = now() where release_id = %s", (release_id,)
            )
    else:
        critical = [failure for failure in verdict.failures if failure.severity == verdict.severity]
        end_release(warehouse, release_id, "refused", " ".join(f"{one.subject}: {one.message}" for one in critical))
    return verdict
