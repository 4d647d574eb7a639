"""Expectations that are adjusted for covariates: indirect standardisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns, require_counts, require_numbers
from blockdata.analysis.scan.places import refuse

__all__ = ["standardised_expected"]


def standardised_expected(strata: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return what each place would have if every stratum had the district's rate.

    Parameters
    ----------
    strata : DataFrame
        Columns place (str), those named in `by` (such as age group, kind of building, channel),
        population (people or whatever is at risk; not negative) and count (cases, whole numbers).
        Rows of one place and stratum are added up; a stratum that a place lacks has nobody there.
    by : sequence of str
        The columns that make a stratum; none for the crude rate.

    Returns
    -------
    DataFrame
        Columns place, count, expected, size (population), sorted by place; expected adds up to
        count. A stratum without cases expects none.

    Raises
    ------
    AnalysisError
        If a column is missing, a number is missing, negative or (count) not whole, or a stratum
        has cases and no population.

    References
    ----------
    Kulldorff, Feuer, Miller and Freedman (1997), American Journal of Epidemiology 146(2), 161-170,
    for covariates in the scan; Breslow and Day (1987), Statistical Methods in Cancer Research II.

    Examples
    --------
    >>> strata = pd.DataFrame({"place": ["a", "a", "b"], "age": ["old", "young", "old"],
    ...                        "population": [100, 300, 300], "count": [3, 2, 5]})
    >>> standardised_expected(strata, ["age"]).values.tolist()
    [['a', 5, 4.0, 400.0], ['b', 5, 6.0, 300.0]]
    """
    where = "standardised_expected"
    require_columns(strata, ["place", *by, "population", "count"], where)
    population = require_numbers(strata["population"], f"{where} population")
    sound = bool((np.isfinite(population) & (population >= 0)).all())
    refuse({"a population is negative or not finite": not sound}, where)
    rows = strata.assign(count=require_counts(strata["count"], where), population=population)
    stratum = rows.groupby(list(by), sort=True).ngroup() if by else np.zeros(len(rows), np.int64)
    sums = rows.groupby(stratum)[["count", "population"]].transform("sum")
    nobody = bool(((sums["population"] == 0) & (sums["count"] > 0)).any())
    refuse({"a stratum has cases and no population": nobody}, where)
    rate = sums["count"] / sums["population"].where(sums["population"] > 0, 1.0)
    told = rows.assign(expected=rows["population"] * rate, size=rows["population"])
    return told.groupby("place", sort=True)[["count", "expected", "size"]].sum().reset_index()
