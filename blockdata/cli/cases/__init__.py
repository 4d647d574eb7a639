"""`blockdata cases ...`: commands over `base.cases`."""
