"""The nightly run: from what the sources have delivered to a published snapshot and its report.

Whatever happens to a run, the published snapshot stays whole: all work is done on copies, and
publishing is the replacement of one small file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from blockdata.batch.city_parser import has_taken_library, learn_parser, watch_library
from blockdata.batch.deciding import apply_decisions
from blockdata.batch.discover import DayOfColumn, discover
from blockdata.batch.episodes import note_revisions
from blockdata.batch.findings import Finding, Findings, told_by_steps
from blockdata.batch.flow import STEPS
from blockdata.batch.hot_spots import note_hot_spot_changes
from blockdata.batch.library import scheme_of
from blockdata.batch.loading import Loading, apply_delivery, is_decision
from blockdata.batch.manifest import RunFacts, attempt, manifest, write_attempt
from blockdata.batch.monthly import write_month
from blockdata.batch.people import settle_people
from blockdata.batch.plan import Held, Plan, make_plan
from blockdata.batch.scores_settings import check_scores
from blockdata.batch.steps import Clock, Context, run_steps, versions
from blockdata.batch.task_outcomes import note_task_outcomes
from blockdata.config import Config, Source
from blockdata.errors import BlockdataError, KeyMissingError
from blockdata.report import write_report
from blockdata.store import deliveries, files
from blockdata.store.cluster import recluster
from blockdata.store.content_hash import note_hashes
from blockdata.store.delivered import sha256_of_delivery, size_of
from blockdata.store.keys import KeyRing, keys_of, pseudonym_secret
from blockdata.store.layout import Layout
from blockdata.store.lock import run_lock
from blockdata.store.session import Session
from blockdata.store.snapshots import Work, open_snapshot, retire, work_on

_SMALL_BYTES = 32 * 2**20

LOAD_VERSION = 1
"""Raised whenever loading or applying deliveries gives other rows than before."""


class Code(IntEnum):
    """Exit codes of a run."""

    PUBLISHED = 0
    FAILED = 1
    USAGE = 2
    WARNINGS = 3
    LOCKED = 4
    NOTHING = 99


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    code : Code
    number : int or None
        The snapshot that was published, or the one that stands.
    manifest : dict
        What was done, as it is written to `runs/`.
    """

    code: Code
    number: int | None
    manifest: dict[str, object] = field(default_factory=dict)


Progress = Callable[[str, dict[str, object]], None]
"""Called with an event's name and its facts while a run goes on."""


def _silent(_event: str, _facts: dict[str, object]) -> None:
    return None


