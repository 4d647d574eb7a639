"""Keyed fingerprints of texts: how alike two texts are can be told, what they say cannot.

A text becomes the set of its pairs of neighbouring characters. Each pair gets a number from a
keyed hash, and of 64 further mixings of these numbers the least is kept, eight bits of it. Two
texts agree in a slot as often as their sets overlap (min-wise hashing), so the share of equal
slots estimates the Jaccard index, with a standard error of at most 0.063. With the sizes of both
sets, which are kept too, it gives the share of the smaller one that the other has as well: a short
statement within a long one counts as alike.

Without the key nothing can be tried out against a fingerprint. Who has the key can test a guess
of a whole text; so the key is a secret like that of pseudonyms, and texts are masked before.

References
----------
Broder, A. (1997), On the resemblance and containment of documents, SEQUENCES '97, 21-29.
Li, P., Konig, A. C. (2010), b-bit minwise hashing, WWW '10, 671-680.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from blockdata.errors import ConfigError
from blockdata.kernels.jit import jit

__all__ = ["LENGTH", "comparable_text", "prints_of", "similarity", "text_fingerprints"]

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

SLOTS = 64
LENGTH = SLOTS + 2
"""Bytes of a fingerprint: the slots, and how many different pairs the text has."""

_SHORTEST_KEY, _LONGEST_KEY = 16, 64
_TEXTS_AT_ONCE = 1 << 16
_MASK = re.compile("〔[^〕]{0,4}〕")
# What reports are written with, whatever they are about.
_FORMULAE = re.compile(
    "市民|来电|来信|致电|反映|反应|投诉|举报|称|表示|(?:希望|请求?|要求|望)(?:相关|有关)?(?:部门|单位)?|"
    "(?:尽快|及时|予以)(?:处理|解决|核实|回复)|处理|请?回复|联系人|联系电话|姓名|身份证号?|谢谢"
)


def comparable_text(text: str) -> str:
    """Return what of a text is compared: letters and digits, without masks and formulae.

    Examples
    --------
    >>> comparable_text("市民反映：夜间 噪声扰民，请回复〔电话〕。")
    '夜间噪声扰民'
    """
    folded = unicodedata.normalize("NFKC", _MASK.sub("", text)).casefold()
    return "".join(c for c in _FORMULAE.sub("", folded) if c.isalnum())


def text_fingerprints(texts: Iterable[str | None], key: bytes) -> list[bytes | None]:
    """Return the fingerprint of each text.

    Parameters
    ----------
    texts : iterable of str or None
        Masked texts. It makes no difference which others stand beside a text.
    key : bytes
        The secret, 16 to 64 bytes; fingerprints under different keys cannot be compared.

    Returns
    -------
    list of bytes or None
        Of 66 bytes; None where there is no text, or nothing to compare in it.

    Raises
    ------
    ConfigError
        If the key is too short or too long.

    Examples
    --------
    >>> key = b"an invented key!"
    >>> prints = text_fingerprints(["反映夜间噪声扰民。", "夜间噪声扰民", "路灯不亮", None], key)
    >>> prints[0] == prints[1], prints[3] is None
    (True, True)
    """
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise ConfigError(
            f"the key has {len(key)} bytes", where="text fingerprints", allowed="16 to 64"
        )
    given = list(texts)
    known: dict[str, bytes | None] = {}
    fresh = list(dict.fromkeys(text for text in given if text is not None))
    for start in range(0, len(fresh), _TEXTS_AT_ONCE):
        block = fresh[start : start + _TEXTS_AT_ONCE]
        prints = _fingerprints([comparable_text(t) for t in block], key)
        known.update(zip(block, prints, strict=True))
    return [None if text is None else known[text] for text in given]


def _fingerprints(texts: list[str], key: bytes) -> list[bytes | None]:
    """Return the fingerprints of texts as they are compared, None for an empty one."""
    # A text of one character is a pair with nothing.
    padded = [text + "\0" if len(text) == 1 else text for text in texts]
    lengths = np.array([len(text) for text in padded], dtype=np.int64)
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if not len(points):
        return [None] * len(texts)
    grams = (points[:-1] << np.uint64(32)) | points[1:]
    distinct, place = np.unique(grams, return_inverse=True)
    # The pairs across the border of two texts are hashed and never asked for.
    hashed = np.array([_keyed(gram.tobytes(), key) for gram in distinct], dtype=np.uint64)[place]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    slots = np.zeros((len(texts), SLOTS), dtype=np.uint8)
    size = np.zeros(len(texts), dtype="<u2")
    _least(hashed, starts, *_mixings(key), slots, size)
    return [
        row.tobytes() + count.tobytes() if length else None
        for row, count, length in zip(slots, size, lengths, strict=True)
    ]


def _keyed(content: bytes, key: bytes) -> int:
    digest = hashlib.blake2b(content, digest_size=8, key=key, person=b"blockdata text 1").digest()
    return int.from_bytes(digest, "little")


def _mixings(key: bytes) -> tuple[Words, Words]:
    """Return an odd factor and a summand for each slot."""
    numbers = [_keyed(b"slot" + slot.to_bytes(2, "little"), key) for slot in range(2 * SLOTS)]
    words = np.array(numbers, dtype=np.uint64)
    return words[:SLOTS] | np.uint64(1), words[SLOTS:]


@jit
def _least(
    hashed: Words,
    starts: Integers,
    factors: Words,
    summands: Words,
    slots: Bytes,
    size: npt.NDArray[np.uint16],
) -> None:
    least = np.empty(len(factors), dtype=np.uint64)
    for text in range(len(starts) - 1):
        if starts[text + 1] - starts[text] < 2:
            continue
        least[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
        grams = hashed[starts[text] : starts[text + 1] - 1]
        size[text] = min(len(np.unique(grams)), 65535)
        for gram in range(len(grams)):
            for slot in range(len(factors)):
                least[slot] = min(least[slot], grams[gram] * factors[slot] + summands[slot])
        for slot in range(len(factors)):
            # Not the last bits: those of a product come from the last bits of its factors alone.
            slots[text, slot] = np.uint8((least[slot] >> np.uint64(24)) & np.uint64(0xFF))


def prints_of(
    fingerprints: Iterable[bytes | None],
) -> tuple[Bytes, npt.NDArray[np.float64]]:
    """Return fingerprints as rows of an array.

    Parameters
    ----------
    fingerprints : iterable of bytes or None
        None, or NaN as frames have it, for a report without a text.

    Returns
    -------
    slots : ndarray of uint8, shape (n, 64)
    size : ndarray of float64, shape (n,)
        Different pairs of characters; 0 where there is no text.

    Raises
    ------
    ConfigError
        If a fingerprint does not have 66 bytes.

    Examples
    --------
    >>> prints_of(text_fingerprints(["路灯不亮", None], b"an invented key!"))[1]
    array([3., 0.])
    """
    given = [f if isinstance(f, bytes) else b"" for f in fingerprints]
    if any(len(f) not in {0, LENGTH} for f in given):
        raise ConfigError(
            "a fingerprint has another length", where="fingerprint", allowed=f"{LENGTH} bytes"
        )
    joined = b"".join(f or bytes(LENGTH) for f in given)
    rows = np.frombuffer(joined, dtype=np.uint8).reshape(len(given), LENGTH)
    size = np.ascontiguousarray(rows[:, SLOTS:]).view("<u2").ravel()
    return np.ascontiguousarray(rows[:, :SLOTS]), size.astype(np.float64)


def similarity(
    one: tuple[Bytes, Floats], i: Integers, other: tuple[Bytes, Floats], j: Integers
) -> Floats:
    """Estimate how much of the shorter text of a pair is in the longer one too.

    Parameters
    ----------
    one, other : tuple of ndarray
        Slots and sizes, as from `prints_of`.
    i, j : ndarray of int, shape (m,)
        Rows of the one and of the other.

    Returns
    -------
    ndarray of float64, shape (m,)
        The overlap coefficient, 0 to 1; NaN where a text is missing. Slots that agree by chance
        (1 in 256) are taken off.

    Examples
    --------
    >>> prints = prints_of(text_fingerprints(["路灯不亮", "门口路灯不亮了"], b"an invented key!"))
    >>> similarity(prints, np.array([0]), prints, np.array([1])).round(1).tolist()
    [1.0]
    """
    equal = _equal_slots(one[0], i, other[0], j) / SLOTS
    jaccard = np.maximum((equal - 1 / 256) / (1 - 1 / 256), 0.0)
    size, other_size = one[1][i], other[1][j]
    shared = jaccard / (1 + jaccard) * (size + other_size)
    least = np.minimum(size, other_size)
    known = least > 0
    alike = np.full(len(shared), np.nan)
    alike[known] = np.minimum(shared[known] / least[known], 1.0)
    return alike


@jit
def _equal_slots(one: Bytes, i: Integers, other: Bytes, j: Integers) -> Integers:
    equal = np.zeros(len(i), dtype=np.int64)
    for pair in range(len(i)):
        for slot in range(one.shape[1]):
            equal[pair] += one[i[pair], slot] == other[j[pair], slot]
    return equal
