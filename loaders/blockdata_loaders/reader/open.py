"""Open a file of any known format."""

from __future__ import annotations

from pathlib import Path

from blockdata_loaders.reader.content import checked_format
from blockdata_loaders.reader.raw import RawTable

__all__ = ["read_file"]


def read_file(
    path: Path,
    *,
    sheet: str | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RawTable:
    r"""Read a file as text cells with row numbers, after checking that it is what it is named.

    Parameters
    ----------
    path : Path
        .csv, .tsv, .txt, .xlsx, .gpkg, .geojson or .json.
    sheet : str, optional
        Sheet of an .xlsx file; else its first sheet.
    layer : str, optional
        Layer of a .gpkg file; may be left out where there is one layer only.
    encoding, delimiter : str, optional
        For delimited text; else found from the content.

    Returns
    -------
    RawTable
        Good rows as text, bad rows with reasons.

    Raises
    ------
    SourceError
        The file as a whole cannot be read; `reason` says why.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("code,name\n007,a\n", encoding="utf-8")
    ...     read_file(path).columns.to_pydict()
    {'code': ['007'], 'name': ['a']}
    """
    # Each reader is imported where it is used: openpyxl and pyproj are slow to import.
    file_format = checked_format(path)
    if file_format == "text":
        from blockdata_loaders.reader.text import read_text

        return read_text(path, encoding=encoding, delimiter=delimiter)
    if file_format == "xlsx":
        from blockdata_loaders.reader.excel import read_excel

        return read_excel(path, sheet=sheet)
    from blockdata_loaders.reader.vector import read_geojson, read_geopackage

    return read_geopackage(path, layer=layer) if file_format == "geopackage" else read_geojson(path)
