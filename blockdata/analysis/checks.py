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
    "require_days",
    "require_distinct",
    "require_naive_time",
    "require_naive_times",
    "require_numbers",
    "require_one_type",
    "require_period",
    "require_share",
    "require_whole",
]

_LARGEST_COUNT = 2**53
"""From here on not every whole number is told apart from the next as a float."""

_LARGEST_NUMBER = 1e50
"""The fourth power of more would overflow."""


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
    if not isinstance(frame, pd.DataFrame):
        raise AnalysisError(f"a {type(frame).__name__} came", where=where, allowed="a DataFrame")
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
    with np.errstate(invalid="ignore"):
        whole = (numbers >= 0) & (numbers < _LARGEST_COUNT) & (numbers == np.floor(numbers))
    bad = int((~whole).sum())
    if bad:
        raise AnalysisError(
            f"{bad} of {len(numbers)} counts are missing, negative or fractional",
            where=where,
            allowed="whole numbers >= 0, below 2**53",
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


def require_days(values: pd.Series[Any], where: str) -> pd.Series[Any]:
    """Read days from dates, timestamps or text that names them as 2024-05-01.

    Parameters
    ----------
    values : Series
        NaT is left to the caller, and so is a zone.
    where : str
        Name of the calling function and its argument.

    Returns
    -------
    Series of datetime64, same index

    Raises
    ------
    AnalysisError
        If they are numbers or other text.

    Examples
    --------
    >>> str(require_days(pd.Series(["2024-05-01"]), "demo")[0])
    '2024-05-01 00:00:00'
    """
    if values.isna().all():
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    if pd.api.types.is_numeric_dtype(values):
        raise AnalysisError("days are numbers", where=where, allowed="dates or timestamps")
    try:
        as_text = pd.api.types.is_string_dtype(values)
        return pd.to_datetime(values, format="ISO8601" if as_text else None)
    except (TypeError, ValueError):
        raise AnalysisError("no days", where=where, allowed="dates or timestamps") from None


def require_period(
    period: tuple[pd.Timestamp, pd.Timestamp], where: str
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return first and last day, refusing anything but two naive moments.

    Parameters
    ----------
    period : (Timestamp, Timestamp)
    where : str
        Name of the calling function.

    Returns
    -------
    (Timestamp, Timestamp)

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_period((pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-02")), "demo")[1].day
    2
    """
    if not isinstance(period, tuple | list) or len(period) != 2:
        raise AnalysisError("no period", where=where, allowed="first and last day")
    first, last = (require_naive_time(day, f"{where} period") for day in period)
    return first, last


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
    try:
        moment = pd.Timestamp(value)
    except (TypeError, ValueError):
        moment = pd.Timestamp("NaT")
    if pd.isna(moment) or moment.tzinfo is not None:
        raise AnalysisError("not a naive moment", where=where, allowed="a Timestamp without a zone")
    return moment.as_unit("us")


def require_numbers(values: npt.ArrayLike, where: str) -> npt.NDArray[np.float64]:
    """Return numbers as floats, refusing text and what is too large to be squared twice.

    Parameters
    ----------
    values : array_like of numbers, any shape
        None and NA become NaN; NaN and infinity are left to the caller.
    where : str
        Name of the calling function and its argument.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_numbers([1, None], "demo").tolist()
    [1.0, nan]
    """
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise AnalysisError("not numbers", where=where, allowed="numbers") from None
    if np.any(np.isfinite(numbers) & (np.abs(numbers) > _LARGEST_NUMBER)):
        raise AnalysisError("a number is too large", where=where, allowed="-1e50 to 1e50")
    return numbers


def require_one_type(names: pd.Series[Any] | pd.Index[Any], where: str) -> None:
    """Refuse names of several types: they have no order.

    Parameters
    ----------
    names : Series or Index
    where : str
        Name of the calling function and its argument.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_one_type(pd.Series(["a", "b"]), "demo")
    """
    if pd.api.types.infer_dtype(names, skipna=True).startswith("mixed"):
        raise AnalysisError("names are of several types", where=where, allowed="text")


def require_whole(value: int, least: int | None, where: str) -> None:
    """Refuse a setting that is not a whole number, or below the least that is allowed.

    Parameters
    ----------
    value : int
    least : int or None
        None: the caller tells the bounds.
    where : str
        Name of the calling function and its argument.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> require_whole(999, 0, "demo replications")
    """
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or (least is not None and value < least):
        bounds = "" if least is None else f" of {least} or more"
        raise AnalysisError(f"{value!r} came", where=where, allowed=f"a whole number{bounds}")


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
    if not isinstance(value, int | float | np.number) or not 0 < value < 1:
        raise AnalysisError(f"{value} is no level", where=where, allowed="0 < value < 1")
