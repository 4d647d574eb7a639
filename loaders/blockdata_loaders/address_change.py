"""The loader of kind `address_change` (地址沿革): nothing beyond what its declaration says."""

from __future__ import annotations

from blockdata_loaders.standard import StandardLoader

__all__ = ["loader"]

loader = StandardLoader()
