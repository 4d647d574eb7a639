"""Which column of a source carries which field: overrides first, then declared names, exactly."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from blockdata.errors import ConfigError, PrivacyError, SourceError
from blockdata.records.column_names import (
    HeaderNames,
    bare_name,
    names_by_target,
    special_names,
)
from blockdata.records.field import Kind

LEFT_OUT = "left out by the configuration"
LEFT_OUT_BY_PROFILE = "left out by the profile"
CARRIED = "another column of the profile carries its field"

NO_PROFILE: Mapping[str, str] = MappingProxyType({})


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


def map_columns(
    kind: Kind,
    header: Sequence[str],
    overrides: Mapping[str, str],
    profile: Mapping[str, str] = NO_PROFILE,
) -> ColumnMap:
    """Find the field for each column of a source.

    Names are compared without regard to case, white space, full or half width and the form of
    brackets; a number's column may carry the field's own unit in brackets, and no other unit.
    Precedence: overrides, the profile, then a field's own name, its labels and aliases in
    declared order. A refused column is never mapped; a dropped one only if a field declares that
    very name.

    Where a header can come from a DBF file, a name may be cut to ten bytes in UTF-8 or GBK: it
    stands for the field whose declared name begins with it, if only one field has such a name
    and no refused or dropped name begins with it.

    Parameters
    ----------
    kind : Kind
    header : sequence of str
        Column names of the source.
    overrides : mapping of source column to field name
        From the configuration; a coordinate ("x", "lon", "wkt", ...) may stand for a field, and
        "" leaves the column out.
    profile : mapping of source column to field name, optional
        From a profile. Its columns may be missing, and several may name one field: the first
        that is there carries it and the others are left out. Here "" leaves a column out that no
        field takes.

    Returns
    -------
    ColumnMap

    Raises
    ------
    PrivacyError
        If an override or the profile maps a column that must not be held.
    ConfigError
        If one of them names no field of the kind, or an override a field that another has.
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
    >>> map_columns(Catalogue().kind("component"), ["标识码", "所在单元网"], {}).mapped
    {'code': '标识码', 'unit_grid_code': '所在单元网'}
    """
    names = HeaderNames(kind, header)
    _check_targets(names, overrides)
    _check_targets(names, profile)
    _refuse_shared(kind, overrides)
    told = names.find(overrides)
    chosen = {overrides[name]: column for name, column in told.items() if overrides[name]}
    dropped = {column: LEFT_OUT for name, column in told.items() if not overrides[name]}
    dropped |= names.left_out(set(told.values()))
    of_profile = names.find(profile)
    _take_profile(of_profile, profile, chosen, dropped)
    chosen |= names.declared(set(chosen), {*chosen.values(), *dropped})
    left = {c for n, c in of_profile.items() if not profile[n] and c not in chosen.values()}
    dropped = dict.fromkeys(left, LEFT_OUT_BY_PROFILE) | dropped
    _refuse_twins(header, chosen)
    settled = {*chosen.values(), *dropped}
    return ColumnMap(
        mapped={f.name: chosen[f.name] for f in kind.fields if f.name in chosen},
        unmapped=tuple(c for c in header if c not in settled),
        dropped={c: dropped[c] for c in header if c in dropped},
        special={s: chosen[s] for s in special_names(kind) if s in chosen},
        absent=tuple(name for name in overrides if name not in told),
    )


def _take_profile(
    found: Mapping[str, str],
    profile: Mapping[str, str],
    chosen: dict[str, str],
    dropped: dict[str, str],
) -> None:
    """Add what a profile maps of the columns that nothing has been said of yet."""
    for name, column in found.items():
        target = profile[name]
        if not target or column in dropped or column in chosen.values():
            continue
        if target in chosen:
            dropped[column] = CARRIED
        else:
            chosen[target] = column


def _check_targets(names: HeaderNames, targets: Mapping[str, str]) -> None:
    """Refuse to map what must not be held, and onto what is no field."""
    kind = names.kind
    allowed = (*(f.name for f in kind.fields), *special_names(kind))
    for column, target in targets.items():
        reason = names.reason_against(column, target) if target else None
        if reason:
            raise PrivacyError(
                f"this column cannot become {target!r}: {reason}",
                where=_where(kind, column),
                allowed=f"'' to leave it out, or other columns for {', '.join(allowed)}",
                next_step="Remove it from the configuration.",
            )
        if target and target not in allowed:
            raise ConfigError(
                f"no field {target!r}", where=_where(kind, column), allowed=", ".join(allowed)
            )


def _refuse_shared(kind: Kind, overrides: Mapping[str, str]) -> None:
    """Refuse overrides of which two map onto the same field."""
    taken: set[str] = set()
    for column, target in overrides.items():
        if target in taken:
            raise ConfigError(
                f"another column is mapped to {target!r} too",
                where=_where(kind, column),
                allowed="one of them",
            )
        taken |= {target} - {""}


def _where(kind: Kind, column: str) -> str:
    return f"columns of {kind.name!r}, {column!r}"


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
    names = HeaderNames(kind, [column])
    if names.left_out(set()):
        return []
    owners = {name: target for target, keys in names_by_target(kind) for name in keys}
    close = difflib.get_close_matches(bare_name(column), list(owners), n=6, cutoff=0.6)
    return list(dict.fromkeys(owners[name] for name in close))[:3]
