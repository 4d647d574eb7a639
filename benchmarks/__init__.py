"""Measurements that print what they find; run one with `python -m benchmarks.<name>`."""
