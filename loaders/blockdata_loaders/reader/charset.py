"""Bytes of attribute tables as text: declared encodings, and strict decoding where none is.

Where a table declares nothing, everything in it is tried as strict UTF-8, then as strict
GB18030; charset detectors misread short texts. Where neither decodes all, the one that leaves
fewer values undecoded is taken and those cost their rows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata_loaders.reader.encoding import ENCODINGS

__all__ = ["Decoded", "canonical_encoding", "decode_table", "distinct_names"]

BoolArray = npt.NDArray[np.bool_]

# GB18030 holds all of GBK and GB2312, and software that says one of them often writes more.
_SIMPLIFIED = frozenset({"936", "54936", "gbk", "gb2312", "gb18030", "cp936", "euc-cn"})
_PREFIXES = ("ansi", "oem", "windows-", "windows", "ms", "cp")


@dataclass(frozen=True)
class Decoded:
    """Names and columns of a table as text.

    Parameters
    ----------
    encoding : str
    names : list of str
        A name that was cut inside a character is without that character.
    columns : list of pyarrow.ChunkedArray of string
    undecodable : ndarray of bool
        Rows in which a value is no text.
    """

    encoding: str
    names: list[str]
    columns: list[pa.ChunkedArray]
    undecodable: BoolArray


def canonical_encoding(stated: str, where: str) -> str:
    """Return the codec that a name of a character encoding stands for.

    Parameters
    ----------
    stated : str
        As files and people write it: "UTF-8", "65001", "GBK", "ANSI 936".
    where : str
        The file, for the error's text.

    Raises
    ------
    SourceError
        Reason "unknown_encoding".

    Examples
    --------
    >>> [canonical_encoding(name, "a.cpg") for name in ("UTF-8", "ANSI 936", "1252")]
    ['utf-8', 'gb18030', 'cp1252']
    """
    name = stated.strip().lower()
    bare = name
    for prefix in _PREFIXES:
        bare = bare.removeprefix(prefix).strip(" -_")
    if _SIMPLIFIED & {name, bare}:
        return "gb18030"
    if bare == "65001":
        return "utf-8"
    try:
        return codecs.lookup(f"cp{bare}" if bare.isdigit() else name).name
    except LookupError:
        raise SourceError(
            f"no character encoding is called {stated.strip()!r}",
            reason="unknown_encoding",
            where=where,
            next_step='Set encoding of the source, for example encoding = "gb18030"',
        ) from None


def decode_table(
    names: Sequence[bytes],
    columns: Sequence[pa.ChunkedArray],
    widths: Sequence[int | None],
    *,
    encoding: str | None,
    where: str,
) -> Decoded:
    """Decode the names and values of a table, all in one encoding.

    Parameters
    ----------
    names : sequence of bytes
    columns : sequence of pyarrow.ChunkedArray of binary
        Values without padding.
    widths : sequence of int or None
        Bytes that a value of the column can have. One of that length that ends inside a
        character was cut by the format and is taken without that character.
    encoding : str or None
        As declared; None to find it.
    where : str
        The file, for the error's text.

    Raises
    ------
    SourceError
        Reason "undecodable_header": a name is no text in the encoding.

    Examples
    --------
    >>> column = pa.chunked_array([[ "井盖".encode("gb18030") ]], pa.binary())
    >>> found = decode_table(["名称".encode("gb18030")], [column], [10], encoding=None, where="a")
    >>> found.encoding, found.names, found.columns[0].to_pylist()
    ('gb18030', ['名称'], ['井盖'])
    """
    tried = []
    for candidate in ENCODINGS if encoding is None else (encoding,):
        decoded_names = [_cut_decoded(name, candidate) for name in names]
        found = [_column(c, candidate, w) for c, w in zip(columns, widths, strict=True)]
        bad = [flags for _, flags in found]
        undecodable = np.logical_or.reduce(bad) if bad else np.zeros(0, np.bool_)
        faults = decoded_names.count(None) + sum(int(flags.sum()) for flags in bad)
        kept = [name or "" for name in decoded_names]
        result = Decoded(candidate, kept, [texts for texts, _ in found], undecodable)
        tried.append((faults, None in decoded_names, result))
        if not faults:
            break
    _, header_is_bad, best = min(tried, key=lambda attempt: attempt[0])
    if header_is_bad:
        raise SourceError(
            f"a column's name is no text in {best.encoding}",
            reason="undecodable_header",
            where=where,
            next_step='Set encoding of the source, for example encoding = "gb18030"',
        )
    return best


def distinct_names(names: Iterable[str]) -> list[str]:
    """Number the names that are alike because a format has cut them.

    Examples
    --------
    >>> distinct_names(["管理部", "状态", "管理部"])
    ['管理部', '状态', '管理部_2']
    """
    taken: set[str] = set()
    result = []
    for name in names:
        numbered, count = name, 1
        while numbered in taken:
            count += 1
            numbered = f"{name}_{count}"
        taken.add(numbered)
        result.append(numbered)
    return result


def _cut_decoded(value: bytes, encoding: str) -> str | None:
    """Text of bytes that may end inside a character; None where they are no text."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(value)
    except UnicodeDecodeError:
        return None


def _column(
    column: pa.ChunkedArray, encoding: str, width: int | None
) -> tuple[pa.ChunkedArray, BoolArray]:
    parts = [_chunk(chunk, encoding, width) for chunk in column.chunks]
    flags = [flag for _, flag in parts]
    texts = pa.chunked_array([text for text, _ in parts], pa.string())
    return texts, np.concatenate(flags) if flags else np.zeros(0, np.bool_)


def _chunk(values: pa.Array, encoding: str, width: int | None) -> tuple[pa.Array, BoolArray]:
    try:
        return _decoded_at_once(values, encoding), np.zeros(len(values), np.bool_)
    except (UnicodeDecodeError, pa.ArrowInvalid):
        pass
    texts, bad = [], np.zeros(len(values), np.bool_)
    for place, value in enumerate(values.to_pylist()):
        text = None if value is None else _decoded(value, encoding, width)
        bad[place] = text is None and value is not None
        texts.append(text)
    return pa.array(texts, pa.string()), bad


def _decoded_at_once(values: pa.Array, encoding: str) -> pa.Array:
    if encoding == "utf-8" or _is_ascii(values):
        return values.cast(pa.string())
    distinct = values.dictionary_encode()
    texts = pa.array([v.decode(encoding) for v in distinct.dictionary.to_pylist()], pa.string())
    return texts.take(distinct.indices)


def _is_ascii(values: pa.Array) -> bool:
    data = values.buffers()[2]
    return data is None or not (np.frombuffer(data, np.uint8) & 0x80).any()


def _decoded(value: bytes, encoding: str, width: int | None) -> str | None:
    try:
        return value.decode(encoding)
    except UnicodeDecodeError:
        return _cut_decoded(value, encoding) if len(value) == width else None
