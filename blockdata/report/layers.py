"""What is wrong with the layers of cells, as the report tells it."""

from __future__ import annotations

from dataclasses import dataclass

from blockdata.engines import layer_feeds
from blockdata.grid.checks import FAULTS
from blockdata.report.words import Words, whole
from blockdata.store.session import Session

__all__ = ["LayerLine", "layer_lines"]

_UNITS = {
    "m2": ("平方米", "m²"),
    "m": ("米", "m"),
    "cells": ("个", "cells"),
    "times": ("倍", "times the norm"),
    "parts": ("块", "parts"),
    "m2 per m": ("平方米每米", "m² per m"),
}
_SUMMED = frozenset({"m2"})


@dataclass(frozen=True)
class LayerLine:
    """One kind of fault of one layer: how often, how large in all, how many could be mended."""

    layer: str
    fault: str
    count: str
    size: str
    repairs: str


def layer_lines(session: Session, words: Words) -> list[LayerLine]:
    """Return the faults of the layers by layer and kind.

    Parameters
    ----------
    session : Session
    words : Words

    Returns
    -------
    list of LayerLine
        `size` is the sum where areas add up, of a single fault its measure, else empty.
    """
    return [
        LayerLine(
            layer=words.layer(str(row["layer"])),
            fault=words.t(*FAULTS[str(row["finding"])]),
            count=whole(row["count"]),
            size=_size(float(row["measure"]), str(row["unit"]), int(row["count"]), words),
            repairs=whole(row["repairs"]) if row["repairs"] else "—",
        )
        for row in layer_feeds.defect_counts(session).to_dict("records")
    ]


def _size(measure: float, unit: str, count: int, words: Words) -> str:
    if unit not in _SUMMED and count > 1:
        return "—"
    digits = 0 if unit in ("cells", "parts") else 1
    return f"{measure:,.{digits}f} {words.t(*_UNITS[unit])}"
