"""The report of a run: one page in one file that asks for nothing from anywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from blockdata.engines import feeds, report_feeds
from blockdata.report.cameras import camera_section
from blockdata.report.cases import case_sections
from blockdata.report.causes import cause_section
from blockdata.report.chronic import chronic_section
from blockdata.report.classes import component_classes
from blockdata.report.effects import Forest, effect_section
from blockdata.report.hot import choice_lines, hot_windows
from blockdata.report.layers import layer_lines
from blockdata.report.patterns import pattern_sections
from blockdata.report.people import people_section
from blockdata.report.quality import (
    balance_total,
    kind_lines,
    notes,
    quarantine_lines,
    source_lines,
)
from blockdata.report.raster import raster_section
from blockdata.report.scores import score_sections
from blockdata.report.settings import Settings, settings_of
from blockdata.report.tasks import task_section
from blockdata.report.words import Words, tenth, whole
from blockdata.store import files
from blockdata.store.session import Session

__all__ = ["forest_plot", "render_report", "write_report"]


def write_report(session: Session, facts: Mapping[str, object], folder: Path) -> Path:
    """Write a run's report as one self-contained HTML file.

    Parameters
    ----------
    session : Session
        The base as the run leaves it; only its open part is read.
    facts : mapping
        The run's manifest.
    folder : Path
        Is made if it does not exist.

    Returns
    -------
    Path
        `folder`/index.html.

    Notes
    -----
    The same base and facts give the same bytes: there is no clock here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    files.write_durably(path, render_report(session, facts))
    return path


def render_report(session: Session, facts: Mapping[str, object]) -> str:
    """Return the page as text; see `write_report`.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> from blockdata.store.snapshots import memory_session
    >>> facts = {"city": "望海区", "as_of": "2026-11-01"}
    >>> page = render_report(memory_session(Catalogue()), facts)
    >>> page.startswith("<!DOCTYPE html>") and "望海区" in page
    True
    """
    settings = settings_of(session, facts)
    words = Words(settings.city.lang, session.catalogue)
    environment = _environment()
    environment.globals.update(t=words.t, w=words)
    template = environment.get_template("index.html")
    return template.render(**_content(session, facts, settings, words))


def forest_plot(drawn: Forest, words: Words) -> str:
    """Return a plot of ratios with their intervals, as SVG that needs no network."""
    module = _environment().get_template("forest.html").make_module({"t": words.t, "w": words})
    return str(module.plot(drawn)).strip()  # type: ignore[attr-defined]


@cache
def _environment() -> jinja2.Environment:
    """Return the templates, compiled once a process."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("blockdata", "report/templates"),
        # Names and addresses come from files: everything is escaped, whatever a template's name.
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(whole=whole, tenth=tenth)
    return environment


def _content(
    session: Session, facts: Mapping[str, Any], settings: Settings, words: Words
) -> dict[str, object]:
    sources = source_lines(session, facts, words)
    as_of = dt.date.fromisoformat(str(facts["as_of"]))
    return {
        "facts": facts,
        "settings": settings,
        "windows": hot_windows(session, settings, words, as_of - dt.timedelta(days=1)),
        "no_exposure": notes(facts, words, "no_exposure"),
        "choices": choice_lines(session, words),
        "chronic": chronic_section(session, settings, words, as_of),
        "causes": cause_section(session, settings, words),
        "effects": effect_section(session, settings, words),
        "cameras": camera_section(session, words, as_of - dt.timedelta(days=1)),
        "gaps": session.read("coverage_gap").sort_by("source").to_pylist(),
        "people": people_section(session, as_of - dt.timedelta(days=1)),
        "raster": raster_section(session, words),
        "has_person_source": any(
            source.get("kind") == "person" for source in facts.get("sources", {}).values()
        ),
        "kinds": kind_lines(session, words),
        "layer_lines": layer_lines(session, words),
        "library": feeds.has_address_library(session),
        "component_classes": component_classes(session, settings.codes.local_minors_from),
        "incidents": session.count("incident"),
        "sources": sources,
        "total": balance_total(sources),
        "quarantine": quarantine_lines(session, words),
        "quarantine_rows": report_feeds.quarantine_rows(session),
        "matters": session.count("matter"),
        "notes": notes(facts, words),
        "idle_decisions": notes(facts, words, "decision_without_effect"),
        "decisions": report_feeds.decision_counts(session),
        **case_sections(session, settings, words, as_of),
        **pattern_sections(session, settings, words, as_of),
        **score_sections(session, settings, words),
        "tasks": task_section(session, settings, words, as_of),
        "waiting": {name: len(facts.get(name, ())) for name in ("waiting", "withheld", "repeats")},
    }
