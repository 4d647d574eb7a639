"""Lists of tasks as files: CSV, one workbook, one GeoPackage; nothing in them can run."""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from blockdata.store import files

__all__ = ["write_files"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = (8, 60)
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_SAVED_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write_files(
    folder: Path,
    sheets: Mapping[str, tuple[str, pd.DataFrame]],
    layers: Mapping[str, gpd.GeoDataFrame],
    day: dt.date,
    encoding: str,
) -> list[Path]:
    """Write tables as CSV and a workbook, and layers as a GeoPackage.

    Parameters
    ----------
    folder : Path
        Is made if it does not exist.
    sheets : mapping of file name to title and table
    layers : mapping of name to GeoDataFrame
    day : date
        Stands in the files for the day of writing, so that the same tables give the same bytes.
    encoding : str
        Of the CSV files.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (_, frame) in sheets.items():
        text = _safe(frame).to_csv(index=False, lineterminator="\r\n")
        written.append(_put(folder / f"{name}.csv", text.encode(encoding)))
    written.append(_put(folder / "tasks.xlsx", _workbook(dict(sheets.values()), day)))
    written.append(_put(folder / "tasks.gpkg", _geopackage(layers, day)))
    return written


def _put(path: Path, content: bytes) -> Path:
    beside = path.with_name(f".{path.name}")
    beside.write_bytes(content)
    files.move_durably(beside, path)
    return path


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text would be taken for a formula."""
    return pd.DataFrame(
        {name: [_unexecuted(value) for value in frame[name].tolist()] for name in frame}
    )


def _unexecuted(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _workbook(sheets: Mapping[str, pd.DataFrame], day: dt.date) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, frame in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate([tuple(frame.columns), *frame.itertuples(index=False)], 1):
            for column, value in enumerate(row, 1):
                _write_cell(sheet, number, column, value)
        _dress(sheet, frame)
    saved = io.BytesIO()
    book.save(saved)
    return _undated(saved.getvalue(), day)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    if value is None or pd.isna(value):
        return
    cell = sheet.cell(row, column)
    if isinstance(value, int | float):
        cell.value = value
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell.value = text
    # A text that looks like a formula must never become one, here or when it is edited.
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith(_FORMULA)


def _dress(sheet: Worksheet, frame: pd.DataFrame) -> None:
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for column, name in enumerate(frame, 1):
        longest = max([2 * len(str(name)), *(_width(v) for v in frame[name].head(200).tolist())])
        width = min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])
        sheet.column_dimensions[get_column_letter(column)].width = width


def _width(value: Any) -> int:
    text = str(value)
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _undated(book: bytes, day: dt.date) -> bytes:
    """Put a day in place of the moments of writing."""
    stamp = rb"\g<1>" + f"{day.isoformat()}T00:00:00Z".encode()
    done = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(done, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _SAVED_AT.sub(stamp, content)
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return done.getvalue()


def _geopackage(layers: Mapping[str, gpd.GeoDataFrame], day: dt.date) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{day.isoformat()}T00:00:00.000Z"})
        try:
            for name, layer in layers.items():
                plain = pd.DataFrame(layer.drop(columns="geometry"))
                ready = gpd.GeoDataFrame(_safe_days(plain), geometry=layer.geometry.array)
                pyogrio.write_dataframe(
                    ready.set_crs(layer.crs, allow_override=True),
                    path,
                    layer=name,
                    driver="GPKG",
                    geometry_type="LineString" if name == "routes" else "Point",
                )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def _safe_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Write days as text, which every reader of the format knows."""
    return frame.assign(task_on=frame["task_on"].astype(str).str.slice(0, 10))
