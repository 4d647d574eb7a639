"""Zip archives and folders: one dataset or several alike, and nothing that does harm."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Mapping
from pathlib import Path

import geopandas
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader import RawTable, read_file
from blockdata_loaders.reader.archive import unpacked

A, B = "code,name\n1,甲\n2,乙\n", "name,code\n丙,3\n"


def pack(folder: Path, files: Mapping[str, str | bytes], name: str = "a.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def reason(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_file(path)
    assert path.name in str(caught.value)
    return caught.value.reason


def frame(folder: Path, name: str, **options: str) -> None:
    rows = geopandas.GeoDataFrame({"编号": ["007"]}, geometry=[shapely.Point(120, 36)], crs=4490)
    rows.to_file(folder / name, **options)


def packed_folder(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder.parent).as_posix())
    return path


def test_one_dataset_is_read_as_if_it_lay_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(A, encoding="gb18030")
    plain = read_file(tmp_path / "a.csv")
    content = (tmp_path / "a.csv").read_bytes()
    table = read_file(
        pack(tmp_path, {"说明.txt": "x", "__MACOSX/._a.csv": "y", "b/a.csv": content})
    )
    assert table.columns.equals(plain.columns)
    assert (table.encoding, table.row_number.tolist()) == ("gb18030", [2, 3])


@pytest.mark.parametrize(
    ("name", "driver"),
    [("a.shp", "ESRI Shapefile"), ("a.gdb", "OpenFileGDB"), ("a.gpkg", "GPKG")],
)
def test_datasets_of_several_files_and_databases(tmp_path: Path, name: str, driver: str) -> None:
    (tmp_path / "部件").mkdir()
    frame(tmp_path / "部件", name, driver=driver)
    packed = packed_folder(tmp_path / "部件", tmp_path / "a.zip")
    for path in (packed, tmp_path / "部件"):
        table = read_file(path)
        assert (table.columns.to_pydict(), table.crs) == ({"编号": ["007"]}, "EPSG:4490")


def test_a_geopackage_with_a_log_of_its_own_is_read_from_memory(tmp_path: Path) -> None:
    frame(tmp_path, "a.gpkg", driver="GPKG")
    content = bytearray((tmp_path / "a.gpkg").read_bytes())
    content[18:20] = b"\x02\x02"
    assert read_file(pack(tmp_path, {"a.gpkg": bytes(content)})).rows_read == 1


def test_datasets_of_one_layout_are_stacked_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    broken = A + "3\n"
    files = {"2.csv": B.encode("gb18030"), "1.csv": broken.encode()}
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    for path in (pack(tmp_path, files), tmp_path / "in"):
        table = read_file(path)
        assert table.columns.to_pydict() == {"code": ["1", "2", "3"], "name": ["甲", "乙", "丙"]}
        # The last row of the first file is 4, so the second row of the second is 6.
        assert (table.row_number.tolist(), table.rows_read) == ([2, 3, 6], 4)
        assert [(row.row_number, row.reason) for row in table.bad_rows] == [(4, "ragged")]
        assert table.bad_rows[0].detail.startswith("1.csv, row 4: ")
        assert table.encoding == "utf-8, gb18030"


def test_other_layouts_are_refused_by_name(tmp_path: Path) -> None:
    path = pack(tmp_path, {"a.csv": A, "b.csv": "code,级别\n1,2\n"})
    with pytest.raises(SourceError, match=r"a\.zip: a\.csv and b\.csv differ: columns name, 级别"):
        read_file(path)
    (tmp_path / "in").mkdir()
    frame(tmp_path / "in", "a.geojson", driver="GeoJSON")
    (tmp_path / "in" / "b.csv").write_text("编号\n1\n", encoding="utf-8")
    assert reason(tmp_path / "in") == "mixed_layouts"


def test_a_packed_kml_is_one_too(tmp_path: Path) -> None:
    point = "<Point><coordinates>120,36</coordinates></Point>"
    kml = f"<kml><Placemark><name>甲</name>{point}</Placemark></kml>"
    path = pack(tmp_path, {"doc.kml": kml, "files/icon.png": b"x"}, "a.kmz")
    table = read_file(path)
    assert (table.columns.to_pydict(), table.crs) == ({"name": ["甲"]}, "EPSG:4326")


def test_an_error_names_the_file_inside(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^a\.zip/b/c\.csv: "):
        read_file(pack(tmp_path, {"b/c.csv": "a,a\n"}))


def test_notes_count_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    assert read_file(pack(tmp_path, {"a.txt": A})).rows_read == 2
    assert reason(pack(tmp_path, {"a.doc": "x"})) == "no_dataset"


@pytest.mark.parametrize("coding", ["gb18030", "utf-8"])
def test_names_without_the_mark_of_utf_8_are_read(tmp_path: Path, coding: str) -> None:
    path = pack(tmp_path, {"AAAAAA.csv": A})
    name = "部件".encode(coding).ljust(6, b"_")
    path.write_bytes(path.read_bytes().replace(b"AAAAAA", name))
    with unpacked(path) as folder:
        assert [file.name for file in folder.iterdir()] == [f"{name.decode(coding)}.csv"]


class TestHarm:
    """Archives that would do harm are refused before anything of them is unpacked."""

    @pytest.mark.parametrize(
        "name", ["../a.csv", "/etc/a.csv", "b/../../a.csv", "..\\a.csv", "C:\\a.csv"]
    )
    def test_names_that_lead_out(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "in").mkdir()
        assert reason(pack(tmp_path / "in", {name: A})) == "unsafe_archive"
        assert [p.name for p in tmp_path.rglob("*")] == ["in", "a.zip"]

    def test_links(self, tmp_path: Path) -> None:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(entry, "/etc/hostname")
        assert reason(path) == "unsafe_archive"

    @pytest.mark.parametrize("name", ["a.zip", "b/a.RAR", "a.csv.gz"])
    def test_archives_within(self, tmp_path: Path, name: str) -> None:
        assert reason(pack(tmp_path, {name: b"x", "a.csv": A})) == "nested_archive"

    def test_passwords(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"a.csv": A})
        content = bytearray(path.read_bytes())
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(content)
        assert reason(path) == "encrypted_archive"

    def test_damage(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"a.csv": A * 50})
        content = path.read_bytes()
        path.write_bytes(content[:45] + b"\xff" * 8 + content[53:])
        assert reason(path) == "unreadable_archive"
        path.write_bytes(content[:-10])
        assert reason(path) == "unreadable_archive"

    def test_too_many_files(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {f"{i}.csv": "a" for i in range(2_001)})
        assert reason(path) == "too_large"

    def test_more_than_it_says(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"a.csv": b"a\n" * 5_000})
        content = path.read_bytes()
        path.write_bytes(
            content.replace((10_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        )
        assert reason(path) == "unreadable_archive"

    def test_a_workbook_is_no_archive(self, tmp_path: Path) -> None:
        path = pack(tmp_path, {"xl/workbook.xml": "<a/>"})
        assert reason(path) == "content_not_as_named"


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("blockdata-*")}


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory are a feature of Linux")
def test_a_killed_process_leaves_nothing_of_an_archive(tmp_path: Path) -> None:
    path = pack(tmp_path, {"a/b.csv": "code\n13800000000\n"})
    code = f"""
        from pathlib import Path
        from blockdata_loaders.reader.archive import unpacked
        with unpacked(Path({str(path)!r})) as folder:
            assert "13800000000" in (folder / "a" / "b.csv").read_text()
            print(folder, flush=True)
            input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.is_dir()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    left = [file for file in folder.rglob("*") if file.is_file()]
    assert left == []
    for file in sorted(folder.rglob("*"), reverse=True):
        file.unlink() if file.is_symlink() else file.rmdir()
    folder.rmdir()


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "in").mkdir()
    tables: list[RawTable] = [read_file(pack(tmp_path / "in", {"a.csv": A}))]
    reason(pack(tmp_path / "in", {"a.csv": "a,a"}))
    assert names_in(tmp_path / "temporary") == set()
    assert tables[0].columns["name"].to_pylist() == ["甲", "乙"]
