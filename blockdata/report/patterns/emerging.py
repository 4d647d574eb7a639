"""What is becoming of hot places: the labels of the nightly run, counted and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.engines import gathering_feeds, report_feeds
from blockdata.report.hot import cell_labels
from blockdata.report.settings import Settings
from blockdata.report.words import Words, whole
from blockdata.store.session import Session

__all__ = [
    "ORDER",
    "EmergingSection",
    "emerging_section",
    "label_sentence",
    "label_words",
    "measured_by",
    "reference_words",
    "urgent_first",
]

_LISTED = 20

_LABELS = MappingProxyType(
    {
        "new": ("新出现", "new"),
        "consecutive": ("连续出现", "consecutive"),
        "intensifying": ("越来越严重", "intensifying"),
        "persistent": ("一直如此", "persistent"),
        "diminishing": ("正在减轻", "diminishing"),
        "sporadic": ("时有时无", "sporadic"),
        "oscillating": ("忽多忽少", "oscillating"),
        "historical": ("曾经如此", "historical"),
    }
)
_COLD = MappingProxyType(
    {"intensifying": ("越来越少", "intensifying"), "diminishing": ("正在回升", "diminishing")}
)
_SIDES = MappingProxyType(
    {"hot": ("偏多", "more than usual"), "cold": ("偏少", "fewer than usual")}
)
_REFERENCES = MappingProxyType(
    {
        "entire": ("与全区整段时间比", "against the whole district and time"),
        "neighbourhood": ("与全区同几周比", "against the whole district in the same weeks"),
        "step": ("与全区当周比", "against the whole district in that week"),
    }
)
ORDER = (
    *("intensifying", "consecutive", "new", "persistent"),
    *("sporadic", "oscillating", "diminishing", "historical"),
)
"""Labels, those that ask for somebody to go there first."""


@dataclass(frozen=True)
class EmergingLine:
    """One cell and category."""

    name: str
    category: str
    label: str
    last_count: str
    count: str
    sentence: str


@dataclass(frozen=True)
class LabelCount:
    """How many cells and categories have a label, by reference."""

    label: str
    cells: list[str]


@dataclass(frozen=True)
class EmergingSection:
    """What is becoming of hot places.

    Parameters
    ----------
    weeks : int
    layer, measured_by : str
        Labels of the layer, and of what counts are held against.
    references : list of str
    counts : list of LabelCount
    lines : list of EmergingLine
        Hot ones by the first reference, the most urgent first.
    more : int
    notes : list of str
        What was left out, and why.
    """

    weeks: int
    layer: str
    measured_by: str
    references: list[str]
    counts: list[LabelCount]
    lines: list[EmergingLine]
    more: int
    notes: list[str]


def emerging_section(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> EmergingSection | None:
    """Return the section; None where the run computed nothing and has nothing to say of it.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    as_of : date
    """
    rows = gathering_feeds.result_rows(session, "emerging", ("category", "cell", "reference"))
    told = gathering_feeds.findings_of(session, "emerging")
    if rows.empty and told.empty:
        return None
    # What counts are held against is told beside them.
    told = told[told["code"] != "emerging_exposure"]
    notes = [words.t(zh, en) for zh, en in zip(told["zh"], told["en"], strict=True)]
    if rows.empty:
        return EmergingSection(settings.emerging.weeks, "", "", [], [], [], 0, notes)
    layer = str(rows["layer"].iloc[0])
    cells = report_feeds.layer_cells(session, layer, as_of - dt.timedelta(days=1))
    names = cell_labels(cells)
    references = list(settings.emerging.references)
    first = rows[(rows["reference"] == references[0]) & (rows["side"] == "hot")]
    listed = urgent_first(first)
    return EmergingSection(
        weeks=int(rows["steps"].iloc[0]),
        layer=words.layer(layer),
        measured_by=measured_by(rows, words),
        references=[reference_words(name, words) for name in references],
        counts=_counts(rows, references, words),
        lines=[_line(row, names, words) for row in listed.head(_LISTED).to_dict("records")],
        more=max(0, len(listed) - _LISTED),
        notes=notes,
    )


def urgent_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by label in the order of `ORDER`, hot before cold, the most recent episodes first."""
    keyed = rows.assign(
        cold=rows["side"] == "cold", urgency=rows["label"].map({n: i for i, n in enumerate(ORDER)})
    )
    by = ["cold", "urgency", "last_z", "category", "cell"]
    ordered = keyed.sort_values(by, ascending=[True, True, False, True, True])
    return ordered.drop(columns=["cold", "urgency"]).reset_index(drop=True)


