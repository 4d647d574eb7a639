"""Rates of incidents by exposure, which small cells do not exaggerate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from blockdata.analysis.exposure import EXPOSURE_ORDER, Exposure, choose_exposure
from blockdata.analysis.rates import rates_by_exposure
from blockdata.analysis.reasons import Reason
from blockdata.config import Config
from blockdata.engines import feeds
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.asked import Options, asked_of
from blockdata.views.patterns.counts import Counted, counted
from blockdata.views.patterns.exposures import (
    Measure,
    measure,
    measures,
    unit_words,
    with_geometry,
)
from blockdata.views.patterns.ground import with_names
from blockdata.views.patterns.measured import Measured

__all__ = ["chosen_measure", "rates"]

_THOUSAND = 1000.0
_RATES = ["rate", "smoothed_rate", "reference_rate"]
_COLUMNS = [
    *("category", "place", "count", "exposure", "rate", "smoothed_rate", "reference_rate"),
    *("own_share", "expected", "small", "people_shared", "observed_days", "reason", "note"),
]


def rates(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    by: str | gpd.GeoDataFrame = "unit",
    exposure: str | None = None,
    *,
    together: bool = False,
    least_expected: float = 5.0,
    **options: Unpack[Options],
) -> Measured:
    """Measure the incidents of each cell against what it holds.

    The raw rate of a small cell leaps with every incident. The smoothed rate moves each raw rate
    towards that of all cells, the more the smaller the exposure and the less cells differ beyond
    chance (empirical Bayes; Marshall 1991).

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    by : str or GeoDataFrame, default "unit"
        As in `cube`.
    exposure : str, optional
        As in `exposure`. Default: the first usable of people, addresses, street length and all
        problems; one is not usable where over a fifth of all problems lie in cells without it.
    together : bool, default False
        Count the chosen categories as one.
    least_expected : float, default 5
        A cell is marked `small` if fewer than so many are to be expected there at the common rate.
    of, start, end, categories, sources, channels, within_m
        As in `cube`.

    Returns
    -------
    Measured
        `.frame` has category, place, code, name, count (in the period), exposure, rate,
        smoothed_rate, reference_rate (all per 1,000 of the exposure in the period, street per
        kilometre; `unit` says it), own_share (of the raw rate in the smoothed one), expected (at
        the common rate), small, people_shared (the cell shows the figure of an atom that its
        neighbours share), observed_days, reason, note (small, shared or untold, in words), and
        geometry; by category, the highest smoothed rate first. `.explain()` says what it stands
        on, `.map(category)` draws the smoothed rates.

    Raises
    ------
    AnalysisError
        As in `cube` and `exposure`, and if no exposure is usable.
    """
    if not (np.isfinite(least_expected) and least_expected >= 0):
        raise AnalysisError(f"least_expected is {least_expected}", where="rates", allowed=">= 0")
    asked = asked_of(session, config, as_of, options)
    whole = pd.DatetimeIndex([asked.start, asked.end])
    found = counted(asked, words, by, whole)
    known, skipped = chosen_measure(found, words, exposure)
    table = _table(found, known, words, together, least_expected)
    table = table.assign(unit=unit_words(known.name, words))
    table = with_names(session, found.ground, table)
    frame = with_geometry(table, found.ground, config.city.crs)
    text = "\n".join(_explained(found, known, skipped, table, words))
    legend = words.t(
        f"修正后的比率（{unit_words(known.name, words)}）",
        f"smoothed rate ({unit_words(known.name, words)})",
    )
    return Measured(frame, text, "smoothed_rate", legend, feeds.streets(session), words)


def chosen_measure(
    found: Counted, words: Words, name: str | None
) -> tuple[Measure, dict[str, Reason]]:
    """Return the exposure that is asked for, else the first usable, and why not those before.

    Raises
    ------
    AnalysisError
        If there is no such exposure, or none is usable.
    """
    if name is not None:
        return measure(found.asked, words, found.ground, name), {}
    there, skipped = measures(found.asked, words, found.ground, EXPOSURE_ORDER)
    incidents = there["all_incidents"].values
    candidates = {n: m.values for n, m in there.items()}
    taken = choose_exposure(candidates, incidents.index, incidents=incidents)
    return there[taken.name], {
        **taken.skipped,
        **{n: skipped[n] for n in skipped if n in taken.skipped},
    }


def _table(
    found: Counted, known: Measure, words: Words, together: bool, least_expected: float
) -> pd.DataFrame:
    made = found.cube
    kinds, places = made.categories.tolist(), len(made.places)
    totals, observed = made.place_totals(), made.observed_days.sum(axis=1)
    if together:
        kinds = [words.t("合计", "all together")]
        totals, observed = totals.sum(axis=0, keepdims=True), observed.max(initial=0)[None]
    counts = pd.DataFrame(
        {
            "category": pd.Series(np.repeat(kinds, places), dtype="str"),
            "place": pd.Series(np.tile(made.places, len(kinds)), dtype="str"),
            "count": totals.ravel(),
        }
    )
    # A place may have problems and none of the reports that they are measured against.
    values = known.values.reindex(known.values.index.union(made.places), fill_value=0.0)
    rows = rates_by_exposure(counts, [Exposure(known.name, values.rename_axis("place"))])
    rows["observed_days"] = (
        rows["category"].map(dict(zip(kinds, observed, strict=True))).astype("int64")
    )
    rows["people_shared"] = known.shared.reindex(rows["place"], fill_value=False).to_numpy()
    own = (rows["count"] == rows["exposure"]).groupby(rows["category"]).transform("all")
    rows["reason"] = rows["reason"].mask(own, "exposure_is_category")
    rows["reason"] = rows["reason"].mask(rows["observed_days"] == 0, "not_observed")
    untold = rows["reason"].isin(["not_observed", "exposure_is_category"])
    rows[_RATES] = rows[_RATES].mask(untold)
    rows["expected"] = rows["exposure"] * rows["reference_rate"]
    rows["small"] = (rows["expected"] < least_expected) & rows["reference_rate"].notna()
    rows["note"] = _notes(rows, words)
    rows[_RATES] *= _THOUSAND
    order = ["category", "smoothed_rate", "place"]
    return rows.sort_values(order, ascending=[True, False, True], ignore_index=True)[_COLUMNS]


def _notes(rows: pd.DataFrame, words: Words) -> pd.Series[str]:
    """Say in words why a rate is not told, or is to be read with care."""
    told = {code: words.untested(code) for code in rows["reason"].dropna().unique()}
    shared = words.t("人口为与相邻单元合计的数字", "people are a figure that neighbours share")
    small = words.t("基数小，比率不稳", "the exposure is small, the raw rate leaps")
    parts = pd.DataFrame(
        {
            "reason": [told.get(code, "") for code in rows["reason"]],
            "shared": np.where(rows["people_shared"], shared, ""),
            "small": np.where(rows["small"], small, ""),
        }
    )
    between = words.t("；", "; ")
    joined = [between.join(t for t in row if t) for row in parts.itertuples(index=False)]
    return pd.Series(joined, index=rows.index, dtype="str")


def _explained(
    found: Counted,
    known: Measure,
    skipped: dict[str, Reason],
    table: pd.DataFrame,
    words: Words,
) -> Iterator[str]:
    t, unit = words.t, unit_words(known.name, words)
    by = found.ground.word(words)
    yield t(f"按{by}计算的比率，单位：{unit}", f"Rates by {by}, {unit}")
    for name, reason in skipped.items():
        yield t(
            f"  未用{words.exposure(name)}作基数：{reason.zh}",
            f"  not measured against {words.exposure(name)}: {reason.en}",
        )
    yield t(
        "  修正后的比率把每个单元的比率向全体比率靠拢，基数越小靠拢越多（经验贝叶斯）",
        "  the smoothed rate moves each rate towards that of all, the more the smaller its "
        "exposure (empirical Bayes)",
    )
    cells = table.drop_duplicates("place")
    if shared := int(cells["people_shared"].sum()):
        yield t(
            f"  {shared} 个单元的人口是与相邻单元合计公布的数字",
            f"  the people of {shared} cells are a figure that neighbours share",
        )
    small, rows = int(table["small"].sum()), len(table)
    yield t(
        f"  {rows} 个比率中 {small} 个基数小",
        f"  of {rows} rates {small} stand on a small exposure",
    )
    for code, number in table["reason"].value_counts().sort_index().items():
        why = words.untested(str(code))
        yield t(f"  未计算 {number} 个：{why}", f"  not told, {number}: {why}")
    yield found.cube.explain()
