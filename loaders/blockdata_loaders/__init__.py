"""Loaders: from the files departments send to the records of the base."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PROFILES"]

_HERE = Path(__file__).parent

PROFILES = _HERE / "profiles" if (_HERE / "profiles").is_dir() else _HERE.parent / "profiles"
"""Folder of the profiles: inside the package where it is installed, beside it in the repository."""
