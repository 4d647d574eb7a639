"""Check-digit and layout rules of the identifiers that city records carry.

Every `is_<name>` takes a sequence of texts and answers with a boolean array of the same
length. The rules are strict: letters in upper case, half-width characters, no blanks. What
is missing (None, NaN) or no text is False. Loaders normalise before they ask.

References
----------
GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code),
GB 11643-1999 (resident identity number), GB/T 28181 (video surveillance device id),
GB/T 47678.3 (unit grid), CJ/T 214-2007, GB/T 30428.2-2013 and GB/T 47678.5 (components),
GB/T 2260 and GB/T 10114 (administrative divisions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import DeclarationError
from blockdata.records.texts import text_bytes

__all__ = [
    "IDENTIFIERS",
    "CameraId",
    "identity_check_character",
    "is_camera_gb28181",
    "is_component",
    "is_division",
    "is_identity_number",
    "is_organisation_code",
    "is_unit_grid",
    "is_uscc",
    "organisation_check_character",
    "split_camera_id",
    "uscc_check_character",
]

BoolArray = npt.NDArray[np.bool_]
Values: TypeAlias = Sequence[str | None] | pa.Array
"""Texts to be judged; columns of Arrow are the quicker way."""

_Codes = npt.NDArray[np.integer]

_DIGITS = "0123456789"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int32)
_ORGANISATION_CHECKS = "0X987654321"  # by the weighted sum mod 11; 11 - 0 is written 0
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, Z, S, V: easily misread
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int32)
_IDENTITY_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int32)
_IDENTITY_CHECKS = "10X98765432"  # by the weighted sum mod 11
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

_DIVISION = r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}"
_UNIT_GRID = r"[1-9][0-9]{11}[0-9A-Z]{3}"
_COMPONENT = r"[1-9][0-9]{15,16}"
_CAMERA = r"([0-9]{8})([0-9]{2})(131|132)([0-9])([0-9]{6})"
_BLOCK_ROWS = 1 << 14  # stays in the processor's cache


class CameraId(NamedTuple):
    """Parts of a GB/T 28181 device id; industry and network ranges hold reserved numbers."""

    centre: str
    industry: str
    device_type: str
    network: str
    sequence: str


def _value_table(alphabet: str) -> _Codes:
    """Value of each ASCII code in `alphabet`, -1 where it is not in it."""
    table = np.full(129, -1, dtype=np.int32)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    return table


_DIGIT_VALUES = _value_table(_DIGITS)
_ORGANISATION_VALUES = _value_table(_ORGANISATION_ALPHABET)
_USCC_VALUES = _value_table(_USCC_ALPHABET)


def _as_texts(values: Values) -> pa.Array:
    """Texts as bytes; what is no text, or none that has a UTF-8 form, is no identifier."""
    if isinstance(values, pa.Array):
        return values
    texts = (v.encode("utf-8", "replace") if isinstance(v, str) else None for v in values)
    return pa.array(texts, pa.binary())


def _rows_of(values: Values, length: int, is_right: Callable[[_Codes], BoolArray]) -> BoolArray:
    """Ask a rule about all texts of a length, as rows of ASCII codes; 128 is outside ASCII."""
    data, offsets = text_bytes(_as_texts(values))
    right: BoolArray = np.diff(offsets) == length
    rows = np.flatnonzero(right)
    for begin in range(0, len(rows), _BLOCK_ROWS):
        block = rows[begin : begin + _BLOCK_ROWS]
        codes = data[offsets[block, None] + np.arange(length)]
        right[block] = is_right(np.minimum(codes, 128))
    return right


def _checks(bodies: _Codes, weights: _Codes, checks: str, modulus: int) -> _Codes:
    """ASCII code of the check character of each row of values."""
    remainder = (bodies * weights).sum(axis=1) % modulus
    table = np.frombuffer(checks.encode("ascii"), dtype=np.uint8)
    return np.asarray(table[remainder])


def _matches(pattern: str, values: Values) -> BoolArray:
    whole = rf"\A(?:{pattern})\z"
    found = pc.match_substring_regex(_as_texts(values), whole).fill_null(False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


_USCC_CHECKS = "".join(_USCC_ALPHABET[(31 - r) % 31] for r in range(31))


def _check_character(body: str, values: _Codes, weights: _Codes, checks: str, modulus: int) -> str:
    characters = np.frombuffer(body.encode("utf-8", "replace"), dtype=np.uint8)
    codes = values[np.minimum(characters, 128)][None]
    if codes.shape[1] != len(weights) or (codes < 0).any():
        raise DeclarationError(
            "the check character of this body cannot be computed",
            allowed=f"a body of {len(weights)} characters of the identifier's alphabet",
        )
    return chr(int(_checks(codes, weights, checks, modulus)[0]))


def uscc_check_character(body17: str) -> str:
    """Check character of a unified social credit code.

    Parameters
    ----------
    body17 : str
        The first 17 characters, of the 31-character alphabet without I, O, S, V, Z.

    Returns
    -------
    str
        The 18th character.

    Raises
    ------
    DeclarationError
        The body has another length or a character outside the alphabet.

    References
    ----------
    GB 32100-2015, check value (31 - sum(c_i * 3^(i-1)) mod 31) mod 31.

    Examples
    --------
    >>> uscc_check_character("91350100M000100Y4")
    '3'
    """
    return _check_character(body17, _USCC_VALUES, _USCC_WEIGHTS, _USCC_CHECKS, 31)


def organisation_check_character(body8: str) -> str:
    """Check character of an organisation code, which stands inside a social credit code.

    Parameters
    ----------
    body8 : str
        The first 8 characters, digits or capital letters.

    Returns
    -------
    str
        The ninth character, a digit or X.

    Raises
    ------
    DeclarationError
        The body has another length or a character outside the alphabet.

    References
    ----------
    GB 11714-1997, modulus 11.

    Examples
    --------
    >>> organisation_check_character("D2143569")
    'X'
    """
    return _check_character(
        body8, _ORGANISATION_VALUES, _ORGANISATION_WEIGHTS, _ORGANISATION_CHECKS, 11
    )


def identity_check_character(body17: str) -> str:
    """Check character of a resident identity number.

    Parameters
    ----------
    body17 : str
        The first 17 digits. Whether they hold a date is not asked here.

    Returns
    -------
    str
        The 18th character, a digit or X.

    Raises
    ------
    DeclarationError
        The body is not 17 digits.

    References
    ----------
    GB 11643-1999, ISO 7064 MOD 11-2.

    Examples
    --------
    >>> identity_check_character("11010519491231002")
    'X'
    """
    return _check_character(body17, _DIGIT_VALUES, _IDENTITY_WEIGHTS, _IDENTITY_CHECKS, 11)


def _organisation_ok(codes: _Codes) -> BoolArray:
    values = _ORGANISATION_VALUES[codes[:, :8]]
    expected = _checks(values, _ORGANISATION_WEIGHTS, _ORGANISATION_CHECKS, 11)
    return np.asarray((values >= 0).all(axis=1) & (expected == codes[:, 8]))


def is_organisation_code(values: Values) -> BoolArray:
    """Whether each text is an organisation code of 9 characters with a right check character.

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts without the hyphen that is sometimes printed before the check character.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values.

    References
    ----------
    GB 11714-1997.

    Examples
    --------
    >>> is_organisation_code(["D2143569X", "D21435690", None]).tolist()
    [True, False, False]
    """
    return _rows_of(values, 9, _organisation_ok)


def is_uscc(values: Values) -> BoolArray:
    """Whether each text is a unified social credit code (统一社会信用代码).

    The alphabet, the six digits of the area, the check character of the organisation code
    in places 9 to 17 and the last check character must all be right. Registering body and
    body class (the first two places) may be any of the alphabet: lists of them grow.

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts in upper case.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values.

    References
    ----------
    GB 32100-2015, GB 11714-1997.

    Examples
    --------
    >>> is_uscc(["91110000802100433B", "91110000802100433C", None]).tolist()
    [True, False, False]
    """
    return _rows_of(values, 18, _uscc_ok)


def _uscc_ok(codes: _Codes) -> BoolArray:
    symbols = _USCC_VALUES[codes]
    expected = _checks(symbols[:, :17], _USCC_WEIGHTS, _USCC_CHECKS, 31)
    area_ok = (_DIGIT_VALUES[codes[:, 2:8]] >= 0).all(axis=1)
    in_alphabet = (symbols >= 0).all(axis=1)
    check_ok = expected == codes[:, 17]
    return np.asarray(in_alphabet & area_ok & check_ok & _organisation_ok(codes[:, 8:17]))


def _number(digits: _Codes) -> _Codes:
    """Rows of decimal digits as numbers."""
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1)
    return np.asarray(digits @ powers)


def _is_calendar_date(year: _Codes, month: _Codes, day: _Codes) -> BoolArray:
    """Whether year, month and day name a day of the Gregorian calendar, years 1 to 9999."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS_IN_MONTH[np.clip(month, 0, 12)] + (leap & (month == 2))
    return np.asarray((year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= last))


