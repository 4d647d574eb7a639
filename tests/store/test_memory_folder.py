"""Files that lie in memory alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from blockdata.store import files

IN_MEMORY = pytest.mark.skipif(sys.platform != "linux", reason="a feature of Linux")


def test_files_are_there_while_the_folder_is() -> None:
    with files.MemoryFolder() as folder:
        for name in ("a.csv", "b/c 甲.csv"):
            with folder.create(name) as file:
                file.write(name.encode())
        assert (folder.path / "b" / "c 甲.csv").read_text(encoding="utf-8") == "b/c 甲.csv"
        assert sorted(p.name for p in folder.path.rglob("*") if p.is_file()) == [
            "a.csv",
            "c 甲.csv",
        ]
        assert (folder.path / "a.csv").stat().st_size == 5
    assert not folder.path.exists()


@IN_MEMORY
def test_they_have_no_content_on_a_disk() -> None:
    with files.MemoryFolder() as folder:
        folder.create("a.csv").close()
        assert files.is_in_memory(folder.path / "a.csv")
        assert os.lstat(folder.path / "a.csv").st_blocks == 0


@IN_MEMORY
def test_closing_gives_back_what_was_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with files.MemoryFolder() as folder:
        for i in range(20):
            folder.create(f"{i}.csv").close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_name_is_given_once() -> None:
    with files.MemoryFolder() as folder:
        folder.create("a.csv").close()
        with pytest.raises(FileExistsError):
            folder.create("a.csv")


def test_a_link_of_somebody_else_is_no_file_in_memory(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    files.link_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "a"
    assert not files.is_in_memory(tmp_path / "b")
    assert not files.is_in_memory(tmp_path / "a")


@pytest.mark.skipif(os.name != "posix", reason="there are no limits of this kind elsewhere")
def test_more_files_may_be_open_but_never_more_than_allowed() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 50, hard))
        files.allow_open_files(10)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == soft - 40
        if hard != resource.RLIM_INFINITY:
            files.allow_open_files(hard)
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
