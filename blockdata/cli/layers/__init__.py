"""`blockdata layers ...`: commands over `base.layers`."""
