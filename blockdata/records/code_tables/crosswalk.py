"""What became of a class in the next edition. Every answer is inferred; none was published."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from blockdata.errors import DeclarationError
from blockdata.records.code_tables.names import compared, entries_named, spellings
from blockdata.records.code_tables.tables import (
    CJT_214_2007,
    GBT_30428_2_2013,
    GBT_47678_5_2026,
    KINDS,
    CodeEntry,
    code_table,
    entry_of,
)

__all__ = ["Agreement", "Crossing", "Rule", "crossing", "crosswalk"]

Rule = Literal["digits", "listed", "name", "none"]
"""How a successor was inferred: by the rule of digits, from a list of exceptions, by an equal name
alone, or found not to exist."""

Agreement = Literal["same", "alternative", "different", "unlisted"]
"""Whether the names agree: equal, one an alternative of the other, or not; unlisted where the old
name is not known."""

_FOLLOWED = (CJT_214_2007, GBT_30428_2_2013)


@dataclass(frozen=True, slots=True)
class Crossing:
    """What became of one class in the next edition.

    Parameters
    ----------
    scheme, kind, code : str
        The old class.
    target : CodeEntry or None
        The new class; None where there is none.
    rule : {"digits", "listed", "name", "none"}
    agreement : {"same", "alternative", "different", "unlisted"} or None
        Whether the names agree; None without a target.
    changed : str
        How the new class means something else; empty where nothing is known of it.
    inferred : bool
        Always true: concluded by us from digits and names, not published.
    """

    scheme: str
    kind: str
    code: str
    target: CodeEntry | None
    rule: Rule
    agreement: Agreement | None = None
    changed: str = ""
    inferred: bool = True


def crossing(scheme: str, kind: str, code: str) -> Crossing:
    """Return what became of a class in the next edition.

    Classes of 2013 go to 2026 by their digits, with exceptions; their table is known in part,
    so a class that it does not list is carried over too. Classes of 2007 go to 2013 by an equal
    name alone, since their digits do not agree.

    Parameters
    ----------
    scheme : str
        "CJ/T 214-2007" or "GB/T 30428.2-2013".
    kind : "component" or "matter"
    code : str

    Raises
    ------
    DeclarationError
        If the scheme has no table of that kind, or no edition follows it.

    Examples
    --------
    >>> found = crossing("GB/T 30428.2-2013", "matter", "0128")
    >>> found.target.code, found.target.name, found.agreement, found.changed
    ('06028', '噪声扰民', 'different', 'wider: all noise, not of shops alone')
    >>> crossing("CJ/T 214-2007", "component", "0118").target.code
    '0137'
    """
    if scheme not in _FOLLOWED or kind not in KINDS:
        raise DeclarationError(
            f"no crosswalk leads on from {kind!r} classes of {scheme!r}",
            allowed=f"{', '.join(KINDS)} of {', '.join(_FOLLOWED)}",
        )
    return _by_name(kind, code) if scheme == CJT_214_2007 else _by_digits(kind, code)


def crosswalk(scheme: str, kind: str) -> tuple[Crossing, ...]:
    """Return what became of every listed class of an edition, in the order of codes.

    Examples
    --------
    >>> sum(c.target is None for c in crosswalk("GB/T 30428.2-2013", "component"))
    1
    """
    return tuple(crossing(scheme, kind, entry.code) for entry in code_table(scheme, kind))


def _by_digits(kind: str, code: str) -> Crossing:
    listed, target = _code_of_2026(kind, code)
    found = entry_of(GBT_47678_5_2026, kind, target) if target else None
    if found is None:
        return Crossing(GBT_30428_2_2013, kind, code, None, "none")
    return Crossing(
        GBT_30428_2_2013,
        kind,
        code,
        found,
        "listed" if listed else "digits",
        _agreement(entry_of(GBT_30428_2_2013, kind, code), found),
        _rules()[kind]["changed"].get(code, ""),
    )


def _code_of_2026(kind: str, code: str) -> tuple[bool, str | None]:
    """Return whether an exception is listed for a code of 2013, and the new code, if any."""
    rules = _rules()[kind]
    if code in rules["codes"] or code in rules["none"]:
        return True, rules["codes"].get(code)
    major = rules["majors"].get(code[:2])
    return False, f"{major}0{code[2:]}" if major else None


def _by_name(kind: str, code: str) -> Crossing:
    old = entry_of(CJT_214_2007, kind, code)
    named = entries_named(old.name, scheme=GBT_30428_2_2013, kind=kind) if old else ()
    exact = [e for e in named if old and compared(e.name) == compared(old.name)]
    if len(exact) != 1:
        return Crossing(CJT_214_2007, kind, code, None, "none")
    return Crossing(CJT_214_2007, kind, code, exact[0], "name", "same")


def _agreement(old: CodeEntry | None, new: CodeEntry) -> Agreement:
    if old is None:
        return "unlisted"
    if compared(old.name) == compared(new.name):
        return "same"
    shared = set(spellings(old.name)) & set(spellings(new.name))
    return "alternative" if shared else "different"


@cache
def _rules() -> Mapping[str, Any]:
    text = files(__package__).joinpath("crosswalk.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
