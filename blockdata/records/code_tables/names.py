"""Finding classes by name: exactly first, then by the alternatives that a name has in brackets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from blockdata.records.code_tables.tables import (
    COMPONENT,
    KINDS,
    MATTER,
    SCHEMES,
    CodeEntry,
    code_table,
)
from blockdata.records.convert import fold

__all__ = ["compared", "entries_named", "names_of_classes", "national_entry", "spellings"]

_BRACKETED = re.compile(r"(?P<before>[^()]*)\((?P<inside>[^()]*)\)(?P<after>[^()]*)")


def compared(name: str) -> str:
    """Return a name as names are compared: half width, lower case, no blanks.

    Examples
    --------
    >>> compared("垃圾箱（果皮箱、 桶）")
    '垃圾箱(果皮箱、桶)'
    """
    return "".join(fold(name).casefold().split())


def spellings(name: str) -> tuple[str, ...]:
    """Return the ways to read a name, as compared.

    A name may offer alternatives in brackets: each stands for as many characters before the
    bracket as it has itself, and the name may be read without them.

    Examples
    --------
    >>> spellings("垃圾箱（果皮箱、桶）")
    ('垃圾箱(果皮箱、桶)', '垃圾箱', '果皮箱', '垃圾桶')
    >>> spellings("车辆加油（气、电）站")[1:]
    ('车辆加油站', '车辆加气站', '车辆加电站')
    """
    whole = compared(name)
    parts = _BRACKETED.fullmatch(whole)
    if parts is None:
        return (whole,)
    before, after = parts["before"], parts["after"]
    others = (before[: -len(other)] + other + after for other in parts["inside"].split("、"))
    return tuple(dict.fromkeys((whole, before + after, *others)))


def entries_named(
    name: str, *, scheme: str | None = None, kind: str | None = None
) -> tuple[CodeEntry, ...]:
    """Return the classes that have a name.

    Parameters
    ----------
    name : str
        Compared without regard to width, case and blanks. A class of exactly this name goes
        before one that offers it as an alternative in brackets.
    scheme, kind : str, optional
        Only of this edition, or only components or matters.

    Returns
    -------
    tuple of CodeEntry
        The newest edition first, matters before components, then by code; empty if there is none.

    Examples
    --------
    >>> [(e.scheme, e.code) for e in entries_named("垃圾桶", kind="component")]
    [('GB/T 30428.2-2013', '0305')]
    """
    exact, alternative = _index()
    for index in (exact, alternative):
        found = tuple(
            e
            for e in index.get(compared(name), ())
            if scheme in (None, e.scheme) and kind in (None, e.kind)
        )
        if found:
            return found
    return ()


def national_entry(name: str) -> CodeEntry | None:
    """Return the one class that a name of incidents stands for, or None.

    An exact name goes before an alternative, a matter before a component, a newer edition before
    an older one. A name that several classes of one edition have (其他) stands for none.

    Examples
    --------
    >>> national_entry("占道经营").code
    '09006'
    >>> national_entry("其他") is None
    True
    """
    found = entries_named(name)
    for kind in (MATTER, COMPONENT):
        for scheme in reversed(SCHEMES):
            of_edition = [e for e in found if (e.kind, e.scheme) == (kind, scheme)]
            if of_edition:
                return of_edition[0] if len(of_edition) == 1 else None
    return None


@cache
def names_of_classes(kind: str) -> frozenset[str]:
    """Return every text by which some edition calls a class, as written and as compared.

    Examples
    --------
    >>> {"垃圾箱（果皮箱、桶）", "果皮箱"} <= names_of_classes("component")
    True
    """
    entries = [entry for scheme in SCHEMES for entry in code_table(scheme, kind)]
    return frozenset(text for e in entries for text in (e.name, *spellings(e.name)))


@cache
def _index() -> tuple[Mapping[str, list[CodeEntry]], Mapping[str, list[CodeEntry]]]:
    """Return classes by exact name, and by the further spellings."""
    exact: dict[str, list[CodeEntry]] = defaultdict(list)
    alternative: dict[str, list[CodeEntry]] = defaultdict(list)
    for scheme in reversed(SCHEMES):
        for kind in reversed(KINDS):
            for entry in code_table(scheme, kind):
                whole, *others = spellings(entry.name)
                exact[whole].append(entry)
                for other in others:
                    alternative[other].append(entry)
    return exact, alternative
