"""The names that a kind declares, refuses and drops, beside those of a source's header."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from types import MappingProxyType

from blockdata.records.convert import fold, unit_names
from blockdata.records.dbf_names import cut_names, encodings_of_cut_names
from blockdata.records.field import Field, Kind

__all__ = ["COORDINATES", "HeaderNames", "bare_name", "names_by_target", "special_names"]

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

_BRACKETS = str.maketrans("[]【】〔〕{}", "()()()()")
_ASIDES = re.compile(r"\([^()]*\)|\*")
_BROKEN = "\ufffd"
"""What is left of a character that a DBF file has cut in two."""

_NUMBER = re.compile(r"_[0-9]+\Z")
"""What readers and writers put behind the second of two names that are alike once they are cut."""


def _key(column: str) -> str:
    """Return a column name as names are compared."""
    folded = fold(column).rstrip(_BROKEN)
    return "".join(folded.translate(_BRACKETS).casefold().split())


def _unnumbered(column: str) -> str:
    return _NUMBER.sub("", column.rstrip(_BROKEN))


def bare_name(column: str) -> str:
    """Return a column name as names are compared, without remarks: 姓名（必填）* is 姓名.

    Examples
    --------
    >>> bare_name("*姓 名（必填）")
    '姓名'
    """
    return _ASIDES.sub("", _key(column))


def _field_keys(field: Field) -> tuple[str, ...]:
    names = [_key(name) for name in field.source_names]
    with_unit = [f"{n}({_key(u)})" for n in names for u in unit_names(field)]
    return (*names, *with_unit)


def special_names(kind: Kind) -> tuple[str, ...]:
    """Return the coordinates that a source of the kind may carry and that are no fields of it."""
    if kind.geometry is None:
        return ()
    own = {f.name for f in kind.fields}
    return tuple(s for s in COORDINATES if s not in own)


def names_by_target(kind: Kind) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each field and coordinate with its names as compared, own name first."""
    for field in kind.fields:
        yield field.name, _field_keys(field)
    for special in special_names(kind):
        yield special, COORDINATES[special]


class HeaderNames:
    """The column names of a source, whole or cut to what a DBF file holds.

    Parameters
    ----------
    kind : Kind
        Whose names are looked for.
    header : sequence of str
    """

    def __init__(self, kind: Kind, header: Sequence[str]) -> None:
        self.kind = kind
        self._header = tuple(header)
        self._columns = {_key(c): c for c in reversed(header)}
        self._encodings = encodings_of_cut_names([_unnumbered(c) for c in header])
        self._owners = {key: f.name for f in kind.fields for key in _field_keys(f)}
        own = self._owners
        twins = {_key(_unnumbered(c)) for c in header if _NUMBER.search(c)}
        left_out = {**kind.dropped, **kind.refused}
        refused = {_key(c): reason for c, reason in kind.refused.items()}
        whole = {_key(c): reason for c, reason in left_out.items()}
        self._forbidden = {k: r for k, r in whole.items() if k not in own} | refused
        self._forbidden_cut = {
            key: reason
            for name, reason in left_out.items()
            for key in self._cut_keys(name)
            # Of two columns that are alike once cut, nobody knows which is the declared one.
            if key not in own or key in twins
        }

    def _cut_keys(self, name: str) -> list[str]:
        return [_key(cut) for cut in cut_names(name, self._encodings)]

    def find(self, targets: Mapping[str, str]) -> dict[str, str]:
        """Return the column for each name that the header has, whole or cut.

        Parameters
        ----------
        targets : mapping of name to what it stands for
            A cut name that could be two names is neither, unless both stand for the same.

        Returns
        -------
        dict of name to column
            In the order of `targets`; a column stands for one name.
        """
        found = {n: self._columns[_key(n)] for n in targets if _key(n) in self._columns}
        taken = set(found.values())
        by_cut: dict[str, list[str]] = defaultdict(list)
        for name in targets:
            for key in self._cut_keys(name) if name not in found else ():
                if self._columns.get(key, None) not in (None, *taken):
                    by_cut[key].append(name)
        for key, names in by_cut.items():
            if len({targets[n] for n in names}) == 1:
                found[names[0]] = self._columns[key]
        return {name: found[name] for name in targets if name in found}

    def reason_against(self, column: str, target: str) -> str | None:
        """Return why a column that the configuration names must not become a field.

        A cut name that may be one of the field's own is what the configuration says it is.
        """
        for key in self._keys(column):
            if reason := self._reason_of_whole(key):
                return reason
            owners = {*self._cut_owners.get(key, ()), self._owners.get(key)}
            if key in self._forbidden_cut and target not in owners:
                return self._forbidden_cut[key]
        return None

    def left_out(self, settled: Set[str]) -> dict[str, str]:
        """Return the columns that must not be held, with the reason, but for those settled."""
        reasons = {c: self._reason_against(c) for c in self._header if c not in settled}
        return {column: reason for column, reason in reasons.items() if reason}

    def _keys(self, column: str) -> tuple[str, ...]:
        """Return the name as compared, and without its number unless it is declared so."""
        key = _key(column)
        return (key,) if key in self._owners else (key, _key(_unnumbered(column)))

    def _reason_against(self, column: str) -> str | None:
        keys = self._keys(column)
        reasons = (self._reason_of_whole(k) or self._forbidden_cut.get(k) for k in keys)
        return next((reason for reason in reasons if reason), None)

    def _reason_of_whole(self, key: str) -> str | None:
        return self._forbidden.get(key) or self._forbidden.get(_ASIDES.sub("", key))

    def declared(self, taken: Set[str], settled: Set[str]) -> dict[str, str]:
        """Return the column for each field and coordinate whose name the header has.

        Parameters
        ----------
        taken : set of str
            Fields and coordinates that have a column already.
        settled : set of str
            Columns that are spoken for.
        """
        free = {k: c for k, c in self._columns.items() if c not in settled}
        found: dict[str, str] = {}
        for target, names in names_by_target(self.kind):
            name = next((n for n in names if n in free), None)
            if target not in taken and name is not None:
                found[target] = free.pop(name)
        for key, owners in self._cut_owners.items():
            if len(owners) == 1 and key in free:
                [target] = owners
                if target not in taken and target not in found:
                    found[target] = free.pop(key)
        return found

    @cached_property
    def _cut_owners(self) -> dict[str, set[str]]:
        """Return the fields that have a name which a DBF file cuts to a key."""
        owners: dict[str, set[str]] = defaultdict(set)
        for field in self.kind.fields:
            for name in field.source_names:
                for key in self._cut_keys(name):
                    owners[key].add(field.name)
        return owners