def is_identity_number(values: Values) -> BoolArray:
    """Whether each text is a resident identity number (公民身份号码) of 18 characters.

    The birth date must be a day of the calendar and the check character right. The area
    part names the place of first registration, which may be abolished: it is never judged.

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts; the check letter is a capital X.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values.

    References
    ----------
    GB 11643-1999.

    Examples
    --------
    >>> is_identity_number(["11010519491231002X", "11010519491331002X", None]).tolist()
    [True, False, False]
    """
    return _rows_of(values, 18, _identity_ok)


def _identity_ok(codes: _Codes) -> BoolArray:
    digits = _DIGIT_VALUES[codes[:, :17]]
    year, month, day = _number(digits[:, 6:10]), _number(digits[:, 10:12]), digits[:, 12:14]
    expected = _checks(digits, _IDENTITY_WEIGHTS, _IDENTITY_CHECKS, 11)
    is_date = _is_calendar_date(year, month, _number(day))
    return np.asarray((digits >= 0).all(axis=1) & is_date & (expected == codes[:, 17]))


def is_camera_gb28181(values: Values) -> BoolArray:
    """Whether each text is the GB/T 28181 device id of a camera: 20 digits, type 131 or 132.

    Industry and network may be any digits: their tables keep reserved numbers for later.

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values and for devices that are no cameras.

    References
    ----------
    GB/T 28181-2022, device id by rule A: 8 centre, 2 industry, 3 type, 1 network, 6 sequence.

    Examples
    --------
    >>> is_camera_gb28181(["37020300001320000001", "37020300002000000001", None]).tolist()
    [True, False, False]
    """
    return _matches(_CAMERA, values)


