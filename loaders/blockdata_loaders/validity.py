"""Days of a row: its own validity, and the period that a delivery is complete for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.store.batch import LoadRequest
from blockdata_loaders.arrays import nulls

__all__ = ["local_days", "period", "stated_validity"]


def local_days(times: pa.Array, time_zone: str) -> pa.Array:
    """Return the days, in a time zone, of moments in naive UTC.

    Examples
    --------
    >>> late = pa.array([dt.datetime(2026, 1, 31, 16, 30), None], pa.timestamp("us"))
    >>> local_days(late, "Asia/Shanghai").to_pylist()
    [datetime.date(2026, 2, 1), None]
    """
    moments = np.asarray(times.to_numpy(zero_copy_only=False), dtype="datetime64[us]")
    local = pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(time_zone).tz_localize(None)
    return pa.array(np.asarray(local.to_numpy()).astype("datetime64[D]"), pa.date32())


def stated_validity(
    request: LoadRequest, columns: Mapping[str, pa.Array], count: int
) -> tuple[pa.Array, pa.Array]:
    """Return first day, and the day after the last, of the things themselves.

    Parameters
    ----------
    request : LoadRequest
    columns : mapping of field name to pa.Array
        Typed columns.
    count : int
        Rows.

    Returns
    -------
    stated_from, stated_to : pa.Array of date32
        The kind's own fields; for events the day they happened and null; null where not stated.
    """
    kind = request.kind
    if kind.time is not None:
        return local_days(columns[kind.time], request.time_zone), nulls(count, pa.date32())
    begins, ends = (
        nulls(count, pa.date32()) if name is None else columns[name]
        for name in (kind.begins, kind.ends)
    )
    return begins, ends


def period(request: LoadRequest, times: pa.Array) -> tuple[dt.date, dt.date] | None:
    """Return first day, and the day after the last, that a period delivery is complete for.

    Parameters
    ----------
    request : LoadRequest
        A source whose period is "month" is complete for whole calendar months.
    times : pa.Array
        Moments of the accepted rows, naive UTC.

    Returns
    -------
    tuple of date, or None
        None for another mode or without rows.
    """
    if request.source.mode != "period" or times.null_count == len(times):
        return None
    bounds = pc.min_max(local_days(times, request.time_zone)).as_py()
    first, last = bounds["min"], bounds["max"]
    if request.source.period == "month":
        return first.replace(day=1), (last.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return first, last + dt.timedelta(days=1)
