"""Block data (块数据): where problems gather, and which places never get better.

    import blockdata as bd

    base = bd.open("shibei.base")
    base.incident.df()
    bd.hotspots(base).explain()

Every name is imported when it is first used (PEP 562), so that `import blockdata` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockdata.address import normalise_address, parse
    from blockdata.address.comparing import compare
    from blockdata.api import Base, chronic, hotspots, open  # noqa: A004
    from blockdata.batch.checking import check_sources
    from blockdata.batch.maintenance import accept, rollback
    from blockdata.batch.nightly import Outcome, nightly
    from blockdata.batch.review import export_review, read_review
    from blockdata.config import Config, load_config
    from blockdata.errors import (
        AnalysisError,
        BlockdataError,
        ConfigError,
        CrsError,
        DecisionError,
        DeclarationError,
        GeometryNeededError,
        KeyMissingError,
        LockedError,
        PrivacyError,
        SnapshotError,
        SourceError,
        StoreError,
    )
    from blockdata.records import Catalogue
    from blockdata.store.decisions import Decision
    from blockdata.store.keys import make_keys
    from blockdata.views import Place, RecordTable, Result

    __version__: str

_HOME = {
    "AnalysisError": "errors",
    "Base": "api",
    "BlockdataError": "errors",
    "Catalogue": "records",
    "Config": "config",
    "ConfigError": "errors",
    "CrsError": "errors",
    "Decision": "store.decisions",
    "DecisionError": "errors",
    "DeclarationError": "errors",
    "GeometryNeededError": "errors",
    "KeyMissingError": "errors",
    "LockedError": "errors",
    "Outcome": "batch.nightly",
    "Place": "views",
    "PrivacyError": "errors",
    "RecordTable": "views",
    "Result": "views",
    "SnapshotError": "errors",
    "SourceError": "errors",
    "StoreError": "errors",
    "accept": "batch.maintenance",
    "check_sources": "batch.checking",
    "chronic": "api",
    "compare": "address.comparing",
    "export_review": "batch.review",
    "hotspots": "api",
    "load_config": "config",
    "make_keys": "store.keys",
    "nightly": "batch.nightly",
    "normalise_address": "address",
    "open": "api",
    "parse": "address",
    "read_review": "batch.review",
    "rollback": "batch.maintenance",
}
"""Every public name and the module that defines it."""

__all__ = [
    "AnalysisError",
    "Base",
    "BlockdataError",
    "Catalogue",
    "Config",
    "ConfigError",
    "CrsError",
    "Decision",
    "DecisionError",
    "DeclarationError",
    "GeometryNeededError",
    "KeyMissingError",
    "LockedError",
    "Outcome",
    "Place",
    "PrivacyError",
    "RecordTable",
    "Result",
    "SnapshotError",
    "SourceError",
    "StoreError",
    "__version__",
    "accept",
    "check_sources",
    "chronic",
    "compare",
    "export_review",
    "hotspots",
    "load_config",
    "make_keys",
    "nightly",
    "normalise_address",
    "open",
    "parse",
    "read_review",
    "rollback",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name == "__version__":
        value: object = import_module("importlib.metadata").version("urban-blockdata")
    elif name in _HOME:
        value = getattr(import_module(f"blockdata.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module 'blockdata' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
