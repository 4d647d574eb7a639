"""`blockdata kinds`: what each record is."""

from __future__ import annotations

from typing import Annotated

import typer

import blockdata as bd
from blockdata.errors import ConfigError
from blockdata.records.docs import markdown


def kinds(
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="Language.")] = "zh",
) -> None:
    """Print the record kinds with their fields, as Markdown."""
    if lang not in ("zh", "en"):
        raise ConfigError("unknown language", where="--lang", allowed="zh, en")
    typer.echo(markdown(bd.Catalogue().kinds, "zh" if lang == "zh" else "en"), nl=False)
