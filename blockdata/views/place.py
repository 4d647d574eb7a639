"""Everything a base knows of one place, on one page; people are never part of it."""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockdata.report.cases.words import CaseWords
from blockdata.report.one_page import one_page
from blockdata.report.words import Words
from blockdata.views.place_words import column_label, section_title, shown

if TYPE_CHECKING:
    from blockdata.views.problems.evidence import PlaceEvidence

__all__ = ["CLASS_NAME", "Place", "records_of"]

CLASS_NAME = "class_name"
"""What a component's class is called in its edition."""

_MOST_SHOWN = 100


@dataclass(frozen=True, repr=False)
class Place:
    """What a base knows of one place.

    Parameters
    ----------
    id : str
        Of the address, building, component, entity, camera, grid, area ...
    text : str
        What the place is called; of an address its text.
    sections : dict of str to DataFrame
        The place's own record under the name of its kind (of what has ended its last state),
        "alias", "cell", every open kind with rows in or at it ("building", "legal_entity", ...) or,
        of a cell, what stands there in counts ("standing"), "incident", "episode", "chronic",
        "hotspot", "chain", "indicator" (of its cells, newest month), "patrol_task", "upkeep_task",
        "camera_near", "link" and "contradiction"; empty ones are left out. Of an area the newest
        incidents and episodes alone.
    words : Words
        Labels in the base's language.
    kind : str
        Kind of its record.
    counts : dict of str to int
        How many rows there are of sections that hold the newest alone.
    evidence : PlaceEvidence or None
        What speaks for the place being chronic, where it is.
    time_zone : str
        In which the page tells times; those of `sections` are UTC.
    """

    id: str
    text: str
    sections: dict[str, pd.DataFrame]
    words: Words
    kind: str = "address"
    counts: dict[str, int] = field(default_factory=dict)
    evidence: PlaceEvidence | None = None
    time_zone: str = "UTC"

    def to_dict(self) -> dict[str, Any]:
        """Return the sections as lists of rows; missing values are None and times are texts."""
        rows = {name: records_of(frame) for name, frame in self.sections.items()}
        told = {"id": self.id, "text": self.text, "kind": self.kind, **rows}
        return told if self.evidence is None else told | {"evidence": self.evidence.to_dict()}

    def html(self) -> str:
        """Return the place as a page in one file that asks for nothing from anywhere."""
        return one_page(self.text, f'<div class="scroll">{self._repr_html_()}</div>', self.words)

    def __repr__(self) -> str:
        lines = [f"{self.text} ({self.words.kind(self.kind)} {self.id})"]
        for name, frame in self._shown():
            lines.append(f"\n{self._title(name, len(frame))}")
            lines += [f"  {' · '.join(map(_cell, row.values()))}" for row in _brief(frame)]
        if self.evidence is not None:
            lines += ["", self.words.t("久治不愈的证据", "Evidence"), self.evidence.explain()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        kind = html.escape(self.words.kind(self.kind))
        title = f"{html.escape(self.text)} <small>{kind}</small>"
        parts = [f"<h3>{title} <code>{html.escape(self.id)}</code></h3>"]
        if self.evidence is not None:
            parts.append(self.evidence.body())
        for name, frame in self._shown():
            parts.append(f"<h4>{html.escape(self._title(name, len(frame)))}</h4>")
            parts.append(_table(frame.head(_MOST_SHOWN), self._labels(name, frame)))
            if len(frame) > _MOST_SHOWN:
                more = len(frame) - _MOST_SHOWN
                parts.append(f"<p>{self.words.t(f'另有 {more} 行', f'{more} more rows')}</p>")
        return "\n".join(parts)

    def _shown(self) -> list[tuple[str, pd.DataFrame]]:
        method = CaseWords(self.words.lang, self.words.catalogue).method
        told = []
        for name, frame in self.sections.items():
            times = [str(c) for c in frame.select_dtypes("datetime") if _is_moment(str(c))]
            local = frame.assign(**{c: self._local(frame[c]) for c in times})
            told.append((name, shown(name, local, self.words, method)))
        return told

    def _local(self, times: pd.Series[Any]) -> pd.Series[Any]:
        moments = times.dt.tz_localize("UTC").dt.tz_convert(self.time_zone)
        return moments.dt.tz_localize(None).dt.floor("min")  # type: ignore[no-any-return]

    def _title(self, name: str, have: int) -> str:
        of = self.counts.get(name, len(self.sections[name]))
        title = section_title(name, self.words)
        if of <= have:
            return f"{title} ({have:,})"
        return title + self.words.t(f"（{have:,}，共 {of:,}）", f" ({have:,} of {of:,})")

    def _labels(self, name: str, frame: pd.DataFrame) -> list[str]:
        return [column_label(name, str(c), self.words) for c in frame.columns]


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: missing values are None and times are texts."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _brief(frame: pd.DataFrame, most: int = 10) -> list[dict[str, Any]]:
    rows = records_of(frame.head(most))
    return [{k: v for k, v in row.items() if v is not None} for row in rows]


_INFINITE = (float("inf"), float("-inf"))


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if pd.isna(value) or value in _INFINITE:
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _table(frame: pd.DataFrame, labels: list[str]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in labels)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(v))}</td>" for v in row.values()) + "</tr>"
        for row in records_of(frame)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    text = str(value)
    if _is_time(text):
        return text.removesuffix("T00:00:00").removesuffix(":00").replace("T", " ")
    return text


def _is_moment(column: str) -> bool:
    """Whether a column of times has moments and not days."""
    return column.endswith("_at") or column in ("first_reported", "last_reported")


def _is_time(text: str) -> bool:
    return len(text) >= 19 and text[4:5] == text[7:8] == "-" and text[10] == "T"
