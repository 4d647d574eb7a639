"""The loader of kind `resource` (应急资源): nothing beyond what its declaration says."""

from __future__ import annotations

from blockdata_loaders.standard import StandardLoader

__all__ = ["loader"]

loader = StandardLoader()
