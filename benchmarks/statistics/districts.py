"""Districts without any hot spot, and the same with one planted."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.analysis.local import distance_band
from blockdata.analysis.local.weights import Weights

__all__ = ["PLANTS", "District", "Kind", "Plant", "neighbours"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WIDTH_M = 250.0
PERIOD_DAYS = 84
WEEKS = PERIOD_DAYS // 7
SURGE_WEEKS = 3
CATEGORIES = 5
WINDOWS_DAYS = (7, 28, 90)


class Plant(NamedTuple):
    """A risk that is multiplied, at one cell or at it and those that touch it."""

    times: float
    reach_m: float


PLANTS = MappingProxyType(
    {
        "nothing": Plant(1.0, 0.0),
        "cell x3": Plant(3.0, 0.0),
        "cell x5": Plant(5.0, 0.0),
        "3 x 3 cells x3": Plant(3.0, 1.5 * WIDTH_M),
    }
)


@dataclass(frozen=True)
class Kind:
    """A kind of district: how much the cells' risks differ, how many incidents, which cells.

    Parameters
    ----------
    size : float
        k of the negative binomial law of the counts; infinity is the Poisson law.
    mean : float
        Incidents a cell.
    cells : int
        Squares of 250 m, row by row.
    sigma : float
        Standard deviation of the logarithm of the exposure.
    unexposed : float
        Share of cells whose exposure is zero.
    law : {"gamma", "lognormal"}
        Of the risks; only the first makes the counts negative binomial.
    """

    size: float
    mean: float
    cells: int = 1064
    sigma: float = 1.0
    unexposed: float = 0.0
    law: str = "gamma"

    def risk(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        """Draw risks that exposure does not explain, with mean 1 and variance 1 / size."""
        if np.isinf(self.size):
            return np.ones(shape)
        if self.law == "gamma":
            return rng.gamma(self.size, 1 / self.size, shape)
        variance = np.log1p(1 / self.size)
        return rng.lognormal(-variance / 2, np.sqrt(variance), shape)


@functools.cache
def neighbours(cells: int) -> tuple[Floats, Floats, Weights]:
    """Return coordinates of the cells, and which of them touch."""
    wide = int(np.ceil(np.sqrt(cells)))
    x, y = (WIDTH_M * (np.arange(cells) % wide), WIDTH_M * (np.arange(cells) // wide))
    return x, y, distance_band(x, y, 1.5 * WIDTH_M)


class District:
    """One drawn district; everything in it follows from kind, plant and key.

    Parameters
    ----------
    kind : Kind
    plant : Plant
    key : tuple of int
        Seed of all that is random.

    Attributes
    ----------
    exposure : ndarray of float64, shape (cells,)
    planted : ndarray of int64
        Cells whose risk is multiplied: one at the third quartile of exposure, or its block.
    expected : ndarray of float64, shape (cells,)
        Incidents by exposure and plant.
    counts : ndarray of int64, shape (cells,)
    """

    def __init__(self, kind: Kind, plant: Plant, key: tuple[int, ...]) -> None:
        self.kind, self.plant, self.key = kind, plant, key
        rng = self.rng(0)
        self.exposure = rng.lognormal(0.0, kind.sigma, kind.cells)
        if kind.unexposed:
            self.exposure[rng.random(kind.cells) < kind.unexposed] = 0.0
        cell = np.argsort(self.exposure)[int(0.75 * kind.cells)]
        x, y, _ = neighbours(kind.cells)
        self.planted: Integers = np.flatnonzero(np.hypot(x - x[cell], y - y[cell]) <= plant.reach_m)
        self.level = kind.mean * self.exposure / self.exposure.mean()
        self.expected = self.level.copy()
        self.expected[self.planted] *= plant.times
        self.counts: Integers = rng.poisson(self.expected * kind.risk(rng, kind.cells))

    def rng(self, purpose: int) -> np.random.Generator:
        """Return the random numbers of one purpose; 0 is the district itself."""
        return np.random.default_rng([*self.key, purpose])

    def family(self) -> Integers:
        """Draw categories in windows one inside the other, shape (windows, categories, cells).

        The longest window has the kind's mean; the first category alone is planted.
        """
        rng = self.rng(1)
        shape = (CATEGORIES, self.kind.cells)
        expected = np.vstack([self.expected, np.tile(self.level, (CATEGORIES - 1, 1))])
        windows = [rng.poisson(expected * self.kind.risk(rng, shape))]
        for short, long in zip(WINDOWS_DAYS[-2::-1], WINDOWS_DAYS[:0:-1], strict=True):
            windows.insert(0, rng.binomial(windows[0], short / long))
        return np.stack(windows)

    def weekly(self) -> Integers:
        """Draw 12 weeks, shape (cells, weeks); a planted risk holds for the last 3 of them."""
        rng = self.rng(2)
        expected = np.tile(self.level[:, None] / WEEKS, WEEKS)
        expected[:, -SURGE_WEEKS:] = self.expected[:, None] / WEEKS
        return rng.poisson(expected * self.kind.risk(rng, (self.kind.cells, 1)))

    def incidents(self) -> tuple[Integers, Integers]:
        """Return cell and day of each incident of the 12 weeks."""
        cell, week = (np.repeat(at, self.weekly().ravel()) for at in
                      np.indices((self.kind.cells, WEEKS)).reshape(2, -1))  # fmt: skip
        return cell, 7 * week + self.rng(3).integers(0, 7, len(week))

    def episodes(self, window_days: int, past_days: int) -> tuple[Integers, Floats]:
        """Return cell and age in days of incidents, of which the window has the kind's mean.

        Risks of cells last; what is planted begins with the window.
        """
        rng = self.rng(7)
        risk = self.kind.risk(rng, self.kind.cells)
        recent = rng.poisson(self.expected * risk)
        before = rng.poisson(self.level * risk * past_days / window_days)
        cells = np.arange(self.kind.cells)
        cell = np.concatenate([np.repeat(cells, recent), np.repeat(cells, before)])
        age = rng.random(len(cell))
        return cell, np.where(
            np.arange(len(cell)) < recent.sum(), window_days * age, window_days + past_days * age
        )

    def past(self, days: int) -> Integers:
        """Draw days, shape (cells, days), of which 28 have the kind's mean.

        Risks differ by place and week here, since a place is compared with its own past; a planted
        one holds for the last 7 days.
        """
        rng = self.rng(4)
        risk = self.kind.risk(rng, (self.kind.cells, -(-days // 7))).repeat(7, axis=1)[:, -days:]
        expected = np.tile(self.level[:, None] / 28, days)
        expected[:, -7:] = self.expected[:, None] / 28
        return rng.poisson(expected * risk)
