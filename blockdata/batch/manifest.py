"""What a run writes down about itself: inputs, counts, findings, versions, seconds."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockdata.batch.episodes import revision_summary
from blockdata.batch.loading import Loading, is_decision
from blockdata.batch.plan import Plan
from blockdata.batch.steps import Clock, versions
from blockdata.config import Config
from blockdata.store.delivered import size_of
from blockdata.store.layout import Layout
from blockdata.store.session import Session

if TYPE_CHECKING:
    from blockdata.batch.discover import Found


@dataclass(frozen=True)
class RunFacts:
    """What a run knows about itself when it has done its work."""

    config: Config
    as_of: dt.date
    number: int
    plan: Plan
    loading: Loading
    content_hash: str
    clock: Clock


def manifest(session: Session, run: RunFacts) -> dict[str, object]:
    """Return a run's manifest.

    Its `sources.<name>.counts` balance: read = loaded + merged + quarantined; rows that a full
    delivery no longer has are counted apart, as closed.
    """
    plan, config = run.plan, run.config
    counts, encodings = run.loading.counts, run.loading.encodings
    return {
        "number": run.number,
        "finished_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "city": config.city.name,
        "as_of": run.as_of.isoformat(),
        "content_hash": run.content_hash,
        "started_from": plan.start.number,
        "sources": {
            s.name: {
                "kind": s.kind,
                "mode": s.mode,
                "counts": counts[s.name].as_told() if s.name in counts else None,
                "inputs": [
                    _input(f) | {"encoding": encodings.get(f.delivery.identity)}
                    for f in plan.apply
                    if f.delivery.source == s.name
                ],
            }
            for s in config.sources
        },
        "decisions": [_input(f) for f in plan.apply if is_decision(f)],
        "waiting": [_input(f) for f in plan.waiting],
        "withheld": [_input(f) for f in plan.withheld],
        "repeats": [_input(f) for f in plan.repeats],
        "rows": {k.name: session.count(k.name) for k in session.catalogue if not k.private},
        "results": {
            name: session.count(name) for name in ("episode", "hotspot", "chronic", "quarantine")
        },
        "revised_episodes": revision_summary(session, run.as_of),
        "findings": [f.as_dict() for f in run.loading.findings.items],
        "versions": versions(),
        "seeds": {},
        "steps": run.clock.parts,
    }


def _input(found: Found) -> dict[str, object]:
    delivery = found.delivery
    return {
        "file": delivery.file,
        "sha256": delivery.sha256,
        "delivered_on": delivery.delivered_on.isoformat(),
        "bytes": size_of(found.path),
    }


def attempt(config: Config, as_of: dt.date, outcome: str, reason: str) -> dict[str, object]:
    """Return the line about a run that published nothing."""
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "city": config.city.name,
        "as_of": as_of.isoformat(),
        "outcome": outcome,
        "reason": reason,
    }


def write_attempt(layout: Layout, facts: dict[str, object]) -> None:
    """Add a line to the attempts."""
    layout.runs.mkdir(parents=True, exist_ok=True)
    with layout.attempts.open("a", encoding="utf-8") as file:
        file.write(json.dumps(facts, ensure_ascii=False) + "\n")
