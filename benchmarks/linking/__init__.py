"""Measurements of linking, duplicates, chains and episodes: `python -m benchmarks.linking`."""
