"""What departments and areas are measured by: each definition named, and which is chosen."""

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
from blockdata.analysis.indicators.measures import Measure
from blockdata.analysis.indicators.registry import Registry, shipped_registry
from blockdata.errors import ConfigError

__all__ = ["KINDS", "Definition", "chosen_definitions", "definition_table", "definitions"]

KINDS = ("share", "ratio", "mean")
"""A part of the denominator's own cases; two counts; events per case."""

_TEXTS = (
    *("indicator", "zh", "en", "formula", "numerator_zh", "numerator_en"),
    *("denominator_zh", "denominator_en", "better", "reference"),
)


@dataclass(frozen=True)
class Definition:
    """One way to work out one indicator of the scorecard.

    Parameters
    ----------
    id : str
    indicator : str
        What it is a way to work out; of one indicator one definition is chosen.
    zh, en : str
    formula : str
        A rate; see `parse_formula`.
    numerator_zh, numerator_en, denominator_zh, denominator_en : str
        Both counts in words.
    better : str
        "high" or "low".
    reference : str
    parsed : Formula
    kind : str
        One of `KINDS`; it decides the interval.
    default : bool
        Whether it is chosen where a city says nothing.

    Examples
    --------
    >>> definitions()["on_time_due"].indicator
    'closing_on_time'
    """

    id: str
    indicator: str
    zh: str
    en: str
    formula: str
    numerator_zh: str
    numerator_en: str
    denominator_zh: str
    denominator_en: str
    better: str
    reference: str
    parsed: Formula
    kind: str = "share"
    default: bool = False

    def measures(self, registry: Registry) -> tuple[Measure, ...]:
        """Return the measures that it is made of."""
        return tuple(registry.measures[m] for m in self.parsed.measures)


@cache
def definitions() -> Mapping[str, Definition]:
    """Return the definitions that come with the toolkit, by id.

    Examples
    --------
    >>> sorted(d for d in definitions() if definitions()[d].indicator == "rework")
    ['rework_due', 'rework_handled', 'rework_times']
    """
    path = files(__package__) / "shipped" / "definitions.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: _definition(name, keys) for name, keys in raw.items()})


def chosen_definitions(choice: Iterable[str] | None = None) -> tuple[Definition, ...]:
    """Return one definition of each indicator.

    Parameters
    ----------
    choice : iterable of str, optional
        Ids of definitions; of an indicator that none of them belongs to, the default one.

    Returns
    -------
    tuple of Definition
        In the order of the shipped file.

    Raises
    ------
    ConfigError
        If there is no definition of an id, or two are of one indicator.

    Examples
    --------
    >>> chosen = chosen_definitions(["rework_due"])
    >>> [d.id for d in chosen if d.indicator == "rework"]
    ['rework_due']
    """
    known, wanted = definitions(), list(choice or ())
    if strangers := sorted(set(wanted) - set(known)):
        raise ConfigError(
            f"no definition {', '.join(strangers)}", where="scorecard", allowed=", ".join(known)
        )
    of: dict[str, str] = {}
    for name in wanted:
        indicator = known[name].indicator
        if indicator in of:
            raise ConfigError(
                f"{of[indicator]} and {name} are both of {indicator}",
                where="scorecard",
                allowed="one definition of each indicator",
            )
        of[indicator] = name
    return tuple(
        d for d in known.values() if of.get(d.indicator, d.id if d.default else "") == d.id
    )


def definition_table(chosen: Iterable[Definition] | None = None) -> pd.DataFrame:
    """Return all definitions as a table, the chosen ones marked.

    Parameters
    ----------
    chosen : iterable of Definition, optional
        As from `chosen_definitions`, which is the default.

    Returns
    -------
    DataFrame
        indicator, id, chosen, zh, en, formula, numerator and denominator in words, better, kind,
        reference; in the order of the shipped file.
    """
    marked = {d.id for d in (chosen_definitions() if chosen is None else chosen)}
    columns = ("indicator", "id", *(t for t in _TEXTS if t != "indicator"), "kind")
    rows = [[getattr(d, c) for c in columns] for d in definitions().values()]
    frame = pd.DataFrame(rows, columns=list(columns))
    frame.insert(2, "chosen", frame["id"].isin(marked))
    return frame


def _definition(name: str, raw: Mapping[str, Any]) -> Definition:
    lacking = [key for key in _TEXTS if not raw.get(key)]
    parsed = parse_formula(raw.get("formula", ""))
    strangers = set(parsed.measures) - set(shipped_registry().measures)
    fits = raw.get("kind", "share") in KINDS and raw.get("better") in ("high", "low")
    if lacking or strangers or not fits or parsed.rate is None:
        raise ConfigError(
            f"lacking: {', '.join(lacking)}; no measure: {', '.join(sorted(strangers))}",
            where=f"scorecard definition {name!r}",
            allowed="a rate of known measures, better high or low",
        )
    return Definition(**{**raw, "id": name, "parsed": parsed})
