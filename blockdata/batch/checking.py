"""Trying out what the sources have delivered, without a base: nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from blockdata.batch.discover import Found, discover
from blockdata.batch.findings import Findings
from blockdata.batch.loading import Loading, is_decision
from blockdata.batch.scores_settings import check_scores
from blockdata.batch.telling import code_findings, fields_of_similar_name
from blockdata.config import Config, Source
from blockdata.errors import KeyMissingError, SourceError
from blockdata.store.batch import Batch
from blockdata.store.keys import keys_of, pseudonym_secret
from blockdata.store.layout import Layout


@dataclass(frozen=True)
class SourceCheck:
    """What would become of one file.

    Parameters
    ----------
    source : str
    file : str
        Empty where the source has none.
    rows_read, accepted, merged, rejected : int
    reasons : dict of (field, reason) to int
        Why rows would be rejected, and how many.
    unmapped : dict of column to list of str
        Columns that no field takes, with fields that have a similar name.
    looks : dict of column to str
        What the first of those columns seem to hold; never a value.
    dropped : dict of column to reason
    doubts : list of str
        What is suspected of the file and stops no row.
    error : str
        Why the file as a whole cannot be used; empty if it can.
    """

    source: str
    file: str = ""
    rows_read: int = 0
    accepted: int = 0
    merged: int = 0
    rejected: int = 0
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    unmapped: dict[str, list[str]] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    error: str = ""


def check_sources(config: Config) -> list[SourceCheck]:
    """Load every file that lies ready and tell what would become of it; nothing is written.

    Parameters
    ----------
    config : Config

    Returns
    -------
    list of SourceCheck
        Sources without a usable file first, then one per file in the order of application.

    Raises
    ------
    ConfigError
        If a path names an environment variable that is not set, or the sections about indicators
        and the scorecard say what there is not.
    """
    check_scores(config)
    people_key = keys_of(config).people
    secret = pseudonym_secret(people_key) if people_key else None
    loading = Loading(config, config.catalogue(), secret, Findings())
    found, problems = discover(config, Layout(config.base_path), loading.latest_day)
    missing = [SourceCheck(source.name, error=str(error)) for source, error in problems]
    return [*missing, *_checked(loading, found)]


def _checked(loading: Loading, found: list[Found]) -> Iterator[SourceCheck]:
    for item in found:
        if is_decision(item):
            continue
        source = loading.source(item.delivery.source)
        loader = loading.loader_of(source)
        try:
            batch = loader.load(loading.request(source, item.path))
        except (SourceError, KeyMissingError) as error:
            yield SourceCheck(source.name, item.delivery.file, error=str(error))
            continue
        unknown = code_findings(source, batch, loading.config.codes.local_minors_from)
        doubts = [*(d.en for d in batch.doubts), *(f.en for f in unknown)]
        yield replace(_of_batch(source, item, batch), doubts=doubts)


def _of_batch(source: Source, found: Found, batch: Batch) -> SourceCheck:
    reasons = Counter(
        (str(name or ""), str(reason))
        for name, reason in batch.rejected[["field", "reason"]].to_numpy().tolist()
    )
    return SourceCheck(
        source.name,
        found.delivery.file,
        batch.rows_read,
        batch.rows.num_rows,
        batch.merged,
        batch.rows_rejected,
        dict(sorted(reasons.items())),
        {column: fields_of_similar_name(batch, column) for column in batch.unmapped},
        {column: look.en for column, look in batch.looks.items()},
        dict(batch.dropped),
    )
