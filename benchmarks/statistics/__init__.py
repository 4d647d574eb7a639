"""Measurements of the statistics: `python -m benchmarks.statistics`."""
