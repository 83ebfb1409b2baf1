"""The STAR warehouse: spend retention and social value, from partner files to published tables."""
