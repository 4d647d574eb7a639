"""Applying deliveries one by one: load, hold to the contract, upsert, quarantine, record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from blockdata.batch.discover import DECISIONS, Found
from blockdata.batch.findings import Finding, Findings
from blockdata.batch.telling import code_findings, column_findings
from blockdata.config import Config, Source
from blockdata.engines.district import district_outline
from blockdata.errors import BlockdataError, ConfigError, SourceError
from blockdata.records import Catalogue
from blockdata.store import deliveries, quarantine
from blockdata.store.batch import Batch, Counts, Delivery, Loader, LoadRequest
from blockdata.store.decisions import has_overrides, overrides_of
from blockdata.store.deliveries import ColumnsSeen
from blockdata.store.reshapes import reshapes_of
from blockdata.store.session import Session
from blockdata.store.target import Target
from blockdata.store.upsert import apply_batch

GROUP = "blockdata.loaders"
_STANDARD = "standard"
_PASSING = ("changed_while_read", "unreadable_file", "missing_file")
"""Troubles of the moment. A base that recorded them would depend on when it was built."""
_RETYPED_SHARE = 0.5
_SHRUNK_SHARE = 0.5


@dataclass
class Loading:
    """What applying deliveries needs to know.

    Parameters
    ----------
    config : Config
    catalogue : Catalogue
    secret : bytes, optional
        Secret for pseudonyms.
    findings : Findings
    """

    config: Config
    catalogue: Catalogue
    secret: bytes | None
    findings: Findings = field(default_factory=Findings)
    encodings: dict[tuple[str, str, str, str], str] = field(default_factory=dict)
    """Encoding that each text file was read in, by the delivery's identity."""
    counts: dict[str, Counts] = field(default_factory=dict)
    """What became of this run's rows, by source."""
    overridden: bool | None = None
    """Whether any field of the base has a decided value; None until it has been looked up."""
    columns: ColumnsSeen = field(default_factory=ColumnsSeen)
    """Columns that each source has delivered so far."""

    @cached_property
    def loaders(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """What installed packages offer, by the name under which they offer it."""
        offered: dict[str, tuple[EntryPoint, ...]] = {}
        for entry in entry_points(group=GROUP):
            offered[entry.name] = (*offered.get(entry.name, ()), entry)
        return offered

    def loader(self, kind: str) -> Loader:
        """Return the loader of a kind.

        Raises
        ------
        ConfigError
            If no installed package offers one, or several do.
        """
        return self._offered(kind if kind in self.loaders else _STANDARD, kind)

    def loader_of(self, source: Source) -> Loader:
        """Return the loader that a source names, else that of its kind.

        Raises
        ------
        ConfigError
            If no installed package offers it, or several do.
        """
        if source.loader is None:
            return self.loader(source.kind)
        return self._offered(source.loader, source.loader)

    def _offered(self, name: str, wanted: str) -> Loader:
        entries = self.loaders.get(name, ())
        if not entries:
            raise ConfigError(
                f"no loader for {wanted!r} is installed",
                allowed=", ".join(sorted(self.loaders)),
                next_step="Reinstall urban-blockdata, or install the package that offers it.",
            )
        if len(entries) > 1:
            packages = ", ".join(sorted(e.dist.name for e in entries if e.dist))
            raise ConfigError(
                f"several packages offer a loader called {name!r}: {packages}",
                next_step="Keep one of them, or have one offer it under a name of its own and "
                "give that name as loader of the source.",
            )
        loader: Loader = entries[0].load()
        return loader

    def request(self, source: Source, path: Path | None) -> LoadRequest:
        """Return the request that loads a file of a source, or rows given as values."""
        city = self.config.city
        kind = self.catalogue.kind(source.kind)
        request = LoadRequest(
            source, kind, path, city.crs, city.time_zone, city.extent, self.secret
        )
        config = self.config
        return replace(request, systems=config.local_systems, outline=config.outline)

    def latest_day(self, source: Source, path: Path, column: str) -> dt.date:
        """Return the latest day in a column of a file."""
        return self.loader_of(source).latest_day(self.request(source, path), column)

    def source(self, name: str) -> Source:
        """Return the configuration of a source."""
        return next(s for s in self.config.sources if s.name == name)


def apply_delivery(session: Session, loading: Loading, found: Found) -> Counts:
    """Load one file and apply it to the base.

    Parameters
    ----------
    session : Session
    loading : Loading
        Findings are added to it.
    found : Found
        With its place in the order.

    Returns
    -------
    Counts

    Raises
    ------
    SourceError
        If the file cannot be used and the source's contract is "freeze".
    """
    source = loading.source(found.delivery.source)
    try:
        batch = _loaded(session, loading, source, found)
        _check_not_empty(batch, source, found.delivery)
    except SourceError as error:
        return _set_aside(session, loading, source, found.delivery, _placed(error, source))
    if batch.encoding:
        loading.encodings[found.delivery.identity] = batch.encoding
    _report_columns(loading, source, batch)
    for doubt in batch.doubts:
        loading.findings.add(Finding(doubt.code, source.name, doubt.zh, doubt.en))
    if _drifted(session, loading, source, found.delivery, batch):
        batch = _loaded(session, loading, source, found, set_aside=True)
    return apply_loaded(session, loading, found.delivery, batch)


def _loaded(
    session: Session, loading: Loading, source: Source, found: Found, *, set_aside: bool = False
) -> Batch:
    """Load a delivery, and make sure that it is the one whose hash is told."""
    request = replace(loading.request(source, found.path), set_aside=set_aside)
    if request.outline is None and request.kind.geometry and source.kind != "area":
        request = replace(request, outline=district_outline(session))
    try:
        return loading.loader_of(source).load(request)
    finally:
        # Before any other error: half of a file that is being written may look like a bad one.
        found.check_unchanged()


def apply_loaded(session: Session, loading: Loading, delivery: Delivery, batch: Batch) -> Counts:
    """Apply a loaded batch, keep its rejected rows and record the delivery."""
    with session.transaction(*session.parts_written(batch.kind)):
        counts = apply_batch(session, target_of(session, loading, delivery), batch)
        quarantine.keep_rejected(session, delivery, batch)
        deliveries.record(session, delivery, counts, private=batch.kind.private)
    quarantine.keep_originals(session, delivery, batch)
    if not counts.balanced:
        raise BlockdataError(
            f"rows do not balance: {counts}", where=f"source {delivery.source}, {delivery.file}"
        )
    _report_closings(loading, delivery, counts)
    loading.counts.setdefault(delivery.source, Counts()).add(counts)
    return counts


def target_of(session: Session, loading: Loading, delivery: Delivery) -> Target:
    """Return where a delivery's rows go."""
    kind = loading.catalogue.kind(loading.source(delivery.source).kind)
    config = loading.config
    if loading.overridden is None:
        loading.overridden = has_overrides(session)
    overrides = overrides_of(session, kind, config.city.time_zone) if loading.overridden else ()
    reshapes = reshapes_of(session, kind) if loading.overridden else ()
    return Target(
        kind,
        delivery,
        config.sources_of(kind.name),
        dict(config.precedence.get(kind.name, {})),
        overrides,
        reshapes,
    )


def _check_not_empty(batch: Batch, source: Source, delivery: Delivery) -> None:
    if batch.rows_read == 0 and source.mode != "delta":
        raise SourceError(
            "the file has no rows",
            reason="empty_source",
            where=f"source {source.name}, file {delivery.file}",
            next_step="An empty delivery is never taken for the whole truth; deliver it again.",
        )


def _placed(error: SourceError, source: Source) -> SourceError:
    """Return the error with the source in its place, for readers see files only."""
    if error.where.startswith(f"source {source.name}"):
        return error
    where = f"source {source.name}, file {error.where}"
    return SourceError(error.message, reason=error.reason, where=where, next_step=error.next_step)


def _set_aside(
    session: Session, loading: Loading, source: Source, delivery: Delivery, error: SourceError
) -> Counts:
    """Record a delivery that cannot be used; the base stays as it was."""
    if source.contract == "freeze" or error.reason in _PASSING:
        raise error
    loading.findings.add(
        Finding(
            error.reason, source.name, f"整份交付已搁置：{error}", f"delivery set aside: {error}"
        )
    )
    deliveries.record(session, delivery, Counts(), status=deliveries.SET_ASIDE, note=error.reason)
    return Counts()


def _drifted(
    session: Session, loading: Loading, source: Source, delivery: Delivery, batch: Batch
) -> bool:
    """Compare a file's columns and types with what the source has delivered before.

    Returns
    -------
    bool
        Whether the contract is "quarantine" and has been broken.

    Raises
    ------
    SourceError
        If the contract is "freeze" and has been broken.
    """
    new, missing = loading.columns.drift(session, delivery, batch.columns)
    drift = {
        "unknown_column": new,
        "missing_column": missing,
        "retyped_column": _retyped(batch),
    }
    for code, columns in drift.items():
        if not columns:
            continue
        listed = ", ".join(columns)
        told = {
            "unknown_column": (f"新出现的列：{listed}", f"columns not seen before: {listed}"),
            "missing_column": (f"缺少的列：{listed}", f"columns that are gone: {listed}"),
            "retyped_column": (f"类型变化的字段：{listed}", f"fields of another type: {listed}"),
        }[code]
        if source.contract == "freeze":
            raise SourceError(
                told[1],
                reason=code,
                where=f"source {source.name}, file {delivery.file}",
                next_step="The contract is 'freeze': correct the file or change the contract.",
            )
        loading.findings.add(Finding(code, source.name, *told))
    broken = source.contract == "quarantine" and any(drift.values())
    if not broken:
        loading.columns.remember(delivery, batch.columns)
    return broken


def _retyped(batch: Batch) -> list[str]:
    """Return fields of which most rows cannot be read as what they should be."""
    unreadable = batch.rejected[batch.rejected["reason"] == "unreadable"]
    shares = unreadable.groupby("field")["row_number"].nunique() / max(batch.rows_read, 1)
    return sorted(str(name) for name in shares[shares >= _RETYPED_SHARE].index)


def _report_columns(loading: Loading, source: Source, batch: Batch) -> None:
    """Tell which columns nothing takes, and which class codes nobody knows."""
    local = loading.config.codes.local_minors_from
    for finding in (*column_findings(source, batch), *code_findings(source, batch, local)):
        loading.findings.add_once(finding)


def _report_closings(loading: Loading, delivery: Delivery, counts: Counts) -> None:
    """Warn when a full delivery closes most of what its source had delivered."""
    stood = counts.closed + counts.changed + counts.unchanged
    if delivery.mode == "full" and counts.closed > _SHRUNK_SHARE * max(stood, 1):
        loading.findings.add(
            Finding(
                "most_rows_closed",
                delivery.source,
                f"全量交付关闭了原有记录的一半以上（{counts.closed} 条）",
                f"a full delivery closed more than half of the source's rows ({counts.closed})",
                counts.closed,
            )
        )


def is_decision(found: Found) -> bool:
    """Whether a delivery holds decisions."""
    return found.delivery.source == DECISIONS
