"""`blockdata accept`: release what a rollback has withheld."""

from __future__ import annotations

import typer

import blockdata as bd
from blockdata.cli import options


def accept(city: options.City, source: options.Source = None) -> None:
    """Release deliveries that a rollback withheld; the next run applies them."""
    for name, file, day, _ in bd.accept(bd.load_config(city), source=source):
        typer.echo(f"{day} {name}: {file}")
