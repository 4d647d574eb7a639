"""`base.patterns`: what rises, gathers and repeats in the incidents of a base."""

from __future__ import annotations

import datetime as dt
from typing import Unpack

import geopandas as gpd
import pandas as pd

from blockdata.config import Config
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.layers.told import told_by
from blockdata.views.patterns import clusters as _clusters
from blockdata.views.patterns import concentration as _concentration
from blockdata.views.patterns import counts as _counts
from blockdata.views.patterns import density as _density
from blockdata.views.patterns import emerging as _emerging
from blockdata.views.patterns import expected as _expected
from blockdata.views.patterns import exposures as _exposures
from blockdata.views.patterns import near_repeat as _near_repeat
from blockdata.views.patterns import rates as _rates
from blockdata.views.patterns import rises as _rises
from blockdata.views.patterns import scanning as _scanning
from blockdata.views.patterns.asked import Options
from blockdata.views.patterns.measured import Measured
from blockdata.views.patterns.told import Pattern
from blockdata.views.results import Result


class Patterns:
    """Patterns in the incidents of a base; made by `base.patterns`.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    """

    def __init__(self, session: Session, config: Config, as_of: dt.date, words: Words) -> None:
        self._session = session
        self._config = config
        self._as_of = as_of
        self._words = words

    @told_by(_counts.cube)
    def cube(
        self,
        by: str | gpd.GeoDataFrame = "unit",
        *,
        step: str | pd.DatetimeIndex = "day",
        **options: Unpack[Options],
    ) -> _counts.BaseCube:
        """Count incidents into a cube of cell, category and time."""
        return _counts.cube(
            *(self._session, self._config, self._as_of, self._words, by), step=step, **options
        )

    @told_by(_counts.counts)
    def counts(
        self,
        by: str | gpd.GeoDataFrame = "unit",
        *,
        step: str | pd.DatetimeIndex = "month",
        zeros: bool = True,
        **options: Unpack[Options],
    ) -> pd.DataFrame:
        """Count incidents by cell, category and time, as a table."""
        return _counts.counts(
            *(self._session, self._config, self._as_of, self._words, by),
            step=step,
            zeros=zeros,
            **options,
        )

    @told_by(_exposures.exposure)
    def exposure(
        self,
        by: str | gpd.GeoDataFrame = "unit",
        name: str | None = None,
        **options: Unpack[Options],
    ) -> pd.DataFrame:
        """Return what the incidents of each cell can be measured against."""
        return _exposures.exposure(
            *(self._session, self._config, self._as_of, self._words, by, name), **options
        )

    @told_by(_rates.rates)
    def rates(
        self,
        by: str | gpd.GeoDataFrame = "unit",
        exposure: str | None = None,
        *,
        together: bool = False,
        least_expected: float = 5.0,
        **options: Unpack[Options],
    ) -> Measured:
        """Measure the incidents of each cell against what it holds."""
        return _rates.rates(
            *(self._session, self._config, self._as_of, self._words, by, exposure),
            together=together,
            least_expected=least_expected,
            **options,
        )

    @told_by(_expected.expected)
    def expected(
        self,
        by: str | gpd.GeoDataFrame = "unit",
        exposure: str | None = None,
        *,
        learn_until: dt.date | None = None,
        **options: Unpack[Options],
    ) -> _expected.Expected:
        """Say how many incidents each cell was to have."""
        return _expected.expected(
            *(self._session, self._config, self._as_of, self._words, by, exposure),
            learn_until=learn_until,
            **options,
        )

    @told_by(_density.density)
    def density(
        self,
        category: str | None = None,
        bandwidth_m: float | None = None,
        *,
        along: _density.Along = "plane",
        cell_m: float | None = None,
        **options: Unpack[Options],
    ) -> _density.Density:
        """Estimate how densely incidents lie."""
        return _density.density(
            *(self._session, self._config, self._as_of, self._words, category, bandwidth_m),
            along=along,
            cell_m=cell_m,
            **options,
        )

    @told_by(_density.point_clusters)
    def point_clusters(
        self,
        category: str | None = None,
        method: _density.Method = "dbscan",
        *,
        eps_m: float = 50.0,
        min_points: int = 5,
        min_size: int = 10,
        **options: Unpack[Options],
    ) -> _density.PointClusters:
        """Find where incidents lie closer together than elsewhere, without cells."""
        return _density.point_clusters(
            *(self._session, self._config, self._as_of, self._words, category, method),
            eps_m=eps_m,
            min_points=min_points,
            min_size=min_size,
            **options,
        )

    @told_by(_rises.rises)
    def rises(
        self,
        category: str | None = None,
        window_days: int | None = None,
        *,
        everything: bool = False,
    ) -> Pattern:
        """List what lately is more than a place's own past lets expect."""
        return _rises.rises(
            *(self._session, self._config, self._as_of, self._words, category, window_days),
            everything=everything,
        )

    @told_by(_rises.rise_incidents)
    def rise_incidents(self, category: str, cell: str, window_days: int = 7) -> pd.DataFrame:
        """List the incidents behind a rise."""
        return _rises.rise_incidents(
            self._session, self._config, self._as_of, category, cell, window_days
        )

    @told_by(_clusters.clusters)
    def clusters(self, category: str | None = None, *, everything: bool = False) -> Pattern:
        """List what gathers in place and time up to the last day."""
        return _clusters.clusters(
            *(self._session, self._config, self._as_of, self._words, category),
            everything=everything,
        )

    @told_by(_clusters.cluster_incidents)
    def cluster_incidents(self, category: str, rank: int = 1) -> pd.DataFrame:
        """List the incidents behind a cluster."""
        return _clusters.cluster_incidents(self._session, self._config, category, rank)

    @told_by(_scanning.scan)
    def scan(
        self,
        category: str,
        model: _scanning.Model = "permutation",
        *,
        layer: str | None = None,
        exposure: str | None = None,
        **reach: Unpack[_scanning.Reach],
    ) -> Pattern:
        """Scan one category for what gathers, by any model and period."""
        return _scanning.scan(
            *(self._session, self._config, self._as_of, self._words, category, model),
            layer=layer,
            exposure=exposure,
            **reach,
        )

    @told_by(_emerging.emerging)
    def emerging(
        self,
        category: str | None = None,
        *,
        reference: str | None = None,
        label: str | None = None,
        side: str | None = None,
    ) -> _emerging.Course:
        """List what is becoming of hot and cold places."""
        return _emerging.emerging(
            *(self._session, self._config, self._as_of, self._words, category),
            reference=reference,
            label=label,
            side=side,
        )

    @told_by(_emerging.emerging_bins)
    def emerging_bins(
        self, category: str, cell: str | None = None, *, reference: str | None = None
    ) -> pd.DataFrame:
        """Return the weeks behind what is becoming of hot places."""
        return _emerging.emerging_bins(
            self._session, self._config, self._as_of, category, cell, reference=reference
        )

    @told_by(_near_repeat.near_repeat)
    def near_repeat(self, category: str | None = None) -> Result:
        """List whether problems near one another in place follow each other in time."""
        return _near_repeat.near_repeat(
            self._session, self._config, self._as_of, self._words, category
        )

    @told_by(_concentration.concentration)
    def concentration(self, category: str | None = None, *, layer: str | None = None) -> Result:
        """List how problems gather at few places."""
        return _concentration.concentration(
            self._session, self._config, self._as_of, self._words, category, layer=layer
        )
