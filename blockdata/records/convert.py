"""Texts of a source column become typed values; what cannot be read is marked, never guessed."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import ConfigError
from blockdata.records.field import Field, Type
from blockdata.records.tables import ARROW
from blockdata.records.texts import (
    byte_lengths,
    in_blocks,
    is_ascii,
    is_repetitive,
    replaced_rows,
    rows_with_other_bytes,
    same_bytes,
    text_bytes,
)

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
_MONTHS = np.arange(f"{FIRST_YEAR}-01", f"{LAST_YEAR + 1}-02", dtype="datetime64[M]")
_MONTH_STARTS = _MONTHS.astype("datetime64[D]").astype(np.int64)
_MONTH_DAYS = np.diff(_MONTH_STARTS)
_NAT = np.datetime64("NaT", "us")

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

_PLAIN_FORM = (
    *("0", "0", "0", "0", "-/.", "0", "0", "-/.", "0", "0"),
    *("T ", "0", "0", ":", "0", "0", ":", "0", "0"),
)
"""How most moments are written, and the characters that separate; "0" stands for a digit."""

_PLAIN_SIZES = (19, 10, 16)
"""Characters of a plain form to the second, to the day and to the minute."""

_PLAIN_NUMBERS = (0, 2, 5, 8, 11, 14, 17)
_TWO_ZEROS = 11 * ord("0")

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_FLOAT = rf"(?P<n>[+-]?(?:{_WHOLE}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{{1,3}})?)"
_INT = rf"(?:\+|(?P<sign>-))?0*(?P<n>{_WHOLE})(?:\.0*)?"
_DIGITS = b"0123456789"
_LONGEST_INT = 18
"""Digits that always fit into 64 bits."""

_Read = Callable[[pa.Array], tuple[pa.Array, np.ndarray]]

_SHRINKS_TO_A = 4
"""NFKC makes a text at most four times shorter in UTF-8."""

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
    texts, zone = values.cast(pa.string()), _zone(time_zone)
    if texts.null_count == len(texts):
        nothing = texts.cast(ARROW[field.type])
        return nothing, np.zeros(len(texts), dtype=bool)
    read = functools.partial(_typed, field, zone=zone, nothing=missing)
    if not is_repetitive(texts):
        return _read_in_blocks(texts, read)
    encoded = texts.dictionary_encode()
    typed, bad = read(encoded.dictionary)
    if typed is encoded.dictionary:
        return texts, np.zeros(len(texts), dtype=bool)
    return typed.take(encoded.indices), _flags(pa.array(bad).take(encoded.indices))


def _read_in_blocks(values: pa.Array, read: _Read) -> tuple[pa.Array, np.ndarray]:
    flags = []

    def typed(block: pa.Array) -> pa.Array:
        read_block, bad = read(block)
        flags.append(bad)
        return read_block

    return in_blocks(values, typed), np.concatenate(flags)


def _typed(
    field: Field, values: pa.Array, *, zone: ZoneInfo, nothing: frozenset[str]
) -> tuple[pa.Array, np.ndarray]:
    text = _trimmed(values)
    folded = text if field.type is Type.TEXT else _folded(text)
    absent = _absent_rows(text, nothing)
    text = replaced_rows(folded, absent, pa.nulls(len(absent), pa.string()))
    typed = _READERS[field.type](field, text, zone)
    if typed is text:
        return typed, np.zeros(len(typed), dtype=bool)
    return typed, _flags(pc.and_(typed.is_null(), text.is_valid()))


def _trimmed(values: pa.Array) -> pa.Array:
    """Return texts without outer white space; the same array where there is none."""
    trimmed = pc.utf8_trim_whitespace(values)
    return values if same_bytes(values, trimmed) else trimmed


def _folded(values: pa.Array) -> pa.Array:
    """Return trimmed texts folded; ASCII is folded already."""
    if is_ascii(values):
        return values
    rows = np.flatnonzero(byte_lengths(values) != _lengths(values))
    wide = values.take(pa.array(rows))
    folded = pc.utf8_trim_whitespace(pc.utf8_normalize(wide, form="NFKC"))
    return values if folded.equals(wide) else replaced_rows(values, rows, folded)


def _lengths(values: pa.Array) -> np.ndarray:
    return np.asarray(pc.utf8_length(values).fill_null(0))


def _absent_rows(text: pa.Array, missing: frozenset[str]) -> np.ndarray:
    """Return the rows of trimmed texts that stand for no value, themselves or folded."""
    longest = max((len(absent.encode()) for absent in missing), default=0)
    short = byte_lengths(text) <= longest * (1 if is_ascii(text) else _SHRINKS_TO_A)
    rows = np.flatnonzero(short & _flags(text.is_valid()))
    few = text.take(pa.array(rows))
    nothing = pa.array(sorted(missing), pa.string())
    is_absent = _flags(pc.or_(pc.is_in(few, nothing), pc.is_in(_folded(few), nothing)))
    return np.asarray(rows[is_absent])


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
        upper = pc.utf8_upper(text)
        text = text if upper.equals(text) else upper
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
    other = np.union1d(
        rows_with_other_bytes(text, _DIGITS), np.flatnonzero(byte_lengths(text) > _LONGEST_INT)
    )
    plain = replaced_rows(text, other, pa.nulls(len(other), pa.string())).cast(pa.int64())
    return replaced_rows(plain, other, _written_ints(field, text.take(pa.array(other))))


def _written_ints(field: Field, text: pa.Array) -> pa.Array:
    """Read whole numbers with a sign, thousands separators, a zero fraction or a unit."""
    parts = _matched_number(field, text, _INT)
    digits = pc.replace_substring(pc.struct_field(parts, "n"), ",", "")
    fits = pc.less_equal(pc.utf8_length(digits), _LONGEST_INT)
    signed = pc.binary_join_element_wise(pc.struct_field(parts, "sign"), digits, "")
    return pc.if_else(fits, signed, None).cast(pa.int64())


def _read_float(field: Field, text: pa.Array, zone: ZoneInfo) -> pa.Array:
    other = rows_with_other_bytes(text, _DIGITS + b".")
    try:
        plain = replaced_rows(text, other, pa.nulls(len(other), pa.string())).cast(pa.float64())
    except pa.ArrowInvalid:  # a second point
        return _written_floats(field, text)
    plain = replaced_rows(plain, other, _written_floats(field, text.take(pa.array(other))))
    return pc.if_else(pc.is_finite(plain), plain, None)


def _written_floats(field: Field, text: pa.Array) -> pa.Array:
    """Read numbers with a sign, thousands separators, an exponent or a unit."""
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
    moments = np.full(len(text), _NAT)
    offsets = np.full(len(text), np.nan)
    left = _read_plain(text, moments)
    for pattern in _PATTERNS:
        parts = pc.extract_regex(text.take(pa.array(left)), pattern=pattern)
        hit = _flags(parts.is_valid())
        rows, left = left[hit], left[~hit]
        moments[rows], offsets[rows] = _assembled(parts.drop_null())
    moments[left] = _serial_moments(text.take(pa.array(left)))
    return moments, offsets


def _read_plain(text: pa.Array, moments: np.ndarray) -> np.ndarray:
    """Fill in the moments that are written in a plain form, and return the rows that are left."""
    left = np.flatnonzero(_flags(text.is_valid()))
    for size in _PLAIN_SIZES:
        is_sized = byte_lengths(text)[left] == size
        rows = left[is_sized]
        if len(rows):
            sized = text if len(rows) == len(text) else text.take(pa.array(rows))
            read, is_plain = _plain_moments(text_bytes(sized)[0].reshape(-1, size))
            moments[rows[is_plain]] = read[is_plain]
            is_sized[is_sized] = is_plain
            left = left[~is_sized]
    return left


def _plain_moments(written: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read rows of characters in a plain form, and tell which of them are in it."""
    characters = np.ascontiguousarray(written.T)
    century, year, *rest = (
        characters[i].astype(np.int32) * 10 + characters[i + 1] - _TWO_ZEROS
        for i in _PLAIN_NUMBERS
        if i < len(characters)
    )
    return _moment(century * 100 + year, *rest), _has_plain_form(characters)


