"""Measurements of the spatial parts: `python -m benchmarks.spatial`."""
