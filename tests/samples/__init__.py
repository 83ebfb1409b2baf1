"""The generator of sample deliveries: eight invented ledgers, a portal export, a contracts register and tenders.

Nothing in them is real but the postcodes and the partners' own names. The shares are drawn so that the figures STAR
published come out of the measures.
"""

from __future__ import annotations

from tests.samples.deliveries import Sample, invent, write_samples

__all__ = ["Sample", "invent", "write_samples"]
