"""Files fetched from real servers of every kind, with faults on the way."""
