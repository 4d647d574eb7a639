"""The loader of kind `matter` (事项清单): nothing beyond what its declaration says."""

from __future__ import annotations

from blockdata_loaders.standard import StandardLoader

__all__ = ["loader"]

loader = StandardLoader()
