"""The whole search for hot spots: choose, test, try small changes; every choice is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from blockdata.analysis.checks import require_columns
from blockdata.analysis.exposure import EXPOSURE_WORDS, Exposure, choose_exposure
from blockdata.analysis.fdr import Correction
from blockdata.analysis.hotspots.family import HOTSPOT_COLUMNS, hot_spots
from blockdata.analysis.hotspots.finer import cells_within, held_against_finer
from blockdata.analysis.hotspots.scale import RISK, WANTED_POWER, Scale, choose_scale
from blockdata.analysis.hotspots.stability import (
    counts_in_resized,
    other_window_days,
    stability,
)
from blockdata.analysis.local.getis_ord import getis_ord
from blockdata.analysis.local.weights import contiguity
from blockdata.errors import AnalysisError

__all__ = ["Choice", "Found", "Layer", "Rules", "search"]

_LEAST_PAST_DAYS = 28


@dataclass(frozen=True)
class Choice:
    """One choice of the search and why, in words.

    Parameters
    ----------
    topic : str
        "counted", "layer", "windows", "exposure", "finer", "method", "family" or "stability".
    choice : str
        What was chosen, as a name for machines: a layer, an exposure, days; may be empty.
    zh, en : str

    Examples
    --------
    >>> Choice("windows", "28", "近 28 天", "the last 28 days").topic
    'windows'
    """

    topic: str
    choice: str
    zh: str
    en: str


@dataclass(frozen=True)
class Layer:
    """One layer of cells: what is counted in it, and against what.

    Parameters
    ----------
    name : str
    label : tuple of str
        Its name in Chinese and in English.
    cells : DataFrame with cell (str, distinct), geom (polygons in metres, or null)
    episodes : DataFrame with category, cell (str), age_days (float >= 0), x, y (metres, or null)
        `age_days` before the end of the windows.
    exposures : mapping of str to Series indexed by cell, or None
        As `choose_exposure` takes them, without "all_incidents": it is counted here.
    """

    name: str
    label: tuple[str, str]
    cells: pd.DataFrame
    episodes: pd.DataFrame
    exposures: Mapping[str, pd.Series[Any] | None]


@dataclass(frozen=True)
class Rules:
    """What the search is bound to.

    Parameters
    ----------
    windows_days : sequence of int
        Windows up to the end, all tested in one family.
    layer : str, optional
        The layer to test; without it one is chosen, see `choose_scale`.
    exposure : str, optional
        The exposure to test against; without it one is chosen, see `choose_exposure`.
    categories : sequence of str, optional
        Test only these; what is counted of the others still is exposure.
    alpha, min_total, correction
        As in `hot_spots`.
    past_days : int
        How long a past before the windows the layer is chosen by.
    """

    windows_days: Sequence[int]
    layer: str | None = None
    exposure: str | None = None
    categories: Sequence[str] | None = None
    alpha: float = 0.05
    min_total: int = 5
    correction: Correction = "bh"
    past_days: int = 365

    @property
    def since_days(self) -> int:
        """How many days before the end episodes have to be known."""
        longest = max(self.windows_days)
        tried = max(other_window_days(longest).values())
        return tried if self.layer is not None else max(tried, longest + self.past_days)


@dataclass(frozen=True)
class Found:
    """The answer of a search.

    Parameters
    ----------
    frame : DataFrame
        As `hot_spots` gives it, with gi_star, stability and unstable_under; only rows with
        an incident.
    choices : list of Choice
        In the order in which they were made.
    layer : str
        The layer that was tested.
    """

    frame: pd.DataFrame
    choices: list[Choice]
    layer: str


def search(layers: Sequence[Layer], rules: Rules) -> Found:
    """Find hot spots by stated rules, and tell each choice and why.

    1. The layer: as given, else the finest on which a place with three times its due would
       rather be found than not; judged by the past before the windows, which is not tested.
    2. Per window the exposure: as given, else the first that is usable of people, addresses,
       street length and all incidents.
    3. The test: negative binomial, conditional on exposure, one family over windows, categories
       and cells (`hot_spots`).
    4. On a coarse layer a hot spot must also be more than its finer cells bring by chance, where
       a finer layer is given (`held_against_finer`).
    5. For each hot spot, whether it stays one when the window or the cell is a tenth smaller or
       larger, or the level a tenth stricter (`stability`).
    6. Gi* of the counts, over cells that touch: descriptive, and null where there is no
       geometry.

    Parameters
    ----------
    layers : sequence of Layer
        Finest layer first.
    rules : Rules

    Returns
    -------
    Found

    Raises
    ------
    AnalysisError
        If there is no layer, or none of the name or exposure asked for, a window is no positive
        number, or a column is missing.

    Examples
    --------
    >>> names = [f"c{i:02}" for i in range(40)]
    >>> cells = pd.DataFrame({"cell": names, "geom": None})
    >>> episodes = pd.DataFrame({"category": "noise", "cell": names + ["c07"] * 30,
    ...                          "age_days": 3.0, "x": np.nan, "y": np.nan})
    >>> people = pd.Series(100.0, index=names)
    >>> layer = Layer("unit", ("单元网格", "unit grid"), cells, episodes, {"people": people})
    >>> found = search([layer], Rules([28]))
    >>> found.frame.loc[found.frame["hot"], ["cell", "count", "stability"]].values.tolist()
    [['c07', 31, 1.0]]
    """
    _require(layers, rules)
    for layer in layers:
        columns = ["category", "cell", "age_days"]
        require_columns(layer.episodes, columns, f"search episodes of {layer.name}")
    layer, why = _chosen_layer(layers, rules)
    choices = [_counted_words(layer, rules), why, _window_words(rules)]
    exposures, told = _exposures(layer, rules)
    choices += told
    tested = _of_categories(layer.episodes, rules)
    counts = _counts(tested, {days: days for days in exposures})
    result = _tested(counts, exposures, rules)
    finer = _finer(layer, layers)
    against = _finer_exposures(finer, exposures) if result["hot"].any() else None
    if finer is not None and against is not None:
        result, held = _held(result, finer, layer, against, rules)
        choices.append(held)
    choices += _test_words(result, rules)
    result = result.join(_stable(layer, result, exposures, rules))
    choices += _stability_words(result)
    result["gi_star"] = _gi_star(layer.cells, counts, result)
    return Found(result[result["count"] > 0].reset_index(drop=True), choices, layer.name)


def _require(layers: Sequence[Layer], rules: Rules) -> None:
    names = [layer.name for layer in layers]
    if not names or (rules.layer is not None and rules.layer not in names):
        raise AnalysisError(
            f"there is no layer {rules.layer!r} with cells" if names else "there are no cells",
            where="search",
            allowed=", ".join(names) or "one layer or more",
        )
    if not rules.windows_days or min(rules.windows_days) < 1 or rules.past_days < 1:
        raise AnalysisError("a window is no length", where="search", allowed="1 day or more")


def _chosen_layer(layers: Sequence[Layer], rules: Rules) -> tuple[Layer, Choice]:
    by_name = {layer.name: layer for layer in layers}
    if rules.layer is not None or len(layers) == 1:
        layer = by_name[rules.layer] if rules.layer is not None else layers[0]
        zh, en = ("按设置", "as set") if rules.layer else ("只有这一层", "the only one")
        return layer, Choice(
            "layer",
            layer.name,
            f"网格层：{layer.label[0]}（{zh}）",
            f"layer: {layer.label[1]} ({en})",
        )
    scale = _scale(layers, rules)
    layer = by_name[scale.layer]
    return layer, _layer_words(layer, layers, scale)


def _scale(layers: Sequence[Layer], rules: Rules) -> Scale:
    window = max(rules.windows_days)
    oldest = max(
        (part.episodes["age_days"].max() for part in layers if len(part.episodes)), default=0.0
    )
    days = min(rules.past_days, int(oldest) - window)
    if days < _LEAST_PAST_DAYS:
        nothing = pd.Series(np.nan, index=[part.name for part in layers])
        return Scale(layers[0].name, nothing, "no_past")
    past, exposures = {}, {}
    for layer in layers:
        age = layer.episodes["age_days"]
        known = layer.episodes[(age > window) & (age <= window + days)]
        try:
            exposures[layer.name] = _exposure(layer, known, rules.exposure)
        except AnalysisError:
            continue
        past[layer.name] = _sizes(_of_categories(known, rules), ["category", "cell"])
    if not past:
        return Scale(layers[0].name, pd.Series(dtype="float64"), "no_past")
    return choose_scale(
        past,
        exposures,
        past_days=days,
        window_days=window,
        alpha=rules.alpha,
        min_total=rules.min_total,
    )


def _of_categories(episodes: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    if rules.categories is None:
        return episodes
    return episodes[episodes["category"].isin(list(rules.categories))]


def _sizes(episodes: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    counted: pd.DataFrame = episodes.groupby(by, sort=True).size().rename("count").reset_index()
    return counted


def _exposure(layer: Layer, episodes: pd.DataFrame, name: str | None) -> Exposure:
    everything = episodes.groupby("cell").size().astype("float64")
    cells = layer.cells["cell"].tolist()
    candidates = {
        **layer.exposures,
        "all_incidents": everything.reindex(cells).fillna(0.0),
    }
    if name is None:
        return choose_exposure(candidates, cells, incidents=everything.reindex(cells).fillna(0.0))
    if candidates.get(name) is None:
        known = sorted(key for key, values in candidates.items() if values is not None)
        raise AnalysisError(
            f"there is no exposure {name!r}", where="search", allowed=", ".join(known)
        )
    values = pd.Series(candidates[name], dtype="float64").reindex(cells, fill_value=0.0)
    return Exposure(name, values.sort_index())


def _exposures(layer: Layer, rules: Rules) -> tuple[dict[int, Exposure], list[Choice]]:
    """Choose each window's exposure; a window without a usable one is left out, and told."""
    found: dict[int, Exposure] = {}
    choices: dict[tuple[str, str], Choice] = {}
    for days in sorted(set(rules.windows_days)):
        recent = layer.episodes[layer.episodes["age_days"] <= days]
        try:
            found[days] = _exposure(layer, recent, rules.exposure)
        except AnalysisError as error:
            if rules.exposure is not None:
                raise
            zh, en = f"近 {days} 天没有可用的基数：{error}", f"no exposure for {days} days: {error}"
        else:
            zh, en = _exposure_words(found[days], rules)
        name = found[days].name if days in found else ""
        choices.setdefault((zh, en), Choice("exposure", name, zh, en))
    return found, list(choices.values())


