"""The file handling that differs between operating systems, and nothing else.

Linux is served fully; elsewhere a reflink becomes a plain copy and a folder cannot be synced.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

_FICLONE = 0x40049409
"""Linux ioctl that makes a file share its blocks with another until one of them changes."""


def copy_file(source: Path, target: Path) -> str:
    """Copy a file, by reflink where the file system can.

    Parameters
    ----------
    source, target : Path

    Returns
    -------
    str
        "reflink" or "copy".
    """
    if sys.platform == "linux" and _reflinked(source, target):
        return "reflink"
    shutil.copyfile(source, target)
    return "copy"


def _reflinked(source: Path, target: Path) -> bool:
    import fcntl

    with source.open("rb") as reader, target.open("wb") as writer:
        try:
            fcntl.ioctl(writer.fileno(), _FICLONE, reader.fileno())
        except OSError:
            return False
    return True


def link_file(source: Path, target: Path) -> None:
    """Show a file under another name, by a symbolic link where the system lets us, else a copy."""
    try:
        target.symlink_to(source.absolute())
    except OSError:
        shutil.copyfile(source, target)


class MemoryFolder:
    """A folder whose files lie in memory alone, so that a killed process leaves none of them.

    On Linux they are symbolic links to anonymous files; elsewhere they are files that only their
    owner may read, and that a killed process does leave. Use it in a `with` statement; at its end
    the folder is gone.

    Examples
    --------
    >>> with MemoryFolder() as folder:
    ...     with folder.create("a/b.csv") as file:
    ...         _ = file.write(b"code")
    ...     (folder.path / "a" / "b.csv").read_bytes()
    b'code'
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="blockdata-"))
        self._handles: list[int] = []

    def __enter__(self) -> MemoryFolder:
        return self

    def __exit__(self, *_: object) -> None:
        remove(self.path)
        for handle in self._handles:
            os.close(handle)

    def create(self, name: str) -> BinaryIO:
        """Open a new file for writing; `name` may name folders and must lie below this one."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if sys.platform != "linux":
            return path.open("xb")
        handle = os.memfd_create("blockdata")
        self._handles.append(handle)
        path.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
        return os.fdopen(os.dup(handle), "wb")


def is_in_memory(path: Path) -> bool:
    """Whether a file is one of a `MemoryFolder` and has no name of its own on any disk."""
    return path.is_symlink() and path.readlink().as_posix().startswith("/proc/")


def allow_open_files(count: int) -> None:
    """Have the system let this process keep some more files open, as far as it may."""
    if os.name != "posix":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = soft + count if hard == resource.RLIM_INFINITY else min(soft + count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def sync_file(path: Path) -> None:
    """Have the operating system put a file's content on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have the operating system put a folder's entries on the disk, where it can."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_durably(source: Path, target: Path) -> None:
    """Sync a file, give it its final name in one step, and sync the folder."""
    sync_file(source)
    source.replace(target)
    sync_folder(target.parent)


def write_durably(path: Path, text: str) -> None:
    """Replace a file's content in one step, so that a reader sees the old or the new text."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    move_durably(beside, path)


def write_new(path: Path, text: str) -> None:
    """Create a new file that only its owner may read, and put it on the disk.

    Raises
    ------
    FileExistsError
        If the file exists.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(path: Path) -> None:
    """Remove a file or a folder with all in it; nothing happens where there is none."""
    with contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def reset_peak_memory() -> None:
    """Start a new measurement of the process's peak memory, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory_mib() -> float | None:
    """Return the process's peak memory since the last reset in MiB, or None where unknown."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    return None
