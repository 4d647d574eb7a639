"""The registry of indicators: what each one is, over what, how fresh, and when it alarms."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.analysis.indicators.formula import Formula, parse_formula
from blockdata.analysis.indicators.measures import FIGURES, Measure, parse_measure
from blockdata.errors import ConfigError
from blockdata.records import Catalogue, Held

__all__ = ["EVENT_INPUTS", "Indicator", "Registry", "load_registry", "shipped_registry"]

_SHIPPED = ("measures.toml", "cases.toml", "places.toml", "safety.toml", "data.toml")
_REQUIRED = frozenset(
    ("zh", "en", "group", "definition_zh", "definition_en", "formula", "unit", "fresh_days")
)
_OF_RATES = frozenset(("denominator_zh", "denominator_en"))
EVENT_INPUTS = frozenset(("incident", "incident_step", "case_limit"))
"""Inputs that tell what happens; all others are registers of what stands."""

_COMMON = frozenset(("address_id", "match_level", "x", "valid_from", "valid_to"))
"""Columns of every kind that may be asked for beside its own."""

_DERIVED = frozenset(("id", "parsed", "inputs"))
_FACTS = ("case", "void_case", "episode")


@dataclass(frozen=True)
class Indicator:
    """One indicator (体征指标).

    Parameters
    ----------
    id : str
    zh, en : str
        Its name.
    group : str
        What it is about: cases, components, housing, safety, cameras, places or data.
    definition_zh, definition_en : str
        What it says, in a sentence.
    formula : str
        See `parse_formula`.
    unit : str
        Of the value: "1", "%", "‰", "h", ...
    fresh_days : int
        How old the newest input may be at the end of the month: of what happens (`EVENT_INPUTS`),
        or of registers where it stands on these alone.
    register_days : int
        How old the registers may be that what happens is measured against.
    denominator_zh, denominator_en : str
        What it is divided by; empty for amounts.
    min_denominator : float
        A smaller denominator gives no value.
    yellow, red : float or None
        Thresholds; a value beyond red is red. None: no light.
    bad : str
        "above" or "below": on which side of a threshold it is bad.
    owner_zh, owner_en : str
        Who answers for it, usually.
    reference : str
        Where the definition comes from.
    parsed : Formula
    inputs : tuple of str
        Kinds and results that must be there, by its measures.

    Examples
    --------
    >>> shipped_registry().indicator("closing_on_time").formula
    'share(cases_closed_in_time, cases_due)'
    """

    id: str
    zh: str
    en: str
    group: str
    definition_zh: str
    definition_en: str
    formula: str
    unit: str
    fresh_days: int
    parsed: Formula
    inputs: tuple[str, ...]
    register_days: int = 400
    denominator_zh: str = ""
    denominator_en: str = ""
    min_denominator: float = 0.0
    yellow: float | None = None
    red: float | None = None
    bad: str = "above"
    owner_zh: str = ""
    owner_en: str = ""
    reference: str = ""

    def oldest_days(self, name: str) -> int:
        """Return how old an input may be at the end of a month.

        Examples
        --------
        >>> trading = shipped_registry().indicator("trading_per_km")
        >>> trading.oldest_days("incident"), trading.oldest_days("street")
        (7, 400)
        """
        against = name not in EVENT_INPUTS and not EVENT_INPUTS.isdisjoint(self.inputs)
        return self.register_days if against else self.fresh_days


@dataclass(frozen=True)
class Registry:
    """Indicators and the measures that they are made of.

    Parameters
    ----------
    indicators : mapping of id to Indicator
    measures : mapping of id to Measure

    Examples
    --------
    >>> len(shipped_registry().indicators) >= 40
    True
    """

    indicators: Mapping[str, Indicator]
    measures: Mapping[str, Measure]

    def indicator(self, name: str) -> Indicator:
        """Return one indicator.

        Raises
        ------
        ConfigError
            If there is none of the name.
        """
        if name not in self.indicators:
            raise ConfigError(
                f"no indicator {name!r}", where="indicators", allowed=", ".join(self.indicators)
            )
        return self.indicators[name]

    def measures_used(self) -> tuple[Measure, ...]:
        """Return the measures that some indicator names, in the registry's order."""
        named = {m for i in self.indicators.values() for m in i.parsed.measures}
        return tuple(m for m in self.measures.values() if m.id in named)

    def columns_of(self, subject: str) -> tuple[str, ...]:
        """Return the columns that the used measures look at in a subject, sorted."""
        own = [m for m in self.measures_used() if m.subject == subject]
        return tuple(sorted({c for m in own for c in (*m.columns, *m.dates)}))

    def subjects(self) -> tuple[str, ...]:
        """Return the subjects of the used measures, sorted."""
        return tuple(sorted({m.subject for m in self.measures_used()}))

    def check(self, catalogue: Catalogue) -> None:
        """Refuse measures of a kind or a field that the base does not have, or keeps closed.

        Parameters
        ----------
        catalogue : Catalogue

        Raises
        ------
        ConfigError
        """
        open_kinds = {k.name: k for k in catalogue if not k.private}
        for measure in self.measures.values():
            if measure.subject in (*FIGURES, *_FACTS):
                continue
            kind = open_kinds.get(measure.subject)
            if kind is None or kind.name == "incident":
                allowed = [k for k in open_kinds if k != "incident"]
                raise ConfigError(
                    f"no subject {measure.subject!r}",
                    where=f"measure {measure.id!r}",
                    allowed=", ".join((*allowed, *FIGURES, *_FACTS)),
                )
            fields = {f.name for f in kind.held_in(Held.OPEN)} | _COMMON
            if lacking := {*measure.columns, *measure.dates} - fields:
                raise ConfigError(
                    f"no open field {', '.join(sorted(lacking))} in {kind.name}",
                    where=f"measure {measure.id!r}",
                    allowed=", ".join(sorted(fields)),
                )

    def table(self) -> pd.DataFrame:
        """Return the indicators as a table that can be printed beside their values.

        Returns
        -------
        DataFrame
            id, group, zh, en, definition_zh, definition_en, formula, denominator_zh,
            denominator_en, unit, fresh_days, min_denominator, yellow, red, bad, inputs, owner_zh,
            owner_en, reference; sorted by group and id.
        """
        columns = [n for n in Indicator.__dataclass_fields__ if n != "parsed"]
        rows = [[getattr(i, c) for c in columns] for i in self.indicators.values()]
        frame = pd.DataFrame(rows, columns=columns)
        frame["inputs"] = frame["inputs"].map(", ".join).astype("str")
        return frame.sort_values(["group", "id"], ignore_index=True)