def _counts(episodes: pd.DataFrame, windows: Mapping[int, int]) -> pd.DataFrame:
    """Count per window; a window bears the days under which it stands in the mapping."""
    parts = [
        _sizes(episodes[episodes["age_days"] <= days], ["category", "cell"]).assign(
            window_days=label
        )
        for label, days in windows.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _tested(counts: pd.DataFrame, exposures: dict[int, Exposure], rules: Rules) -> pd.DataFrame:
    if counts.empty:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in HOTSPOT_COLUMNS.items()})
    return hot_spots(
        counts,
        exposures,
        alpha=rules.alpha,
        min_total=rules.min_total,
        correction=rules.correction,
    )


def _stable(
    layer: Layer, result: pd.DataFrame, exposures: dict[int, Exposure], rules: Rules
) -> pd.DataFrame:
    tested = _of_categories(layer.episodes, rules)
    windows: dict[str, dict[int, int]] = {}
    for days in exposures:
        for name, other in other_window_days(days).items():
            windows.setdefault(name, {})[days] = other
    again = {
        name: _tested(_counts(tested, labels), _other(layer, labels, rules), rules)
        for name, labels in windows.items()
    }
    hot = result.loc[result["hot"], ["window_days", "category", "cell"]]
    sizes = {}
    if len(hot):
        episodes = layer.episodes
        asked = episodes["category"].isin(hot["category"].unique())
        recent = episodes[asked & (episodes["age_days"] <= hot["window_days"].max())]
        sizes = counts_in_resized(hot, layer.cells, recent)
    return stability(result, again, sizes, alpha=rules.alpha)


