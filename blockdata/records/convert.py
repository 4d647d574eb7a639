"""Texts of a source column become typed values; what cannot be read is marked, never guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import ConfigError
from blockdata.records.field import Field, Type

MISSING_TEXTS = frozenset(
    {"", "-", "--", "—", "/", "无", "null", "NULL", "None", "N/A", "NaN", "\\N"}
)
"""Texts that stand for no value."""

UNIT_NAMES = {
    "m": ("m", "米"),
    "m²": ("m2", "平方米"),
    "km": ("km", "公里", "千米"),
    "km²": ("km2", "平方公里", "平方千米"),
    "°": ("°", "度"),
}
"""Spellings of a unit after NFKC, which turns m², ㎡ and full-width letters into these."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
"""Excel day serials that are taken for dates: 1954-10-03 to 2119-01-10."""

_CLOCK = (
    r"(?P<h>\d{1,2})(?:[时点]|[:时点](?P<mi>\d{1,2})"
    r"(?:分|[:分](?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?秒?)?)"
)
_PACKED_CLOCK = r"(?P<h>\d{2})(?P<mi>\d{2})(?:(?P<s>\d{2})(?:\.(?P<f>\d{1,9}))?)?"
_ZONE = r"\s*(?P<z>Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?"
_SPLIT_DAY = r"\A(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})"
_PACKED_DAY = r"\A(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_PATTERNS = (
    rf"{_SPLIT_DAY}(?:日?|(?:日\s*|[T\s]\s*){_CLOCK}{_ZONE})\z",
    rf"{_PACKED_DAY}(?:[T\s]?{_PACKED_CLOCK}{_ZONE})?\z",
    rf"{_PACKED_DAY}[T\s]\s*{_CLOCK}{_ZONE}\z",
)
"""Every way to write a moment, most frequent first; RE2 syntax with the same group names."""

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_FLOAT = rf"(?P<n>[+-]?(?:{_WHOLE}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{{1,3}})?)"
_INT = rf"(?:\+|(?P<sign>-))?0*(?P<n>{_WHOLE})(?:\.0*)?"
_LONGEST_INT = 18
"""Digits that always fit into 64 bits."""

_TRUE, _FALSE = ("是", "true", "1", "y"), ("否", "false", "0", "n")


def fold(text: str) -> str:
    """Return a text as texts are compared: NFKC (full width becomes half width), stripped.

    Examples
    --------
    >>> fold("　３７０２００　")
    '370200'
    """
    return unicodedata.normalize("NFKC", text).strip()


def unit_names(field: Field) -> tuple[str, ...]:
    """Return the spellings under which a number's unit may stand; none for counts and ratios.

    Examples
    --------
    >>> unit_names(Field("area_m2", Type.FLOAT, "面积", "Area", unit="m²"))
    ('m2', '平方米')
    """
    if field.unit in (None, "1"):
        return ()
    return UNIT_NAMES.get(str(field.unit), (fold(str(field.unit)),))


