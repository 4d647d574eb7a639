"""Zip archives: what is in them is checked before it is unpacked, and lies in memory only."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from blockdata.errors import SourceError
from blockdata.store import files
from blockdata.store.delivered import is_noise

__all__ = ["check_sizes", "unpacked"]

_MOST_MB = 2_048
_MOST_FILES = 2_000
# A table of wide empty fields can compress to a 350th; a thousandth is the most there can be.
_MOST_RATIO = 500
_RATIO_FROM_BYTES = 10_000_000
_ARCHIVES = (".zip", ".kmz", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz")
_UTF_8_NAME = 0x800
_ENCRYPTED = 0x1


def check_sizes(
    path: Path, entries: list[zipfile.ZipInfo], most_mb: int, most_ratio: int = _MOST_RATIO
) -> None:
    """Refuse an archive that says to unpack to too much.

    Parameters
    ----------
    path : Path
    entries : list of ZipInfo
    most_mb : int
        Largest size of all together, in MB (10^6 bytes).
    most_ratio : int
        How many times its size in the archive an entry of more than 10 MB may have.

    Raises
    ------
    SourceError
        Reason "too_large".
    """
    size_mb = sum(entry.file_size for entry in entries) / 1e6
    if size_mb > most_mb:
        raise _too_large(path, f"it unpacks to {size_mb:.0f} MB, more than {most_mb} MB")
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > _RATIO_FROM_BYTES and ratio > most_ratio:
            raise _too_large(path, f"an entry unpacks to {ratio:.0f} times its size")


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack an archive for a while.

    Parameters
    ----------
    path : Path

    Yields
    ------
    Path
        A folder with the files; it is gone afterwards. Names without the mark of UTF-8 are
        taken for UTF-8 or GB18030.

    Raises
    ------
    SourceError
        Reasons "unreadable_archive", "too_large", "nested_archive", "encrypted_archive" and
        "unsafe_archive" (a name that leads out of the archive, or a link).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.zip")
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("a.csv", "code")
    ...     with unpacked(path) as inside:
    ...         [found.name for found in inside.iterdir()]
    ['a.csv']
    """
    with files.MemoryFolder() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(path, archive, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise SourceError(
                "the archive is damaged",
                reason="unreadable_archive",
                where=path.name,
                next_step="Pack or transfer it again",
            ) from None
        yield folder.path


def _unpack(path: Path, archive: zipfile.ZipFile, folder: files.MemoryFolder) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_FILES:
        raise _too_large(path, f"it has {len(entries)} files, more than {_MOST_FILES}")
    check_sizes(path, entries, _MOST_MB)
    named = {_name(entry, path): entry for entry in entries}
    if len(named) < len(entries):
        raise _refused(path, "unsafe_archive", "two files in it have the same name")
    wanted = {n: e for n, e in named.items() if not any(map(is_noise, PurePosixPath(n).parts))}
    for name, entry in wanted.items():
        _check_entry(path, name, entry)
    files.allow_open_files(len(wanted))
    for name, entry in wanted.items():
        # The library stops at the stated size and compares the checksum.
        with archive.open(entry) as source, folder.create(name) as target:
            shutil.copyfileobj(source, target, 1 << 20)


def _check_entry(path: Path, name: str, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise _refused(path, "encrypted_archive", "it is locked with a password")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused(path, "unsafe_archive", "a file in it is a link")
    if name.lower().endswith(_ARCHIVES):
        raise _refused(path, "nested_archive", "there is another archive in it")


def _name(entry: zipfile.ZipInfo, path: Path) -> str:
    """Return an entry's name; one that is not below the archive's root is refused."""
    name = entry.filename if entry.flag_bits & _UTF_8_NAME else _decoded(entry.filename)
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or ":" in name or "\0" in name or not pure.parts:
        raise _refused(path, "unsafe_archive", "a file in it has a name that leads elsewhere")
    return str(pure)


def _decoded(name: str) -> str:
    # The library took the bytes for those of the first PCs.
    data = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _too_large(path: Path, why: str) -> SourceError:
    return SourceError(
        why,
        reason="too_large",
        where=path.name,
        next_step="Look at what is in it, and deliver it as CSV or in parts",
    )


def _refused(path: Path, reason: str, why: str) -> SourceError:
    return SourceError(
        why,
        reason=reason,
        where=path.name,
        next_step="Pack the files of one delivery anew, as a plain zip without a password",
    )
