"""File handling that differs between systems."""

import hashlib
import os
import stat
import sys

import pytest

from blockdata.store import files


def test_a_copy_has_the_same_bytes_and_says_how_it_was_made(tmp_path):
    source = tmp_path / "a b 甲"
    source.write_bytes(b"\x00content" * 1000)
    assert files.copy_file(source, tmp_path / "b") in ("reflink", "copy")
    assert (tmp_path / "b").read_bytes() == source.read_bytes()


def test_changing_a_copy_leaves_the_source(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    files.copy_file(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b").write_bytes(b"two")
    assert (tmp_path / "a").read_bytes() == b"one"


def test_a_durable_write_replaces_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "CURRENT"
    for text in ("000001\n", "000002\n"):
        files.write_durably(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_its_owners_alone_and_never_replaced(tmp_path):
    path = tmp_path / "new" / "people.key"
    files.write_new(path, "secret")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        files.write_new(path, "other")
    assert path.read_text(encoding="utf-8") == "secret"


def test_the_hash_is_of_the_content(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"content")
    assert files.sha256_of(path) == hashlib.sha256(b"content").hexdigest()


def test_removing_takes_files_folders_and_nothing(tmp_path):
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "file").touch()
    for name in ("folder", "file", "nothing"):
        files.remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights elsewhere")
def test_removing_a_link_leaves_what_it_points_to(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    files.remove(tmp_path / "link")
    assert (tmp_path / "kept" / "file").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux only")
def test_peak_memory_is_a_number():
    files.reset_peak_memory()
    assert files.peak_memory_mib() > 1
