"""Charts as inline SVG: bars from zero, axes labelled, no script and no request."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

__all__ = ["columns_chart", "nice_ticks", "rows_chart"]

_WIDTH, _HEIGHT = 760.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 12.0, 26.0, 44.0
_MOST_LABELS = 16
_ROW = 24.0
_NAME = 190.0
_LONGEST = 15
_FILL, _MARKED = "#2b6a99", "#8f1d14"


def nice_ticks(largest: float, wanted: int = 4) -> list[int]:
    """Return round whole numbers from 0 to at least the largest value.

    Parameters
    ----------
    largest : float
    wanted : int
        About how many steps.

    Examples
    --------
    >>> nice_ticks(37), nice_ticks(0), nice_ticks(1234)
    ([0, 10, 20, 30, 40], [0, 1], [0, 500, 1000, 1500])
    """
    rough = max(largest, 1) / wanted
    power = 10 ** math.floor(math.log10(rough)) if rough > 1 else 1
    step = int(next(m * power for m in (1, 2, 5, 10) if m * power >= rough or m == 10))
    return [step * n for n in range(math.ceil(max(largest, 1) / step) + 1)]


def columns_chart(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    title: str,
    axis: str,
    marked: Sequence[bool] = (),
) -> str:
    """Draw a column for each label.

    Parameters
    ----------
    labels : sequence of str
        Along the horizontal axis; some are left out where there are many.
    values : sequence of float
        At least 0; NaN leaves the place empty.
    title : str
        What a screen reader says.
    axis : str
        What the vertical axis counts.
    marked : sequence of bool, optional
        Columns in the other colour.

    Returns
    -------
    str
        An SVG element.

    Examples
    --------
    >>> chart = columns_chart(["9", "10"], [3, 4], title="Cases", axis="cases")
    >>> chart.count("<rect"), chart.startswith("<svg")
    (2, True)
    """
    ticks = nice_ticks(max((v for v in values if v == v), default=0.0))
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    slot = width / max(len(labels), 1)
    parts = [_open(_WIDTH, _HEIGHT, title), _text(_LEFT - 46, 14, axis, "start")]
    for tick in ticks:
        y = _TOP + height * (1 - tick / ticks[-1])
        parts.append(_line(_LEFT, y, _WIDTH - _RIGHT, y, strong=tick == 0))
        parts.append(_text(_LEFT - 6, y + 4, f"{tick:,}", "end"))
    every = math.ceil(len(labels) / _MOST_LABELS)
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        x = _LEFT + slot * number
        if value == value:
            tall = height * value / ticks[-1]
            place = (x + slot * 0.15, _TOP + height - tall, slot * 0.7, tall)
            is_marked = bool(marked) and marked[number]
            parts.append(_bar(place, f"{label}: {value:,.0f}", is_marked))
        if number % every == 0:
            parts.append(_text(x + slot / 2, _HEIGHT - _BOTTOM + 18, label, "middle"))
    return "".join([*parts, "</svg>"])


def rows_chart(labels: Sequence[str], values: Sequence[float], *, title: str, axis: str) -> str:
    """Draw a bar for each label, one below the other, with its value at its end.

    Parameters
    ----------
    labels : sequence of str
    values : sequence of float
        At least 0.
    title : str
    axis : str
        What is counted.

    Returns
    -------
    str
        An SVG element.

    Examples
    --------
    >>> rows_chart(["noise"], [12], title="Cases", axis="cases").count("<rect")
    1
    """
    ticks = nice_ticks(max(values, default=0.0))
    width = _WIDTH - _NAME - 60
    bottom = 10 + _ROW * len(labels)
    parts = [_open(_WIDTH, bottom + 40, title)]
    for tick in ticks:
        x = _NAME + width * tick / ticks[-1]
        parts.append(_line(x, 6, x, bottom, strong=tick == 0))
        parts.append(_text(x, bottom + 16, f"{tick:,}", "middle"))
    parts.append(_text(_NAME + width / 2, bottom + 34, axis, "middle"))
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = 10 + _ROW * number
        name = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
        long = width * value / ticks[-1]
        place = (_NAME, y, long, _ROW - 8)
        parts.append(_text(_NAME - 8, y + 13, name, "end"))
        parts.append(_bar(place, f"{label}: {value:,.0f}", False))
        parts.append(_text(_NAME + long + 5, y + 13, f"{value:,.0f}", "start"))
    return "".join([*parts, "</svg>"])


def _open(width: float, height: float, title: str) -> str:
    told = html.escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'class="chart" font-size="12" fill="#1b2430"><title>{told}</title>'
    )


def _bar(place: tuple[float, float, float, float], told: str, marked: bool) -> str:
    x, y, width, height = (f"{v:.1f}" for v in place)
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" '
        f'fill="{_MARKED if marked else _FILL}"><title>{html.escape(told)}</title></rect>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, strong: bool) -> str:
    colour = "#1b2430" if strong else "#d5dbe2"
    return f'<path d="M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}" stroke="{colour}" fill="none"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'
