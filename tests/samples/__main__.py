"""``python -m tests.samples DIR`` writes the sample deliveries to a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.samples import write_samples


def main(arguments: list[str]) -> int:
    """Write the sample to the one folder named; 2 when it is not named."""
    if len(arguments) != 1:
        print("usage: python -m tests.samples DIR", file=sys.stderr)
        return 2
    files = write_samples(Path(arguments[0]))
    print(f"{len(files)} sample deliveries written to {arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
