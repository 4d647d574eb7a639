"""Steps of cases, also from files with one row per case and a column for the time of each step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import SourceError
from blockdata.store.batch import LoadRequest
from blockdata_loaders.columns import find_column, missing_texts, place
from blockdata_loaders.reader import RawTable
from blockdata_loaders.standard import StandardLoader

__all__ = ["IncidentStepLoader", "loader"]


class IncidentStepLoader(StandardLoader):
    """Loads steps of incidents.

    Where the source says which column has the time of which step (`[source.steps]`), every time
    that a row has is a step, and counts as a row read; steps of one row keep its number.
    """

    def reshaped(self, request: LoadRequest, raw: RawTable) -> RawTable:
        """Return one row per step, in the order of the file and of the configuration.

        Raises
        ------
        SourceError
            Reason "missing_column" if a named column is not there, "duplicate_column" if the file
            has columns for a step and its time as well.
        """
        if not request.source.steps:
            return raw
        header = raw.columns.column_names
        steps = {find_column(request, header, c): s for c, s in request.source.steps.items()}
        step, step_at = (request.kind.field(name).zh for name in ("step", "step_at"))
        others = [name for name in header if name not in steps]
        if taken := [name for name in (step, step_at) if name in others]:
            raise SourceError(
                f"the file has a column {taken[0]!r} beside those that [source.steps] names",
                reason="duplicate_column",
                where=place(request),
                next_step="Leave [source.steps] out: the file has one row per step already",
            )
        rows, which = _told(raw, list(steps), missing_texts(request))
        names = pa.array(list(steps.values())).take(pa.array(which))
        times = [raw.columns.column(name).combine_chunks() for name in steps]
        at = pa.chunked_array(times, pa.string()).take(pa.array(which * len(raw.row_number) + rows))
        long = raw.columns.select(others).take(pa.array(rows))
        return replace(
            raw,
            columns=long.append_column(step, names).append_column(step_at, at),
            row_number=raw.row_number[rows],
            geometry=None,
            rows_read=len(rows) + len(raw.bad_rows),
        )


def _told(
    raw: RawTable, columns: list[str], missing: frozenset[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every time that is told, by row."""
    empty = pa.array([*missing, ""])
    told = [
        pc.invert(pc.is_in(pc.fill_null(raw.columns.column(name), ""), value_set=empty)).to_numpy()
        for name in columns
    ]
    rows, which = np.nonzero(np.column_stack(told))
    return rows, which


loader = IncidentStepLoader()
