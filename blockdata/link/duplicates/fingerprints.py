"""Keyed fingerprints of texts: how alike two texts are can be told, what they say cannot.

A text becomes the set of its characters and its pairs of neighbouring ones: two callers who find
other words for a thing often share a character of them. Each element gets a number from a keyed
hash, and of 128 further mixings of these numbers the least is kept, eight bits of it. Two texts
agree in a slot as often as their sets overlap (min-wise hashing), so the share of equal slots
estimates the Jaccard index, with a standard error of at most 0.045. With the sizes of both sets,
which are kept too, it gives the share of the smaller one that the other has as well: a short
statement within a long one counts as alike. What a text says of its own place is left out, because
places are compared by themselves.

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

SLOTS = 128
LENGTH = SLOTS + 2
"""Bytes of a fingerprint: the slots, and how many different elements the text has."""

_SHORTEST_KEY, _LONGEST_KEY = 16, 64
_TEXTS_AT_ONCE = 1 << 16
_SHORTEST_PLACE = 4
_MASK = re.compile("〔[^〕]{0,4}〕")
# What reports are written with, whatever they are about.
_FORMULAE = re.compile(
    "市民|网民|群众|诉求人|来电人|来电|来信|致电|反映|反应|投诉|举报|称|表示|(?:您|你)好|领导好?|随手拍|"
    "(?:希望|请求?|要求|望|麻烦)(?:相关|有关|职能)?(?:部门|单位)?|(?:相关|有关|职能)(?:部门|单位)|"
    "(?:尽快|及时|予以|核实后?)*(?:核实|处理|解决|核查|回复|答复|回电)(?:市民|来电人|诉求人)?|尽快|及时|"
    "已告知(?:办理|处理)?时限|对此(?:表示)?不满|联系人|联系电话|姓名|身份证号?|谢谢"
)
_PARTICLES = frozenset("的了着也都还就很被把")


def comparable_text(text: str) -> str:
    """Return what of a text is compared: letters and digits, without masks, formulae, particles.

    Examples
    --------
    >>> comparable_text("市民反映：夜间 噪声扰民，请回复〔电话〕。")
    '夜间噪声扰民'
    """
    folded = unicodedata.normalize("NFKC", _MASK.sub("", text)).casefold()
    return "".join(c for c in _FORMULAE.sub("", folded) if c.isalnum() and c not in _PARTICLES)


def text_fingerprints(
    texts: Iterable[str | None], key: bytes, places: Iterable[str | None] | None = None
) -> list[bytes | None]:
    """Return the fingerprint of each text.

    Parameters
    ----------
    texts : iterable of str or None
        Masked texts. It makes no difference which others stand beside a text.
    key : bytes
        The secret, 16 to 64 bytes; fingerprints under different keys cannot be compared.
    places : iterable of str or None, optional
        The address that the report of each text has; where the text repeats it, it is left out.

    Returns
    -------
    list of bytes or None
        Of 130 bytes; None where there is no text, or nothing to compare in it.

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
    >>> text_fingerprints(["听涛路12号路灯不亮"], key, ["听涛路12号"]) == prints[2:3]
    True
    """
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise ConfigError(
            f"the key has {len(key)} bytes", where="text fingerprints", allowed="16 to 64"
        )
    given = list(texts)
    if places is not None:
        given = [_placeless(*row) for row in zip(given, places, strict=True)]
    known: dict[str, bytes | None] = {}
    fresh = list(dict.fromkeys(text for text in given if text is not None))
    for start in range(0, len(fresh), _TEXTS_AT_ONCE):
        block = fresh[start : start + _TEXTS_AT_ONCE]
        prints = _fingerprints([comparable_text(t) for t in block], key)
        known.update(zip(block, prints, strict=True))
    return [None if text is None else known[text] for text in given]


def _placeless(text: str | None, place: object) -> str | None:
    """Return a text without its place; a shorter word could mean anything."""
    if text is None or not isinstance(place, str) or len(place) < _SHORTEST_PLACE:
        return text
    return text.replace(place, "")


def _fingerprints(texts: list[str], key: bytes) -> list[bytes | None]:
    """Return the fingerprints of texts as they are compared, None for an empty one."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if not len(points):
        return [None] * len(texts)
    # The pairs across the border of two texts are hashed and never asked for.
    pairs = (points << np.uint64(32)) | np.append(points[1:], np.uint64(0))
    elements = np.stack([points, pairs], axis=1)
    distinct, place = np.unique(elements, return_inverse=True)
    hashed = np.array([_keyed(element.tobytes(), key) for element in distinct], dtype=np.uint64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    slots = np.zeros((len(texts), SLOTS), dtype=np.uint8)
    size = np.zeros(len(texts), dtype="<u2")
    _least(hashed[place].reshape(elements.shape), starts, *_mixings(key), slots, size)
    return [
        row.tobytes() + count.tobytes() if length else None
        for row, count, length in zip(slots, size, lengths, strict=True)
    ]


def _keyed(content: bytes, key: bytes) -> int:
    digest = hashlib.blake2b(content, digest_size=8, key=key, person=b"blockdata text 2").digest()
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
        if starts[text + 1] == starts[text]:
            continue
        least[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
        # All but the last one, which is a pair with another text.
        elements = np.unique(hashed[starts[text] : starts[text + 1]].ravel()[:-1])
        size[text] = min(len(elements), 65535)
        for element in elements:
            for slot in range(len(factors)):
                least[slot] = min(least[slot], element * factors[slot] + summands[slot])
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
    slots : ndarray of uint8, shape (n, 128)
    size : ndarray of float64, shape (n,)
        Different characters and pairs of them; 0 where there is no text.

    Raises
    ------
    ConfigError
        If a fingerprint does not have 130 bytes.

    Examples
    --------
    >>> prints_of(text_fingerprints(["路灯不亮", None], b"an invented key!"))[1]
    array([7., 0.])
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
