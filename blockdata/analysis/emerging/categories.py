"""The eight kinds of emerging hot spots and their cold mirrors."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.emerging.trend import mann_kendall
from blockdata.errors import AnalysisError

__all__ = ["CATEGORIES", "emerging_categories"]

Flags = npt.NDArray[np.bool_]

CATEGORIES = MappingProxyType(
    {
        "new": ("新增", "hot at the last step for the first time"),
        "consecutive": ("连续", "hot in one unbroken run up to the last step, never before"),
        "intensifying": ("加剧", "hot at nine steps in ten and the last, and rising"),
        "persistent": ("持续", "hot at nine steps in ten and the last, without a trend"),
        "diminishing": ("减弱", "hot at nine steps in ten and the last, and falling"),
        "sporadic": ("零散", "hot on and off, at the last step too, and never cold"),
        "oscillating": ("振荡", "hot at the last step, and cold at times before"),
        "historical": ("历史", "hot at nine steps in ten, but not at the last"),
    }
)
"""Kind: Chinese name, and what it says of a hot spot; a cold one is its mirror."""


def emerging_categories(
    z: npt.ArrayLike, hot: npt.ArrayLike, cold: npt.ArrayLike, *, alpha: float = 0.05
) -> pd.DataFrame:
    """Tell what each cell is becoming.

    The kinds are asked in the order of `CATEGORIES`. One that is hot at nine steps in ten and not
    at the last is historical, whatever its trend. The trend is that of z over all steps.

    Parameters
    ----------
    z : array_like of float, shape (n, t)
        As from `space_time_gi_star`, in the order of time. NaN, a step without z, has no part in
        the trend; a cell with fewer than 2 others has none.
    hot, cold : array_like of bool, shape (n, t)
        Whether each cell was significantly hot or cold at each step, by whatever test was used.
    alpha : float
        Level of the trend's test, two-sided.

    Returns
    -------
    DataFrame
        category ("new" ... "historical", null for none of them), side ("hot", "cold"; null),
        steps_hot, steps_cold, last_hot, last_cold, run (length of the final run of the side),
        s, s_variance, trend_z, trend_p (of `mann_kendall`; null where there is no trend).

    Raises
    ------
    AnalysisError
        If shapes differ, there are fewer than 2 steps, a cell is hot and cold at once, or z is
        infinite.

    Examples
    --------
    >>> z = [[0.0, 0.1, 3.0], [3.0, 3.2, 3.1]]
    >>> hot = [[False, False, True], [True, True, True]]
    >>> emerging_categories(z, hot, [[False] * 3] * 2)["category"].tolist()
    ['new', 'persistent']
    """
    values = require_numbers(z, "emerging_categories z")
    is_hot, is_cold = (np.asarray(flags, dtype=bool) for flags in (hot, cold))
    if (
        values.ndim != 2
        or values.shape != is_hot.shape
        or values.shape != is_cold.shape
        or values.shape[1] < 2
        or (is_hot & is_cold).any()
    ):
        raise AnalysisError(
            "z, hot and cold do not fit each other",
            where="emerging_categories",
            allowed="three arrays of n cells x t steps, t of 2 or more, no cell hot and cold",
        )
    known: Flags = np.asarray(np.isfinite(values).sum(axis=1) > 1)
    trend = mann_kendall(values)
    rises = np.where(trend["p"] <= alpha, np.sign(trend["s"]), 0)
    warm, cool = _kinds(is_hot, is_cold, rises), _kinds(is_cold, is_hot, -rises)
    last_cold = is_cold[:, -1]
    # What is cold now is told by that, even where it was hot nine times in ten.
    take_cold = (cool != "") & (last_cold | (warm == ""))
    kind = np.where(take_cold, cool, warm)
    side = np.select([kind == "", take_cold], ["", "cold"], "hot")
    return pd.DataFrame(
        {
            "category": pd.Series(kind, dtype="str").mask(kind == ""),
            "side": pd.Series(side, dtype="str").mask(side == ""),
            "steps_hot": is_hot.sum(axis=1),
            "steps_cold": is_cold.sum(axis=1),
            "last_hot": is_hot[:, -1],
            "last_cold": last_cold,
            "run": _final_run(np.where(take_cold[:, None], is_cold, is_hot)),
            "s": trend["s"].where(known),
            "s_variance": trend["variance"].where(known),
            "trend_z": trend["z"].where(known),
            "trend_p": trend["p"].where(known),
        }
    )


def _kinds(own: Flags, other: Flags, rises: npt.NDArray[np.float64]) -> npt.NDArray[np.str_]:
    """Return the kind of each cell on one side, "" for none; `rises` is 1, 0 or -1."""
    steps, last = own.sum(axis=1), own[:, -1]
    mostly = 10 * steps >= 9 * own.shape[1]
    run = _final_run(own)
    only_run = steps == run
    return np.select(
        [
            last & (steps == 1),
            last & only_run & (run >= 2) & ~mostly,
            last & mostly & (rises > 0),
            last & mostly & (rises == 0),
            last & mostly & (rises < 0),
            last & ~mostly & ~other.any(axis=1),
            last & ~mostly & other.any(axis=1),
            ~last & mostly,
        ],
        list(CATEGORIES),
        "",
    )


def _final_run(flags: Flags) -> npt.NDArray[np.int64]:
    """Return how many of the last steps are set without a break."""
    run: npt.NDArray[np.int64] = np.cumprod(flags[:, ::-1], axis=1).sum(axis=1)
    return run
