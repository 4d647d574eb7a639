"""Importing: quick, without extras, from read-only code, and without a home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "geopandas", "duckdb", "scipy", "pyarrow", "numpy", "pydantic")
EXTRAS = ("ipykernel", "nbclient", "hypothesis")

EVERY_MODULE = f"""
import importlib, pathlib, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {EXTRAS!r}:
            raise ImportError(name + " is blocked here")
sys.meta_path.insert(0, Blocked())
for root in sys.argv[1:]:
    root = pathlib.Path(root)
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if name not in ("blockdata.records.strategies", "blockdata.__main__"):
            importlib.import_module(name)
            print(name)
"""


def _run(code, *arguments, env=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=300,
    )


@pytest.fixture
def read_only_copy(tmp_path):
    """The packages in a folder that cannot be written to."""
    for folder in ("blockdata", "loaders/blockdata_loaders"):
        name = Path(folder).name
        shutil.copytree(
            ROOT / folder, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    paths = [tmp_path, *tmp_path.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield tmp_path
    for path in paths:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_import_loads_nothing_heavy():
    done = _run(f"import blockdata, sys; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr


def test_the_command_line_imports_nothing_heavy_for_its_help():
    heavy = ("pandas", "geopandas", "duckdb", "scipy")
    done = _run(f"import blockdata.cli, sys; print([m for m in {heavy!r} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr


def test_every_module_imports_without_extras_home_or_writable_code(read_only_copy):
    environment = {k: v for k, v in os.environ.items() if k not in ("HOME", "PYTHONPATH")}
    environment["PYTHONPATH"] = str(read_only_copy)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EVERY_MODULE]
        + [str(read_only_copy / name) for name in ("blockdata", "blockdata_loaders")],
        capture_output=True,
        text=True,
        check=False,
        cwd=read_only_copy,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert {"blockdata.api", "blockdata_loaders.standard"} <= set(done.stdout.split())
    assert not list(read_only_copy.rglob("__pycache__")) or os.geteuid() == 0
