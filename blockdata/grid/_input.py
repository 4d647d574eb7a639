"""Guards on frames of buildings and people."""

from __future__ import annotations

import pandas as pd

from blockdata.errors import AnalysisError

__all__ = ["require_unique", "whole_people"]


def require_unique(buildings: pd.Series, where: str) -> None:
    """Refuse building ids that occur twice.

    Parameters
    ----------
    buildings : Series of str
        Building ids.
    where : str
        Name of the frame they stand in, for the error's text.

    Raises
    ------
    AnalysisError
        If an id occurs more than once.

    Examples
    --------
    >>> import pandas as pd
    >>> require_unique(pd.Series(["b1", "b2"]), "atoms")
    """
    repeated = int(buildings.duplicated().sum())
    if repeated:
        raise AnalysisError(
            f"{repeated} rows repeat a building", where=where, allowed="one row per building"
        )


def whole_people(people: pd.Series, where: str) -> pd.Series:
    """Return people as whole numbers.

    Parameters
    ----------
    people : Series of numbers
        People per building; null counts as 0.
    where : str
        Name of the frame they stand in, for the error's text.

    Returns
    -------
    Series of int64
        People, with the index given.

    Raises
    ------
    AnalysisError
        If a number is negative or not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> whole_people(pd.Series([3.0, None]), "buildings").to_list()
    [3, 0]
    """
    numbers = people.astype("float64").fillna(0)
    if ((numbers < 0) | (numbers % 1 != 0)).any():
        raise AnalysisError(
            "people are negative or not whole", where=where, allowed="whole numbers of 0 or more"
        )
    return numbers.astype("int64")
