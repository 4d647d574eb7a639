"""Invented numbers with right check characters, many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]

_IDENTITY_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_IDENTITY_CHECKS = np.array(list("10X98765432"))
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = np.array([3**n % 31 for n in range(17)])
_DAYS = 32_000
_FIRST_BIRTH = np.datetime64("1936-01-01")


def _matrix(texts: npt.NDArray[np.str_], alphabet: str) -> Codes:
    """Return the value of every character, shape (n, length)."""
    values = np.full(128, -1)
    values[[ord(letter) for letter in alphabet]] = np.arange(len(alphabet))
    letters = texts.astype("U").view("U1").reshape(len(texts), -1)
    return np.asarray(values[letters.view(np.uint32).astype(int)])


def identity_numbers(
    area: str, count: int, rng: np.random.Generator
) -> tuple[list[str], Codes, npt.NDArray[np.bool_]]:
    """Return different identity numbers (GB 11643) of people first registered in one area.

    Parameters
    ----------
    area : str
        Six digits.
    count : int
        At most ten million.
    rng : numpy Generator

    Returns
    -------
    numbers : list of str
    birth_year : ndarray of int
    is_male : ndarray of bool
    """
    # A day and a sequence are one number of a space of 32 million; nobody draws one twice.
    space = _DAYS * 999
    drawn = np.unique(rng.integers(0, space, int(count * 1.1) + 50))
    while len(drawn) < count:
        drawn = np.unique(np.append(drawn, rng.integers(0, space, count)))
    drawn = rng.permutation(drawn)[:count]
    day = _FIRST_BIRTH + drawn // 999
    sequence = drawn % 999 + 1
    dates = np.char.replace(np.datetime_as_string(day, unit="D"), "-", "")
    bodies = np.char.add(np.char.add(area, dates), np.char.zfill(sequence.astype("U3"), 3))
    checks = identity_checks(bodies)
    years = day.astype("datetime64[Y]").astype(int) + 1970
    return np.char.add(bodies, checks).tolist(), years, sequence % 2 == 1


def identity_checks(bodies: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """Return the check characters of identity numbers of seventeen digits.

    Examples
    --------
    >>> identity_checks(np.array(["11010519491231002"])).tolist()
    ['X']
    """
    return np.asarray(_IDENTITY_CHECKS[_matrix(bodies, "0123456789") @ _IDENTITY_WEIGHTS % 11])


def credit_codes(
    kinds: npt.NDArray[np.str_], area: str, rng: np.random.Generator
) -> npt.NDArray[np.str_]:
    """Return different unified social credit codes (GB 32100) with right inner check characters.

    Parameters
    ----------
    kinds : ndarray of str
        Two characters each: 91 for a company, 92 for a sole trader.
    area : str
    rng : numpy Generator

    Returns
    -------
    ndarray of str
    """
    count = len(kinds)
    serial = rng.permutation(count)
    digits = np.array(list(_CREDIT))
    tail = [digits[serial // 31**n % 31] for n in range(4)]
    filler = [digits[rng.integers(0, 31, count)] for _ in range(2)]
    organisation = np.full(count, "MA")
    for letter in (*filler, *tail):
        organisation = np.char.add(organisation, letter)
    sums = _matrix(organisation, _ORGANISATION) @ _ORGANISATION_WEIGHTS
    inner = np.array(list("0123456789X"))[(11 - sums % 11) % 11]
    bodies = np.char.add(np.char.add(kinds, area), np.char.add(organisation, inner))
    check = (31 - _matrix(bodies, _CREDIT) @ _CREDIT_WEIGHTS % 31) % 31
    return np.asarray(np.char.add(bodies, digits[check]))


def phones(prefix: str, serial: Codes) -> list[str]:
    """Return mobile numbers of eleven digits of one prefix.

    Examples
    --------
    >>> phones("13800", np.array([12]))
    ['13800000012']
    """
    width = 11 - len(prefix)
    return [f"{prefix}{n:0{width}}" for n in (serial % 10**width).tolist()]