@cache
def shipped_registry() -> Registry:
    """Return the registry that comes with the toolkit.

    Examples
    --------
    >>> shipped_registry().indicator("people_density").inputs
    ('grid', 'person')
    """
    return load_registry()


def load_registry(own: Mapping[str, Any] | None = None) -> Registry:
    """Read the shipped registry, with what a city declares of its own.

    Parameters
    ----------
    own : mapping, optional
        ``measure`` and ``indicator``: tables by id, as in the shipped files. An indicator or a
        measure of a shipped id changes the keys that it names (thresholds, say) and keeps the
        others; ``drop`` is a list of shipped indicators to leave out.

    Returns
    -------
    Registry

    Raises
    ------
    ConfigError
        If a key is missing or unknown, a formula is none or names no measure, a rate has no
        denominator in words, or thresholds are out of order.

    Examples
    --------
    >>> registry = load_registry({"indicator": {"closing_on_time": {"red": 70}}})
    >>> registry.indicator("closing_on_time").red
    70
    """
    own = dict(own or {})
    if unknown := set(own) - {"measure", "indicator", "drop"}:
        raise ConfigError(
            f"unknown {', '.join(sorted(unknown))}",
            where="indicators",
            allowed="measure, indicator, drop",
        )
    raw: dict[str, dict[str, Any]] = {"measure": {}, "indicator": {}}
    for given in (*_shipped(), own):
        for part, tables in raw.items():
            for name, keys in given.get(part, {}).items():
                tables[name] = {**tables.get(name, {}), **keys}
    for name in own.get("drop", ()):
        if raw["indicator"].pop(name, None) is None:
            raise ConfigError(f"no indicator {name!r}", where="indicators drop")
    measures = {n: parse_measure(n, r) for n, r in raw["measure"].items()}
    indicators = {n: _indicator(n, r, measures) for n, r in raw["indicator"].items()}
    return Registry(MappingProxyType(indicators), MappingProxyType(measures))


def _shipped() -> Iterable[dict[str, Any]]:
    folder = files(__package__) / "shipped"
    return [tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in _SHIPPED]


def _indicator(name: str, raw: Mapping[str, Any], measures: Mapping[str, Measure]) -> Indicator:
    where = f"indicator {name!r}"
    known = set(Indicator.__dataclass_fields__) - _DERIVED
    lacking, unknown = _REQUIRED - set(raw), set(raw) - known
    if lacking or unknown:
        raise ConfigError(
            f"keys lacking: {', '.join(sorted(lacking)) or 'none'}; "
            f"unknown: {', '.join(sorted(unknown)) or 'none'}",
            where=where,
            allowed=", ".join(sorted(known)),
        )
    parsed = parse_formula(raw["formula"])
    if strangers := set(parsed.measures) - set(measures):
        raise ConfigError(
            f"no measure {', '.join(sorted(strangers))}",
            where=where,
            allowed=", ".join(sorted(measures)),
        )
    if parsed.rate and not all(raw.get(key) for key in _OF_RATES):
        raise ConfigError("a rate does not say what it is divided by", where=where)
    _check_thresholds(where, raw)
    inputs = tuple(sorted({i for m in parsed.measures for i in measures[m].inputs}))
    return Indicator(**{**raw, "id": name, "parsed": parsed, "inputs": inputs})


def _check_thresholds(where: str, raw: Mapping[str, Any]) -> None:
    bad, yellow, red = raw.get("bad", "above"), raw.get("yellow"), raw.get("red")
    given = [float(t) for t in (yellow, red) if t is not None]
    ordered = sorted(given, reverse=bad == "below") == given
    if bad not in ("above", "below") or not ordered or raw["fresh_days"] < 0:
        raise ConfigError(
            "thresholds are out of order, or freshness is negative",
            where=where,
            allowed="bad = above: yellow <= red; bad = below: yellow >= red",
        )
