"""What a base holds, at a glance: rows, match rates, freshness, answers."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blockdata.engines import lookups, report_feeds
from blockdata.report.words import Words, percent, whole
from blockdata.store.layout import Layout
from blockdata.store.session import Session


@dataclass(frozen=True, repr=False)
class Summary:
    """A base at a glance.

    Parameters
    ----------
    path : Path
    number : int
    as_of : str
    report : Path or None
        The report's page, where there is one.
    kinds : list of dict
        kind, label, rows, texts (with an address text), matched (of these, with an address);
        open kinds with rows only.
    newest : dict of source to date
        Of each source's latest accepted delivery.
    results : dict
        How many episodes, hot spots, chronic or recurring places and rejected rows.
    words : Words
    """

    path: Path
    number: int
    as_of: str
    report: Path | None
    kinds: list[dict[str, Any]]
    newest: dict[str, str]
    results: dict[str, int]
    words: Words = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as JSON has it."""
        return {
            "path": str(self.path),
            "number": self.number,
            "as_of": self.as_of,
            "report": str(self.report) if self.report else None,
            "kinds": self.kinds,
            "newest": self.newest,
            "results": self.results,
        }

    def __repr__(self) -> str:
        t = self.words.t
        lines = [
            f"{t('底座', 'Base')}: {self.path}",
            f"{t('快照', 'Snapshot')}: {self.number}, {t('截至', 'as of')} {self.as_of}",
            f"{t('记录', 'Records')}:",
            *(f"  {self._kind(k)}" for k in self.kinds),
            f"{t('各来源最新交付', 'Latest deliveries')}:",
            *(f"  {source}: {day}" for source, day in self.newest.items()),
            f"{t('结果', 'Results')}: "
            + ", ".join(f"{self._result(k)} {v:,}" for k, v in self.results.items()),
            f"{t('报告', 'Report')}: {self.report or t('无', 'none')}",
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def _kind(self, row: dict[str, Any]) -> str:
        text = f"{row['label']} ({row['kind']}): {whole(row['rows'])}"
        if row["texts"]:
            matched = self.words.t("地址匹配", "addresses matched")
            text += f", {matched} {percent(row['matched'], row['texts'])}"
        return text

    def _result(self, name: str) -> str:
        return self.words.t(*_RESULTS[name])


_RESULTS = {
    "episodes": ("问题", "episodes"),
    "hotspots": ("热点", "hot spots"),
    "chronic": ("久治不愈", "chronic"),
    "recurring": ("反复发生", "recurring"),
    "resolved": ("久治不愈而已解决", "chronic once, resolved since"),
    "quarantined": ("待处理的隔离行", "rejected rows still open"),
}


def summary_of(session: Session, layout: Layout, number: int, words: Words) -> Summary:
    """Return what a base holds, at a glance.

    Parameters
    ----------
    session : Session
    layout : Layout
    number : int
        Of the snapshot that the session reads.
    words : Words

    Returns
    -------
    Summary
    """
    counts = report_feeds.kind_counts(session)
    page = layout.report(number) / "index.html"
    return Summary(
        layout.root,
        number,
        str(session.meta("as_of")),
        page if page.exists() else None,
        [
            {str(k): v for k, v in row.items()} | {"label": words.kind(str(row["kind"]))}
            for row in counts[["kind", "rows", "texts", "matched"]].to_dict("records")
            if row["rows"]
        ],
        {s: str(day) for s, day in report_feeds.latest_deliveries(session).items()},
        lookups.result_counts(session)
        | {"quarantined": report_feeds.quarantine_rows(session).get("open", 0)},
        words,
    )