def convert_column(
    field: Field,
    values: pa.Array,
    *,
    time_zone: str,
    missing: frozenset[str] = MISSING_TEXTS,
) -> tuple[pa.Array, np.ndarray]:
    """Read a column of texts as the type of a field.

    Texts are stripped of outer white space. All but free text is folded to half width (NFKC).

    Parameters
    ----------
    field : Field
        What the column is. A code with a code list takes its Chinese label too; a code with an
        identifier rule is upper-cased; a number may carry the field's own unit and no other.
    values : pa.Array, shape (n,)
        Texts, or anything that casts to text without loss.
    time_zone : str
        IANA name of the zone that times without an offset are in. A local time that occurs
        twice is the earlier one; one that a clock change skips is shifted forward.
    missing : frozenset of str, optional
        Texts that stand for no value.

    Returns
    -------
    typed : pa.Array, shape (n,)
        string, int64, float64, bool, date32, or timestamp[us] in naive UTC. An Excel day serial
        is read to the second. A date given as a moment keeps its day; when the moment carries
        an offset, its day in `time_zone`.
    bad : np.ndarray of bool, shape (n,)
        Where a value stands that could not be read; `typed` is null there, as where a value is
        missing.

    Raises
    ------
    ConfigError
        If the time zone is unknown.

    Examples
    --------
    >>> built = Field("built_on", Type.DATE, "建成日期", "Built")
    >>> typed, bad = convert_column(
    ...     built, pa.array(["2026年2月3日", "2026-02-30", "无"]), time_zone="Asia/Shanghai")
    >>> typed.to_pylist()
    [datetime.date(2026, 2, 3), None, None]
    >>> bad.tolist()
    [False, True, False]
    """
    stripped = pc.utf8_trim_whitespace(values.cast(pa.string()))
    folded = pc.utf8_trim_whitespace(pc.utf8_normalize(stripped, form="NFKC"))
    nothing = pa.array(sorted(missing), pa.string())
    absent = pc.or_(pc.is_in(stripped, nothing), pc.is_in(folded, nothing))
    text = stripped if field.type is Type.TEXT else folded
    text = pc.if_else(absent, pa.scalar(None, pa.string()), text)
    typed = _READERS[field.type](field, text, _zone(time_zone))
    return typed, _flags(pc.and_(typed.is_null(), text.is_valid()))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"unknown time zone {name!r}", allowed="an IANA name such as 'Asia/Shanghai'"
        ) from error


def _flags(array: pa.Array) -> np.ndarray:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool)


