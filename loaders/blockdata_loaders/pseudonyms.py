"""Keyed pseudonyms: the same number is the same text, and nobody without the secret can tell."""

from __future__ import annotations

import hmac

import pyarrow as pa
import pyarrow.compute as pc

from blockdata_loaders.arrays import by_distinct

__all__ = ["normal_number", "normal_phone", "pseudonyms"]

_LENGTH = 32
"""Hexadecimal characters kept of SHA-256: 128 bits, beyond any chance of two alike."""


def normal_number(values: pa.Array) -> pa.Array:
    """Return numbers as they are compared: half width, upper case, without outer blanks.

    Parameters
    ----------
    values : pa.Array
        Texts; null and blank become null.

    Examples
    --------
    >>> normal_number(pa.array([" １１x ", " "])).to_pylist()
    ['11X', None]
    """
    folded = pc.utf8_normalize(pc.utf8_trim_whitespace(values), form="NFKC")
    return _without_blanks(pc.utf8_upper(pc.utf8_trim_whitespace(folded)))


def normal_phone(values: pa.Array) -> pa.Array:
    """Return phone numbers as digits alone, without the country's 86 before a mobile number.

    Parameters
    ----------
    values : pa.Array
        Texts; null and texts without a digit become null.

    Examples
    --------
    >>> normal_phone(pa.array(["+86 138-0000-0000", "13800000000", "匿名"])).to_pylist()
    ['13800000000', '13800000000', None]
    """
    digits = pc.replace_substring_regex(normal_number(values), "[^0-9]", "")
    bare = pc.replace_substring_regex(digits, r"\A(?:00)?(?:86)?0?(1[3-9][0-9]{9})\z", r"\1")
    return _without_blanks(bare)


def _without_blanks(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def pseudonyms(values: pa.Array, secret: bytes) -> pa.Array:
    """Return HMAC-SHA256 of texts, 32 hexadecimal characters each.

    Parameters
    ----------
    values : pa.Array
        Normalised texts; null stays null.
    secret : bytes

    References
    ----------
    RFC 2104.

    Examples
    --------
    >>> pseudonyms(pa.array(["13800000000", None]), b"secret").to_pylist()
    ['1272e4cbe0e8167f1b20abb9e2b54cca', None]
    """

    def keyed(texts: list[str | None]) -> list[str | None]:
        return [hmac.digest(secret, str(t).encode(), "sha256").hex()[:_LENGTH] for t in texts]

    return by_distinct(values, keyed)
