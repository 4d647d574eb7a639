"""Fixtures that several packages' tests share: the tiny district and a base made of it."""

import datetime as dt
import importlib
import shutil
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "data_samples"
AS_OF = dt.date(2026, 11, 1)
SEED = 7


@pytest.fixture(scope="session")
def tiny_sources(tmp_path_factory):
    """The tiny district's files and configuration, and keys beside it; do not change them."""
    sys.path.insert(0, str(SAMPLES))
    try:
        generate = importlib.import_module("generate")
    finally:
        sys.path.remove(str(SAMPLES))
    from blockdata.store.keys import make_keys

    root = tmp_path_factory.mktemp("tiny")
    generate.write_district(root / "district", size="tiny", seed=SEED)
    make_keys(root / "district" / "keys")
    return root


@pytest.fixture
def tiny(tiny_sources, tmp_path):
    """A copy of the tiny district that a test may change; returns its configuration's path."""
    shutil.copytree(tiny_sources, tmp_path / "tiny")
    return tmp_path / "tiny" / "district" / "city.toml"


@pytest.fixture(scope="session")
def tiny_base(tiny_sources, tmp_path_factory):
    """A published base of the tiny district, for reading only; returns its configuration."""
    from blockdata.batch.nightly import nightly
    from blockdata.config import load_config

    root = tmp_path_factory.mktemp("base") / "tiny"
    shutil.copytree(tiny_sources, root)
    config = load_config(root / "district" / "city.toml")
    nightly(config, as_of=AS_OF)
    return config
