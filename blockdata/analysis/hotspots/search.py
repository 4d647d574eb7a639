"""The whole search for hot spots: choose, test, try small changes; every choice is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from blockdata.analysis.checks import require_columns, require_numbers, require_whole
from blockdata.analysis.exposure import Exposure, choose_exposure
from blockdata.analysis.hotspots.choices import (
    counted_words,
    exposure_words,
    layer_words,
    stability_words,
    testing_words,
    window_words,
)
from blockdata.analysis.hotspots.family import HOTSPOT_COLUMNS, hot_spots
from blockdata.analysis.hotspots.finer import cells_within, held_against_finer
from blockdata.analysis.hotspots.model import Choice, Found, Layer, Rules
from blockdata.analysis.hotspots.scale import Scale, choose_scale
from blockdata.analysis.hotspots.stability import (
    counts_in_resized,
    other_window_days,
    stability,
)
from blockdata.analysis.local.getis_ord import getis_ord
from blockdata.analysis.local.weights import contiguity
from blockdata.analysis.reasons import Reason
from blockdata.errors import AnalysisError

__all__ = ["search"]

_LEAST_PAST_DAYS = 28


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
        where = f"search episodes of {layer.name}"
        require_columns(layer.episodes, ["category", "cell", "age_days"], where)
        require_numbers(layer.episodes["age_days"], f"{where}: age_days")
        if not {"x", "y"} <= set(layer.episodes.columns):
            raise AnalysisError("no column x or y", where=where, allowed="metres, NaN where none")
        if not {"cell", "geom"} <= set(layer.cells.columns):
            raise AnalysisError("no column cell or geom", where=f"search cells of {layer.name}")
    layer, why = _chosen_layer(layers, rules)
    tested = _of_categories(layer.episodes, rules)
    choices = [counted_words(tested, rules), why, window_words(rules)]
    exposures, told = _exposures(layer, rules)
    choices += told
    counts = _counts(tested, {days: days for days in exposures})
    result = _tested(counts, exposures, rules)
    finer = _finer(layer, layers)
    against = _finer_exposures(finer, exposures) if result["hot"].any() else None
    if finer is not None and against is not None:
        result, held = _held(result, finer, layer, against, rules)
        choices.append(held)
    choices += testing_words(result, rules)
    result = result.join(_stable(layer, result, exposures, rules))
    choices += stability_words(result)
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
    for days in rules.windows_days:
        require_whole(days, None, "search windows_days")
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
    return layer, layer_words(layer, layers, scale)


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
    chosen = candidates.get(name)
    if chosen is None or isinstance(chosen, Reason):
        known = sorted(k for k, values in candidates.items() if isinstance(values, pd.Series))
        raise AnalysisError(
            f"there is no exposure {name!r}", where="search", allowed=", ".join(known)
        )
    numbers = require_numbers(chosen, f"search exposure {name}")
    values = pd.Series(numbers, chosen.index).reindex(cells, fill_value=0.0)
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
            zh = f"近 {days} 天没有可用的基数，未检验"
            en = f"no exposure for {days} days, not tested: {error.message}"
        else:
            zh, en = exposure_words(found[days], rules)
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
