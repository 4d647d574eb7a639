"""`blockdata cases repeats-of`: which open cases a new report repeats."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.errors import ConfigError

_STANDARD_INPUT = "-"


def repeats_of(
    base: options.BasePath,
    report: Annotated[
        str | None,
        typer.Argument(
            metavar="[REPORT.json]",
            help="The report as one JSON object; - reads it from standard input.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it was made, local time.")
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", metavar="NAME", help="The source's word.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", metavar="TEXT", help="Address as written.")
    ] = None,
    x: Annotated[float | None, typer.Option("--x", metavar="M", help="As measured.")] = None,
    y: Annotated[float | None, typer.Option("--y", metavar="M", help="As measured.")] = None,
    as_json: options.AsJson = False,
    out: options.Out = None,
) -> None:
    """Tell which open cases a new report may repeat, how probably and why.

    Caller and content are taken from JSON only ("caller", "content"), for a command line is kept
    and seen by others; both are compared where the people key is at hand, and never kept.
    """
    told = {"reported_at": at, "category": category, "address_text": address, "x": x, "y": y}
    given = _read(report) | {name: value for name, value in told.items() if value is not None}
    with bd.open(base) as opened:
        found = opened.cases.repeats_of(given)
    if as_json:
        typer.echo(found.to_json(orient="records", force_ascii=False, date_format="iso"))
    else:
        output.answer(found, out)


def _read(report: str | None) -> dict[str, Any]:
    if report is None:
        return {}
    try:
        text = (
            sys.stdin.read()
            if report == _STANDARD_INPUT
            else Path(report).read_text(encoding="utf-8")
        )
        read = json.loads(text)
    except (OSError, ValueError):
        read = None
    if not isinstance(read, dict):
        raise ConfigError(
            "the report cannot be read", where=report, allowed="a file with one JSON object, or -"
        ) from None
    return read
