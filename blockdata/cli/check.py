"""`blockdata check`: try out what the sources have delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

import blockdata as bd
from blockdata.cli import options

if TYPE_CHECKING:
    from blockdata.batch.checking import SourceCheck


def check(city: options.City) -> None:
    """Load every file that lies ready, without a base, and tell what would become of it.

    Prints rows, columns that no field takes with what they look like and fields of a similar name,
    and why rows would be rejected. Writes nothing. Ends with 1 if a file cannot be used.
    """
    checked = bd.check_sources(bd.load_config(city))
    for found in checked:
        typer.echo("\n".join(_lines(found)))
    raise typer.Exit(int(any(found.error for found in checked)))


def _lines(found: SourceCheck) -> Iterator[str]:
    yield f"{found.source}: {found.file or '-'}"
    if found.error:
        yield f"  cannot be used: {found.error}"
        return
    yield (
        f"  {found.rows_read:,} rows: {found.accepted:,} accepted, {found.merged:,} repeated, "
        f"{found.rejected:,} rejected"
    )
    for (field, reason), count in found.reasons.items():
        yield f"  rejected {count:,}: {reason} {f'({field})' if field else ''}".rstrip()
    yield from (f"  suspected: {doubt}" for doubt in found.doubts)
    for column, fields in found.unmapped.items():
        look = f"; looks like: {found.looks[column]}" if column in found.looks else ""
        near = f"; similar: {', '.join(fields)}" if fields else ""
        yield f"  column {column!r} is taken by no field{look}{near}"
    for column, why in found.dropped.items():
        yield f"  column {column!r} is left out: {why}"
