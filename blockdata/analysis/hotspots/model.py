"""What a search for hot spots is given, what it is bound to, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.analysis.fdr import Correction
from blockdata.analysis.hotspots.stability import other_window_days
from blockdata.analysis.reasons import Reason

__all__ = ["Choice", "Found", "Layer", "Rules"]


@dataclass(frozen=True)
class Choice:
    """One choice of the search and why, in words.

    Parameters
    ----------
    topic : str
        "counted", "layer", "windows", "exposure", "finer", "method", "family" or "stability".
    choice : str
        What was chosen, as a name for machines: a layer, an exposure, days; may be empty.
    zh, en : str

    Examples
    --------
    >>> Choice("windows", "28", "近 28 天", "the last 28 days").topic
    'windows'
    """

    topic: str
    choice: str
    zh: str
    en: str


@dataclass(frozen=True)
class Layer:
    """One layer of cells: what is counted in it, and against what.

    Parameters
    ----------
    name : str
    label : tuple of str
        Its name in Chinese and in English.
    cells : DataFrame with cell (str, distinct), geom (polygons in metres, or null)
    episodes : DataFrame with category, cell (str), age_days (float >= 0), x, y (metres, or null)
        `age_days` before the end of the windows.
    exposures : mapping of str to Series indexed by cell, Reason or None
        As `choose_exposure` takes them, without "all_incidents": it is counted here.
    """

    name: str
    label: tuple[str, str]
    cells: pd.DataFrame
    episodes: pd.DataFrame
    exposures: Mapping[str, pd.Series[Any] | Reason | None]


@dataclass(frozen=True)
class Rules:
    """What the search is bound to.

    Parameters
    ----------
    windows_days : sequence of int
        Windows up to the end, all tested in one family.
    layer : str, optional
        The layer to test; without it one is chosen, see `choose_scale`.
    exposure : str, optional
        The exposure to test against; without it one is chosen, see `choose_exposure`.
    categories : sequence of str, optional
        Test only these; what is counted of the others still is exposure.
    alpha, min_total, correction
        As in `hot_spots`.
    past_days : int
        How long a past before the windows the layer is chosen by.
    """

    windows_days: Sequence[int]
    layer: str | None = None
    exposure: str | None = None
    categories: Sequence[str] | None = None
    alpha: float = 0.05
    min_total: int = 5
    correction: Correction = "bh"
    past_days: int = 365

    @property
    def since_days(self) -> int:
        """How many days before the end episodes have to be known."""
        longest = max(self.windows_days)
        tried = max(other_window_days(longest).values())
        return tried if self.layer is not None else max(tried, longest + self.past_days)


@dataclass(frozen=True)
class Found:
    """The answer of a search.

    Parameters
    ----------
    frame : DataFrame
        As `hot_spots` gives it, with gi_star, stability and unstable_under; only rows with
        an incident.
    choices : list of Choice
        In the order in which they were made.
    layer : str
        The layer that was tested.
    """

    frame: pd.DataFrame
    choices: list[Choice]
    layer: str
