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
    if current.number is not None and current.load_fingerprint != load_fingerprint:
        plan = _restarted(config, current, free, [Held(None, withheld=current.withheld)]) or plan
        plan.stale_load = plan.start.number is not None
    elif _is_late(config, current, plan.apply):
        plan = _placed_in_order(config, current, free, plan, earlier)
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


def _is_late(config: Config, current: Held, pending: Sequence[Found]) -> bool:
    if not pending or not current.applied:
        return False
    newest = max(position(config, d) for d in current.applied)
    return position(config, pending[0].delivery) < newest


def _placed_in_order(
    config: Config,
    current: Held,
    free: Sequence[Found],
    plan: Plan,
    earlier: Callable[[], Sequence[Held]],
) -> Plan:
    first = position(config, plan.apply[0].delivery)
    candidates = [
        held
        for held in earlier()
        if held.load_fingerprint == current.load_fingerprint
        and held.applied == current.applied[: len(held.applied)]
        and all(position(config, d) < first for d in held.applied)
    ]
    empty = Held(None, withheld=current.withheld)
    placed = _restarted(config, current, free, [*candidates, empty])
    if placed is not None:
        return placed
    plan.out_of_order = True
    return plan


def _restarted(
    config: Config, current: Held, free: Sequence[Found], starts: Sequence[Held]
) -> Plan | None:
    """Plan from the first start from which everything that stands now can be applied again.

    What a source delivered that the configuration no longer names is not wanted again.
    """
    at_hand = {f.delivery.identity for f in free}
    sources = {s.name for s in config.sources} | {DECISIONS}
    for start in starts:
        since = current.applied[len(start.applied) :]
        if {d.identity for d in since if d.source in sources} <= at_hand:
            return _from(config, start, free)
    return None
