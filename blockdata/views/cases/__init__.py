"""What a base tells of cases: `base.cases`."""
