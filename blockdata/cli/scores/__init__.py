"""Commands over `base.scores`."""
