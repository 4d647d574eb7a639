"""Going back to an earlier snapshot, taking in again what was withheld, learning a parser now.

All publish a new number: a numbered file is never rewritten, and a reader is never disturbed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from blockdata.batch.answers import check_decision
from blockdata.batch.city_parser import learn_now
from blockdata.batch.plan import Identity
from blockdata.config import Config
from blockdata.errors import SnapshotError
from blockdata.records import Catalogue
from blockdata.report import write_report
from blockdata.store import deliveries, files
from blockdata.store.content_hash import renewed_hash
from blockdata.store.decisions import Decision, write_decisions
from blockdata.store.keys import KeyRing, keys_of
from blockdata.store.layout import Layout
from blockdata.store.lock import run_lock
from blockdata.store.snapshots import Work, open_snapshot, retire, work_on

if TYPE_CHECKING:
    from blockdata.address.parser import FitReport

_ENCRYPTED = ("people", "text")


def rollback(config: Config, number: int) -> int:
    """Publish an earlier snapshot's content again, under a new number.

    Deliveries and decisions that it does not have are withheld from later runs until `accept`,
    so that the next night does not undo the rollback.

    Parameters
    ----------
    config : Config
    number : int
        The snapshot to go back to.

    Returns
    -------
    int
        The new number.

    Raises
    ------
    SnapshotError
        If the number is not kept or is published now, or if its part about people is gone while
        the published snapshot has one.
    KeyMissingError
        If the snapshot has an encrypted part and its key is not at hand.
    LockedError
        If a run holds the base.
    """
    layout = Layout(config.base_path)
    with run_lock(layout):
        current = layout.require_current()
        _require_usable(layout, number, current)
        had = _identities(config, layout, current)
        kept = _identities(config, layout, number)
        withheld = (had - kept) | _withheld(config, layout, current)
        return _publish_again(config, layout, number, withheld, {"rollback_of": number})


def accept(config: Config, *, source: str | None = None) -> list[Identity]:
    """Release what rollbacks have withheld, so that the next run applies it.

    Parameters
    ----------
    config : Config
    source : str, optional
        Only this source's deliveries; "decisions" for decisions. Default: all.

    Returns
    -------
    list of (source, file, date, sha256)
        What was released, sorted; nothing is published where it is empty.

    Raises
    ------
    SnapshotError
        If nothing is published.
    KeyMissingError
        If the snapshot has an encrypted part and its key is not at hand.
    LockedError
        If a run holds the base.
    """
    layout = Layout(config.base_path)
    with run_lock(layout):
        current = layout.require_current()
        withheld = _withheld(config, layout, current)
        released = {i for i in withheld if source is None or i[0] == source}
        if released:
            facts = {"accepted": _as_dicts(released)}
            _publish_again(config, layout, current, withheld - released, facts)
        return sorted(released)


def fit_parser(layout: Layout, catalogue: Catalogue, on: dt.date) -> FitReport:
    """Teach a base its own parser now, and publish it under a new number.

    The wish is written down as a decision, so that a base that is built again learns at the same
    place. What records were matched to is renewed by the next run.

    Parameters
    ----------
    layout : Layout
    catalogue : Catalogue
    on : date
        Day of the decision.

    Returns
    -------
    FitReport

    Raises
    ------
    DecisionError
        If there is no address library to learn from.
    LockedError
        If a run holds the base.
    """
    wish = Decision("fit_parser", "address", decided_on=on)
    with run_lock(layout):
        start = layout.require_current()
        layout.clear_unpublished()
        with work_on(layout, start, KeyRing(), catalogue, sealed=True) as work:
            session = work.session
            check_decision(session, wish, time_zone="UTC")
            report = learn_now(session)
            write_decisions(layout, [wish])
            publish_again(layout, work, start, {"content_hash": renewed_hash(session)})
    return report


def _require_usable(layout: Layout, number: int, current: int) -> None:
    needs_people = layout.part(current, "people").exists()
    usable = [
        n
        for n in layout.kept_numbers()
        if n != current and (not needs_people or layout.part(n, "people").exists())
    ]
    if number not in usable:
        raise SnapshotError(
            f"cannot roll back to snapshot {number}",
            where=str(layout.root),
            allowed=", ".join(map(str, usable)) or "none: no earlier snapshot is kept whole",
            next_step="The part about people is kept for the newest two snapshots only.",
        )


def _identities(config: Config, layout: Layout, number: int) -> set[Identity]:
    session, _ = open_snapshot(layout, KeyRing(), config.catalogue(), number)
    try:
        return {d.identity for d in deliveries.applied(session)}
    finally:
        session.con.close()


def _withheld(config: Config, layout: Layout, number: int) -> set[Identity]:
    session, _ = open_snapshot(layout, KeyRing(), config.catalogue(), number)
    try:
        listed = json.loads(session.meta("withheld") or "[]")
        return {(source, file, day, sha256) for source, file, day, sha256 in listed}
    finally:
        session.con.close()


def _publish_again(
    config: Config, layout: Layout, start: int, withheld: set[Identity], facts: dict[str, Any]
) -> int:
    """Publish a snapshot's content under a new number with another list of what is withheld."""
    keys = keys_of(config)
    for part in _ENCRYPTED:
        if layout.part(start, part).exists():
            keys.require(part)
    layout.clear_unpublished()
    with work_on(layout, start, keys, config.catalogue()) as work:
        work.session.set_meta("withheld", json.dumps(sorted(withheld)))
        number = publish_again(layout, work, start, {"withheld": _as_dicts(withheld)} | facts)
    retire(layout, config.base.keep_snapshots, config.base.keep_months)
    return number


def publish_again(layout: Layout, work: Work, start: int, facts: dict[str, Any]) -> int:
    """Publish what a work has made of a snapshot without a run, under a new number.

    Parameters
    ----------
    layout : Layout
    work : Work
        It is closed by this.
    start : int
        Number of the snapshot that it was made from.
    facts : dict
        What the manifest says otherwise than the one of the start.

    Returns
    -------
    int
        The new number.
    """
    number = layout.next_number()
    work.session.set_meta("number", str(number))
    manifest = _manifest(layout, start, number) | facts
    # Written anew, since it names the number under which it is found.
    write_report(work.session, manifest, layout.report(number))
    work.close()
    work.name(number)
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    files.write_durably(layout.manifest(number), text)
    layout.publish(number)
    return number


def _manifest(layout: Layout, start: int, number: int) -> dict[str, Any]:
    before: dict[str, Any] = json.loads(layout.manifest(start).read_text(encoding="utf-8"))
    return before | {
        "number": number,
        "finished_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "started_from": start,
    }


def _as_dicts(identities: Iterable[Identity]) -> list[dict[str, str]]:
    names = ("source", "file", "delivered_on", "sha256")
    return [dict(zip(names, identity, strict=True)) for identity in sorted(identities)]
