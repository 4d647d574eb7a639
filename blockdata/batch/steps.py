"""Steps that are computed at the end of a run: run when what they stand on changed, else kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from blockdata.batch.findings import Finding, write_findings
from blockdata.config import Config
from blockdata.records import Catalogue
from blockdata.records.catalogue import OF_THE_BASE
from blockdata.records.tables import Table, current_table, history_table, plain_table
from blockdata.store import files
from blockdata.store.content_hash import combined, table_hashes
from blockdata.store.session import Session

LIBRARIES = (
    *("duckdb", "h3", "numpy", "pandas", "pyarrow", "pyproj", "rasterio", "scipy", "shapely"),
)
"""Libraries whose version takes part in every step's fingerprint."""


@dataclass
class Context:
    """What every step may look at.

    Parameters
    ----------
    config : Config
    as_of : date
        Local midnight, exclusive end of what is known.
    findings : list of Finding
        Of the step that runs; they are part of its result.
    """

    config: Config
    as_of: dt.date
    findings: list[Finding] = field(default_factory=list)

    def tell(self, finding: Finding) -> None:
        """Keep a finding of the step that runs, unless it has told the same already."""
        if finding not in self.findings:
            self.findings.append(finding)

    def take_findings(self) -> list[Finding]:
        """Return the findings of the step that ran and forget them."""
        taken, self.findings = self.findings, []
        return taken

    @property
    def last_day(self) -> dt.date:
        """The last day that is known whole."""
        return self.as_of - dt.timedelta(days=1)

    @property
    def end(self) -> dt.datetime:
        """as_of as a moment in UTC, without zone."""
        return self.config.city.midnight_utc(self.as_of)


@dataclass(frozen=True)
class Step:
    """One step: a name, what it stands on and what it does.

    Parameters
    ----------
    name : str
    version : int
        Raised whenever the step's answers change.
    kinds : tuple of str
        Kinds it stands on, those of earlier steps included; empty: all.
    sections : tuple of str
        Sections of the configuration it reads.
    act : callable
    uses_as_of : bool, default True
    writes_people : bool, default False
        Whether it writes to the steward's part besides the open file.
    after : tuple of str
        Earlier steps whose results it reads: what changes theirs changes its own.
    """

    name: str
    version: int
    kinds: tuple[str, ...]
    sections: tuple[str, ...]
    act: Callable[[Session, Context], None]
    uses_as_of: bool = True
    writes_people: bool = False
    after: tuple[str, ...] = ()

    def writes(self, session: Session) -> tuple[str, ...]:
        """Return the parts that the step writes to."""
        return ("base", *(p for p in session.parts if p == "people" and self.writes_people))


@dataclass
class Clock:
    """Seconds and peak memory of each part of a run."""

    parts: list[dict[str, object]] = field(default_factory=list)
    on_part: Callable[[str, str], None] | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure one part."""
        if self.on_part:
            self.on_part(name, "begins")
        files.reset_peak_memory()
        begun = time.perf_counter()
        yield
        self.parts.append(
            {
                "step": name,
                "seconds": round(time.perf_counter() - begun, 4),
                "peak_memory_mib": files.peak_memory_mib(),
            }
        )
        if self.on_part:
            self.on_part(name, "ends")

    def kept(self, name: str) -> None:
        """Note a part that was not run because nothing it stands on changed."""
        self.parts.append({"step": name, "seconds": 0.0, "peak_memory_mib": None, "kept": True})


def versions() -> dict[str, str]:
    """Return the versions that results depend on."""
    return dict(_installed())


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    # Each is read from a file, and they cannot change while the process lives.
    return tuple((name, version(name)) for name in (*LIBRARIES, "urban-blockdata"))


def run_steps(session: Session, context: Context, steps: Sequence[Step], clock: Clock) -> None:
    """Run the steps whose fingerprint changed, in order; keep the results of the others.

    A fingerprint is over the state that a step stands on, its settings, and the fingerprints of
    the steps whose results it reads.
    """
    hashes = _state_hashes(session)
    environment = (repr(sorted(versions().items())), repr(sorted(session.parts)))
    before = session.facts("step.")
    prints: dict[str, str] = {}
    for step in steps:
        upstream = (*environment, *(prints.get(name, "") for name in step.after))
        print_of_step = _fingerprint(step, context, hashes, upstream, session.catalogue)
        prints[step.name] = print_of_step
        if before.get(f"step.{step.name}") == print_of_step:
            clock.kept(step.name)
            continue
        with clock.part(step.name), session.transaction(*step.writes(session)):
            step.act(session, context)
            write_findings(session, step.name, context.take_findings())
            session.set_meta(f"step.{step.name}", print_of_step)


def _state_hashes(session: Session) -> dict[str, str]:
    """Return a hash per kind over what was delivered and decided, without what runs computed."""
    tables: dict[str, list[tuple[str, Table]]] = {}
    for kind in session.catalogue:
        part = session.part_of(kind)
        if part in session.parts:
            history = [] if kind.private else [(part, history_table(kind))]
            tables[kind.name] = [(part, current_table(kind)), *history]
    tables |= {kind.name: [("base", plain_table(kind))] for kind in OF_THE_BASE}
    every = [pair for pairs in tables.values() for pair in pairs]
    hashes = table_hashes(session, every, derived=False)
    names = {name: [f"{part}.{t.name}" for part, t in pairs] for name, pairs in tables.items()}
    return {
        name: combined({n: hashes[n] for n in of_kind if n in hashes})
        for name, of_kind in names.items()
    }


def _fingerprint(
    step: Step,
    context: Context,
    hashes: dict[str, str],
    upstream: tuple[str, ...],
    catalogue: Catalogue,
) -> str:
    kinds = step.kinds or tuple(k.name for k in catalogue)
    facts = (
        step.name,
        str(step.version),
        *upstream,
        context.config.fingerprint("city", *step.sections),
        context.as_of.isoformat() if step.uses_as_of else "",
        *(f"{k}={hashes.get(k, '')}" for k in (*sorted(kinds), "decision")),
    )
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
