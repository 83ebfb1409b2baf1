"""The gate: run the suites in ``expectations/`` on deliveries and on candidates, and give a verdict."""

from star_warehouse.quality.candidate import check_candidate
from star_warehouse.quality.deliveries import check_deliveries
from star_warehouse.quality.verdicts import CandidateVerdict, DeliveryVerdict, Outcome

__all__ = ["CandidateVerdict", "DeliveryVerdict", "Outcome", "check_candidate", "check_deliveries"]
