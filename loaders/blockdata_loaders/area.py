"""The loader of kind `area` (行政区划): nothing beyond what its declaration says."""

from __future__ import annotations

from blockdata_loaders.standard import StandardLoader

__all__ = ["loader"]

loader = StandardLoader()
