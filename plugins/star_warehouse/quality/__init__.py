"""The gate: what good data is at two boundaries, by the suites in ``expectations/``; a delivery, a release's candidate."""

from star_warehouse.quality.candidate import check_candidate
from star_warehouse.quality.deliveries import check_deliveries
from star_warehouse.quality.verdicts import CandidateVerdict, DeliveryVerdict, Outcome

__all__ = ["CandidateVerdict", "DeliveryVerdict", "Outcome", "check_candidate", "check_deliveries"]
