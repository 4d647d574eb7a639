"""The loader of kind `name_change` (地名变更): nothing beyond what its declaration says."""

from __future__ import annotations

from blockdata_loaders.standard import StandardLoader

__all__ = ["loader"]

loader = StandardLoader()
