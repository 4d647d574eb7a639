"""`blockdata hotspots`: where problems gather."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import blockdata as bd
from blockdata.cli import options, output

if TYPE_CHECKING:
    import pandas as pd


def hotspots(
    base: options.BasePath,
    category: options.Category = None,
    grid: Annotated[
        str | None,
        typer.Option(
            "--grid", metavar="LAYER", help="A layer of the base, h3:N, street or segment."
        ),
    ] = None,
    window_days: Annotated[
        int | None, typer.Option("--window-days", metavar="DAYS", help="Only this window.")
    ] = None,
    exposure: Annotated[
        str | None,
        typer.Option(
            "--exposure",
            metavar="NAME",
            help="What counts are measured against: people, addresses, street_length_m, "
            "buildings, legal_entities, components, all_incidents or reports.",
        ),
    ] = None,
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="False discovery rate, such as 0.05.")
    ] = None,
    correction: Annotated[
        Literal["bh", "by"] | None,
        typer.Option("--correction", help="Benjamini-Hochberg or Benjamini-Yekutieli."),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell where problems gather, how that was judged, and what became of it since the run before.

    What the nightly run tested is read; anything else is searched for now by the same rules.
    """
    with bd.open(base) as opened:
        found = bd.hotspots(
            opened,
            category=category,
            grid=grid,
            window_days=window_days,
            exposure=exposure,
            alpha=alpha,
            correction=correction,
            tell=None,
        )
    typer.echo(found.explain())
    output.show(_told(found.frame, whole=out is not None), out)
    if out is None:
        said = found.frame[f"sentence_{found.words.lang}"].dropna().head(_MOST_SAID)
        for number, sentence in enumerate(said, start=1):
            typer.echo(f"{number}. {sentence}")


_MOST_SAID = 10
_SHOWN = (
    *("window_days", "category", "code", "name", "count", "expected", "ratio", "q", "hot"),
    *("change", "stability", "reason"),
)


def _told(frame: pd.DataFrame, *, whole: bool) -> pd.DataFrame:
    """Take what fits a screen, or everything in a form that files can hold."""
    if not whole:
        return frame[list(_SHOWN)]
    return frame.assign(incidents=[" ".join(ids or ()) for ids in _listed(frame["incidents"])])


def _listed(incidents: pd.Series[Any]) -> list[list[str] | None]:
    return [ids if isinstance(ids, list) else None for ids in incidents]
