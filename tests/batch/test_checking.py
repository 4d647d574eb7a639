"""Trying out deliveries: counts and reasons as a run would have them, and nothing written."""

import bz2
import shutil

import blockdata as bd


def _files(folder):
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*")}


def test_the_counts_are_those_of_a_run(tiny_base):
    checked = {(c.source, c.file): c for c in bd.check_sources(tiny_base)}
    with bd.open(tiny_base.base_path) as base:
        # Of people a base does not tell how many rows came.
        for row in base.delivery.df().dropna(subset=["rows_read"]).itertuples():
            found = checked[row.source, row.file]
            assert (found.rows_read, found.rejected) == (row.rows_read, row.quarantined)
            assert found.rows_read == found.accepted + found.merged + found.rejected


def test_nothing_is_written(tiny_base):
    before = _files(tiny_base.folder)
    bd.check_sources(tiny_base)
    assert _files(tiny_base.folder) == before


def test_a_renamed_column_is_told_with_similar_fields(tiny):
    path = next(tiny.parent.glob("sources/camera/*.csv"))
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "gb18030"
    text = raw.decode(encoding)
    heading, rest = text.split("\n", 1)
    path.write_bytes((heading.rstrip("\r") + ",设备名称备注\n" + rest).encode(encoding))
    found = [c for c in bd.check_sources(bd.load_config(tiny)) if c.source == "camera"]
    assert "name" in found[0].unmapped["设备名称备注"]


def test_a_file_that_cannot_be_used_is_told_and_the_others_go_on(tiny):
    path = next(tiny.parent.glob("sources/camera/*.csv"))
    path.write_bytes(bz2.compress(b"no table"))
    shutil.rmtree(tiny.parent / "sources" / "premises")
    checked = bd.check_sources(bd.load_config(tiny))
    broken = {c.source for c in checked if c.error}
    assert broken == {"camera", "premises"}
    assert sum(c.accepted for c in checked) > 0
