"""Engines feed the kernels and take their answers: DuckDB in one process."""
