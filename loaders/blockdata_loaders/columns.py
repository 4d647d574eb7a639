"""Which columns of a file are read, and the error that says which one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from blockdata.errors import SourceError
from blockdata.records import Field
from blockdata.records.convert import MISSING_TEXTS, fold
from blockdata.records.looks import Look, looks_like
from blockdata.records.mapping import LEFT_OUT, ColumnMap, map_columns
from blockdata.records.masking import mask_personal
from blockdata.store.batch import LoadRequest

__all__ = ["CONSTANT", "find_column", "looks_of", "missing_texts", "place", "source_columns"]

CONSTANT = "a constant of the configuration stands for it"
_MOST_LISTED = 60
_MOST_LOOKED_AT = 40
"""A file may have a hundred thousand columns; nobody reads what each of them looks like."""


def place(request: LoadRequest) -> str:
    """Return how an error names the source and file of a request."""
    source = f"source {request.source.name}"
    return source if request.path is None else f"{source}, file {request.path.name}"


def missing_texts(request: LoadRequest) -> frozenset[str]:
    """Return the texts that stand for no value in a source."""
    return MISSING_TEXTS | frozenset(request.source.missing)


def find_column(request: LoadRequest, header: Sequence[str], wanted: str) -> str:
    """Return the column of a file that the configuration speaks of.

    Parameters
    ----------
    request : LoadRequest
    header : sequence of str
        Column names of the file.
    wanted : str
        A name from the configuration; case, white space at the ends and full or half width
        make no difference.

    Raises
    ------
    SourceError
        Reason "missing_column".
    """
    key = fold(wanted).casefold()
    for column in header:
        if fold(column).casefold() == key:
            return column
    raise SourceError(
        f"no column {wanted!r}, which the configuration names",
        reason="missing_column",
        where=place(request),
        next_step=_listing(request, header),
    )


def source_columns(request: LoadRequest, header: Sequence[str]) -> ColumnMap:
    """Return what becomes of each column of a file.

    Parameters
    ----------
    request : LoadRequest
    header : sequence of str
        Column names of the file.

    Returns
    -------
    ColumnMap
        As `blockdata.records.mapping.map_columns` finds it; a column whose field has a constant
        is dropped, and a delta's column of change flags is not unmapped.

    Raises
    ------
    SourceError
        Reason "missing_column": a required field has neither a column nor a constant, or the
        column of change flags is not there.
    PrivacyError, ConfigError
        If the configuration maps a column onto a field that cannot take it.
    """
    source, kind = request.source, request.kind
    found = map_columns(kind, header, source.columns, source.profile_columns)
    constant = {column: CONSTANT for f, column in found.mapped.items() if f in source.constants}
    mapped = {f: c for f, c in found.mapped.items() if f not in source.constants}
    absent = [f for f in kind.fields if f.required and f.name not in {*mapped, *source.constants}]
    if absent:
        raise _missing_fields(request, header, absent)
    flag = find_column(request, header, source.change.column) if source.change else None
    unmapped = tuple(c for c in found.unmapped if c != flag)
    dropped = {c: reason for c, reason in found.dropped.items() if (c, reason) != (flag, LEFT_OUT)}
    return replace(found, mapped=mapped, unmapped=unmapped, dropped=dropped | constant)


def looks_of(table: pa.Table, unmapped: Sequence[str]) -> dict[str, Look]:
    """Return what the first of the columns that no field takes seem to hold.

    Parameters
    ----------
    table : pa.Table
        All columns of a file; of those that stand twice none is looked at.
    unmapped : sequence of str

    Returns
    -------
    dict of column to Look
        Never a value.
    """
    names = table.column_names
    first = [c for c in dict.fromkeys(unmapped[:_MOST_LOOKED_AT]) if names.count(c) == 1]
    return {column: looks_like(table.column(column)) for column in first}


def _missing_fields(
    request: LoadRequest, header: Sequence[str], absent: Sequence[Field]
) -> SourceError:
    named = ", ".join(f"{f.name} ({f.zh})" for f in absent)
    first = absent[0].name
    return SourceError(
        f"no column for the required {named}",
        reason="missing_column",
        where=place(request),
        next_step=f'{_listing(request, header)}. In [source.columns] say "column" = "{first}"; '
        f'or in [source.constants] {first} = "..." for all rows',
    )


def _listing(request: LoadRequest, header: Sequence[str]) -> str:
    """Name the columns of a file; a file without a header may have personal values there."""
    if request.kind.private:
        return f"The file has {len(header)} columns; is its first row a header?"
    listed = [mask_personal(column) for column in header[:_MOST_LISTED]]
    more = ", ..." if len(header) > _MOST_LISTED else ""
    return f"Columns of the file: {', '.join(listed)}{more}"
