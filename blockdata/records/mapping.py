"""Which column of a source carries which field: overrides first, then declared names, exactly."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import ConfigError, PrivacyError, SourceError
from blockdata.records.convert import MISSING_TEXTS, convert_column, fold, unit_names
from blockdata.records.field import Field, Kind, Type

COORDINATES = MappingProxyType(
    {
        "x": ("x", "x坐标", "横坐标", "pointx"),
        "y": ("y", "y坐标", "纵坐标", "pointy"),
        "lon": ("lon", "lng", "longitude", "经度"),
        "lat": ("lat", "latitude", "纬度"),
        "wkt": ("wkt",),
    }
)
"""Column names of coordinates. By them x is the easting; Chinese survey sheets may call it y."""

LEFT_OUT = "left out by the configuration"

_BRACKETS = str.maketrans("[]【】〔〕{}", "()()()()")
_ASIDES = re.compile(r"\([^()]*\)|\*")
_SAMPLE = 1000
_SHORTEST_CODE = 6
_ALMOST_ALL = 0.95


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What becomes of each column of a source.

    Parameters
    ----------
    mapped : mapping of field name to source column
        In the order of the kind's fields.
    unmapped : tuple of str
        Columns that no field takes, in the order of the header.
    dropped : mapping of source column to reason
        Columns that are left out on purpose.
    special : mapping of "x", "y", "lon", "lat", "wkt" to source column
        Columns that carry the geometry.
    absent : tuple of str
        Columns that the configuration speaks of and the header does not have.
    """

    mapped: Mapping[str, str]
    unmapped: tuple[str, ...]
    dropped: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


def map_columns(kind: Kind, header: Sequence[str], overrides: Mapping[str, str]) -> ColumnMap:
    """Find the field for each column of a source.

    Names are compared without regard to case, white space, full or half width and the form of
    brackets; a number's column may carry the field's own unit in brackets, and no other unit.
    Precedence: overrides, then a field's own name, its labels and aliases in declared order.
    A refused column is never mapped; a dropped one only if a field declares that very name.

    Parameters
    ----------
    kind : Kind
    header : sequence of str
        Column names of the source.
    overrides : mapping of source column to field name
        From the configuration; a coordinate ("x", "lon", "wkt", ...) may stand for a field, and
        "" leaves the column out.

    Returns
    -------
    ColumnMap

    Raises
    ------
    PrivacyError
        If an override maps a column that must not be held.
    ConfigError
        If an override names no field of the kind, or a field that another override has.
    SourceError
        If a column to be mapped stands twice in the header (reason "duplicate_column").

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> header = ["设备编码", "经度", "IP地址", "可视距离（米）", "批次"]
    >>> found = map_columns(Catalogue().kind("camera"), header, {})
    >>> found.mapped, found.special
    ({'code': '设备编码', 'view_distance_m': '可视距离（米）'}, {'lon': '经度'})
    >>> found.unmapped, found.dropped
    (('批次',), {'IP地址': 'network access of a device; not held'})
    """
    targets = _override_targets(kind, overrides)
    columns = {_key(c): c for c in reversed(header)}
    told = {key: columns[key] for key in targets if key in columns}
    dropped = _left_out(kind, [c for c in header if _key(c) not in told])
    dropped |= {c: LEFT_OUT for key, c in told.items() if not targets[key]}
    chosen = {targets[key]: c for key, c in told.items() if targets[key]}
    free = {k: c for k, c in columns.items() if k not in told and c not in dropped}
    for target, names in _names_by_target(kind):
        name = next((n for n in names if n in free), None)
        if target not in chosen and name is not None:
            chosen[target] = free.pop(name)
    _refuse_twins(header, chosen)
    settled = {*chosen.values(), *dropped}
    return ColumnMap(
        mapped={f.name: chosen[f.name] for f in kind.fields if f.name in chosen},
        unmapped=tuple(c for c in header if c not in settled),
        dropped={c: dropped[c] for c in header if c in dropped},
        special={s: chosen[s] for s in _specials(kind) if s in chosen},
        absent=tuple(c for c in overrides if _key(c) not in columns),
    )


def _key(column: str) -> str:
    """Return a column name as names are compared."""
    return "".join(fold(column).translate(_BRACKETS).casefold().split())


def _field_keys(field: Field) -> tuple[str, ...]:
    names = [_key(name) for name in field.source_names]
    with_unit = [f"{n}({_key(u)})" for n in names for u in unit_names(field)]
    return (*names, *with_unit)


def _specials(kind: Kind) -> tuple[str, ...]:
    """Return the coordinates that a source of the kind may carry and that are no fields of it."""
    if kind.geometry is None:
        return ()
    own = {f.name for f in kind.fields}
    return tuple(s for s in COORDINATES if s not in own)


