"""Applying decisions: those that change the state take effect here, in the order of deliveries.

Decisions about addresses, positions and records to be ignored take effect at the end of a run,
when everything is matched, placed and linked anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from blockdata.batch.city_parser import take_library
from blockdata.batch.discover import Found
from blockdata.batch.findings import Finding
from blockdata.batch.loading import Loading, target_of
from blockdata.records import Kind
from blockdata.store import deliveries, quarantine
from blockdata.store.batch import Counts, Delivery
from blockdata.store.decisions import (
    Decision,
    read_decisions,
    record_decisions,
    replayed_fields,
)
from blockdata.store.reshapes import reshape_of_now
from blockdata.store.session import Session
from blockdata.store.upsert import apply_batch, apply_overrides, merge_into


def apply_decisions(session: Session, loading: Loading, found: Found) -> Counts:
    """Record a file of decisions and let those about the state take effect.

    Parameters
    ----------
    session : Session
    loading : Loading
        Decisions without effect are added to its findings.
    found : Found

    Returns
    -------
    Counts
        Every decision is read and inserted.
    """
    decisions = read_decisions(found.path)
    record_decisions(session, decisions)
    loading.overridden = None
    for decision in decisions:
        act = _ACTS.get(decision.verb)
        if act is not None and not act(session, loading, found.delivery, decision):
            loading.findings.add(
                Finding(
                    "decision_without_effect",
                    decision.subject,
                    f"决定“{decision.verb}”的对象不存在或取值不可用",
                    f"decision '{decision.verb}': its subject is not there or its value unusable",
                )
            )
    counts = Counts(rows_read=len(decisions), inserted=len(decisions))
    loading.counts.setdefault(found.delivery.source, Counts()).add(counts)
    deliveries.record(session, found.delivery, counts)
    return counts


def _for_kind(session: Session, loading: Loading, delivery: Delivery, kind: Kind) -> Delivery:
    """Return the decision's delivery in the name of a source of a kind."""
    sources = loading.config.sources_of(kind.name)
    return replace(delivery, source=sources[0] if sources else delivery.source)


def _override(session: Session, loading: Loading, delivery: Delivery, decision: Decision) -> bool:
    kind = loading.catalogue.kind_of_id(decision.subject)
    if kind is None or kind.private or not loading.config.sources_of(kind.name):
        return False
    if decision.value is None:
        return True
    target = target_of(session, loading, _for_kind(session, loading, delivery, kind))
    wanted = tuple(
        o for o in target.overrides if o[0] == decision.subject and o[1] == decision.field
    )
    apply_overrides(session, replace(target, overrides=wanted))
    return bool(wanted)


def _reshape(session: Session, loading: Loading, delivery: Delivery, decision: Decision) -> bool:
    """Give a record another geometry, if it has the one that the decision is about."""
    kind = loading.catalogue.kind_of_id(decision.subject)
    if kind is None or kind.geometry is None or not loading.config.sources_of(kind.name):
        return False
    if decision.value is None:
        return True
    wanted = reshape_of_now(session, kind, decision.subject, decision.value)
    if wanted is None:
        return False
    target = target_of(session, loading, _for_kind(session, loading, delivery, kind))
    return apply_overrides(session, replace(target, overrides=(), reshapes=(wanted,))) > 0


def _merge(session: Session, loading: Loading, delivery: Delivery, decision: Decision) -> bool:
    kind = loading.catalogue.kind_of_id(decision.subject)
    if kind is None or kind.private or decision.value is None:
        return False
    if not loading.config.sources_of(kind.name):
        return False
    target = target_of(session, loading, _for_kind(session, loading, delivery, kind))
    return merge_into(session, target, decision.subject, decision.value)


def _ignore(session: Session, loading: Loading, delivery: Delivery, decision: Decision) -> bool:
    if quarantine.raw_row(session, decision.subject) is not None:
        quarantine.set_status(session, decision.subject, quarantine.IGNORED)
        return True
    return loading.catalogue.kind_of_id(decision.subject) is not None


def _replay(session: Session, loading: Loading, delivery: Delivery, decision: Decision) -> bool:
    """Load a rejected row again, with all decided values in place of the bad ones.

    A row that a later delivery has superseded is left alone: it would set old over new.
    """
    row = quarantine.raw_row(session, decision.subject)
    if row is None or row[2] is None:
        return False
    if quarantine.status_of(session, decision.subject) != quarantine.OPEN:
        return False
    kind_name, source_name, raw = row
    if source_name not in {s.name for s in loading.config.sources}:
        return False
    fixes = replayed_fields(session, decision.subject)
    known = {f.name for f in loading.catalogue.kind(kind_name).fields}
    if not set(fixes) <= known:
        return False
    values = json.loads(str(raw)) | fixes
    source = loading.source(source_name)
    batch = loading.loader_of(source).load_values(loading.request(source, None), [values])
    if batch.rows_rejected:
        return False
    own = replace(delivery, source=source_name, mode="delta")
    apply_batch(session, target_of(session, loading, own), batch)
    quarantine.set_status(session, decision.subject, quarantine.REPLAYED)
    return True


def _fit_parser(session: Session, loading: Loading, delivery: Delivery, decision: Decision) -> bool:
    return take_library(session, delivery.seq)


_ACTS: dict[str, Callable[[Session, Loading, Delivery, Decision], bool]] = {
    "override": _override,
    "reshape": _reshape,
    "merge": _merge,
    "ignore": _ignore,
    "replay": _replay,
    "fit_parser": _fit_parser,
}
