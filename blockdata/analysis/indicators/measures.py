"""Measures: what is counted or summed per cell and month, each declared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError, PrivacyError

__all__ = ["FIGURES", "TIMINGS", "Measure", "parse_measure"]

Flags = npt.NDArray[np.bool_]

TIMINGS = ("events", "standing", "now", "constant")
"""What happened in a month; what stood on its last day; what is known of the last day alone; what
is known once and taken for every month."""

FIGURES = MappingProxyType(
    {
        "people": ("person",),
        "area": ("grid",),
        "street_length": ("street",),
        "camera_coverage": ("camera",),
        "hotspot": ("incident",),
        "chronic": ("incident",),
    }
)
"""Subjects that come counted by cell, and the inputs they are made of."""

_CASES = MappingProxyType(
    {"case": ("incident",), "void_case": ("incident",), "episode": ("incident",)}
)
"""Subjects that are made of several tables, and their inputs."""

_BOUNDS = {"ge": np.greater_equal, "gt": np.greater, "le": np.less_equal, "lt": np.less}


@dataclass(frozen=True)
class Measure:
    """One measure of the base.

    Parameters
    ----------
    id : str
        The name by which formulas call it.
    zh, en : str
        What it is.
    unit : str
        "1" for a count.
    subject : str
        A record kind, one of `FIGURES`, or "case", "void_case" or "episode".
    timing : str
        One of `TIMINGS`.
    when : str
        Of events: the column with the local day on which they count.
    begins, ends : str
        Of what stands: the columns with its first day, and the first on which it is gone.
    where : mapping of column to condition
        A list of values that are meant, ``{known = true}``, or bounds ``{ge, gt, le, lt}``; all
        must hold. A missing value meets none but ``{known = false}``.
    sum : str
        The column that is added up; empty: rows are counted. A missing value adds nothing.
    needs : tuple of str
        Further inputs that must be there for it to be known.

    Examples
    --------
    >>> parse_measure("lamps", {"zh": "路灯", "en": "Lamps", "subject": "component",
    ...     "timing": "standing", "where": {"name": ["路灯"]}}).inputs
    ('component',)
    """

    id: str
    zh: str
    en: str
    subject: str
    timing: str
    unit: str = "1"
    when: str = ""
    begins: str = "valid_from"
    ends: str = "valid_to"
    where: Mapping[str, Any] = field(default_factory=dict)
    sum: str = ""
    needs: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Kinds and result tables without which it is not known."""
        own = FIGURES.get(self.subject) or _CASES.get(self.subject) or (self.subject,)
        return tuple(sorted({*own, *self.needs}))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the subject that it looks at, those of its timing left out."""
        return tuple(sorted({*self.where, *([self.sum] if self.sum else [])}))

    @property
    def dates(self) -> tuple[str, ...]:
        """Columns with the days by which it counts: one of events, two of what stands."""
        if self.timing == "events":
            return (self.when,)
        return (self.begins, self.ends) if self.timing == "standing" else ()

    def chosen(self, rows: pd.DataFrame) -> Flags:
        """Tell which rows of its subject it means.

        Parameters
        ----------
        rows : DataFrame
            With its `columns`.

        Returns
        -------
        ndarray of bool

        Examples
        --------
        >>> old = parse_measure("old", {"zh": "老旧", "en": "Old", "subject": "building",
        ...     "timing": "standing", "where": {"built_year": {"le": 2000}}})
        >>> old.chosen(pd.DataFrame({"built_year": [1998, None, 2010]})).tolist()
        [True, False, False]
        """
        flags = np.ones(len(rows), dtype=np.bool_)
        for column, condition in self.where.items():
            flags &= _meets(rows[column], condition)
        return flags

    def weights(self, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Return what each row adds: its value of `sum`, else 1; 0 where it is not meant."""
        meant = self.chosen(rows)
        if not self.sum:
            return meant.astype(np.float64)
        given = rows[self.sum].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(meant & ~np.isnan(given), given, 0.0)


def _meets(values: pd.Series, condition: Any) -> Flags:
    if isinstance(condition, tuple):
        among: Flags = values.isin(list(condition)).to_numpy(dtype=np.bool_)
        return among
    if "known" in condition:
        known: Flags = values.notna().to_numpy(dtype=np.bool_)
        wanted: Flags = known if condition["known"] else ~known
        return wanted
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    flags: Flags = ~np.isnan(numbers)
    for name, bound in condition.items():
        flags &= _BOUNDS[name](numbers, bound)
    return flags


def parse_measure(name: str, raw: Mapping[str, Any]) -> Measure:
    """Read one measure of a registry.

    Parameters
    ----------
    name : str
        Its id.
    raw : mapping
        The keys of `Measure`.

    Returns
    -------
    Measure

    Raises
    ------
    ConfigError
        If a key is missing, unknown or has no allowed value.
    PrivacyError
        If it would count persons themselves: people are figures of atoms.

    Examples
    --------
    >>> parse_measure("residents", {"zh": "人", "en": "P", "subject": "person",
    ...     "timing": "standing"})
    Traceback (most recent call last):
    ...
    blockdata.errors.PrivacyError: measure 'residents': people are not counted row by row; \
allowed: the measure people, which is a sum of atoms
    """
    where = f"measure {name!r}"
    known = set(Measure.__dataclass_fields__) - {"id"}
    lacking = {"zh", "en", "subject", "timing"} - set(raw)
    if lacking or set(raw) - known:
        raise ConfigError(
            f"keys lacking: {', '.join(sorted(lacking)) or 'none'}; "
            f"unknown: {', '.join(sorted(set(raw) - known)) or 'none'}",
            where=where,
            allowed=", ".join(sorted(known)),
        )
    if raw["subject"] == "person":
        raise PrivacyError(
            "people are not counted row by row",
            where=where,
            allowed="the measure people, which is a sum of atoms",
        )
    _check_timing(where, raw)
    conditions = {c: _condition(f"{where} {c}", v) for c, v in raw.get("where", {}).items()}
    return Measure(
        **{
            **raw,
            "id": name,
            "where": MappingProxyType(conditions),
            "needs": tuple(raw.get("needs", ())),
        }
    )


def _check_timing(where: str, raw: Mapping[str, Any]) -> None:
    timing, figure = raw["timing"], raw["subject"] in FIGURES
    if timing not in TIMINGS:
        raise ConfigError(f"unknown timing {timing!r}", where=where, allowed=", ".join(TIMINGS))
    if figure != (timing in ("now", "constant")) or (figure and not raw.get("sum")):
        raise ConfigError(
            f"timing {timing!r} of {raw['subject']!r}",
            where=where,
            allowed="now or constant, with a column to sum, for figures that come counted "
            f"({', '.join(FIGURES)}); events or standing for all else",
        )
    if (timing == "events") != bool(raw.get("when")):
        raise ConfigError("events need `when`, and they alone", where=where)


def _condition(where: str, raw: Any) -> Any:
    if isinstance(raw, list | tuple) and raw:
        return tuple(raw)
    if isinstance(raw, Mapping):
        keys = set(raw)
        if keys == {"known"} and isinstance(raw["known"], bool):
            return dict(raw)
        numbers = all(type(v) in (int, float) for v in raw.values())
        if keys and keys <= set(_BOUNDS) and numbers:
            return dict(raw)
    raise ConfigError(
        "no condition",
        where=where,
        allowed="a list of values, {known = true}, or numbers for ge, gt, le, lt",
    )
