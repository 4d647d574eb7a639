"""The house: imports go one way, SQL stands where it may, analysis never sees a connection."""

import ast
import inspect
from pathlib import Path

import pytest

from blockdata import errors

ROOT = Path(__file__).parents[1]
LAYERS = (
    {"errors"},
    {"records", "crs"},
    {"config"},
    {"kernels"},
    {"store", "address", "grid", "link"},
    {"analysis"},
    {"engines"},
    {"report"},
    {"batch"},
    {"views"},
    {"api"},
    {"cli"},
    {"__main__"},
)
"""Lowest first. Packages of one layer are independent, but for what ALSO allows."""

ALSO = {("store", "kernels"), ("engines", "store")}
SQL_PACKAGES = {"store", "engines"}
SQL_ELSEWHERE = {Path("loaders/blockdata_loaders/reader/geopackage.py")}
"""A GeoPackage is an SQLite file; its reader asks SQLite, never the base."""

LOADERS_MAY = {"errors", "records", "crs", "config", "store"}


def _modules(folder):
    return sorted((ROOT / folder).rglob("*.py"))


def _named(path):
    return path.relative_to(ROOT).as_posix()


def _package(path):
    parts = path.relative_to(ROOT / "blockdata").with_suffix("").parts
    return parts[0]


def _imported(path):
    """Packages of blockdata that a module imports, also inside functions and for types."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
            if node.module == "blockdata":
                names = [f"blockdata.{a.name}" for a in node.names]
        for name in names:
            if name.startswith("blockdata."):
                yield name.split(".")[1]
            elif name == "blockdata_loaders" or name.startswith("blockdata_loaders."):
                yield "blockdata_loaders"


def _rank(package):
    return next(n for n, layer in enumerate(LAYERS) if package in layer)


@pytest.mark.parametrize("path", _modules("blockdata"), ids=_named)
def test_imports_go_one_way(path):
    package = _package(path)
    if package == "__init__":
        return
    for other in set(_imported(path)) - {package}:
        assert other != "blockdata_loaders", "loaders are found through their entry points"
        lower = _rank(other) < _rank(package)
        assert lower or (package, other) in ALSO, f"{package} imports {other}"


@pytest.mark.parametrize("path", _modules("loaders/blockdata_loaders"), ids=_named)
def test_loaders_stand_on_records_and_store_alone(path):
    assert set(_imported(path)) <= LOADERS_MAY | {"blockdata_loaders"}


def _executes(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"execute", "executemany", "rows", "value", "run", "arrow"}
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and ast.unparse(node.func.value).split(".")[-1] in {"con", "connection", "session"}
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize(
    "path", [*_modules("blockdata"), *_modules("loaders/blockdata_loaders")], ids=_named
)
def test_only_store_and_engines_execute_sql(path):
    relative = path.relative_to(ROOT)
    allowed = relative in SQL_ELSEWHERE or relative.parts[1] in SQL_PACKAGES
    assert allowed or not _executes(path)


@pytest.mark.parametrize(
    "path",
    [
        p
        for f in ("analysis", "kernels", "grid", "link", "address")
        for p in _modules(f"blockdata/{f}")
    ],
    ids=_named,
)
def test_kernels_and_statistics_never_see_a_connection(path):
    assert "duckdb" not in path.read_text(encoding="utf-8")


def test_every_error_has_one_root():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(c, errors.BlockdataError) for c in classes)
    raised = set()
    for path in [*_modules("blockdata"), *_modules("loaders/blockdata_loaders")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                "Error" in ast.unparse(b) for b in node.bases
            ):
                raised.add(path.relative_to(ROOT))
    assert raised == {Path("blockdata/errors.py")}
