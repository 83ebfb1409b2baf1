"""How fast deliveries are taken in, beside others who do the same, in one run on one machine."""
