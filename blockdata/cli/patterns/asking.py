"""Options that several commands about counts share, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from blockdata.cli import options

if TYPE_CHECKING:
    from blockdata.views.patterns.asked import Options

By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="WHAT",
        help="A layer of grids, a level of areas, h3:N, street, segment or place.",
    ),
]
Of = Annotated[str, typer.Option("--of", metavar="WHAT", help="episodes or reports.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="First day of the period.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="First day after the period.")
]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", metavar="NAME", help="Only this category; several times."),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only this source; several times."),
]
Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", metavar="NAME", help="Only this channel; several times."),
]
Exposure = Annotated[
    str | None,
    typer.Option(
        "--exposure",
        metavar="NAME",
        help="people, addresses, street_length_m, buildings, legal_entities, components, "
        "all_incidents or reports.",
    ),
]


def asked(
    of: str,
    period: tuple[str | None, str | None],
    categories: list[str] | None,
    sources: list[str] | None,
    channels: list[str] | None,
) -> Options:
    """Return what a count is narrowed by.

    Raises
    ------
    ConfigError
        If a date is none.

    Examples
    --------
    >>> asked("reports", ("2026-10-01", None), None, None, ["app"])["channels"]
    ['app']
    """
    return {
        "of": of,
        "start": options.day(period[0], "--since"),
        "end": options.day(period[1], "--until"),
        "categories": categories or None,
        "sources": sources or None,
        "channels": channels or None,
    }