def _has_plain_form(characters: np.ndarray) -> np.ndarray:
    """Tell which texts have digits and separators in their places; one row per place."""
    fits = np.ones(characters.shape[1], dtype=bool)
    for form, found in zip(_PLAIN_FORM, characters, strict=False):
        if form == "0":
            fits &= found - ord("0") < 10
        else:
            fits &= np.logical_or.reduce([found == mark for mark in form.encode()])
    return fits


def _moment(
    year: np.ndarray,
    month: np.ndarray,
    day: np.ndarray,
    hour: np.ndarray | int = 0,
    minute: np.ndarray | int = 0,
    second: np.ndarray | int = 0,
) -> np.ndarray:
    """Return moments to the second; NaT where the calendar or the clock has none such."""
    is_month = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12)
    place = np.where(is_month, (year - FIRST_YEAR) * 12 + month - 1, 0)
    exists = is_month & (day >= 1) & (day <= _MONTH_DAYS[place])
    exists &= (hour < 24) & (minute < 60) & (second < 60)
    seconds = (_MONTH_STARTS[place] + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    return np.where(exists, (seconds * 1_000_000).view("datetime64[us]"), _NAT)


def _assembled(parts: pa.StructArray) -> tuple[np.ndarray, np.ndarray]:
    moment = _moment(*(_whole(parts, name) for name in ("y", "m", "d", "h", "mi", "s")))
    return moment + _microseconds(parts), _offsets(pc.struct_field(parts, "z"))


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