def _finer(layer: Layer, layers: Sequence[Layer]) -> Layer | None:
    """Return the finest layer that is finer than the tested one, if both have polygons."""
    finest = max(layers, key=lambda part: len(part.cells))
    if len(finest.cells) <= len(layer.cells):
        return None
    shaped = [not shapely.is_missing(_geoms(part.cells)).all() for part in (finest, layer)]
    return finest if all(shaped) else None


def _finer_exposures(
    finer: Layer | None, exposures: Mapping[int, Exposure]
) -> dict[int, Exposure] | None:
    """Return the finer layer's exposures of the same kinds, if it has them."""
    if finer is None:
        return None
    ages = finer.episodes["age_days"]
    try:
        return {
            days: _exposure(finer, finer.episodes[ages <= days], exposure.name)
            for days, exposure in exposures.items()
        }
    except AnalysisError:
        return None


def _geoms(cells: pd.DataFrame) -> NDArray[np.object_]:
    return cells["geom"].to_numpy(dtype=object)


def _held(
    result: pd.DataFrame,
    finer: Layer,
    layer: Layer,
    exposures: Mapping[int, Exposure],
    rules: Rules,
) -> tuple[pd.DataFrame, Choice]:
    """Hold hot spots against the finer layer, by the same kind of exposure."""
    tested = _of_categories(finer.episodes, rules)
    held = held_against_finer(
        result,
        _counts(tested, {days: days for days in exposures}),
        exposures,
        cells_within(finer.cells, layer.cells),
        alpha=rules.alpha,
        correction=rules.correction,
    )
    before, after = int(result["hot"].sum()), int(held["hot"].sum())
    return held, Choice(
        "finer",
        finer.name,
        f"格子较大，与更细的{finer.label[0]}核对：{before} 处中 {after} 处成立",
        f"cells are large: held against the finer {finer.label[1]}, {after} of {before} stand",
    )


