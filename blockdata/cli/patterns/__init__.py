"""`blockdata patterns ...`: commands over `base.patterns`."""
