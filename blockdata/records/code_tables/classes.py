"""Which class an id or a code speaks of, and what can be said about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from blockdata.records.code_tables.names import compared, spellings
from blockdata.records.code_tables.tables import (
    CJT_214_2007,
    COMPONENT,
    GBT_30428_2_2013,
    GBT_47678_5_2026,
    MATTER,
    SCHEMES,
    CodeTable,
    code_table,
    entry_of,
)
from blockdata.records.convert import fold

__all__ = [
    "InstanceClass",
    "Standing",
    "class_of_component",
    "class_of_matter",
    "scheme_named",
    "standing",
]

_COUNTY_DIGITS = 6
_EDITIONS_BY_LENGTH = MappingProxyType(
    {16: (CJT_214_2007, GBT_30428_2_2013), 17: (GBT_47678_5_2026,)}
)
"""Length of a component's id, and the editions that give out such ids."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


class Standing(StrEnum):
    """What an edition says about a code."""

    NATIONAL = "national"
    """It lists it."""
    LOCAL = "local"
    """It is one of the numbers that cities give themselves."""
    UNLISTED = "unlisted"
    """It is not in the table, which is known in part: nothing can be said."""
    UNKNOWN = "unknown"
    """It is not in the table, which is known whole."""
    OTHER = "other"
    """The scheme is no national edition."""


class InstanceClass(NamedTuple):
    """The class of one thing; the scheme is None where it cannot be told."""

    scheme: str | None
    code: str


def standing(
    scheme: str, kind: str, code: str, local_minors_from: Mapping[str, str] | None = None
) -> Standing:
    """Tell how a code stands to an edition.

    Parameters
    ----------
    scheme : str
    kind : "component" or "matter"
    code : str
    local_minors_from : mapping of scheme to str, optional
        First minor number of the city's own, where it differs from the table's.

    Examples
    --------
    >>> standing("GB/T 47678.5-2026", "component", "01037").value
    'national'
    >>> standing("GB/T 47678.5-2026", "component", "01998").value
    'local'
    >>> standing("CJ/T 214-2007", "component", "0199").value
    'unknown'
    """
    if scheme not in SCHEMES:
        return Standing.OTHER
    table = code_table(scheme, kind)
    if code in table.entries:
        return Standing.NATIONAL
    if len(code) != table.digits or not (code.isascii() and code.isdecimal()):
        return Standing.UNKNOWN
    if _is_local(table, code, (local_minors_from or {}).get(scheme)):
        return Standing.LOCAL
    can_be_listed = table.partial and code[:2] in table.majors
    return Standing.UNLISTED if can_be_listed else Standing.UNKNOWN


def _is_local(table: CodeTable, code: str, minors_from: str | None) -> bool:
    major, minor = code[:2], code[2:]
    first_minor = minors_from or table.local_minors_from
    if first_minor is not None and major in table.majors:
        return minor >= first_minor
    return table.local_majors_from is not None and major >= table.local_majors_from


def scheme_named(text: str) -> str | None:
    """Return the national edition that a text names, or None.

    Blanks, the form of the dash and the width of letters make no difference.

    Examples
    --------
    >>> scheme_named("ＧＢ／Ｔ30428.2—2013")
    'GB/T 30428.2-2013'
    """
    return _schemes_by_spelling().get(_spelt(text))


def _spelt(text: str) -> str:
    return "".join(fold(text).translate(_DASHES).casefold().split())


@cache
def _schemes_by_spelling() -> Mapping[str, str]:
    return {_spelt(scheme): scheme for scheme in SCHEMES}


def class_of_component(
    identifier: str, *, scheme: str | None = None, name: str | None = None
) -> InstanceClass | None:
    """Return the class that stands in a component's id: 6 digits of the county, then the class.

    Parameters
    ----------
    identifier : str
        16 characters before 2026, 17 since.
    scheme : str, optional
        As its source states it; tells how many digits a class has.
    name : str, optional
        Name of the component, to tell 2007 from 2013 where the digits fit both.

    Returns
    -------
    InstanceClass or None
        None if the id has another length. Without a stated scheme, 17 characters are of 2026;
        16 are of 2007 or 2013 where only one of them has the class, or only one has it by that
        name, and of neither for certain elsewhere.

    Examples
    --------
    >>> class_of_component("99010201037000001")
    InstanceClass(scheme='GB/T 47678.5-2026', code='01037')
    >>> class_of_component("9901020118000001", name="路灯")
    InstanceClass(scheme='CJ/T 214-2007', code='0118')
    >>> class_of_component("9901020101000001", name="上水井盖")
    InstanceClass(scheme=None, code='0101')
    """
    editions = _EDITIONS_BY_LENGTH.get(len(identifier))
    if editions is None:
        return None
    # A draft of 2026 had ids of 16, so what the source states goes before the length.
    stated = scheme in SCHEMES
    digits = code_table(str(scheme) if stated else editions[0], COMPONENT).digits
    code = identifier[_COUNTY_DIGITS : _COUNTY_DIGITS + digits]
    return InstanceClass(scheme or _told_edition(editions, code, name), code)


def class_of_matter(code: str, scheme: str) -> str:
    """Return the class in a matter's code, which may have the county's six digits in front.

    Parameters
    ----------
    code : str
    scheme : str
        The code of another scheme than a national edition is its class.

    Examples
    --------
    >>> class_of_matter("99010206010", "GB/T 47678.5-2026")
    '06010'
    """
    digits = code_table(scheme, MATTER).digits if scheme in SCHEMES else 0
    return code[_COUNTY_DIGITS:] if len(code) == _COUNTY_DIGITS + digits and digits else code


def _told_edition(editions: tuple[str, ...], code: str, name: str | None) -> str | None:
    """Return the edition that a component's class belongs to, of those that it can belong to."""
    if len(editions) == 1:
        return editions[0]
    can_be = {s: standing(s, COMPONENT, code) for s in editions}
    can_be = {s: found for s, found in can_be.items() if found is not Standing.UNKNOWN}
    if len(can_be) == 1:
        [(scheme, found)] = can_be.items()
        return None if found is Standing.UNLISTED else scheme
    named = [scheme for scheme in can_be if name and _is_called(scheme, code, name)]
    return named[0] if len(named) == 1 else None


def _is_called(scheme: str, code: str, name: str) -> bool:
    entry = entry_of(scheme, COMPONENT, code)
    return entry is not None and compared(name) in spellings(entry.name)
