"""One way of reading one file, measured: `python -m benchmarks.loading_run WAY PATH KIND`.

Prints seconds, without the time of imports, and the peak memory of the process as JSON. Run in a
process of its own, so that nothing of another way is in memory.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["WAYS"]

EXTENT = (120.0, 35.9, 120.8, 36.4)
SECRET = b"an invented secret of 32 letters"

Read = Callable[[], Any]


def _is_gb18030(path: Path) -> bool:
    return "gb18030" in path.name


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix == ".tsv" else ","


def _our_read(path: Path, kind: str) -> Read:
    _preload(kind)
    from blockdata_loaders.reader import read_file

    return lambda: read_file(path)


def _our_load(path: Path, kind: str) -> Read:
    from blockdata.config import Source
    from blockdata.records import Catalogue
    from blockdata.store.batch import LoadRequest

    loader = _preload(kind)
    declared = {"name": "speed", "kind": kind, "path": "*", "date": {"on": "2026-11-01"}}
    source, what = Source.model_validate(declared), Catalogue().kind(kind)
    request = LoadRequest(source, what, path, "EPSG:4549", "Asia/Shanghai", EXTENT, SECRET)
    return lambda: loader.load(request)


def _preload(kind: str) -> Any:
    """Import what loading needs, as a nightly run has long done when it comes to a file."""
    for name in ("text", "excel", "geojson", "geopackage", "shapefile", "parquet", "gdal"):
        importlib.import_module(f"blockdata_loaders.reader.{name}")
    return importlib.import_module(f"blockdata_loaders.{kind}").loader


def _pandas_csv(path: Path, **options: Any) -> Read:
    import pandas as pd

    encoding = "gb18030" if _is_gb18030(path) else "utf-8"
    return lambda: pd.read_csv(path, sep=_delimiter(path), encoding=encoding, **options)


def _pandas_excel(path: Path, _: str) -> Read:
    import pandas as pd

    return lambda: pd.read_excel(path, dtype=str)


def _pandas_parquet(path: Path, _: str) -> Read:
    import pandas as pd

    return lambda: pd.read_parquet(path)


def _geopandas(path: Path, *, use_arrow: bool) -> Read:
    import geopandas
    import pyogrio  # noqa: F401  # which geopandas imports when it first reads

    return lambda: geopandas.read_file(path, use_arrow=use_arrow)


def _duckdb(path: Path, call: str) -> Read:
    import duckdb

    connection = duckdb.connect()
    return lambda: connection.execute(f"SELECT * FROM {call}", [str(path)]).to_arrow_table()


def _pyarrow_csv(path: Path, _: str) -> Read:
    import pyarrow.csv as pa_csv

    read = pa_csv.ReadOptions(encoding="gb18030" if _is_gb18030(path) else "utf-8")
    parse = pa_csv.ParseOptions(delimiter=_delimiter(path), newlines_in_values=True)
    return lambda: pa_csv.read_csv(path, read, parse)


WAYS: dict[str, Callable[[Path, str], Read]] = {
    "our read": _our_read,
    "our load": _our_load,
    "pandas, dtype=str": lambda path, _: _pandas_csv(path, dtype=str),
    "pandas": lambda path, _: _pandas_csv(path),
    "pandas, Excel": _pandas_excel,
    "pandas, Parquet": _pandas_parquet,
    "GeoPandas": lambda path, _: _geopandas(path, use_arrow=False),
    "GeoPandas, Arrow": lambda path, _: _geopandas(path, use_arrow=True),
    "DuckDB": lambda path, _: _duckdb(path, "read_csv(?, all_varchar = true)"),
    "DuckDB, Parquet": lambda path, _: _duckdb(path, "read_parquet(?)"),
    "pyarrow": _pyarrow_csv,
}
"""Ways to read a file: from its path and the kind of its rows to a function that reads it."""


def main(way: str, path: str, kind: str) -> None:
    """Measure one way."""
    read = WAYS[way](Path(path), kind)
    begun = time.perf_counter()
    _ = read()
    seconds = time.perf_counter() - begun
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib}))


if __name__ == "__main__":
    main(*sys.argv[1:])
