"""Sections about indicators and the scorecard: what is told, by which definition and threshold."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from blockdata.config.section import Section
from blockdata.errors import ConfigError

__all__ = ["Indicators", "Scorecard", "Thresholds", "digests_of", "own_indicators"]

_PARTS = ("measure", "indicator", "drop")


class _Told(Section):
    """A section that names, beside a key it does not know, those that it does."""

    @model_validator(mode="before")
    @classmethod
    def _keys_are_known(cls, raw: Any) -> Any:
        strangers = sorted(set(raw) - set(cls.model_fields)) if isinstance(raw, dict) else []
        if strangers:
            allowed = ", ".join(cls.model_fields)
            raise ValueError(f"unknown key {', '.join(strangers)}; allowed: {allowed}")
        return raw


class Thresholds(_Told):
    """What a city sets otherwise for one indicator; what is left out stays as it is shipped."""

    yellow: float | None = None
    red: float | None = None
    bad: Literal["above", "below"] | None = None
    min_denominator: float | None = Field(
        default=None, ge=0, description="With a smaller denominator there is no value."
    )
    fresh_days: int | None = Field(
        default=None, ge=0, description="How old the newest input may be at the end of a month."
    )

    def given(self) -> dict[str, Any]:
        """Return the keys that are set."""
        return self.model_dump(exclude_none=True)


class Indicators(_Told):
    """Which indicators are told, of how many months and of which layers."""

    months: int = Field(
        default=14, ge=1, le=120, description="Whole months up to as_of; the year before needs 13."
    )
    layers: tuple[str, ...] | None = Field(
        default=None, description="Default: all layers of [grid] but drawn hexagons."
    )
    files: tuple[str, ...] = Field(
        default=(), description="TOML files of the city's own indicators, beside this one."
    )
    off: tuple[str, ...] = Field(default=(), description="Indicators that are not told.")
    thresholds: dict[str, Thresholds] = Field(
        default={}, description="Indicator: yellow, red, bad, min_denominator, fresh_days."
    )


class Scorecard(_Told):
    """By which definitions units are measured, and how sure their ranks are."""

    months: int = Field(default=14, ge=1, le=120, description="Whole months up to as_of.")
    layers: tuple[str, ...] | None = Field(
        default=None,
        description="Layers measured beside departments; default: levels of areas.",
    )
    definitions: dict[str, str] = Field(
        default={}, description="Indicator: the definition that counts, where there are several."
    )
    off: tuple[str, ...] = Field(default=(), description="Indicators that are left out.")
    weights: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default={}, description="Indicator: its weight in the score; without any there is no score."
    )
    min_weight_used: float = Field(
        default=0.75, gt=0, le=1, description="A unit that lacks more of the weights has no rank."
    )
    min_denominator: float = Field(
        default=30, ge=1, description="A smaller denominator is marked and has no rank."
    )
    interval: Literal["wilson", "exact"] = "wilson"
    level: float = Field(default=0.95, gt=0, lt=1, description="Of intervals and spans of ranks.")
    draws: int = Field(default=2000, ge=100, description="From which spans of ranks are read.")

    @model_validator(mode="after")
    def _what_is_off_has_no_more_to_say(self) -> Self:
        for name, said in (("definitions", self.definitions), ("weights", self.weights)):
            if both := sorted(set(said) & set(self.off)):
                raise ValueError(f"{', '.join(both)} in both off and {name}")
        return self


def own_indicators(folder: Path, settings: Indicators) -> dict[str, Any]:
    """Return what a city declares of its own, as `load_registry` takes it.

    Parameters
    ----------
    folder : Path
        From which relative paths are taken.
    settings : Indicators

    Returns
    -------
    dict
        measure, indicator: tables by id, later files above earlier ones key by key, thresholds of
        the configuration above all; drop: shipped indicators to leave out.

    Raises
    ------
    ConfigError
        If a file cannot be read, is no TOML or holds anything else.

    Examples
    --------
    >>> settings = Indicators(off=["hot_cells"], thresholds={"repeat_share": {"red": 40}})
    >>> own_indicators(Path(), settings)
    {'measure': {}, 'indicator': {'repeat_share': {'red': 40.0}}, 'drop': ['hot_cells']}
    """
    tables: dict[str, dict[str, dict[str, Any]]] = {"measure": {}, "indicator": {}}
    dropped = list(settings.off)
    for name in settings.files:
        raw = _read(folder / name, name)
        dropped += raw.get("drop", [])
        for part, known in tables.items():
            _add(known, raw.get(part, {}))
    _add(tables["indicator"], {n: t.given() for n, t in settings.thresholds.items()})
    return {**tables, "drop": list(dict.fromkeys(dropped))}


def _add(known: dict[str, dict[str, Any]], more: Mapping[str, Mapping[str, Any]]) -> None:
    for name, keys in more.items():
        known[name] = {**known.get(name, {}), **keys}


def _read(path: Path, name: str) -> dict[str, Any]:
    where = f"[indicators] files {name!r}"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            "the file cannot be read", where=where, allowed="a file beside the configuration"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML in UTF-8 ({error})", where=where) from error
    _check_parts(raw, where)
    return raw


def _check_parts(raw: Mapping[str, Any], where: str) -> None:
    strangers = sorted(set(raw) - set(_PARTS))
    tables = [t for part in ("measure", "indicator") for t in [raw.get(part, {})]]
    fits = all(isinstance(t, dict) and all(isinstance(k, dict) for k in t.values()) for t in tables)
    dropped = raw.get("drop", [])
    listed = isinstance(dropped, list) and all(isinstance(d, str) for d in dropped)
    if strangers or not fits or not listed:
        raise ConfigError(
            f"unknown {', '.join(strangers)}" if strangers else "a part is of another shape",
            where=where,
            allowed="tables [measure.ID] and [indicator.ID], and drop = [ID, ...]",
        )


def digests_of(folder: Path, files: tuple[str, ...]) -> list[str]:
    """Return the SHA-256 of each file; empty for one that cannot be read.

    Examples
    --------
    >>> digests_of(Path(), ("there is no such file",))
    ['']
    """
    found = []
    for name in files:
        try:
            found.append(hashlib.sha256((folder / name).read_bytes()).hexdigest())
        except OSError:
            found.append("")
    return found