def _other(layer: Layer, labels: Mapping[int, int], rules: Rules) -> dict[int, Exposure]:
    """Exposures of the changed windows, under the days that they stand for."""
    ages = layer.episodes["age_days"]
    return {
        label: _exposure(layer, layer.episodes[ages <= days], rules.exposure)
        for label, days in labels.items()
    }


def _gi_star(cells: pd.DataFrame, counts: pd.DataFrame, result: pd.DataFrame) -> pd.Series[Any]:
    """Gi* of every window's and category's counts; null where no cell has a polygon."""
    empty = pd.Series(np.nan, index=result.index, dtype="float64")
    shapes = _geoms(cells)
    if counts.empty or shapely.is_missing(shapes).all():
        return empty
    weights = contiguity(shapes)
    position = pd.Series(np.arange(len(cells)), index=cells["cell"])
    parts = []
    for key, group in counts.groupby(["window_days", "category"], sort=True):
        values = group.set_index("cell")["count"].reindex(position.index).fillna(0).to_numpy()
        z = getis_ord(values.astype(np.float64), weights)["z"].to_numpy()
        parts.append(
            pd.DataFrame(
                {"window_days": key[0], "category": key[1], "cell": position.index, "z": z}
            )
        )
    found = pd.concat(parts, ignore_index=True)
    on = ["window_days", "category", "cell"]
    return result[on].merge(found, on=on, how="left")["z"].set_axis(result.index)


def _counted_words(layer: Layer, rules: Rules) -> Choice:
    days = max(rules.windows_days)
    recent = int((_of_categories(layer.episodes, rules)["age_days"] <= days).sum())
    return Choice(
        "counted",
        "episodes",
        f"计数单位：问题（同一地点同类案件的一次发生，重复反映只计一次）；近 {days} 天 {recent} 起",
        "counted: problems (one occurrence at one place, however often reported); "
        f"{recent} in the last {days} days",
    )