def split_camera_id(camera_id: str) -> CameraId:
    """Take a camera's GB/T 28181 device id apart.

    Parameters
    ----------
    camera_id : str
        A text for which `is_camera_gb28181` holds.

    Returns
    -------
    CameraId
        Centre, industry, device type, network and sequence, as text.

    Raises
    ------
    DeclarationError
        The text is not a camera's device id.

    Examples
    --------
    >>> split_camera_id("37020300081320000001").industry
    '08'
    """
    match = re.fullmatch(_CAMERA, camera_id)
    if match is None:
        raise DeclarationError(
            "this is not a camera's device id",
            allowed="20 digits with type 131 or 132 in places 11 to 13",
        )
    return CameraId(*match.groups())


def is_unit_grid(values: Values) -> BoolArray:
    """Whether each text has the layout of a unit grid code (单元网格标识码) of 15 characters.

    Twelve digits of the community's division code, then three digits or capital letters.
    Management grids have the same layout, so the code alone does not tell the kind.

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values.

    References
    ----------
    GB/T 47678.3.

    Examples
    --------
    >>> is_unit_grid(["370203001001001", "37020300100100A", "37020300100A001"]).tolist()
    [True, True, False]
    """
    return _matches(_UNIT_GRID, values)


def is_component(values: Values) -> BoolArray:
    """Whether each text has the layout of a component id (部件标识码), old or new.

    16 digits (6 county, 2 major, 2 minor, 6 sequence) or 17 (6, 2, 3, 6).

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values.

    References
    ----------
    CJ/T 214-2007 and GB/T 30428.2-2013 (16), GB/T 47678.5 (17).

    Examples
    --------
    >>> is_component(["3205080101000001", "32050801001000001", "320508010100000"]).tolist()
    [True, True, False]
    """
    return _matches(_COMPONENT, values)


def is_division(values: Values) -> BoolArray:
    """Whether each text has the layout of an administrative division code.

    6 digits to the county, 9 to the street or town, 12 to the community or village.

    Parameters
    ----------
    values : sequence of str or None, or pa.Array
        Texts.

    Returns
    -------
    ndarray of bool
        Same length; False for missing values.

    References
    ----------
    GB/T 2260, GB/T 10114.

    Examples
    --------
    >>> is_division(["370203", "370203001", "370203001001", "37020"]).tolist()
    [True, True, True, False]
    """
    return _matches(_DIVISION, values)


IDENTIFIERS: Mapping[str, Callable[[Values], BoolArray]] = MappingProxyType(
    {
        "uscc": is_uscc,
        "identity_number": is_identity_number,
        "camera_gb28181": is_camera_gb28181,
        "unit_grid": is_unit_grid,
        "component": is_component,
        "division": is_division,
    }
)
"""The rules by the names that record declarations use."""