def label_words(label: str, side: str, words: Words) -> str:
    """Return what a label is called, as 新出现偏多."""
    own = _COLD if side == "cold" else _LABELS
    named = words.t(*own.get(label, _LABELS[label]))
    if side == "cold" and label in _COLD:
        return words.t(named, f"{named} cold spot")
    return words.t(f"{named}（{_SIDES[side][0]}）", f"{named} {side} spot")


def reference_words(name: str, words: Words) -> str:
    """Return what a week's neighbourhood is compared with."""
    return words.t(*_REFERENCES.get(name, (name, name)))


def measured_by(rows: pd.DataFrame, words: Words) -> str:
    """Return what counts are held against, of several categories what most are."""
    name = str(rows["exposure_name"].mode().iloc[0])
    return words.t("起数本身", "counts as they are") if name == "counts" else words.exposure(name)


def label_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say what a label says of a cell and category, without naming either.

    Parameters
    ----------
    row : mapping
        Of the table `emerging`.
    words : Words
    """
    more = words.t(*_SIDES[str(row["side"])])
    hot = row["side"] == "hot"
    own, other = (
        (row["hot_steps"], row["cold_steps"]) if hot else (row["cold_steps"], row["hot_steps"])
    )
    contrary = words.t(*_SIDES["cold" if hot else "hot"])
    weeks, run = row["steps"], row["run_steps"]
    share = words.t(
        f"{weeks} 周中有 {own} 周明显{more}", f"clearly {more} in {own} of {weeks} weeks"
    )
    told = {
        "new": (f"最近一周第一次明显{more}", f"clearly {more} in the last week for the first time"),
        "consecutive": (
            f"最近连续 {run} 周明显{more}，此前没有过",
            f"clearly {more} in the last {run} weeks without a break, and never before",
        ),
        "intensifying": (
            f"{share}，而且越来越{'多' if hot else '少'}",
            f"{share}, and ever {'more' if hot else 'fewer'}",
        ),
        "persistent": (f"{share}，没有升降趋势", f"{share}, without a trend"),
        "diminishing": (
            f"{share}，但在{'减少' if hot else '回升'}",
            f"{share}, but {'falling' if hot else 'rising'}",
        ),
        "sporadic": (f"时断时续：{share}，最近一周也是", f"on and off: {share}, the last one too"),
        "oscillating": (
            f"最近一周明显{more}，以前却有 {other} 周明显{contrary}",
            f"clearly {more} in the last week, but {contrary} in {other} weeks before",
        ),
        "historical": (f"{share}，最近一周不再如此", f"{share}, but not in the last one"),
    }[str(row["label"])]
    return words.t(f"{told[0]}。", f"{told[1][0].upper()}{told[1][1:]}.")


def _line(row: Mapping[Hashable, Any], names: Mapping[str, str], words: Words) -> EmergingLine:
    cell = str(row["cell"])
    return EmergingLine(
        name=names.get(cell, cell),
        category=str(row["category"]),
        label=label_words(str(row["label"]), str(row["side"]), words),
        last_count=whole(row["last_count"]),
        count=whole(row["count"]),
        sentence=label_sentence(row, words),
    )


def _counts(rows: pd.DataFrame, references: Sequence[str], words: Words) -> list[LabelCount]:
    counted = rows.groupby(["side", "label", "reference"]).size()
    found = {(side, label) for side, label, _ in counted.index}
    return [
        LabelCount(
            label_words(label, side, words),
            [whole(counted.get((side, label, name), 0)) for name in references],
        )
        for side in ("hot", "cold")
        for label in ORDER
        if (side, label) in found
    ]
