"""A second calculation of STAR's measures from the delivered files, in plain Python.

It shares nothing with the pipeline: no reader, no seed but the scope rules, no SQL. Readers, membership, rings,
thresholds and labels are typed here by hand, so that an error in a declaration, a seed or a model shows as a
difference of pounds. ``python -m tests.integration.independent FOLDER`` prints the figures.
"""