def _read_text(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    return text


def _read_code(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    if field.identifier:
        text = pc.utf8_upper(text)
    if not field.codes:
        return text
    # A code wins over an equal label of another code.
    known = {fold(label): code for code, label in field.codes.items()}
    known |= {fold(code): code for code in field.codes}
    return _looked_up(text, known, otherwise=text)


def _looked_up(text: pa.Array, known: dict[str, str], otherwise: pa.Array) -> pa.Array:
    place = pc.index_in(text, pa.array(list(known), pa.string()))
    found = pa.array(list(known.values()), pa.string()).take(place)
    return pc.coalesce(found, otherwise)


def _matched_number(field: Field, text: pa.Array, number: str) -> pa.Array:
    units = "|".join(unit_names(field))
    return pc.extract_regex(text, pattern=rf"\A{number}\s*(?:{units})?\z")


def _read_int(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    parts = _matched_number(field, text, _INT)
    digits = pc.replace_substring(pc.struct_field(parts, "n"), ",", "")
    fits = pc.less_equal(pc.utf8_length(digits), _LONGEST_INT)
    signed = pc.binary_join_element_wise(pc.struct_field(parts, "sign"), digits, "")
    return pc.if_else(fits, signed, None).cast(pa.int64())


def _read_float(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    parts = _matched_number(field, text, _FLOAT)
    number = pc.replace_substring(pc.struct_field(parts, "n"), ",", "").cast(pa.float64())
    return pc.if_else(pc.is_finite(number), number, None)


def _read_bool(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    place = pc.index_in(pc.utf8_lower(text), pa.array([*_TRUE, *_FALSE]))
    return pc.less(place, len(_TRUE))


def _read_date(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    local, offset = _moments(text)
    told = ~np.isnan(offset)
    if told.any():
        utc = pd.DatetimeIndex(local[told] - _minutes(offset[told]), tz="UTC")
        local[told] = utc.tz_convert(zone).tz_localize(None).to_numpy()
    return pa.array(local.astype("datetime64[D]"))


def _read_time(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    local, offset = _moments(text)
    aware = pd.DatetimeIndex(local).tz_localize(
        zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward"
    )
    utc = np.array(aware.tz_convert(None).to_numpy(), dtype="datetime64[us]")
    told = ~np.isnan(offset)
    utc[told] = local[told] - _minutes(offset[told])
    return pa.array(utc)


_READERS: dict[Type, Callable[[Field, pa.Array, ZoneInfo], pa.Array]] = {
    Type.TEXT: _read_text,
    Type.CODE: _read_code,
    Type.INT: _read_int,
    Type.FLOAT: _read_float,
    Type.BOOL: _read_bool,
    Type.DATE: _read_date,
    Type.TIME: _read_time,
}


def _minutes(number: np.ndarray) -> np.ndarray:
    return number.astype(np.int64).astype("timedelta64[m]")


def _moments(text: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return moments as written (NaT: unreadable) and their offsets in minutes (NaN: none)."""
    moments = np.full(len(text), np.datetime64("NaT"), dtype="datetime64[us]")
    offsets = np.full(len(text), np.nan)
    left = np.flatnonzero(_flags(text.is_valid()))
    for pattern in _PATTERNS:
        parts = pc.extract_regex(text.take(pa.array(left)), pattern=pattern)
        hit = _flags(parts.is_valid())
        rows, left = left[hit], left[~hit]
        moments[rows], offsets[rows] = _assembled(parts.drop_null())
    moments[left] = _serial_moments(text.take(pa.array(left)))
    return moments, offsets


def _assembled(parts: pa.StructArray) -> tuple[np.ndarray, np.ndarray]:
    year, month, day = (_whole(parts, name) for name in ("y", "m", "d"))
    hour, minute, second = (_whole(parts, name) for name in ("h", "mi", "s"))
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    date = first.astype("datetime64[D]") + (day - 1)
    exists = (
        ((year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12))
        & ((day >= 1) & (date.astype("datetime64[M]") == first))
        & ((hour < 24) & (minute < 60) & (second < 60))
    )
    seconds = (hour * 3600 + minute * 60 + second).astype("timedelta64[s]")
    moment = date.astype("datetime64[us]") + seconds + _microseconds(parts)
    return np.where(exists, moment, np.datetime64("NaT")), _offsets(pc.struct_field(parts, "z"))


def _whole(parts: pa.StructArray, name: str) -> np.ndarray:
    text = pc.struct_field(parts, name)
    number = pc.if_else(pc.equal(text, ""), "0", text).cast(pa.int64())
    return np.asarray(number.to_numpy(zero_copy_only=False), dtype=np.int64)


def _microseconds(parts: pa.StructArray) -> np.ndarray:
    fraction = pc.utf8_slice_codeunits(pc.struct_field(parts, "f"), 0, 6)
    number = pc.ascii_rpad(fraction, width=6, padding="0").cast(pa.int64())
    return np.asarray(number.to_numpy(zero_copy_only=False)).astype("timedelta64[us]")


def _offsets(zone: pa.Array) -> np.ndarray:
    """Return offsets from UTC in minutes, NaN where none is written."""
    spelt = zone.unique().to_pylist()
    minutes = pa.array([_offset(z) for z in spelt], pa.float64())
    return np.asarray(minutes.take(pc.index_in(zone, pa.array(spelt, pa.string()))))


def _offset(zone: str) -> float:
    if zone in ("", "Z"):
        return 0.0 if zone else np.nan
    digits = zone[1:].replace(":", "").ljust(4, "0")
    size = int(digits[:2]) * 60 + int(digits[2:])
    return -size if zone[0] == "-" else size


def _serial_moments(text: pa.Array) -> np.ndarray:
    """Read Excel day serials, counted from 1899-12-30, to the second."""
    parts = pc.extract_regex(text, pattern=r"\A(?P<n>\d{5}(?:\.\d+)?)\z")
    days = np.asarray(pc.struct_field(parts, "n").cast(pa.float64()).to_numpy(zero_copy_only=False))
    known = (days >= FIRST_SERIAL) & (days < LAST_SERIAL + 1)
    seconds = np.rint(np.where(known, days, 0) * 86_400).astype("timedelta64[s]")
    moments = np.datetime64("1899-12-30", "us") + seconds
    return np.where(known, moments, np.datetime64("NaT"))
