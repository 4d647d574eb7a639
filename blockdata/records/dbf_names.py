"""Column names as a DBF file cuts them: ten bytes, in whichever encoding it was written.

Ten bytes are three Chinese characters in UTF-8 and five in GBK, so 所在单元网格标识码 arrives as
所在单 or 所在单元网.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["cut_names", "encodings_of_cut_names"]

_MOST_BYTES = 10
_ENCODINGS = ("utf-8", "gb18030")


def encodings_of_cut_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return the encodings in which no name of a header is longer than a DBF file allows.

    Parameters
    ----------
    header : sequence of str

    Returns
    -------
    tuple of str
        Empty for a header that cannot come from a DBF file.

    Examples
    --------
    >>> encodings_of_cut_names(["ObjID", "所在单元网"])
    ('gb18030',)
    >>> encodings_of_cut_names(["所在单元网格标识码"])
    ()
    """
    return tuple(
        encoding
        for encoding in _ENCODINGS
        if all(len(name.encode(encoding, "replace")) <= _MOST_BYTES for name in header)
    )


def cut_names(name: str, encodings: Sequence[str]) -> tuple[str, ...]:
    """Return a name as DBF files cut it; nothing where it is short enough to stay whole.

    A character that would be cut in two is left out, as readers leave it out.

    Examples
    --------
    >>> cut_names("所在单元网格标识码", ["utf-8", "gb18030"])
    ('所在单', '所在单元网')
    >>> cut_names("网格", ["utf-8", "gb18030"])
    ()
    """
    cut = (_cut(name, encoding) for encoding in encodings)
    return tuple(dict.fromkeys(c for c in cut if c != name))


def _cut(name: str, encoding: str) -> str:
    return name.encode(encoding, "replace")[:_MOST_BYTES].decode(encoding, "ignore")
