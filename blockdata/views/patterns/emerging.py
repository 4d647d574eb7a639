"""What is becoming of hot places, as the nightly run found it, and the weeks behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast, get_args

import pandas as pd

from blockdata.batch.emerging import Watch, watch_layer
from blockdata.config import Config
from blockdata.config.gathering import Reference
from blockdata.engines import case_lookups, gathering_feeds
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.report.patterns.emerging import (
    ORDER,
    label_sentence,
    label_words,
    measured_by,
    reference_words,
    urgent_first,
)
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.drawing import Drawing, draw
from blockdata.views.patterns.measured import Shaded
from blockdata.views.patterns.told import Pattern, facts_of
from blockdata.views.results import require_category, result, with_places

__all__ = ["Course", "emerging", "emerging_bins"]


@dataclass(frozen=True, repr=False)
class Course(Pattern):
    """What is becoming of hot places; its map shows how many weeks each was hot."""

    def map(self) -> Drawing:
        """Return a map of the hot places, as SVG that needs no network.

        Raises
        ------
        GeometryNeededError
            If no cell has a polygon.
        """
        laid = draw(self.drawn, self.background, self.streets) if "geometry" in self.drawn else None
        if laid is None:
            raise GeometryNeededError(
                "there is no geometry to draw", next_step="Load cells with polygons."
            )
        steps = ", ".join(map(str, laid.steps))
        told = self.words.t(
            f"颜色越深，偏多的周数越多，各类别合计（分级界限：{steps}）",
            f"The darker, the more weeks it was hot, over all categories (classes end at {steps})",
        )
        return Shaded(laid, self.words, told)


def emerging(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
    *,
    reference: str | None = None,
    label: str | None = None,
    side: str | None = None,
) -> Course:
    """List what is becoming of hot and cold places, week by week up to as_of.

    Of each cell with its neighbours, each week and the one before are compared with a reference.
    Labels describe a course; which places are significant is told by `blockdata.hotspots`.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        Only this one.
    reference : {"entire", "neighbourhood", "step"}, optional
        What a neighbourhood is compared with: all weeks, the weeks that it spans, or its week.
        Default: the first of `[emerging] references`.
    label : str, optional
        Only this: "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic",
        "oscillating", "historical".
    side : {"hot", "cold"}, optional
        Only this.

    Returns
    -------
    Course
        `.frame`: one row per cell and category with a label, hot before cold, the most urgent
        first: cell, code, name, layer, category, reference, exposure_name ("counts" where they
        are held against nothing), label, side, steps (weeks), hot_steps, cold_steps, run_steps
        (last weeks without a break), count (over all weeks), last_count, last_z (Gi*), s, var_s,
        trend_z, p_trend (Mann-Kendall), called, sentence, geometry where the base has any. Also
        `.map()` and `.explain()`.

    Raises
    ------
    AnalysisError
        If the category, reference, label or side is unknown, or an earlier version made the
        snapshot.
    """
    case_lookups.require_table(session, "emerging")
    require_category(session, category)
    used = reference or config.emerging.references[0]
    _require("reference", used, config.emerging.references)
    _require("label", label, ORDER)
    _require("side", side, ("hot", "cold"))
    rows = gathering_feeds.result_rows(session, "emerging", ("category", "cell"))
    wanted = {"reference": used, "category": category, "label": label, "side": side}
    for column, value in wanted.items():
        rows = rows if value is None else rows[rows[column] == value]
    rows = urgent_first(rows)
    text = "\n".join(_explained(session, rows, config, as_of, words))
    called = [
        label_words(str(a), str(b), words) for a, b in zip(rows["label"], rows["side"], strict=True)
    ]
    said = [label_sentence(row, words) for row in rows.to_dict("records")]
    rows = rows.assign(called=pd.Series(called, dtype="str"), sentence=pd.Series(said, dtype="str"))
    facts = facts_of(config, as_of, words)
    frame = with_places(rows, "cell", session, facts.crs)
    drawn = frame.assign(hot=frame["side"] == "hot", excess=frame["hot_steps"])
    return Course(**vars(result(session, facts, frame, text)), drawn=drawn)


def emerging_bins(
    session: Session,
    config: Config,
    as_of: dt.date,
    category: str,
    cell: str | None = None,
    *,
    reference: str | None = None,
) -> pd.DataFrame:
    """Return the weeks behind the labels of a category, computed now as the nightly run did.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    category : str
    cell : str, optional
        Id or code of one cell; default: all of the layer.
    reference : {"entire", "neighbourhood", "step"}, optional
        As for `emerging`.

    Returns
    -------
    DataFrame
        cell, code, name, week_from, week_to (local days, the end exclusive), count, z (Gi* of the
        cell with its neighbours in that week and the one before), p (two-sided), q (over all
        cells and weeks of the category), side ("hot", "cold", null), reason (why there is no p);
        by cell and week.

    Raises
    ------
    AnalysisError
        If nothing can be computed, or the category, cell or reference is unknown.
    """
    require_category(session, category)
    used = cast("Reference", reference or config.emerging.references[0])
    _require("reference", used, get_args(Reference))
    watched = _watched(session, config, as_of, category)
    bins = watched.ask(category, used).bins
    edges = watched.cube.edges
    step = bins["step"].to_numpy()
    told = bins.drop(columns="step").assign(
        cell=watched.cube.places[bins["cell"].to_numpy()],
        week_from=edges[step],
        week_to=edges[step + 1],
    )
    named = told[["cell"]].drop_duplicates()
    named = with_places(named, "cell", session, config.city.crs)[["cell", "code", "name"]]
    told = pd.DataFrame(named).merge(told, on="cell")
    if cell is not None:
        told = told[(told["cell"] == cell) | (told["code"] == cell)].reset_index(drop=True)
        if told.empty:
            raise AnalysisError("no cell of the layer has this id or code", where="emerging_bins")
    order = ["cell", "code", "name", "week_from", "week_to", "count", "z", "p", "q", "side"]
    return told[[*order, "reason"]]


def _watched(session: Session, config: Config, as_of: dt.date, category: str) -> Watch:
    found = watch_layer(session, config, as_of)
    if isinstance(found, Watch) and category in found.cube.categories:
        return found
    why = "there are no cells, or no episodes"
    if isinstance(found, Watch):
        why = "none of it was reported in these weeks"
    elif found is not None:
        why = found.en
    raise AnalysisError(why, where="emerging_bins")


def _require(name: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise AnalysisError(
            f"unknown {name} {value!r}", where="patterns emerging", allowed=", ".join(allowed)
        )


def _explained(
    session: Session, rows: pd.DataFrame, config: Config, as_of: dt.date, words: Words
) -> Iterator[str]:
    yield words.t(f"热点走势（截至 {as_of}）", f"What is becoming of hot spots (as of {as_of})")
    if rows.empty:
        yield words.t("没有这样的地方。", "There is no such place.")
    else:
        layer, weeks = words.layer(str(rows["layer"].iloc[0])), int(rows["steps"].iloc[0])
        against, by = (
            reference_words(str(rows["reference"].iloc[0]), words),
            measured_by(rows, words),
        )
        yield words.t(
            f"{layer}，{weeks} 周，{against}，以{by}为基数",
            f"{layer}, {weeks} weeks, {against}, measured against {by}",
        )
        counted = rows.groupby(["side", "label"]).size()
        for side in ("hot", "cold"):
            for label in ORDER:
                if (count := int(counted.get((side, label), 0))) > 0:
                    told = label_words(label, side, words)
                    yield words.t(f"  {told}：{count} 处", f"  {told}: {count}")
    findings = gathering_feeds.findings_of(session, "emerging")
    yield from findings[words.t("zh", "en")].tolist()
    yield words.t(
        "这里说的是走势，供参考；是否显著多于应有起数，以热点清单为准。",
        "Labels describe a course; what is significant is told by the list of hot spots.",
    )