def _layer_words(layer: Layer, layers: Sequence[Layer], scale: Scale) -> Choice:
    labels = {part.name: part.label for part in layers}
    power = {layer: f"{value:.0%}" for layer, value in scale.power.dropna().items()}
    zh = "，".join(f"{labels[str(layer)][0]} {value}" for layer, value in power.items())
    en = ", ".join(f"{labels[str(layer)][1]} {value}" for layer, value in power.items())
    rule_zh = f"按窗口之前的数据，{RISK:g} 倍于应有数目的地点能被发现的机会"
    rule_en = f"chance of finding a place with {RISK:g} times its due, judged by earlier data"
    reasons = {
        "no_past": (
            "没有更早的数据可供选择，取最细的一层",
            "no earlier data to choose by: the finest",
        ),
        "finest_with_power": (
            f"{rule_zh}：{zh}；取达到 {WANTED_POWER:.0%} 的最细一层",
            f"{rule_en}: {en}; the finest with {WANTED_POWER:.0%}",
        ),
        "most_power": (
            f"{rule_zh}：{zh}；都不到 {WANTED_POWER:.0%}，取机会最大的一层",
            f"{rule_en}: {en}; none reaches {WANTED_POWER:.0%}: the greatest",
        ),
    }
    why = reasons[scale.reason]
    return Choice(
        "layer",
        layer.name,
        f"网格层：{layer.label[0]}（{why[0]}）",
        f"layer: {layer.label[1]} ({why[1]})",
    )


def _window_words(rules: Rules) -> Choice:
    days = ", ".join(map(str, sorted(set(rules.windows_days))))
    return Choice(
        "windows",
        days,
        f"时间窗：近 {days} 天（按设置；各窗口都计入同一组检验）",
        f"windows: the last {days} days (as set; all count in one family of tests)",
    )


def _exposure_words(exposure: Exposure, rules: Rules) -> tuple[str, str]:
    zh, en = EXPOSURE_WORDS.get(exposure.name, (exposure.name, exposure.name))
    if rules.exposure is not None:
        return f"基数：{zh}（按设置）", f"exposure: {en} (as set)"
    skipped = [(EXPOSURE_WORDS[name], reason) for name, reason in exposure.skipped.items()]
    why_zh = "；".join(f"未用{words[0]}：{reason.zh}" for words, reason in skipped)
    why_en = "; ".join(f"not {words[1]}: {reason.en}" for words, reason in skipped)
    return (
        f"基数：{zh}（{why_zh or '首选且可用'}）",
        f"exposure: {en} ({why_en or 'the first choice, and usable'})",
    )


def _test_words(result: pd.DataFrame, rules: Rules) -> Iterator[Choice]:
    tested = result[result["reason"].isna()]
    spread = tested.drop_duplicates(["window_days", "category"])["dispersion"]
    clumped = int((spread > 0).sum())
    yield Choice(
        "method",
        "negative_binomial",
        "检验：以基数为条件的负二项检验，离散程度由数据估计"
        f"（{len(spread)} 组中 {clumped} 组比随机更集中）；邻近格子的 Gi* 只作描述",
        "test: negative binomial, conditional on exposure, spread estimated from the data "
        f"({clumped} of {len(spread)} are more clumped than chance); Gi* only describes",
    )
    rule = {"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli"}[rules.correction]
    hot = int(result["hot"].sum())
    yield Choice(
        "family",
        rules.correction,
        f"同一组检验 {len(tested):,} 次（时间窗 × 类别 × 格子），{rule}，"
        f"错误发现率不超过 {rules.alpha:.0%}：{hot} 处热点",
        f"one family of {len(tested):,} tests (windows x categories x cells), {rule}, false "
        f"discovery rate at most {rules.alpha:.0%}: {hot} hot spots",
    )


def _stability_words(result: pd.DataFrame) -> Iterator[Choice]:
    hot = result[result["hot"]]
    if hot.empty:
        return
    steady = int((hot["stability"] == 1).sum())
    yield Choice(
        "stability",
        "",
        f"稳定性：时间窗、格子大小增减一成，界限严一成，{len(hot)} 处中 {steady} 处不变",
        "stability: under a tenth more or less of window and cell size and a tenth stricter "
        f"level {steady} of {len(hot)} stay",
    )
