"""How rises and clusters are shown: what they stand on, a table, and a sentence for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from blockdata.cli import output

if TYPE_CHECKING:
    from blockdata.views.patterns.told import Pattern

__all__ = ["show"]

_MOST_SAID = 10


def show(found: Pattern, columns: Sequence[str], out: Path | None) -> None:
    """Print the explanation, some columns and sentences, or write all columns to a file.

    Parameters
    ----------
    found : Pattern
    columns : sequence of str
        To print, those that there are.
    out : Path or None
    """
    typer.echo(found.explain())
    frame = found.frame
    if out is not None:
        # A list of cells is one text in a file.
        lists = {
            name: [" ".join(v) if isinstance(v, list) else v for v in frame[name]]
            for name in ("members",)
            if name in frame
        }
        output.show(frame.assign(**lists), out)
        return
    if frame.empty:
        return
    output.show(frame[[name for name in columns if name in frame]])
    # What may be chance stands in the table with its p, and is not told as if it were a finding.
    said = frame.loc[frame["alarm"], f"sentence_{found.words.lang}"].dropna().head(_MOST_SAID)
    for number, sentence in enumerate(said, start=1):
        typer.echo(f"{number}. {sentence}")
