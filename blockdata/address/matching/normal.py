"""Normalise many texts: those written plainly are known by one look at their characters."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from blockdata.address.matching.codes import Codes, encode
from blockdata.address.matching.fields import Bools, Ints
from blockdata.address.normalise import normalise_address
from blockdata.address.numerals import NUMERAL_CHARACTERS
from blockdata.kernels.jit import jit

__all__ = ["normalise_all"]

_FIRST, _LAST = 0x4E00, 0x9FFF
_PLAIN, _NUMERAL = 1, 2
#: Characters that the normal form may write otherwise, depending on what stands beside them.
_WRITTEN_OTHERWISE = "附之门梯幢栋座懂动冻房户地下"
_BEFORE_NUMERAL = tuple(ord(c) for c in "号楼元层之")
_AFTER_NUMERAL = tuple(ord(c) for c in "号楼幢栋座单层室组期房户门梯米弄巷院区")
_LOU, _HAO, _SHI, _ZERO, _A, _Z = (ord(c) for c in "楼号室0AZ")
_NINE, _B, _F = ord("9"), ord("B"), ord("F")
_DI, _DAN, _YUAN, _DASH, _HASH = (ord(c) for c in "第单元-#")
_HOUSES = tuple(ord(c) for c in "幢栋座")
_FLATS = tuple(ord(c) for c in "房户")
_FULL_FIRST, _FULL_LAST, _FULL_BY = ord("０"), ord("９"), ord("０") - ord("0")
_BLOCK = 1 << 17


@functools.cache
def _kinds() -> Codes:
    """Return what each Han character is: in normal form as it stands, a numeral, or neither."""
    characters = [chr(code) for code in range(_FIRST, _LAST + 1)]
    kinds = np.zeros(len(characters), np.uint32)
    for begin in range(0, len(characters), 256):
        piece = characters[begin : begin + 256]
        written = normalise_address("某".join(piece)).split("某")
        if len(written) == len(piece):
            same = [a == b for a, b in zip(piece, written, strict=True)]
            kinds[begin : begin + 256] = same
        else:
            alone = [normalise_address(f"某{c}某") == f"某{c}某" for c in piece]
            kinds[begin : begin + 256] = alone
    for character in _WRITTEN_OTHERWISE:
        kinds[ord(character) - _FIRST] = 0
    for character in NUMERAL_CHARACTERS:
        if _FIRST <= ord(character) <= _LAST:
            kinds[ord(character) - _FIRST] = _NUMERAL
    return kinds


@jit
def _plain_han(codes: Codes, position: int, start: int, stop: int, kind: int) -> bool:
    code = codes[position]
    before = codes[position - 1] if position > start else 0
    if code in (_DI, _DAN):
        after = codes[position + 1] if position + 1 < stop else 0
        if code == _DAN:
            return bool(after == _YUAN and _ZERO <= before <= _NINE)
        return _FIRST <= after <= _LAST
    if code in (_LOU, _SHI):
        return (before == _HAO) == (code == _LOU) and before != 0
    if kind != _NUMERAL:
        return kind == _PLAIN
    after = codes[position + 1] if position + 1 < stop else 0
    if after < _FIRST or after > _LAST or before in _BEFORE_NUMERAL or before < _FIRST:
        return False
    return bool(after not in _AFTER_NUMERAL)


@jit
def _plain_label(codes: Codes, position: int, start: int, stop: int) -> bool:
    code = codes[position]
    after = codes[position + 1] if position + 1 < stop else 0
    if _A <= code <= _Z:
        return bool(code not in (_B, _F))
    if code == _ZERO and _ZERO <= after <= _NINE:
        before = codes[position - 1] if position > start else 0
        return bool(_ZERO <= before <= _NINE)
    return bool(_ZERO <= code <= _NINE)


@jit
def _is_plain(codes: Codes, start: int, stop: int, kinds: Codes) -> bool:
    """Tell whether a text is in normal form, by its characters and what stands beside them."""
    for position in range(start, stop):
        code = codes[position]
        if _FIRST <= code <= _LAST:
            kind = kinds[code - _FIRST]
            plain = _plain_han(codes, position, start, stop, kind)
            if kind == _NUMERAL and position + 1 < stop:
                after = codes[position + 1]
                plain &= after < _FIRST or after > _LAST or kinds[after - _FIRST] != _NUMERAL
        elif code == _DASH:
            plain = start < position < stop - 1
            plain = plain and _is_digit(codes[position - 1]) and _is_digit(codes[position + 1])
        else:
            plain = _plain_label(codes, position, start, stop)
        if not plain:
            return False
    return True


@jit
def _is_digit(code: int) -> bool:
    return _ZERO <= code <= _NINE


@jit
def _write(codes: Codes, start: int, stop: int, out: Codes, at: int) -> int:
    """Write a text with its common variants in normal form; return where it ends.

    Full-width digits; 幢, 栋, 座 and # after a digit; 房 and 户 after a digit at the end.
    """
    begin = at
    for position in range(start, stop):
        code = codes[position]
        if _FULL_FIRST <= code <= _FULL_LAST:
            code -= _FULL_BY
        after_digit = at > begin and _is_digit(out[at - 1])
        if after_digit and code in _HOUSES:
            following = codes[position + 1] if position + 1 < stop else _ZERO
            if _is_digit(following) or _FULL_FIRST <= following <= _FULL_LAST:
                out[at] = _HAO
                at += 1
                code = _LOU
        elif after_digit and code == _HASH:
            code = _HAO
        elif after_digit and code in _FLATS and position + 1 == stop:
            code = _SHI
        out[at] = code
        at += 1
    return at


@jit
def _write_all(
    codes: Codes, offsets: Ints, kinds: Codes, out: Codes, out_offsets: Ints, plain: Bools
) -> None:
    at = 0
    for text in range(len(plain)):
        end = _write(codes, offsets[text], offsets[text + 1], out, at)
        plain[text] = _is_plain(out, at, end, kinds)
        at = end
        out_offsets[text + 1] = at


def normalise_all(texts: Sequence[object]) -> list[str]:
    """Normalise texts as `normalise_address` does, the plainly written ones without it.

    Parameters
    ----------
    texts : sequence of str or None
        Anything that is not a string counts as empty.

    Returns
    -------
    list of str

    Examples
    --------
    >>> normalise_all(["延安三路105号", "延安三路１０５号 3幢", None])
    ['延安三路105号', '延安三路105号3号楼', '']
    """
    normal: list[str] = []
    for begin in range(0, len(texts), _BLOCK):
        normal += _normalise_block(texts[begin : begin + _BLOCK])
    return normal


def _normalise_block(texts: Sequence[object]) -> list[str]:
    given = [text if isinstance(text, str) else "" for text in texts]
    codes, offsets = encode(given)
    out = np.zeros(2 * len(codes) + 1, np.uint32)
    ends, plain = np.zeros(len(given) + 1, np.int64), np.zeros(len(given), np.bool_)
    _write_all(codes, offsets, _kinds(), out, ends, plain)
    written = out[: ends[-1]].tobytes().decode("utf-32-le", "surrogatepass")
    bounds = ends.tolist()
    done: dict[str, str] = {}
    normal = []
    for number, (text, is_plain) in enumerate(zip(given, plain.tolist(), strict=True)):
        if is_plain:
            normal.append(written[bounds[number] : bounds[number + 1]])
            continue
        known = done.get(text)
        if known is None:
            known = done[text] = normalise_address(text)
        normal.append(known)
    return normal
