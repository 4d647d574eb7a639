"""How few places have how much of all problems (80-20), told layer by layer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import gathering_feeds
from blockdata.report.settings import Settings
from blockdata.report.words import Words, share, whole
from blockdata.store.session import Session

__all__ = [
    "ConcentrationSection",
    "concentration_section",
    "half_sentence",
    "in_order",
    "layer_words",
]

_PLACES = ("address", "building", "component")


@dataclass(frozen=True)
class ConcentrationLine:
    """One layer of cells or kind of place, over all categories or for one."""

    layer: str
    category: str
    episodes: str
    places: str
    with_any: str
    half_places: str
    half_share: str
    top_20: str
    gini: str
    sentence: str


@dataclass(frozen=True)
class ConcentrationSection:
    """How problems gather.

    Parameters
    ----------
    window_days : int
    layers : list of ConcentrationLine
        Over all categories, the layer with most places first, then kinds of place.
    categories : list of list of ConcentrationLine
        Of the layer with most cells and of addresses: by category, the most gathered first.
    """

    window_days: int
    layers: list[ConcentrationLine]
    categories: list[list[ConcentrationLine]]


def concentration_section(
    session: Session, settings: Settings, words: Words
) -> ConcentrationSection | None:
    """Return the section; None where nothing was counted.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    """
    rows = in_order(gathering_feeds.result_rows(session, "concentration", ("layer", "category")))
    rows = rows[rows["reason"].isna()] if len(rows) else rows
    if rows.empty:
        return None
    every = rows[rows["category"].isna()]
    cells = every.loc[~every["layer"].isin(_PLACES), "layer"].head(1).tolist()
    shown = [*cells, *every.loc[every["layer"] == "address", "layer"].tolist()]
    return ConcentrationSection(
        window_days=settings.concentration.window_days,
        layers=[_line(row, words) for row in every.to_dict("records")],
        categories=[
            [_line(row, words) for row in _of_categories(rows, layer).to_dict("records")]
            for layer in shown
        ],
    )


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort: cells before places, of each the layer with most places first, all before each."""
    if rows.empty:
        return rows
    keyed = rows.assign(is_place=rows["layer"].isin(_PLACES), each=rows["category"].notna())
    ordered = keyed.sort_values(
        ["is_place", "places", "layer", "each", "episodes", "category"],
        ascending=[True, False, True, True, False, True],
    )
    return ordered.drop(columns=["is_place", "each"]).reset_index(drop=True)


def layer_words(layer: str, words: Words) -> str:
    """Return what a layer of cells, or a kind of place, is called."""
    return words.kind(layer) if layer in _PLACES else words.layer(layer)


def half_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say how few places have half of all."""
    layer = layer_words(str(row["layer"]), words)
    category = row["category"] if isinstance(row["category"], str) else None
    what = category or words.t("各类问题", "All problems")
    return words.t(
        f"{what}共 {whole(row['episodes'])} 起，一半发生在 {whole(row['places'])} 个{layer}中的 "
        f"{whole(row['half_places'])} 个（{share(row['share_with_half'])}）。",
        f"{what}: {whole(row['episodes'])}, half of them in {whole(row['half_places'])} of "
        f"{whole(row['places'])} ({layer}; {share(row['share_with_half'])}).",
    )


def _of_categories(rows: pd.DataFrame, layer: str) -> pd.DataFrame:
    own = rows[(rows["layer"] == layer) & rows["category"].notna()]
    return own.sort_values(["gini_adjusted", "category"], ascending=[False, True])


def _line(row: Mapping[Hashable, Any], words: Words) -> ConcentrationLine:
    return ConcentrationLine(
        layer=layer_words(str(row["layer"]), words),
        category=str(row["category"]) if isinstance(row["category"], str) else "",
        episodes=whole(row["episodes"]),
        places=whole(row["places"]),
        with_any=whole(row["places_with_any"]),
        half_places=whole(row["half_places"]),
        half_share=share(row["share_with_half"]),
        top_20=share(row["top_20"]),
        gini=f"{row['gini_adjusted']:.2f}",
        sentence=half_sentence(row, words),
    )
