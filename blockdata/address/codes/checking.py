"""Check characters that a code scheme can declare, over many codes at once.

References
----------
ISO/IEC 7064:2003: MOD 11-2 and MOD 11,10 for digits, MOD 37,36 for digits and capital letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["CHECKS", "CheckName", "check_characters"]

Bytes = npt.NDArray[np.uint8]
_Values = npt.NDArray[np.int64]

CheckName: TypeAlias = Literal["iso7064_mod11_2", "iso7064_mod11_10", "iso7064_mod37_36"]

DIGITS = "0123456789"
DIGITS_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOD_11_2 = "0123456789X"


def _pure(values: _Values) -> _Values:
    total = np.zeros(len(values), np.int64)
    for column in values.T:
        total = (total + column) * 2 % 11
    return (12 - total) % 11


def _hybrid(modulus: int) -> Callable[[_Values], _Values]:
    def rule(values: _Values) -> _Values:
        check = np.full(len(values), modulus // 2, np.int64)
        for column in values.T:
            check = np.where(check == 0, modulus, check) * 2 % (modulus + 1)
            check = (check + column) % modulus
        return (1 - np.where(check == 0, modulus, check) * 2 % (modulus + 1)) % modulus

    return rule


_RULES: Mapping[str, tuple[str, str, Callable[[_Values], _Values]]] = MappingProxyType(
    {
        "iso7064_mod11_2": (DIGITS, _MOD_11_2, _pure),
        "iso7064_mod11_10": (DIGITS, DIGITS, _hybrid(10)),
        "iso7064_mod37_36": (DIGITS_LETTERS, DIGITS_LETTERS, _hybrid(36)),
    }
)

CHECKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {name: (body, check) for name, (body, check, _) in _RULES.items()}
)
"""Name of an algorithm: the characters its body may have, and those its check character may be."""


def check_characters(bodies: Bytes, check: str) -> Bytes:
    """Return the check character of each body.

    Parameters
    ----------
    bodies : ndarray of uint8, shape (n, width)
        ASCII codes, all of the algorithm's body characters.
    check : str
        A name of `CHECKS`.

    Returns
    -------
    ndarray of uint8, shape (n,)
        ASCII codes.

    References
    ----------
    ISO/IEC 7064:2003.

    Examples
    --------
    >>> chr(check_characters(np.frombuffer(b"0794", np.uint8)[None], "iso7064_mod11_2")[0])
    '0'
    """
    body, written, rule = _RULES[check]
    table = np.zeros(256, np.int64)
    table[np.frombuffer(body.encode(), np.uint8)] = np.arange(len(body))
    return np.frombuffer(written.encode(), np.uint8)[rule(table[bodies])]
