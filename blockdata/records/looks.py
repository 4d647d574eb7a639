"""What a column of texts seems to hold, told by its form and never by a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.convert import MISSING_TEXTS, convert_column
from blockdata.records.field import Field, Type
from blockdata.records.masking import contains_personal

__all__ = ["PERSONAL", "Look", "looks_like"]

SAMPLE = 1000
"""How many values are looked at."""

_ROWS = 20 * SAMPLE
"""In how many rows they are looked for."""

_SAMPLE_PERSONAL = 200
"""How many of them are searched for personal values, which takes longest."""

_SHORTEST_CODE = 6
_ALMOST_ALL = 0.95
_HALF = 0.5
_MOST_WORDS = 20
_SEEN_TWICE = 2
_LONGEST_WORD = 20

_LONGITUDES, _LATITUDES = (73.0, 136.0), (3.0, 54.0)
_METRES_PLAIN, _METRES_ZONED = (2e5, 6e6), (1.3e7, 4.6e7)
"""Of China, in degrees and in metres; an easting may carry its zone (13-23 or 25-45) in front."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a column seems to hold, in two languages."""

    zh: str
    en: str


_NOTHING = Look("空", "nothing")
PERSONAL = Look("个人号码或姓名，不予入库", "personal numbers or names, which are not held")
_DATES = Look("日期", "dates")
_YES_OR_NO = Look("是否", "yes or no")
_LONGITUDE = Look("经度", "longitudes")
_LATITUDE = Look("纬度", "latitudes")
_METRES = Look("投影坐标（米）", "projected coordinates in metres")
_NUMBERS = Look("数值", "numbers")
_ONE_WORD = Look("始终为同一个词", "one word throughout")
_TEXT = Look("文本", "text")


def looks_like(values: pa.Array) -> Look:
    """Describe what a column of texts seems to hold, without showing a value.

    Parameters
    ----------
    values : pa.Array or pa.ChunkedArray
        Texts; of the first 20,000 rows the first thousand that have a value are looked at.

    Returns
    -------
    Look
        Anything but text and personal values is said only if it holds for 19 of 20 values;
        personal values are said where half of them hold one. Few different texts that repeat
        are told by their number.

    Examples
    --------
    >>> looks_like(pa.array(["370203001001001", "370203001001002"])).en
    '15-digit codes'
    >>> looks_like(pa.array(["13800000000", "13900000000"])).en
    'personal numbers or names, which are not held'
    """
    text = _sample(values)
    if not len(text):
        return _NOTHING
    if np.mean([contains_personal(t) for t in text[:_SAMPLE_PERSONAL].to_pylist()]) >= _HALF:
        return PERSONAL
    for look, holds in _FORMS:
        if holds(text).mean() >= _ALMOST_ALL:
            return look
    return _codes(text) or _numbers(text) or _words(text)


def _sample(values: pa.Array) -> pa.Array:
    # Rows are cut off before anything is made of them: a column may have millions.
    text = pc.utf8_trim_whitespace(values[:_ROWS].cast(pa.string()).drop_null())
    text = text.filter(pc.invert(pc.is_in(text, pa.array(sorted(MISSING_TEXTS)))))[:SAMPLE]
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _readable(text: pa.Array, type_: Type) -> npt.NDArray[np.bool_]:
    unit = "1" if type_ is Type.FLOAT else None
    _, bad = convert_column(Field("a", type_, "", "", unit=unit), text, time_zone="UTC")
    return ~bad


def _matches(text: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(text, pattern).to_numpy(zero_copy_only=False))


def _is_date(text: pa.Array) -> npt.NDArray[np.bool_]:
    # An Excel day serial is a plain number too, so a date has to be written as one, 20261101.
    packed = _matches(text, r"\A\d{8,}\z")
    return _readable(text, Type.DATE) & (~_readable(text, Type.FLOAT) | packed)


def _is_yes_or_no(text: pa.Array) -> npt.NDArray[np.bool_]:
    readable = _readable(text, Type.BOOL)
    # Ones alone are a number.
    return readable if len(text.filter(pa.array(readable)).unique()) > 1 else readable & False


def _between(
    *ranges: tuple[float, float], decimals: int
) -> Callable[[pa.Array], npt.NDArray[np.bool_]]:
    """Return a test for numbers in one of some ranges that are written with decimals."""

    def holds(text: pa.Array) -> npt.NDArray[np.bool_]:
        field = Field("a", Type.FLOAT, "", "", unit="1")
        typed, _ = convert_column(field, text, time_zone="UTC")
        numbers = np.asarray(typed.to_numpy(zero_copy_only=False), dtype=np.float64)
        inside = np.logical_or.reduce(
            [(numbers >= low) & (numbers <= high) for low, high in ranges]
        )
        return np.asarray(np.logical_or.reduce(inside) & _matches(text, rf"\.\d{{{decimals},}}\z"))

    return holds


_FORMS = (
    (_DATES, _is_date),
    (_YES_OR_NO, _is_yes_or_no),
    (_LONGITUDE, _between(_LONGITUDES, decimals=4)),
    (_LATITUDE, _between(_LATITUDES, decimals=4)),
    (_METRES, _between(_METRES_PLAIN, _METRES_ZONED, decimals=1)),
)


def _codes(text: pa.Array) -> Look | None:
    digits = [len(t) for t in text.to_pylist() if t.isdecimal()]
    same = max(sorted(set(digits)), key=digits.count, default=0)
    if same < _SHORTEST_CODE or digits.count(same) < _ALMOST_ALL * len(text):
        return None
    return Look(f"{same} 位数字代码", f"{same}-digit codes")


def _numbers(text: pa.Array) -> Look | None:
    return _NUMBERS if _readable(text, Type.FLOAT).mean() >= _ALMOST_ALL else None


def _words(text: pa.Array) -> Look:
    """Tell how many different words there are, if they are few and repeat."""
    words = text.unique()
    few = len(words) <= min(_MOST_WORDS, len(text) // _SEEN_TWICE)
    if not few or pc.max(pc.utf8_length(words)).as_py() > _LONGEST_WORD:
        return _TEXT
    if len(words) == 1:
        return _ONE_WORD
    return Look(f"{len(words)} 种取值的词", f"{len(words)} different words")
