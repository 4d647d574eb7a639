"""The files that a delivery consists of, their hash, and whether they stay as they are.

Some formats are several files: a Shapefile is four or five beside each other, a file geodatabase
is a folder. Their hash covers all that is read, so that a changed attribute table is a new
delivery, and leaves out what viewing them changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from blockdata.errors import SourceError
from blockdata.store import files

__all__ = [
    "Stamp",
    "changed_while_read",
    "is_noise",
    "is_part",
    "parts_of",
    "sha256_of_delivery",
    "size_of",
    "stamp_of",
    "unreadable_file",
]

Stamp = tuple[tuple[str, int, int], ...]
"""Name, size in bytes and time of change in ns of every part."""

_SIBLINGS = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id"),
}
_LOGS = ("-wal", "-journal", "-shm")
_FOLDER_FORMATS = (".gdb",)
_NOISE = ("thumbs.db", "desktop.ini", "__macosx")


def is_noise(name: str) -> bool:
    """Whether a name is of a file that programs leave beside data, never data itself.

    Examples
    --------
    >>> is_noise("~$部件.xlsx"), is_noise(".DS_Store"), is_noise("部件.xlsx")
    (True, True, False)
    """
    # Office marks an open workbook by "~$", ArcGIS an open geodatabase by ".lock".
    return name.startswith(("~$", ".")) or name.lower() in _NOISE or name.endswith(".lock")


def parts_of(path: Path) -> list[Path]:
    """Return the files that a delivery consists of, the named one first.

    Parameters
    ----------
    path : Path
        A file, or a folder with all in it.

    Returns
    -------
    list of Path
        Siblings of a .shp or .tab file have its name in any case; of a folder every file that
        is no noise, sorted. Empty where there is nothing.
    """
    if path.is_dir():
        inside = (p for p in path.rglob("*") if not _is_noise_below(path, p) and p.is_file())
        return sorted(inside, key=lambda p: p.relative_to(path).as_posix())
    if not path.is_file():
        return []
    return [path, *_siblings(path), *_log(path)]


def is_part(path: Path) -> bool:
    """Whether a file belongs to a dataset beside or around it and is none of its own.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
        True for a .dbf with a .shp beside it, for the log of a GeoPackage, and for all within
        a file geodatabase.
    """
    if any(parent.suffix.lower() in _FOLDER_FORMATS for parent in path.parents):
        return True
    if path.name.lower().endswith(tuple(f".gpkg{log}" for log in _LOGS)):
        return True
    suffix = path.suffix.lower()
    mains = [main for main, siblings in _SIBLINGS.items() if suffix in siblings]
    return any(_same_stem(path, main) for main in mains)


def sha256_of_delivery(path: Path) -> str:
    """Return the SHA-256 of a delivery as hexadecimal text.

    Parameters
    ----------
    path : Path
        A file or folder.

    Returns
    -------
    str
        Of a lone file its own; else of the parts' names and hashes. The name of the dataset
        is left out, so that equal content under the next day's name is a repeat.

    Raises
    ------
    OSError
        If a part cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_bytes(b"")
    ...     sha256_of_delivery(path)[:16]
    'e3b0c44298fc1c14'
    """
    parts = parts_of(path)
    if parts == [path]:
        return files.sha256_of(path)
    lines = [f"{_relative(path, part)}\0{files.sha256_of(part)}\n" for part in parts]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def stamp_of(path: Path) -> Stamp:
    """Return what shows that a delivery has been written to: sizes and times of its parts."""
    stats = [(part, part.stat()) for part in parts_of(path)]
    return tuple((_relative(path, part), stat.st_size, stat.st_mtime_ns) for part, stat in stats)


def size_of(path: Path) -> int:
    """Return the size of a delivery in bytes, all its parts together."""
    return sum(part.stat().st_size for part in parts_of(path))


def changed_while_read(path: Path) -> SourceError:
    """Return the error that says that somebody wrote to a delivery while it was read."""
    return SourceError(
        "the delivery was written to while it was being read; nothing of it is taken",
        reason="changed_while_read",
        where=path.name,
        next_step="Run again when the transfer is complete; let it arrive under another name first",
    )


def unreadable_file(path: Path, error: OSError) -> SourceError:
    """Return the error that says that the system does not let a delivery be read."""
    return SourceError(
        f"the file cannot be read ({error.strerror or type(error).__name__})",
        reason="unreadable_file",
        where=path.name,
        next_step="Close it elsewhere, give the run the right to read it, and run again",
    )


def _siblings(path: Path) -> Iterator[Path]:
    for suffix in _SIBLINGS.get(path.suffix.lower(), ()):
        found = _same_stem(path, suffix)
        if found:
            yield found[0]


def _same_stem(path: Path, suffix: str) -> list[Path]:
    """Files with the name of another and a suffix, in any case, the exactly alike first."""
    exact = path.with_suffix(suffix)
    if exact.is_file():
        return [exact]
    name = exact.name.casefold()
    return sorted(p for p in path.parent.iterdir() if p.name.casefold() == name and p.is_file())


def _log(path: Path) -> Iterator[Path]:
    """The log of a GeoPackage, which holds rows that the file itself does not have yet."""
    log = path.with_name(f"{path.name}-wal")
    if path.suffix.lower() == ".gpkg" and log.is_file() and log.stat().st_size:
        yield log


def _is_noise_below(folder: Path, path: Path) -> bool:
    return any(is_noise(part) for part in path.relative_to(folder).parts)


def _relative(path: Path, part: Path) -> str:
    return part.relative_to(path).as_posix() if path.is_dir() else part.suffix.lower()
