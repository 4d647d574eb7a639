"""The command line: one thin file per command over one function of the library."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from importlib import import_module

import typer

from blockdata.cli import (
    accept,
    causes,
    check,
    chronic,
    coverage,
    decide,
    effects,
    hotspots,
    info,
    inside,
    keys,
    kinds,
    match,
    monthly,
    nightly,
    place,
    profile,
    quarantine,
    review,
    rollback,
    sql,
    tasks,
)
from blockdata.cli.cases import categories as cases_categories
from blockdata.cli.cases import chains as cases_chains
from blockdata.cli.cases import disputes as cases_disputes
from blockdata.cli.cases import due as cases_due
from blockdata.cli.cases import duplicates as cases_duplicates
from blockdata.cli.cases import episodes as cases_episodes
from blockdata.cli.cases import explain as cases_explain
from blockdata.cli.cases import links as cases_links
from blockdata.cli.cases import repeats_of as cases_repeats_of
from blockdata.cli.layers import check as layers_check
from blockdata.cli.layers import counts as layers_counts
from blockdata.cli.layers import draft as layers_draft
from blockdata.cli.layers import lineage as layers_lineage
from blockdata.cli.layers import raster as layers_raster
from blockdata.cli.layers import repairs as layers_repairs
from blockdata.cli.patterns import clusters as patterns_clusters
from blockdata.cli.patterns import concentration as patterns_concentration
from blockdata.cli.patterns import counts as patterns_counts
from blockdata.cli.patterns import density as patterns_density
from blockdata.cli.patterns import emerging as patterns_emerging
from blockdata.cli.patterns import expected as patterns_expected
from blockdata.cli.patterns import near_repeat as patterns_near_repeat
from blockdata.cli.patterns import point_clusters as patterns_point_clusters
from blockdata.cli.patterns import rates as patterns_rates
from blockdata.cli.patterns import rises as patterns_rises
from blockdata.cli.patterns import scan as patterns_scan
from blockdata.cli.scores import alarms as scores_alarms
from blockdata.cli.scores import indicators as scores_indicators
from blockdata.cli.scores import scorecard as scores_scorecard
from blockdata.errors import ConfigError, KeyMissingError, LockedError

__all__ = ["COMMANDS", "app", "main"]

FAILED, USAGE, LOCKED = 1, 2, 4
"""Exit codes of commands; `nightly` has those of a run besides."""

COMMANDS: dict[str, Callable[..., None]] = {
    "nightly": nightly.nightly,
    "check": check.check,
    "keys": keys.keys,
    "info": info.info,
    "hotspots": hotspots.hotspots,
    "chronic": chronic.chronic,
    "causes": causes.causes,
    "effects": effects.effects,
    "monthly": monthly.monthly,
    "indicators": scores_indicators.indicators,
    "alarms": scores_alarms.alarms,
    "scorecard": scores_scorecard.scorecard,
    "tasks": tasks.tasks,
    "profile": profile.profile,
    "coverage": coverage.coverage,
    "place": place.place,
    "inside": inside.inside,
    "match": match.match,
    "sql": sql.sql,
    "quarantine": quarantine.quarantine,
    "decide": decide.decide,
    "review": review.review,
    "rollback": rollback.rollback,
    "accept": accept.accept,
    "kinds": kinds.kinds,
    "layers check": layers_check.check,
    "layers repairs": layers_repairs.repairs,
    "layers lineage": layers_lineage.lineage,
    "layers counts": layers_counts.counts,
    "layers draft": layers_draft.draft,
    "layers raster": layers_raster.raster,
    "cases explain": cases_explain.explain,
    "cases links": cases_links.links,
    "cases categories": cases_categories.categories,
    "cases duplicates": cases_duplicates.duplicates,
    "cases repeats-of": cases_repeats_of.repeats_of,
    "cases chains": cases_chains.chains,
    "cases episodes": cases_episodes.episodes,
    "cases due": cases_due.due,
    "cases disputes": cases_disputes.disputes,
    "patterns rises": patterns_rises.rises,
    "patterns clusters": patterns_clusters.clusters,
    "patterns scan": patterns_scan.scan,
    "patterns counts": patterns_counts.counts,
    "patterns rates": patterns_rates.rates,
    "patterns expected": patterns_expected.expected,
    "patterns density": patterns_density.density,
    "patterns point-clusters": patterns_point_clusters.point_clusters,
    "patterns emerging": patterns_emerging.emerging,
    "patterns near-repeat": patterns_near_repeat.near_repeat,
    "patterns concentration": patterns_concentration.concentration,
}
"""Every command by name, in the order of the help."""

app = typer.Typer(
    name="blockdata",
    help="Block data: where problems gather, and which places never get better.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_GROUPS = {
    "cases": "Cases: what they are about, which belong together, who answers until when.",
    "patterns": "Patterns in incidents: what rises, gathers and repeats.",
    "layers": "Layers of cells: check, repair, draft, count through time, carry figures over.",
}
"""What the groups of commands are about; their commands are named "GROUP COMMAND"."""


def _register() -> None:
    groups = {name: typer.Typer(no_args_is_help=True, help=text) for name, text in _GROUPS.items()}
    for name, command in COMMANDS.items():
        group, _, own = name.rpartition(" ")
        (groups[group] if group else app).command(own)(command)
    for name, group_app in groups.items():
        app.add_typer(group_app, name=name)


_register()


@app.callback()
def _options(
    debug: bool = typer.Option(False, "--debug", help="Show where an error arose, in full."),
) -> None:
    """Take the options that stand before the command's name; `main` looks at them again."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its code.

    Parameters
    ----------
    arguments : list of str, optional
        Default: those of the process.

    Notes
    -----
    Codes: 2 for usage, configuration and missing keys, 4 if another run holds the base, 1 for
    every other error; `nightly` ends with its run's code. An error is told in a line or two on
    standard error. A foreign error's text is never shown: it could hold a value of a row.
    """
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(given, prog_name="blockdata")
    except Exception as error:  # noqa: BLE001 - nobody else is there to tell it
        sys.exit(_told(error, debug="--debug" in given))


def _told(error: Exception, *, debug: bool) -> int:
    if debug:
        frames = traceback.extract_tb(error.__traceback__)
        typer.echo("".join(traceback.format_list(frames)), err=True, nl=False)
    text = import_module("blockdata.batch.nightly").told(error)
    typer.echo(f"blockdata: {text}", err=True)
    if isinstance(error, LockedError):
        return LOCKED
    return USAGE if isinstance(error, ConfigError | KeyMissingError) else FAILED
