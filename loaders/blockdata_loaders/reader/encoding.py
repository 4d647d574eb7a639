"""Character encodings of text files: UTF-8 or GB18030, told by strict decoding.

The whole file is tried as strict UTF-8, then as strict GB18030; charset detectors misread
short texts. Where neither fits, the one that fits more lines is taken, and what it does not
fit is marked.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from blockdata.errors import SourceError

__all__ = [
    "ENCODINGS",
    "MARK_ERRORS",
    "UNDECODABLE",
    "best_encoding",
    "decodes",
    "detect_encoding",
    "is_utf8",
    "known_encodings",
]

ENCODINGS = ("utf-8", "gb18030")
UNDECODABLE = "\U0010ffff"
"""Stands for bytes that are no text: a noncharacter, which no text may contain."""
MARK_ERRORS = "blockdata.mark_undecodable"
"""How to decode so that `UNDECODABLE` stands for such bytes."""

_CHUNK_BYTES = 1 << 18


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error(MARK_ERRORS, _mark_undecodable)


def known_encodings(stated: str | None, path: Path) -> Sequence[str]:
    """Return the encodings to try: the one that is stated, else all.

    Raises
    ------
    SourceError
        Reason "unknown_encoding".
    """
    if stated is None:
        return ENCODINGS
    try:
        codecs.lookup(stated)
    except LookupError:
        raise SourceError(
            f"no character encoding is called {stated!r}",
            reason="unknown_encoding",
            where=path.name,
            next_step="Use utf-8 or gb18030",
        ) from None
    return (stated,)


def is_utf8(encoding: str) -> bool:
    """Tell whether an encoding is UTF-8, whatever the way its name is written."""
    return codecs.lookup(encoding).name == "utf-8"


def decodes(path: Path, encoding: str) -> bool:
    """Tell whether a whole file is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def best_encoding(path: Path, encodings: Sequence[str]) -> str:
    """Return the encoding with the fewest lines that are no text in it, the first of equals."""
    if len(encodings) == 1:
        return encodings[0]
    return min(encodings, key=lambda encoding: _undecodable_lines(path, encoding))


def _undecodable_lines(path: Path, encoding: str) -> int:
    count = 0
    with path.open("rb") as file:
        for line in file:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                count += 1
    return count


def detect_encoding(path: Path) -> tuple[str, bool]:
    """Choose between UTF-8 and GB18030 by strict decoding of the whole file.

    Parameters
    ----------
    path : Path
        A text file.

    Returns
    -------
    encoding : str
        "utf-8" or "gb18030"; where neither decodes all, the one with fewer undecodable
        lines, and UTF-8 where they are as many.
    strict : bool
        Whether it decodes the whole file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_bytes("编号".encode("gb18030"))
    ...     detect_encoding(path)
    ('gb18030', True)
    """
    for encoding in ENCODINGS:
        if decodes(path, encoding):
            return encoding, True
    return best_encoding(path, ENCODINGS), False
