"""The file handling that differs between operating systems, and nothing else.

Linux is served fully; elsewhere a reflink becomes a plain copy and a folder cannot be synced.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from pathlib import Path

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
