"""A package of somebody else adds loaders by entry points, and a base is built with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADER = '''
from blockdata_loaders.standard import StandardLoader


class Drains(StandardLoader):
    """Rejects drains that are deeper than they can be."""

    def own_problems(self, columns):
        deep = [depth is not None and depth > 20 for depth in columns["depth_m"].to_pylist()]
        import numpy
        return [("depth_m", "above_maximum", numpy.array(deep, dtype=bool))]


class Shouting(StandardLoader):
    """Writes names in capital letters."""

    def after_conversion(self, columns):
        import pyarrow.compute as pc
        return columns | {"name": pc.utf8_upper(columns["name"])}


drain, shouting = Drains(), Shouting()
'''

ENTRY_POINTS = """
[blockdata.loaders]
drain = city_loaders:drain
shouting_street = city_loaders:shouting
"""

CITY = """
[city]
name = "试验区"

[base]
path = "city.base"

[[kinds]]
name = "drain"
prefix = "drn"
zh = "雨水井"
en = "Drain"
key = ["code"]
fields = [
    { name = "code", type = "code", zh = "编号", en = "Code", required = true },
    { name = "depth_m", type = "float", zh = "深度", en = "Depth", unit = "m" },
]

[[source]]
name = "drains"
kind = "drain"
path = "drains-*.csv"
date.name = '(\\d{8})'

[[source]]
name = "streets"
kind = "street"
path = "streets-*.csv"
loader = "shouting_street"
date.name = '(\\d{8})'
"""

ASK = """
import sys
import blockdata as bd
base = bd.open(sys.argv[1])
print(base.sql("SELECT code, depth_m FROM drain ORDER BY code").values.tolist())
print(base.sql("SELECT name FROM street").values.tolist())
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """Install a tiny distribution in a folder, and return the environment that finds it."""
    folder = tmp_path / "site"
    information = folder / "city_loaders-1.0.dist-info"
    information.mkdir(parents=True)
    (folder / "city_loaders.py").write_text(LOADER, encoding="utf-8")
    metadata = "Metadata-Version: 2.1\nName: city-loaders\nVersion: 1.0\n"
    (information / "METADATA").write_text(metadata)
    (information / "entry_points.txt").write_text(ENTRY_POINTS)
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip


def test_loaders_of_another_package_are_found_and_used(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    (tmp_path / "city.toml").write_text(CITY, encoding="utf-8")
    (tmp_path / "drains-20260901.csv").write_text("编号,深度\n1,2.5\n2,25\n", encoding="utf-8")
    (tmp_path / "streets-20260901.csv").write_text("code,name\n1,road a\n", encoding="utf-8")
    nightly = ("-m", "blockdata", "nightly", str(tmp_path / "city.toml"), "--as-of", "2026-11-01")
    done = run(elsewhere, *nightly)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    told = run(elsewhere, "-c", ASK, str(tmp_path / "city.base"))
    assert told.stdout.splitlines() == ["[['1', 2.5]]", "[['ROAD A']]"], told.stderr


def test_without_the_package_the_error_says_what_is_missing(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    (tmp_path / "city.toml").write_text(CITY, encoding="utf-8")
    (tmp_path / "streets-20260901.csv").write_text("code,name\n1,road a\n", encoding="utf-8")
    (tmp_path / "site" / "city_loaders-1.0.dist-info" / "entry_points.txt").unlink()
    done = run(elsewhere, "-m", "blockdata", "check", str(tmp_path / "city.toml"))
    assert done.returncode == 2
    assert "shouting_street" in done.stdout + done.stderr