def nightly(
    config: Config,
    *,
    as_of: dt.date | None = None,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> Outcome:
    """Bring a base up to date and publish it.

    Parameters
    ----------
    config : Config
    as_of : date, optional
        Local midnight, exclusive end of what is known; default: the end of yesterday.
    dry_run : bool, default False
        Do everything and publish nothing.
    progress : callable, optional

    Returns
    -------
    Outcome
        Published, published with warnings, or nothing to do.

    Raises
    ------
    LockedError
        If another run holds the base.
    KeyMissingError
        If there are sources about people and no key; nothing has been read then.
    BlockdataError
        If the run fails; the published snapshot stays, and the attempt is noted.
    """
    layout = Layout(config.base_path)
    keys = keys_of(config)
    _require_keys(config, keys)
    scheme_of(config)
    check_scores(config)
    day = as_of or dt.datetime.now(config.city.zone).date()
    with run_lock(layout):
        layout.create()
        layout.clear_unpublished()
        run = _Run(config, layout, keys, day, dry_run, progress)
        try:
            return run.go()
        except Exception as error:
            write_attempt(layout, attempt(config, day, "failed", told(error)))
            raise


def told(error: BaseException) -> str:
    """Return what may be told of an error: a foreign one's text could hold a value of a row."""
    if isinstance(error, BlockdataError):
        return str(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    return f"{type(error).__name__}{place}"


def _require_keys(config: Config, keys: KeyRing) -> None:
    catalogue = config.catalogue()
    if keys.people is None and any(catalogue.kind(s.kind).private for s in config.sources):
        raise KeyMissingError(
            "there are sources about people and no key for them; nothing was read",
            allowed="[keys] people_file, or $BLOCKDATA_PEOPLE_KEY",
            next_step="Make keys with 'blockdata keys FOLDER', outside the base.",
        )


def load_fingerprint(config: Config) -> str:
    """Return what tells whether deliveries would be loaded today as they were loaded then."""
    sections = config.fingerprint("sources", "kinds", "fields", "precedence", "people", "grid")
    city = config.city
    facts = f"{LOAD_VERSION} {sections} {city.crs} {city.time_zone} {city.extent}"
    facts += f" {city.outline_crs} {config.files_fingerprint}"
    return hashlib.sha256(facts.encode()).hexdigest()


def run_fingerprint(config: Config, day: dt.date) -> str:
    """Return what a run's answers depend on besides deliveries and decisions."""
    sections = [
        name for name in type(config).model_fields if name not in ("base", "keys", "folder")
    ]
    steps = [(step.name, step.version) for step in STEPS]
    facts = f"{config.fingerprint(*sections)} {sorted(versions().items())} {LOAD_VERSION} {day}"
    facts += f" {steps}"
    facts += f" {config.files_fingerprint}"
    return hashlib.sha256(facts.encode()).hexdigest()


def told_config(config: Config) -> dict[str, object]:
    """Return the configuration as a snapshot keeps it: without keys and without any folder."""
    told = config.model_dump(mode="json", by_alias=True, exclude={"keys", "base", "folder"})
    for source in told["source"]:
        source["path"] = _last_part(source["path"])
    if told["population_raster"]:
        told["population_raster"]["path"] = _last_part(told["population_raster"]["path"])
    told["indicators"]["files"] = [_last_part(name) for name in told["indicators"]["files"]]
    if told["city"]["outline"]:
        told["city"]["outline"] = _last_part(told["city"]["outline"])
    return told


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


@dataclass
class _Run:
    config: Config
    layout: Layout
    keys: KeyRing
    day: dt.date
    dry_run: bool
    progress: Progress
    findings: Findings = field(default_factory=Findings)
    before: dt.date | None = None

    def go(self) -> Outcome:
        clock = Clock(
            on_part=lambda name, event: self.progress("step", {"step": name, "phase": event})
        )
        loading = Loading(self.config, self.config.catalogue(), None, self.findings)
        with clock.part("discover"):
            current, state = self._current()
            plan = self._plan(loading, current)
        if not plan.apply and plan.start is current and state == self._fingerprint():
            return self._nothing(plan)
        with work_on(self.layout, plan.start.number, self.keys, loading.catalogue) as work:
            return self._work(work, plan, loading, clock, current)

    def _fingerprint(self) -> str:
        return run_fingerprint(self.config, self.day)

    def _current(self) -> tuple[Held, str | None]:
        number = self.layout.current_number()
        if number is None:
            return Held(None), None
        return self._held(number)

    def _held(self, number: int) -> tuple[Held, str | None]:
        session = self._opened(number)
        try:
            withheld = json.loads(session.meta("withheld") or "[]")
            held = Held(
                number,
                tuple(deliveries.applied(session)),
                session.meta("load_fingerprint") or "",
                frozenset(tuple(identity) for identity in withheld),
            )
            return held, session.meta("run_fingerprint")
        finally:
            session.con.close()

    def _opened(self, number: int) -> Session:
        """Open the open data of a snapshot to see what it holds."""
        catalogue = self.config.catalogue()
        return open_snapshot(self.layout, KeyRing(), catalogue, number, spatial=False)[0]

    def _earlier(self) -> list[Held]:
        """Return older snapshots that a run could go on from: with their parts about people."""
        numbers = self.layout.kept_numbers()[:-1]
        people = any(self.config.catalogue().kind(s.kind).private for s in self.config.sources)
        usable = [n for n in numbers if not people or self.layout.part(n, "people").exists()]
        return [self._held(n)[0] for n in reversed(usable)]

    def _plan(self, loading: Loading, current: Held) -> Plan:
        found, problems = discover(self.config, self.layout, self._day_of_column(loading, current))
        for source, error in problems:
            if source.contract == "freeze":
                raise error
            self.findings.add(
                Finding(error.reason, source.name, f"来源未取到：{error}", str(error))
            )
        plan = make_plan(
            self.config, found, current, self._earlier, self.day, load_fingerprint(self.config)
        )
        self._tell_plan(plan)
        return plan

    def _day_of_column(self, loading: Loading, current: Held) -> DayOfColumn:
        """Return what dates a file by a column; what the base holds already is not read again."""
        if current.load_fingerprint != load_fingerprint(self.config):
            return loading.latest_day
        known = {(d.source, d.sha256): d.delivered_on for d in current.applied}

        def day(source: Source, path: Path, column: str) -> dt.date:
            held = known.get((source.name, sha256_of_delivery(path)))
            return held or loading.latest_day(source, path, column)

        return day

    def _tell_plan(self, plan: Plan) -> None:
        notes = {
            "out_of_order": (
                plan.out_of_order,
                "迟到的交付按到达顺序应用，因为之后的输入已不在",
                "late deliveries were applied in order of arrival: later inputs are gone",
            ),
            "stale_load": (
                plan.stale_load,
                "装载配置已改，但早先的输入已不在，早先的记录保持原样",
                "the configuration of loading changed; earlier inputs are gone, so their rows stay",
            ),
            "withheld": (
                bool(plan.withheld),
                "回退后扣留的交付未应用，须先 accept",
                "deliveries withheld by a rollback were not applied; accept them first",
            ),
        }
        for code, (holds, zh, en) in notes.items():
            if holds:
                self.findings.add(Finding(code, "run", zh, en))

    def _nothing(self, plan: Plan) -> Outcome:
        write_attempt(self.layout, attempt(self.config, self.day, "nothing to do", ""))
        self.progress("nothing", {"number": plan.start.number})
        return Outcome(Code.NOTHING, plan.start.number)

    def _work(
        self, work: Work, plan: Plan, loading: Loading, clock: Clock, current: Held
    ) -> Outcome:
        session = work.session
        if self._is_small(plan):
            session.expect_little()
        loading.secret = self._secret(session)
        with clock.part("load"):
            self._apply(session, plan, loading)
        if has_taken_library(session):
            with clock.part("parser"):
                learn_parser(session)
        run_steps(session, Context(self.config, self.day), STEPS, clock)
        self.findings.items.extend(told_by_steps(session))
        self._tell_quarantined(loading)
        with clock.part("cluster"):
            recluster(session)
        with clock.part("hash"):
            digest = note_hashes(session)
        if self._unchanged(current, digest):
            return self._nothing(plan)
        with clock.part("revisions"):
            self._note_revisions(session, current)
        number = self.layout.next_number()
        self._note(session, current, number)
        run = RunFacts(self.config, self.day, number, plan, loading, digest, clock)
        facts = manifest(session, run)
        return self._publish(work, number, facts, clock)

    def _apply(self, session: Session, plan: Plan, loading: Loading) -> None:
        for index, found in enumerate(plan.apply, start=1):
            delivery = found.delivery
            self.progress(
                "delivery",
                {
                    "source": delivery.source,
                    "file": delivery.file,
                    "of": len(plan.apply),
                    "no": index,
                },
            )
            if is_decision(found):
                apply_decisions(session, loading, found)
            else:
                apply_delivery(session, loading, found)
            settle_people(session, self.config, delivery.delivered_on)
            watch_library(session, self.config, delivery)
        loading.columns.write(session)

    def _is_small(self, plan: Plan) -> bool:
        paths = [found.path for found in plan.apply]
        if plan.start.number is not None:
            paths.append(self.layout.part(plan.start.number))
        return sum(size_of(path) for path in paths) < _SMALL_BYTES

    def _secret(self, session: Session) -> bytes | None:
        """Return the secret for pseudonyms: made from the first key, kept through later ones."""
        if self.keys.people is None or "people" not in session.parts:
            return None
        kept = session.meta("pseudonym_secret", "people")
        if kept is None:
            kept = pseudonym_secret(self.keys.people).hex()
            session.set_meta("pseudonym_secret", kept, "people")
        return bytes.fromhex(kept)

    def _tell_quarantined(self, loading: Loading) -> None:
        for source, counts in loading.counts.items():
            rows = counts.quarantined
            if rows:
                told = (f"{rows} 行被隔离", f"{rows} rows were quarantined", rows)
                self.findings.add(Finding("rows_quarantined", source, *told))

    def _unchanged(self, current: Held, digest: str) -> bool:
        """Whether the work came out as what is published already, for the same as_of."""
        if current.number is None:
            return False
        session = self._opened(current.number)
        try:
            same_day = session.meta("as_of") == self.day.isoformat()
            return same_day and session.meta("content_hash") == digest
        finally:
            session.con.close()

    def _note_revisions(self, session: Session, current: Held) -> None:
        if current.number is None:
            return
        earlier = self._opened(current.number)
        try:
            self.before = dt.date.fromisoformat(str(earlier.meta("as_of")))
            note_revisions(session, earlier, self.config, self.day)
            note_hot_spot_changes(session, earlier, self.day)
            note_task_outcomes(session, earlier, self.config, self.day)
        finally:
            earlier.con.close()

    def _note(self, session: Session, current: Held, number: int) -> None:
        session.set_facts(
            {
                "number": str(number),
                "as_of": self.day.isoformat(),
                "load_fingerprint": load_fingerprint(self.config),
                "run_fingerprint": self._fingerprint(),
                "withheld": json.dumps(sorted(current.withheld)),
                "config": json.dumps(told_config(self.config), ensure_ascii=False),
            }
        )

    def _publish(self, work: Work, number: int, facts: dict[str, object], clock: Clock) -> Outcome:
        code = Code.WARNINGS if self.findings.warns else Code.PUBLISHED
        with clock.part("report"):
            folder = self.layout.report(number)
            write_report(work.session, facts, folder)
            write_month(work.session, self.config, self.day, self.before, folder)
        with clock.part("write"):
            work.close()
        if self.dry_run:
            files.remove(self.layout.report(number))
            return Outcome(code, None, facts)
        with clock.part("publish"):
            work.name(number)
            facts["copy"] = work.copied
            facts["steps"] = clock.parts
            text = json.dumps(facts, ensure_ascii=False, indent=1, default=str)
            files.write_durably(self.layout.manifest(number), text)
            self.layout.publish(number)
        keep = self.config.base
        retire(self.layout, keep.keep_snapshots, keep.keep_months)
        self.progress("published", {"number": number})
        return Outcome(code, number, facts)


__all__ = ["Code", "Outcome", "Progress", "nightly", "told"]
