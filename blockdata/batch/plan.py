"""What a run has to do: which deliveries to apply, in which order, and from which snapshot on.

A base is a function of its deliveries in order. So a delivery that arrives late sends the run
back to the newest kept snapshot that ends before its place, from where everything is applied
anew in order. Where the inputs for that are gone it is applied now, and its record says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from blockdata.batch.discover import DECISIONS, Found, position
from blockdata.config import Config
from blockdata.store.batch import Delivery

Identity = tuple[str, str, str, str]


@dataclass(frozen=True)
class Held:
    """What a snapshot holds: its deliveries in order, and how they were loaded."""

    number: int | None
    applied: tuple[Delivery, ...] = ()
    load_fingerprint: str = ""
    withheld: frozenset[Identity] = frozenset()


@dataclass
class Plan:
    """The work of one run.

    Parameters
    ----------
    start : Held
        The snapshot to go on from.
    apply : list of Found
        Deliveries to apply, in order.
    out_of_order : bool
        Whether late deliveries are applied after newer ones because inputs are gone.
    stale_load : bool
        Whether earlier deliveries stand as an older configuration loaded them.
    waiting, withheld, repeats : list of Found
        Deliveries that are dated after as_of, held back by a rollback, or repeated.
    """

    start: Held
    apply: list[Found] = field(default_factory=list)
    out_of_order: bool = False
    stale_load: bool = False
    waiting: list[Found] = field(default_factory=list)
    withheld: list[Found] = field(default_factory=list)
    repeats: list[Found] = field(default_factory=list)


def make_plan(
    config: Config,
    found: Sequence[Found],
    current: Held,
    earlier: Callable[[], Sequence[Held]],
    as_of: dt.date,
    load_fingerprint: str,
) -> Plan:
    """Decide what to apply and from which snapshot on.

    Parameters
    ----------
    config : Config
    found : sequence of Found
        All deliveries that lie ready, in order.
    current : Held
        The published snapshot, or `Held(None)`.
    earlier : callable
        Returns the older snapshots that could be gone on from, newest first.
    as_of : date
        Deliveries dated later wait.
    load_fingerprint : str
        Of the configuration and code that load now.

    Returns
    -------
    Plan
    """
    ready = [f for f in found if f.delivery.delivered_on <= as_of]
    waiting = [f for f in found if f.delivery.delivered_on > as_of]
    withheld = [f for f in ready if f.delivery.identity in current.withheld]
    free = [f for f in ready if f.delivery.identity not in current.withheld]
    plan = _from(config, current, free)
    empty = Held(None, withheld=current.withheld)
    changed = current.number is not None and current.load_fingerprint != load_fingerprint
    again = _restarted(config, current, free, [empty], as_of) if changed else None
    if again is None and _out_of_place(config, current, plan.apply, as_of):
        starts = _starts(config, current, plan.apply, earlier(), as_of)
        again = _restarted(config, current, free, [*starts, empty], as_of)
        plan.out_of_order = again is None
    plan.stale_load = changed and again is None
    plan = again or plan
    plan.waiting, plan.withheld = waiting, withheld
    return plan


def _from(config: Config, start: Held, free: Sequence[Found]) -> Plan:
    """Plan to apply what a snapshot does not hold; a source's repeats are left out."""
    plan = Plan(start)
    known = {d.identity for d in start.applied}
    unknown = [f for f in free if f.delivery.identity not in known]
    walk: list[tuple[Delivery, Found | None]] = [(d, None) for d in start.applied]
    walk += [(f.delivery, f) for f in unknown]
    last: dict[str, str] = {}
    for delivery, item in sorted(walk, key=lambda pair: position(config, pair[0])):
        if item is not None and last.get(delivery.source) == delivery.sha256:
            plan.repeats.append(item)
            continue
        last[delivery.source] = delivery.sha256
        if item is not None:
            plan.apply.append(item.numbered(len(start.applied) + len(plan.apply) + 1))
    return plan


def _out_of_place(config: Config, current: Held, pending: Sequence[Found], as_of: dt.date) -> bool:
    """Whether something that stands comes after something pending, or after as_of."""
    if not current.applied:
        return False
    newest = max(position(config, d) for d in current.applied)
    late = bool(pending) and position(config, pending[0].delivery) < newest
    return late or newest[0] > as_of


def _starts(
    config: Config,
    current: Held,
    pending: Sequence[Found],
    earlier: Sequence[Held],
    as_of: dt.date,
) -> list[Held]:
    """Return the older snapshots of this history that hold nothing out of place."""
    return [
        held
        for held in earlier
        if held.load_fingerprint == current.load_fingerprint
        and held.applied == current.applied[: len(held.applied)]
        and not _out_of_place(config, held, pending, as_of)
    ]


def _restarted(
    config: Config,
    current: Held,
    free: Sequence[Found],
    starts: Sequence[Held],
    as_of: dt.date,
) -> Plan | None:
    """Plan from the first start from which everything that stands now can be applied again.

    What is dated after as_of, or came of a source that the configuration no longer names, is
    not wanted again.
    """
    at_hand = {f.delivery.identity for f in free}
    sources = {s.name for s in config.sources} | {DECISIONS}
    for start in starts:
        since = [d for d in current.applied[len(start.applied) :] if d.delivered_on <= as_of]
        if {d.identity for d in since if d.source in sources} <= at_hand:
            return _from(config, start, free)
    return None
