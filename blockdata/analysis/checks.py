"""Checks of what comes in, shared by all analyses. They name columns, never values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError

__all__ = [
    "looks_like_degrees",
    "require_columns",
    "require_counts",
    "require_distinct",
    "require_naive_time",
    "require_naive_times",
    "require_share",
]


def looks_like_degrees(xy: npt.NDArray[np.float64]) -> bool:
    """Tell whether coordinates that are to be metres look like longitude and latitude.

    They do if all are within the bounds of degrees and less than one unit apart: no district lies
    within one metre, and nearly every one within one degree.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Points on one spot alone tell nothing, nor do points of which one is not finite.

    Examples
    --------
    >>> looks_like_degrees(np.array([[120.38, 36.07], [120.39, 36.07]]))
    True
    >>> looks_like_degrees(np.array([[0.0, 0.0], [50.0, 0.0]]))
    False
    """
    could_be = len(xy) > 0 and bool((np.abs(xy) <= (180, 90)).all())
    return could_be and 0 < float(np.ptp(xy, axis=0).max()) < 1


def require_columns(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Refuse a frame that lacks a column or has a missing value in one of them.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        Columns that must be there, without a missing value.
    where : str
        Name of the calling function and its argument, for the error's text.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_columns(pd.DataFrame({"cell": ["a"]}), ["cell"], "demo")
    """
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise AnalysisError(
            f"no column {', '.join(lacking)}", where=where, allowed=", ".join(columns)
        )
    for column in columns:
        missing = int(frame[column].isna().sum())
        if missing:
            raise AnalysisError(
                f"{missing} of {len(frame)} rows have no {column}",
                where=where,
                next_step="Leave these rows out and report how many they are.",
            )


def require_distinct(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Refuse a frame in which a key stands twice.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        The columns that make the key.
    where : str
        Name of the calling function and its argument.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_distinct(pd.DataFrame({"cell": ["a", "b"]}), ["cell"], "demo")
    """
    repeated = int(frame.duplicated(list(columns)).sum())
    if repeated:
        raise AnalysisError(
            f"{repeated} rows repeat a key",
            where=where,
            allowed=f"one row per {', '.join(columns)}",
        )


def require_counts(values: pd.Series[Any], where: str) -> pd.Series[Any]:
    """Return counts as int64, refusing anything that is not a whole number >= 0.

    Parameters
    ----------
    values : Series of numbers
    where : str
        Name of the calling function and its argument.

    Returns
    -------
    Series of int64, same index

    Raises
    ------
    AnalysisError
        On text, missing, infinite, negative or fractional values.

    Examples
    --------
    >>> require_counts(pd.Series([1.0, 2.0]), "demo").tolist()
    [1, 2]
    """
    if not pd.api.types.is_numeric_dtype(values):
        raise AnalysisError("counts are not numbers", where=where, allowed="whole numbers >= 0")
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = int((~np.isfinite(numbers) | (numbers < 0) | (numbers != np.floor(numbers))).sum())
    if bad:
        raise AnalysisError(
            f"{bad} of {len(numbers)} counts are missing, negative or fractional",
            where=where,
            allowed="whole numbers >= 0",
        )
    return values.astype("int64")


def require_naive_times(values: pd.Series[Any], where: str) -> pd.Series[Any]:
    """Return times at microseconds, refusing anything but naive timestamps.

    Parameters
    ----------
    values : Series of datetime64
        NaT is allowed; `require_columns` refuses it where it must not be.
    where : str
        Name of the calling function and its argument.

    Returns
    -------
    Series of datetime64[us], same index

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> str(require_naive_times(pd.Series(pd.to_datetime(["2024-05-01"])), "demo").dtype)
    'datetime64[us]'
    """
    if values.isna().all():
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    if not pd.api.types.is_datetime64_dtype(values):
        raise AnalysisError(
            "not a column of naive timestamps", where=where, allowed="datetime64 in UTC, no zone"
        )
    return values.astype("datetime64[us]")


def require_naive_time(value: pd.Timestamp, where: str) -> pd.Timestamp:
    """Return a moment, refusing NaT and moments with a zone.

    Parameters
    ----------
    value : Timestamp
    where : str
        Name of the calling function and its argument.

    Returns
    -------
    Timestamp at microseconds

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_naive_time(pd.Timestamp("2024-05-01"), "demo").year
    2024
    """
    moment = pd.Timestamp(value)
    if pd.isna(moment) or moment.tzinfo is not None:
        raise AnalysisError("not a naive moment", where=where, allowed="a Timestamp without a zone")
    return moment.as_unit("us")


def require_share(value: float, where: str) -> None:
    """Refuse a level or share outside the open interval from 0 to 1.

    Parameters
    ----------
    value : float
    where : str
        Name of the calling function and its argument.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_share(0.05, "demo")
    """
    if not 0 < value < 1:
        raise AnalysisError(f"{value} is no level", where=where, allowed="0 < value < 1")
