"""How few places have how much of all incidents: Lorenz curve and Gini coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError

__all__ = ["Concentration", "concentration"]


@dataclass(frozen=True)
class Concentration:
    """How events are shared out among places.

    Parameters
    ----------
    places, events : int
    gini : float
        Plain Gini coefficient (2 sum of i y_i - n - 1) / n, with y_i the shares of the events from
        the quietest place on: 0 where all places have as many, 1 - 1/n where one has all. With
        fewer events than places it is large even where chance alone shares them out.
    gini_adjusted : float
        Bernasco and Steenbeek's G': max(n / c, 1) times the plain one, less max(n / c, 1), plus 1,
        for c events at n places. The line of comparison is the most equal sharing out that whole
        events allow where there are fewer of them than places: 0 where no two events share a place
        though they need not, 1 - 1/c where all c < n are at one.
    share_with_half, share_with_80 : float
        Smallest share of all places that has at least half, and 80 %, of the events.
    top_20_share : float
        Share of the events in the fifth of the places that has most; of n places n // 5 are taken,
        and at least one.
    lorenz : DataFrame
        place_share, event_share: from the busiest place on, starting at 0, 0.
    active_places : int
        Places with an event.
    reason : str or None
        "no_events" where all counts are 0: every share and coefficient is NaN then.

    References
    ----------
    Bernasco and Steenbeek (2017), Journal of Quantitative Criminology 33, 451-467.
    """

    places: int
    events: int
    gini: float
    gini_adjusted: float
    share_with_half: float
    share_with_80: float
    top_20_share: float
    lorenz: pd.DataFrame
    active_places: int
    reason: str | None


def concentration(counts: npt.ArrayLike) -> Concentration:
    """Measure how events gather at few places.

    Parameters
    ----------
    counts : array_like of int, shape (n,)
        Events of every place, those without any included: with them left out every share is one of
        active places. The order of places, and which of equal ones comes first, changes nothing.

    Returns
    -------
    Concentration

    Raises
    ------
    AnalysisError
        If there is no place, or a count is no number, negative, missing or not whole.

    References
    ----------
    As `Concentration`.

    Examples
    --------
    >>> found = concentration([8, 1, 1, 0, 0])
    >>> found.gini, found.share_with_half, found.top_20_share
    (0.68, 0.2, 0.8)
    """
    given = _numbers(counts)
    if given.ndim != 1 or not len(given) or not np.isfinite(given).all():
        raise AnalysisError(
            "there is no place, or a count is missing", where="concentration", allowed="n counts"
        )
    if (given < 0).any() or (given % 1 != 0).any() or given.sum() >= 2**53:
        raise AnalysisError(
            "a count is negative or not whole, or they are too many",
            where="concentration",
            allowed="0, 1, 2, ...",
        )
    down = np.sort(given.astype(np.int64))[::-1]
    n, events = len(down), int(down.sum())
    shares = np.concatenate([[0], np.cumsum(down)]) / (events or np.nan)
    lorenz = pd.DataFrame({"place_share": np.arange(n + 1) / n, "event_share": shares})
    # Twice the sum of place by share, places counted from the quietest.
    ranked = 2 * float((np.arange(n, 0, -1) * down).sum()) / (events or np.nan)
    fair = max(n / events, 1.0) if events else np.nan
    top = max(1, n // 5)
    return Concentration(
        places=n,
        events=events,
        gini=round((ranked - n - 1) / n, 12),
        gini_adjusted=round(fair * (ranked - n - 1) / n - fair + 1, 12),
        share_with_half=_least_share(shares, 0.5),
        share_with_80=_least_share(shares, 0.8),
        top_20_share=float(shares[top]),
        lorenz=lorenz,
        active_places=int((down > 0).sum()),
        reason=None if events else "no_events",
    )


def _numbers(counts: npt.ArrayLike) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError):
        raise AnalysisError(
            "the counts are not numbers", where="concentration", allowed="0, 1, 2, ..."
        ) from None


def _least_share(shares: npt.NDArray[np.float64], wanted: float) -> float:
    if np.isnan(shares[-1]):
        return float("nan")
    # A share that rounding left a hair below what is wanted has it.
    return float(np.searchsorted(shares, wanted - 1e-12)) / (len(shares) - 1)