def _names_by_target(kind: Kind) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field_ in kind.fields:
        yield field_.name, _field_keys(field_)
    for special in _specials(kind):
        yield special, COORDINATES[special]


def _forbidden(kind: Kind) -> dict[str, str]:
    """Return name and reason of the columns that no field may take."""
    own = {key for f in kind.fields for key in _field_keys(f)}
    dropped = {_key(c): reason for c, reason in kind.dropped.items()}
    refused = {_key(c): reason for c, reason in kind.refused.items()}
    return {k: r for k, r in dropped.items() if k not in own} | refused


def _reason_against(key: str, forbidden: Mapping[str, str]) -> str | None:
    """Return why a column is not held; "姓名（必填）*" is still 姓名."""
    return forbidden.get(key) or forbidden.get(_ASIDES.sub("", key))


def _left_out(kind: Kind, columns: Sequence[str]) -> dict[str, str]:
    forbidden = _forbidden(kind)
    reasons = {c: _reason_against(_key(c), forbidden) for c in columns}
    return {c: reason for c, reason in reasons.items() if reason}


def _override_targets(kind: Kind, overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the overrides by compared name, after checking that each of them is allowed."""
    forbidden = _forbidden(kind)
    allowed = (*(f.name for f in kind.fields), *_specials(kind))
    checked: dict[str, str] = {}
    for column, target in overrides.items():
        where = f"columns of {kind.name!r}, {column!r}"
        reason = _reason_against(_key(column), forbidden)
        if target and reason:
            raise PrivacyError(
                f"this column cannot become {target!r}: {reason}",
                where=where,
                allowed=f"'' to leave it out, or other columns for {', '.join(allowed)}",
                next_step="Remove it from the configuration.",
            )
        if target and target not in allowed:
            raise ConfigError(f"no field {target!r}", where=where, allowed=", ".join(allowed))
        if target and target in checked.values():
            raise ConfigError(
                f"another column is mapped to {target!r} too", where=where, allowed="one of them"
            )
        checked[_key(column)] = target
    return checked


def _refuse_twins(header: Sequence[str], chosen: Mapping[str, str]) -> None:
    for target, column in chosen.items():
        if list(header).count(column) > 1:
            raise SourceError(
                f"column {column!r}, which carries {target!r}, stands twice in the header",
                reason="duplicate_column",
                next_step="Ask for a file with one such column, or rename one of them.",
            )


def nearest_fields(kind: Kind, column: str) -> list[str]:
    """Return names of at most three fields whose declared names resemble a column's.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> nearest_fields(Catalogue().kind("building"), "建筑高度值")
    ['height_m']
    """
    key = _ASIDES.sub("", _key(column))
    if _reason_against(key, _forbidden(kind)):
        return []
    owners = {name: target for target, names in _names_by_target(kind) for name in names}
    close = difflib.get_close_matches(key, list(owners), n=6, cutoff=0.6)
    return list(dict.fromkeys(owners[name] for name in close))[:3]


def looks_like(values: pa.Array) -> str:
    """Describe what a column of texts seems to hold, without showing a value.

    Parameters
    ----------
    values : pa.Array
        Texts; the first thousand that are not missing are looked at.

    Returns
    -------
    str
        "nothing", "dates", "N-digit codes", "numbers" or "text". Anything but text is said only
        if it holds for 19 of 20 values.

    Examples
    --------
    >>> looks_like(pa.array(["370203001001001", "370203001001002"]))
    '15-digit codes'
    """
    text = pc.utf8_trim_whitespace(values.cast(pa.string())).drop_null()
    text = text.filter(pc.invert(pc.is_in(text, pa.array(sorted(MISSING_TEXTS)))))[:_SAMPLE]
    if not len(text):
        return "nothing"
    is_number = _readable(text, Field("a", Type.FLOAT, "", "", unit="1"))
    # An Excel day serial is a plain number too, so a date has to be written as one.
    is_date = _readable(text, Field("a", Type.DATE, "", "")) & (~is_number | _is_packed(text))
    if is_date.mean() >= _ALMOST_ALL:
        return "dates"
    digits = [len(t) for t in text.to_pylist() if t.isdecimal()]
    same = max(sorted(set(digits)), key=digits.count, default=0)
    if same >= _SHORTEST_CODE and digits.count(same) >= _ALMOST_ALL * len(text):
        return f"{same}-digit codes"
    return "numbers" if is_number.mean() >= _ALMOST_ALL else "text"


def _is_packed(text: pa.Array) -> np.ndarray:
    """Whether a text has the digits of a packed date, 20261101 or longer."""
    packed = pc.match_substring_regex(text, r"\A\d{8,}\z")
    return np.asarray(packed.to_numpy(zero_copy_only=False))


def _readable(text: pa.Array, field: Field) -> np.ndarray:
    _, bad = convert_column(field, text, time_zone="UTC")
    return ~bad
