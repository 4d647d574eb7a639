"""Requests and small files for the tests of loaders."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from blockdata.config import Source
from blockdata.records import Catalogue
from blockdata.store.batch import LoadRequest

Ask = Callable[..., LoadRequest]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Return a function that makes a request for a file of a kind."""

    def made(
        kind: str,
        path: Path | None = None,
        *,
        extent: tuple[float, float, float, float] | None = None,
        secret: bytes | None = b"invented secret",
        **source: Any,
    ) -> LoadRequest:
        declared = Source.model_validate(
            {"name": "s", "kind": kind, "path": "s/*", "date": {"on": "2026-11-01"}} | source
        )
        found = Catalogue().kind(kind)
        return LoadRequest(declared, found, path, "EPSG:4549", "Asia/Shanghai", extent, secret)

    return made


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[Sequence[Sequence[str]]], Path]:
    """Return a function that writes rows, the header first, as CSV."""

    def written(rows: Sequence[Sequence[str]], name: str = "delivery.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return written
