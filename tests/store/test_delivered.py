"""What a delivery consists of: every part counts, noise does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from blockdata.store import files
from blockdata.store.delivered import (
    is_noise,
    is_part,
    parts_of,
    sha256_of_delivery,
    size_of,
    stamp_of,
)


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return folder / names[0]


def test_a_lone_file_is_hashed_as_it_is(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "a.dbf", "b.shx")
    assert parts_of(path) == [path]
    assert sha256_of_delivery(path) == files.sha256_of(path)


@pytest.mark.parametrize(
    ("main", "others"),
    [
        ("部件.shp", ["部件.shx", "部件.DBF", "部件.prj", "部件.cpg"]),
        ("a.b.TAB", ["a.b.DAT", "a.b.map", "a.b.Id"]),
    ],
)
def test_a_change_of_any_part_is_another_delivery(
    tmp_path: Path, main: str, others: list[str]
) -> None:
    path = put(tmp_path, main, *others, "部件.sbn", "部件.shp.xml")
    assert [p.name for p in parts_of(path)] == [main, *others]
    assert size_of(path) == sum((tmp_path / name).stat().st_size for name in (main, *others))
    hashes = {sha256_of_delivery(path)}
    for name in others:
        (tmp_path / name).write_text("changed")
        hashes.add(sha256_of_delivery(path))
    (tmp_path / others[-1]).unlink()
    hashes.add(sha256_of_delivery(path))
    assert len(hashes) == len(others) + 2
    assert not is_part(path)
    assert all(is_part(tmp_path / name) for name in others[:-1])


def test_equal_content_under_another_name_is_a_repeat(tmp_path: Path) -> None:
    for day in ("01", "02"):
        for suffix in ("shp", "shx", "dbf"):
            (tmp_path / f"a-{day}.{suffix}").write_text(suffix)
    assert sha256_of_delivery(tmp_path / "a-01.shp") == sha256_of_delivery(tmp_path / "a-02.shp")


def test_a_folder_is_all_its_files_but_what_viewing_leaves(tmp_path: Path) -> None:
    put(tmp_path / "a.gdb", "a00000001.gdbtable", "a00000002.gdbtable", "sub/x")
    before, stamp = sha256_of_delivery(tmp_path / "a.gdb"), stamp_of(tmp_path / "a.gdb")
    put(tmp_path / "a.gdb", "PC.1.sr.lock", "Thumbs.db", ".DS_Store", "__MACOSX/y")
    assert (sha256_of_delivery(tmp_path / "a.gdb"), stamp_of(tmp_path / "a.gdb")) == (before, stamp)
    put(tmp_path / "a.gdb", "a00000003.gdbtable")
    assert sha256_of_delivery(tmp_path / "a.gdb") != before
    assert is_part(tmp_path / "a.gdb" / "a00000001.gdbtable")
    assert not is_part(tmp_path / "a.gdb")


def test_names_count_in_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "a", "1")
    before = sha256_of_delivery(tmp_path / "a")
    (tmp_path / "a" / "1").rename(tmp_path / "a" / "2")
    assert sha256_of_delivery(tmp_path / "a") != before


def test_rows_in_the_log_of_a_geopackage_count(tmp_path: Path) -> None:
    path = put(tmp_path, "a.gpkg")
    before = sha256_of_delivery(path)
    (tmp_path / "a.gpkg-wal").touch()
    assert sha256_of_delivery(path) == before
    put(tmp_path, "a.gpkg-wal", "a.gpkg-shm")
    assert sha256_of_delivery(path) != before
    assert sorted(p.name for p in tmp_path.iterdir() if is_part(p)) == ["a.gpkg-shm", "a.gpkg-wal"]


def test_a_stamp_tells_what_was_written_to(tmp_path: Path) -> None:
    path = put(tmp_path, "a.shp", "a.dbf")
    before = stamp_of(path)
    assert stamp_of(path) == before
    put(tmp_path, "a.dbf")
    assert stamp_of(path) != before
    assert stamp_of(tmp_path / "nothing") == ()


def test_noise_is_told_by_its_name() -> None:
    noise = ["~$部件.xlsx", ".DS_Store", "Thumbs.db", "a.gdb.PC.1.sr.lock", "__MACOSX"]
    assert [is_noise(name) for name in noise] == [True] * 5
    assert not any(is_noise(name) for name in ("部件.xlsx", "a~$.csv", "lock.csv"))
