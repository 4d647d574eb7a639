"""The national tables as they stand in this folder, one file per edition.

A class is known by scheme (edition), kind ("component" or "matter") and code; a bare code says
nothing: 0118 is a street lamp in 2007, and 01001 is a component and a matter in 2026. Codes are
text.

References
----------
CJ/T 214-2007, GB/T 30428.2-2013, GB/T 47678.5-2026.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from blockdata.errors import DeclarationError
from blockdata.records.codes import Grade

__all__ = [
    "CJT_214_2007",
    "COMPONENT",
    "GBT_30428_2_2013",
    "GBT_47678_5_2026",
    "KINDS",
    "MATTER",
    "SCHEMES",
    "CodeEntry",
    "CodeTable",
    "code_table",
    "entry_of",
    "name_of",
]

CJT_214_2007 = "CJ/T 214-2007"
GBT_30428_2_2013 = "GB/T 30428.2-2013"
GBT_47678_5_2026 = "GB/T 47678.5-2026"

_FILES = MappingProxyType(
    {
        CJT_214_2007: "cjt_214_2007.toml",
        GBT_30428_2_2013: "gbt_30428_2_2013.toml",
        GBT_47678_5_2026: "gbt_47678_5_2026.toml",
    }
)
SCHEMES = tuple(_FILES)
"""Editions, the oldest first."""

COMPONENT, MATTER = KINDS = ("component", "matter")
"""Kinds of classes; what editions before 2026 call an event (事件) is a matter."""

_MAJOR_DIGITS = 2


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One class of one edition.

    Parameters
    ----------
    scheme, kind, code : str
        Its key.
    name : str
    major : str
        Name of the major class.
    grade : "A", "B" or "C"
        Evidence for the entry.
    """

    scheme: str
    kind: str
    code: str
    name: str
    major: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class CodeTable:
    """All known classes of one kind in one edition.

    Parameters
    ----------
    scheme, kind : str
    grade : "A", "B" or "C"
    partial : bool
        Only classes that were seen in use are known, so one that is missing cannot be judged.
    minor_digits : int
        Digits after the two of the major class.
    majors : mapping of code to name
    entries : mapping of code to CodeEntry
        In the order of codes.
    local_majors_from, local_minors_from : str, optional
        First major or minor number that is a city's own, where the edition leaves room for them.
    local_grade : "A", "B" or "C"
        Evidence for where the city's own numbers begin.
    """

    scheme: str
    kind: str
    grade: Grade
    partial: bool
    minor_digits: int
    majors: Mapping[str, str]
    entries: Mapping[str, CodeEntry]
    local_majors_from: str | None = None
    local_minors_from: str | None = None
    local_grade: Grade = "C"

    def __iter__(self) -> Iterator[CodeEntry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def digits(self) -> int:
        """Digits of a class code."""
        return _MAJOR_DIGITS + self.minor_digits


def code_table(scheme: str, kind: str) -> CodeTable:
    """Return the table of one edition and kind.

    Parameters
    ----------
    scheme : str
        One of `SCHEMES`.
    kind : "component" or "matter"

    Raises
    ------
    DeclarationError
        If there is no such table.

    Examples
    --------
    >>> table = code_table("GB/T 47678.5-2026", "component")
    >>> len(table), table.majors["04"], table.partial
    (153, '园林绿化设施', False)
    """
    try:
        return _tables(scheme)[kind]
    except KeyError as error:
        raise DeclarationError(
            f"there is no table of {kind!r} classes in {scheme!r}",
            allowed=f"{', '.join(KINDS)} of {', '.join(SCHEMES)}",
        ) from error


def entry_of(scheme: str, kind: str, code: str) -> CodeEntry | None:
    """Return the class with a code, or None where the edition lists none.

    Parameters
    ----------
    scheme : str
        Any text; a scheme that is no national edition has no entries here.
    kind : "component" or "matter"
    code : str

    Examples
    --------
    >>> entry_of("CJ/T 214-2007", "component", "0118").name
    '路灯'
    >>> entry_of("a city's own", "component", "0118") is None
    True
    """
    return code_table(scheme, kind).entries.get(code) if scheme in _FILES else None


def name_of(scheme: str, kind: str, code: str) -> str | None:
    """Return the name of a class, or None where the edition lists none.

    Examples
    --------
    >>> name_of("GB/T 47678.5-2026", "matter", "01001")
    '供水井盖异常'
    """
    found = entry_of(scheme, kind, code)
    return found.name if found else None


@cache
def _tables(scheme: str) -> Mapping[str, CodeTable]:
    text = files(__package__).joinpath(_FILES[scheme]).read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    tables: dict[str, CodeTable] = {}
    for kind in KINDS:
        tables[kind] = _table(raw["scheme"], kind, raw["minor_digits"], raw[kind], tables)
    return MappingProxyType(tables)


def _table(
    scheme: str, kind: str, minor_digits: int, raw: dict[str, Any], others: Mapping[str, CodeTable]
) -> CodeTable:
    majors, minors = _mirrored(raw, others)
    majors |= raw["majors"]
    minors |= raw["minors"]
    entries = {
        code: CodeEntry(scheme, kind, code, name, majors[code[:_MAJOR_DIGITS]], raw["grade"])
        for code, name in sorted(minors.items())
    }
    return CodeTable(
        scheme,
        kind,
        raw["grade"],
        raw["partial"],
        minor_digits,
        MappingProxyType(majors),
        MappingProxyType(entries),
        raw.get("local_majors_from"),
        raw.get("local_minors_from"),
        raw["local_grade"],
    )


def _mirrored(
    raw: dict[str, Any], others: Mapping[str, CodeTable]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return majors and minors that repeat another table's under other names."""
    if "mirrors" not in raw:
        return {}, {}
    of = others[raw["mirrors"]]
    majors = {code: name + raw["mirrored_major_suffix"] for code, name in of.majors.items()}
    return majors, {e.code: e.name + raw["mirrored_minor_suffix"] for e in of}
