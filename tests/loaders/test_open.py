"""Opening: the content must be what the name promises."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas
import openpyxl
import pyogrio
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader import RawTable, read_file
from blockdata_loaders.reader.content import FORMATS
from blockdata_loaders.reader.shapefile import read_shapefile

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)


def reason(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_file(path)
    assert path.name in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize("before", ["", "\ufeff \n"])
def test_a_virtual_format_behind_another_name_is_refused(
    tmp_path: Path, suffix: str, before: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(before + VRT, encoding="utf-8")
    assert reason(path) == "content_not_as_named"


def test_the_error_says_what_the_content_looks_like(tmp_path: Path) -> None:
    for name, content, looks in (
        ("a.xls", b"<html><table>", "HTML"),
        ("b.xls", b"PK\x03\x04 and more", "xlsx"),
        ("c.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        ("d.csv", b'{"type": "FeatureCollection"}', "JSON"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=looks):
            read_file(tmp_path / name)


class TestPolyglots:
    """Files that begin as what they are named, so that GDAL, left to itself, opens the other."""

    @pytest.fixture
    def other(self, tmp_path: Path) -> str:
        """A virtual format that shows the rows of a file elsewhere."""
        (tmp_path / "secret.csv").write_text("secret\n1\n")
        source = f"<SrcDataSource>{tmp_path / 'secret.csv'}</SrcDataSource>"
        layer = f'<OGRVRTLayer name="secret">{source}</OGRVRTLayer>'
        return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"

    def test_the_virtual_format_works_where_it_is_let(self, tmp_path: Path, other: str) -> None:
        (tmp_path / "a.vrt").write_text(other)
        assert pyogrio.read_info(tmp_path / "a.vrt")["fields"].tolist() == ["secret"]

    @pytest.mark.parametrize(
        ("name", "before", "after", "reasons"),
        [
            ("a.kml", "<kml></kml>", "", {"unreadable_kml"}),
            ("a.tab", "!table\n", "", {"missing_part", "unsupported_table"}),
            ("a.dxf", "999\n", "\n0\nSECTION\n", {"unreadable_dxf", "truncated"}),
            ("a.fgb", "fgb\x03fgb\x01", "", {"unreadable_layer"}),
        ],
    )
    def test_text_before_it_does_not_help(
        self, tmp_path: Path, other: str, name: str, before: str, after: str, reasons: set[str]
    ) -> None:
        (tmp_path / name).write_text(before + other + after)
        assert reason(tmp_path / name) in reasons

    def test_a_table_that_says_to_be_native_opens_nothing_else(
        self, tmp_path: Path, other: str
    ) -> None:
        (tmp_path / "a.tab").write_text(f"!table\nDefinition Table\nType NATIVE\n{other}")
        for suffix in (".dat", ".map", ".id"):
            (tmp_path / f"a{suffix}").write_bytes(b"\0" * 2000)
        assert reason(tmp_path / "a.tab") == "unreadable_layer"

    def test_a_geodatabase_is_no_folder_of_other_formats(self, tmp_path: Path, other: str) -> None:
        (tmp_path / "a.gdb").mkdir()
        frame = geopandas.GeoDataFrame({"a": ["1"]}, geometry=[shapely.Point(1, 2)], crs=4549)
        frame.to_file(tmp_path / "a.gdb" / "a.shp")
        assert reason(tmp_path / "a.gdb") == "content_not_as_named"
        (tmp_path / "a.gdb" / "a00000001.gdbtable").write_bytes(b"\x03\0\0\0" + bytes(60))
        assert reason(tmp_path / "a.gdb") == "unreadable_layer"
        (tmp_path / "b.gdb").write_text(other)
        assert reason(tmp_path / "b.gdb") == "content_not_as_named"


def test_formats_behind_each_other_s_names_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "book.csv")
    assert reason(tmp_path / "book.csv") == "content_not_as_named"
    with closing(sqlite3.connect(tmp_path / "plain.gpkg")) as connection:
        connection.execute("CREATE TABLE a (b)")
        connection.commit()
    assert reason(tmp_path / "plain.gpkg") == "content_not_as_named"
    (tmp_path / "text.xlsx").write_text("a,b\n")
    assert reason(tmp_path / "text.xlsx") == "content_not_as_named"


def test_missing_empty_and_unknown_files_are_refused(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.csv") == "missing_file"
    assert reason(tmp_path) == "no_dataset"
    (tmp_path / "a.csv").write_bytes(b" \n")
    assert reason(tmp_path / "a.csv") == "empty_file"
    (tmp_path / "a.doc").write_text("a")
    assert reason(tmp_path / "a.doc") == "unknown_format"
    (tmp_path / "b.csv").write_text("a,b\n", encoding="utf-16")
    assert reason(tmp_path / "b.csv") == "unsupported_encoding"


def test_a_geopackage_cut_short_is_refused(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"a": ["1"] * 500}, geometry=[shapely.Point(1, 2)] * 500)
    frame.set_crs(4490).to_file(tmp_path / "a.gpkg", driver="GPKG")
    content = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "a.gpkg").write_bytes(content[:6000])
    assert reason(tmp_path / "a.gpkg") == "unreadable_geopackage"


def test_every_format_is_read_by_its_name(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"编号": ["007"]}, geometry=[shapely.Point(120, 36)], crs=4326)
    frame.to_file(tmp_path / "a.GPKG", layer="点", driver="GPKG")
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["编号"])
    book.active.append(["007"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.tsv").write_text("编号\tx\n007\t\n", encoding="gb18030")
    for name in ("a.GPKG", "a.geojson", "a.xlsx", "a.tsv"):
        table = read_file(tmp_path / name)
        assert table.columns["编号"].to_pylist() == ["007"]
        assert (table.geometry is not None) == (name in ("a.GPKG", "a.geojson"))


def test_names_with_blanks_and_chinese_characters_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "数据 #1%20?"
    folder.mkdir()
    frame = geopandas.GeoDataFrame({"a": ["1"]}, geometry=[shapely.Point(120, 36)], crs=4326)
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    (tmp_path / "a.gpkg").rename(folder / "网格 1.gpkg")
    assert read_file(folder / "网格 1.gpkg").columns["a"].to_pylist() == ["1"]
    assert [path.name for path in folder.iterdir()] == ["网格 1.gpkg"]


def test_a_file_that_the_system_refuses_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")

    def locked(_: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("blockdata_loaders.reader.open.checked_format", locked)
    with pytest.raises(SourceError, match="Permission denied") as caught:
        read_file(path)
    assert caught.value.reason == "unreadable_file"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_the_right_to_read_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    path.chmod(0)
    assert reason(path) == "unreadable_file"


@pytest.mark.parametrize("part", ["a.shp", "a.dbf", "a.cpg"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    frame = geopandas.GeoDataFrame({"a": ["1"]}, geometry=[shapely.Point(120, 36)], crs=4490)
    frame.to_file(tmp_path / "a.shp", encoding="UTF-8")
    assert read_file(tmp_path / "a.shp").rows_read == 1

    def busy(path: Path, **options: str | None) -> RawTable:
        table = read_shapefile(path, **options)
        (path.parent / part).write_bytes((path.parent / part).read_bytes() + b" ")
        return table

    monkeypatch.setattr("blockdata_loaders.reader.shapefile.read_shapefile", busy)
    with pytest.raises(SourceError) as caught:
        read_file(tmp_path / "a.shp")
    assert caught.value.reason == "changed_while_read"


def test_a_geopackage_that_is_being_written_to_is_refused(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"a": ["1"]}, geometry=[shapely.Point(1, 2)], crs=4490)
    path = tmp_path / "a.gpkg"
    frame.to_file(path, driver="GPKG")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN EXCLUSIVE")
        for trigger in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            connection.execute(f'DROP TRIGGER "{trigger[0]}"')
        assert reason(path) == "changed_while_read"
        connection.execute("ROLLBACK")
    assert read_file(path).rows_read == 1
