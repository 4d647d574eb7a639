"""The loader of every record kind; a kind with rules of its own overrides a hook or two."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import KeyMissingError, SourceError
from blockdata.records import Field, Held, Type
from blockdata.records.convert import convert_column
from blockdata.records.masking import mask_personal_column
from blockdata.records.pseudonyms import normal_number, normal_phone, pseudonyms
from blockdata.records.tables import GEOM as GEOM_COLUMN
from blockdata.records.tables import field_column
from blockdata.store.batch import Batch, LoadRequest
from blockdata_loaders.arrays import BoolArray, nulls, side_by_side, whole
from blockdata_loaders.checking import Problem, Verdict, judged, key_fields
from blockdata_loaders.columns import (
    find_column,
    looks_of,
    missing_texts,
    place,
    source_columns,
)
from blockdata_loaders.reader import RawTable, read_file
from blockdata_loaders.rejects import bad_rows_frame, rejected_frame
from blockdata_loaders.rows import GEOM, Rows, prepared_texts, rows_of_file, rows_of_values
from blockdata_loaders.validity import period, stated_validity

__all__ = ["StandardLoader", "loader"]

Columns = dict[str, pa.Array]

_LONG_RUN = 4096
"""Rows in a run that is worth to be a chunk of its own."""


class StandardLoader:
    """Reads, maps, converts, checks and treats the rows of one file.

    Subclasses set `phones` and override `reshaped`, `own_problems`, `after_conversion` or
    `hidden_cells`. All but the first see columns as converted, before anything is masked or made a
    pseudonym.

    Examples
    --------
    >>> from blockdata.config import Source
    >>> from blockdata.records import Catalogue
    >>> source = Source(name="roads", kind="street", path="roads/*", date={"on": "2026-11-01"})
    >>> street = Catalogue().kind("street")
    >>> request = LoadRequest(source, street, None, "EPSG:4549", "Asia/Shanghai")
    >>> rows = [{"code": "1", "name": "测试路", "width_m": "5米"}, {"code": "2", "width_m": "-1"}]
    >>> batch = StandardLoader().load_values(request, rows)
    >>> batch.rows.select(["source_id", "name", "width_m"]).to_pylist()
    [{'source_id': '1', 'name': '测试路', 'width_m': 5.0}]
    >>> batch.rejected[["row_number", "field", "reason"]].values.tolist()
    [[2, 'name', 'missing'], [2, 'width_m', 'below_minimum']]
    """

    phones: frozenset[str] = frozenset()
    """Fields whose pseudonym is made of the digits of a phone number."""

    def reshaped(self, request: LoadRequest, raw: RawTable) -> RawTable:
        """Return the rows as the kind has them, where a file lays them out otherwise."""
        return raw

    def own_problems(self, columns: Mapping[str, pa.Array]) -> Iterable[Problem]:
        """Return violations of rules that a declaration cannot express."""
        return ()

    def after_conversion(self, columns: Columns) -> Columns:
        """Return the columns with derived or moved values."""
        return columns

    def hidden_cells(self, columns: Mapping[str, pa.Array]) -> dict[str, BoolArray]:
        """Return cells of open fields that only the steward may see if the row is rejected."""
        return {}

    def load(self, request: LoadRequest) -> Batch:
        """Load one file.

        Parameters
        ----------
        request : LoadRequest

        Returns
        -------
        Batch

        Raises
        ------
        SourceError
            If the file as a whole cannot be used; `reason` says why.
        KeyMissingError
            If the kind is private and there is no secret; nothing has been read then.
        PrivacyError, ConfigError
            If the configuration asks for what the kind does not hold.
        """
        _require_usable(request)
        raw = self.reshaped(request, _read(request))
        columns = source_columns(request, raw.columns.column_names)
        rows = rows_of_file(request, raw, columns)
        batch = self._batch(request, rows, whole_file=True)
        return replace(
            batch,
            rows_read=raw.rows_read,
            rejected=_joined(bad_rows_frame(raw.bad_rows), batch.rejected),
            columns=tuple(raw.columns.column_names),
            unmapped=columns.unmapped,
            looks=looks_of(raw.columns, columns.unmapped),
            dropped=dict(columns.dropped),
            absent=columns.absent,
            encoding=raw.encoding,
        )

    def load_values(self, request: LoadRequest, rows: Sequence[Mapping[str, str]]) -> Batch:
        """Load rows given as texts by field name.

        Parameters
        ----------
        request : LoadRequest
        rows : sequence of mapping
            As `Batch.rejected` keeps them in `raw`; "geom" is WKT in the base's CRS.

        Returns
        -------
        Batch
            Rows are numbered from 1.

        Raises
        ------
        KeyMissingError
            If the kind is private and there is no secret.
        """
        _require_usable(request)
        return self._batch(request, rows_of_values(request, rows), whole_file=False)

    def latest_day(self, request: LoadRequest, column: str) -> dt.date:
        """Return the latest day in a column of a file.

        Parameters
        ----------
        request : LoadRequest
        column : str
            Name of the source's column; its moments count by their day in the request's zone.

        Returns
        -------
        date

        Raises
        ------
        SourceError
            Reason "missing_column" or "no_date".
        """
        raw = _read(request)
        name = find_column(request, raw.columns.column_names, column)
        days, _ = convert_column(
            Field("day", Type.DATE, "", ""),
            whole(raw.columns.column(name)),
            time_zone=request.time_zone,
            missing=missing_texts(request),
        )
        latest = pc.max(days).as_py()
        if not isinstance(latest, dt.date):
            raise SourceError(
                f"column {name!r} holds no date",
                reason="no_date",
                where=place(request),
                next_step="Name another column in [source.date], or take the date from the name",
            )
        return latest

    def _batch(self, request: LoadRequest, rows: Rows, *, whole_file: bool) -> Batch:
        columns, unread = _converted(request, rows)
        own, hidden = list(self.own_problems(columns)), self.hidden_cells(columns)
        treated = self._treated(request, self.after_conversion(columns))
        verdict = judged(request, rows, treated, unread, own, whole_file=whole_file)
        accepted = _accepted_rows(request, rows, verdict)
        times = request.kind.time
        return Batch(
            kind=request.kind,
            rows=accepted,
            rows_read=len(rows),
            merged=int(verdict.merged.sum()),
            rejected=rejected_frame(request, rows, verdict.found, verdict.keys, hidden),
            period=period(request, whole(accepted.column(times))) if times else None,
            doubts=verdict.doubts,
        )

    def _treated(self, request: LoadRequest, columns: Columns) -> Columns:
        """Return the columns with pseudonyms for numbers and with masked free text."""
        tasks = {
            field.name: functools.partial(self._treat, request, field, columns[field.name])
            for field in request.kind.fields
        }
        return side_by_side(tasks, len(next(iter(columns.values()))))

    def _treat(self, request: LoadRequest, field: Field, values: pa.Array) -> pa.Array:
        if field.held is Held.PSEUDONYM:
            return self._pseudonyms(request, field, values)
        if field.type is Type.TEXT and field.held is not Held.PEOPLE:
            return mask_personal_column(values)
        return values

    def _pseudonyms(self, request: LoadRequest, field: Field, values: pa.Array) -> pa.Array:
        if not request.secret:
            return nulls(len(values))
        normal = normal_phone if field.name in self.phones else normal_number
        return pseudonyms(normal(values), request.secret)


def _require_usable(request: LoadRequest) -> None:
    key_fields(request)
    if request.kind.private and not request.secret:
        raise KeyMissingError(
            f"rows of kind {request.kind.name!r} are loaded with the steward's key only",
            where=f"source {request.source.name}",
            next_step="Set people_file in [keys]; nothing has been read",
        )


def _read(request: LoadRequest) -> RawTable:
    source = request.source
    if request.path is None:
        raise SourceError("there is no file to read", reason="missing_file", where=place(request))
    return read_file(
        request.path,
        sheet=source.sheet,
        layer=source.layer,
        encoding=source.encoding,
        delimiter=source.delimiter,
    )


def _converted(request: LoadRequest, rows: Rows) -> tuple[Columns, dict[str, BoolArray]]:
    convert = functools.partial(
        convert_column, time_zone=request.time_zone, missing=missing_texts(request)
    )
    tasks = {
        name: functools.partial(convert, request.kind.field(name), texts)
        for name, texts in prepared_texts(request, rows).items()
    }
    # Placing takes as long as all conversions together, and is done beside them.
    found = side_by_side({GEOM: lambda: rows.geometries, **tasks}, len(rows))
    typed, unread = zip(*(found[name] for name in tasks), strict=True)
    return dict(zip(tasks, typed, strict=True)), dict(zip(tasks, unread, strict=True))


def _accepted_rows(request: LoadRequest, rows: Rows, verdict: Verdict) -> pa.Table:
    content = {n: whole(verdict.content.column(n)) for n in verdict.content.column_names}
    stated_from, stated_to = stated_validity(request, content, len(rows))
    fields = [field_column(f) for f in request.kind.fields]
    columns = [
        ("source_id", pa.string(), verdict.keys),
        ("row_number", pa.int64(), pa.array(rows.numbers)),
        ("removes", pa.bool_(), pa.array(rows.removes)),
        ("stated_from", pa.date32(), stated_from),
        ("stated_to", pa.date32(), stated_to),
        *((c.name, c.type, content[c.name]) for c in fields),
    ]
    if rows.geometries is not None:
        columns.append((GEOM_COLUMN.name, GEOM_COLUMN.type, content[GEOM_COLUMN.name]))
    schema = pa.schema([(name, type_) for name, type_, _ in columns])
    table = pa.Table.from_arrays([values for *_, values in columns], schema=schema)
    return _taken(table, verdict.accepted)


def _taken(table: pa.Table, accepted: BoolArray) -> pa.Table:
    """Return the accepted rows, without copying them where few others lie between them."""
    others = np.flatnonzero(~accepted)
    if len(others) * _LONG_RUN > len(accepted):
        return table.filter(pa.array(accepted))
    begins, ends = [0, *(others + 1).tolist()], [*others.tolist(), len(accepted)]
    runs = [table.slice(b, e - b) for b, e in zip(begins, ends, strict=True) if e > b]
    return pa.concat_tables(runs or [table.slice(0, 0)])


def _joined(bad: pd.DataFrame, rejected: pd.DataFrame) -> pd.DataFrame:
    """Return both in the order of the file."""
    parts = [frame for frame in (bad, rejected) if not frame.empty]
    if not parts:
        return rejected
    both = pd.concat(parts, ignore_index=True)
    return both.sort_values("row_number", kind="stable", ignore_index=True)


loader = StandardLoader()
"""Loads kinds that have no loader of their own, a city's own kinds among them."""
