"""`blockdata chronic`: which places never get better, and what speaks for each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import blockdata as bd
from blockdata.cli import options, output
from blockdata.errors import ConfigError
from blockdata.store import files

if TYPE_CHECKING:
    from blockdata.views.problems.evidence import PlaceEvidence


def chronic(
    base: options.BasePath,
    category: options.Category = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only this kind of place: address, building, component, legal_entity, premises, "
            "crossing, cell:unit ...",
        ),
    ] = None,
    evidence: Annotated[
        str | None,
        typer.Option(
            "--evidence",
            metavar="PLACE",
            help="Tell what speaks for one place, by its id, name or code; --out FILE.html writes "
            "it as a page.",
        ),
    ] = None,
    out: options.Out = None,
) -> None:
    """Tell which places never get better, as the nightly run found it, and what that means."""
    with bd.open(base) as opened:
        found = bd.chronic(opened, category=category, place_kind=kind)
        if evidence is not None:
            _tell(found.evidence(evidence, category), out)
            return
    typer.echo(found.explain())
    output.show(found.frame if out is not None else found.frame[list(_SHOWN)], out)
    if out is None:
        said = found.frame[f"sentence_{found.words.lang}"].dropna().head(_MOST_SAID)
        for number, sentence in enumerate(said, start=1):
            typer.echo(f"{number}. {sentence}")


_MOST_SAID = 10
_SHOWN = (
    *("place_kind", "place", "name", "code", "category", "course_word", "episodes", "expected"),
    *("excess", "q", "rank", "reason"),
)


def _tell(told: PlaceEvidence, out: Path | None) -> None:
    """Print the evidence, or write it as a page."""
    if out is None:
        typer.echo(repr(told))
        return
    if out.suffix != ".html" or not out.parent.is_dir():
        raise ConfigError("evidence is written as a page", where=str(out), allowed="a .html file")
    files.write_durably(out, told.page())
    typer.echo(str(out))
