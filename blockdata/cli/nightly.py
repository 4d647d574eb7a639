"""`blockdata nightly`: bring a base up to date and publish it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.status import Status

import blockdata as bd
from blockdata.cli import options

if TYPE_CHECKING:
    from blockdata.batch.nightly import Progress

Facts = dict[str, Any]


def nightly(
    city: options.City,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="Local midnight that ends what is known; default: the end of yesterday.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything and publish nothing.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Bring a base up to date with what the sources have delivered, and publish it.

    Exit codes: 0 published, 1 failed and nothing published, 2 usage or configuration, 3 published
    with warnings, 4 another run holds the base, 99 nothing to do.
    """
    config = bd.load_config(city)
    day = options.day(as_of, "--as-of")
    outcome = (_for_machine if as_json else _for_person)(config, day, dry_run)
    facts = _ending(config, outcome)
    if as_json:
        _print_json("ended", facts)
    else:
        typer.echo("\n".join(_lines(config, facts)))
    raise typer.Exit(int(outcome.code))


def _for_machine(config: bd.Config, day: dt.date | None, dry_run: bool) -> bd.Outcome:
    try:
        return bd.nightly(config, as_of=day, dry_run=dry_run, progress=_print_json)
    except bd.BlockdataError as error:
        _print_json("failed", {"reason": str(error)})
        raise


def _for_person(config: bd.Config, day: dt.date | None, dry_run: bool) -> bd.Outcome:
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        return bd.nightly(config, as_of=day, dry_run=dry_run, progress=_teller(console.print))
    with Status("", console=console) as status:
        return bd.nightly(config, as_of=day, dry_run=dry_run, progress=_teller(status.update))


def _print_json(event: str, facts: Facts) -> None:
    # A step's own "event" says which end of it this is.
    told = {"phase" if name == "event" else name: value for name, value in facts.items()}
    typer.echo(json.dumps({"event": event, **told}, ensure_ascii=False, default=str))


def _teller(tell: Callable[[str], None]) -> Progress:
    def progress(event: str, facts: Facts) -> None:
        if event == "delivery":
            tell(f"{facts['no']}/{facts['of']} {facts['source']}: {facts['file']}")
        elif event == "step" and facts["phase"] == "begins":
            tell(f"{facts['step']} ...")

    return progress


def _ending(config: bd.Config, outcome: bd.Outcome) -> Facts:
    base, page = config.base_path.resolve(), None
    if outcome.number is not None:
        page = base / "reports" / f"{outcome.number:06d}" / "index.html"
    return {
        "outcome": outcome.code.name.lower(),
        "code": int(outcome.code),
        "number": outcome.number,
        "base": str(base),
        "report": str(page) if page is not None and page.exists() else None,
        "rows": outcome.manifest.get("rows", {}),
        "results": outcome.manifest.get("results", {}),
        "findings": outcome.manifest.get("findings", []),
    }


def _lines(config: bd.Config, facts: Facts) -> list[str]:
    zh = config.city.lang == "zh"
    lines = [
        f"{'注意' if zh else 'note'}: {f['subject']}: {f['zh' if zh else 'en']}"
        for f in facts["findings"]
    ]
    catalogue = config.catalogue()
    for name, count in facts["rows"].items():
        if count:
            kind = catalogue.kind(name)
            lines.append(f"  {kind.zh if zh else kind.en} ({name}): {count:,}")
    lines.append(_verdict(facts, zh))
    lines.append(f"{'底座' if zh else 'base'}: {facts['base']}")
    if facts["report"]:
        lines.append(f"{'报告' if zh else 'report'}: {facts['report']}")
    return lines


def _verdict(facts: Facts, zh: bool) -> str:
    number = facts["number"]
    if facts["outcome"] == "nothing":
        return f"无新内容，仍为快照 {number}" if zh else f"nothing new; snapshot {number} stands"
    if number is None:
        return "试运行完成，未发布" if zh else "dry run done, nothing published"
    if facts["outcome"] == "warnings":
        return f"已发布快照 {number}（有警告）" if zh else f"published {number}, with warnings"
    return f"已发布快照 {number}" if zh else f"published snapshot {number}"
