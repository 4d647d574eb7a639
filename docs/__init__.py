"""Documentation, parts of which are generated; see `docs.generate`."""
