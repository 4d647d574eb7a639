"""`blockdata info`: what a base holds."""

from __future__ import annotations

import json

import typer

import blockdata as bd
from blockdata.cli import options


def info(base: options.BasePath, as_json: options.AsJson = False) -> None:
    """Tell what a base holds: snapshot, rows per kind, match rates, freshness, report."""
    with bd.open(base) as opened:
        summary = opened.summary()
        text = json.dumps(summary.to_dict(), ensure_ascii=False) if as_json else repr(summary)
    typer.echo(text)
