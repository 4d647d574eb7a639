"""The months of a chronic problem as a small drawing: inline SVG, no script, no request."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence

from blockdata.analysis.lasting import STEP_DAYS
from blockdata.report.words import Words

__all__ = ["draw_timeline"]

_WIDTH, _TOP, _BASE, _HEIGHT = 480.0, 14.0, 52.0, 80.0
_BAR, _INK, _WORK = "#8f1d14", "#4d5a69", "#0b4f8a"


def draw_timeline(
    months: Sequence[int],
    as_of: dt.date,
    began_on: dt.date | None,
    changes: Mapping[dt.date, Sequence[str]],
    words: Words,
) -> str:
    """Draw how many episodes each month had, when the problem began and what changed.

    Parameters
    ----------
    months : sequence of int
        Episodes by month of 30 days up to `as_of`, the oldest first.
    as_of : date
        Excluded.
    began_on : date, optional
        A dashed line stands there.
    changes : mapping of date to sequence of str
        Sentences by day; days before the first month stand at its edge, as a triangle below the
        bars.
    words : Words

    Returns
    -------
    str
        An SVG element; empty without months.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> drawn = draw_timeline([0, 3, 1], dt.date(2026, 11, 1), None, {}, Words("en", Catalogue()))
    >>> drawn.count("<rect"), "from 2026-09-02: 3" in drawn
    (2, True)
    """
    if not months:
        return ""
    first = as_of - dt.timedelta(days=STEP_DAYS * len(months))
    days = (as_of - first).days
    step = _WIDTH / len(months)
    most = max([*months, 1])
    parts = [
        _bar(number, count, (step, most), first, words)
        for number, count in enumerate(months)
        if count
    ]
    parts += _scale(first, as_of, days)
    if began_on is not None:
        x = _x(began_on, first, days)
        title = words.t(f"{began_on} 问题开始", f"{began_on}: the problem began")
        parts.append(
            f'<path d="M{x:.1f},4V{_BASE}" stroke="{_INK}" stroke-dasharray="3 3">'
            f"<title>{html.escape(title)}</title></path>"
        )
    parts += [_mark(_x(day, first, days), lines) for day, lines in sorted(changes.items())]
    label = words.t(
        f"每月次数：{'、'.join(map(str, months))}", f"By month: {', '.join(map(str, months))}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="months" viewBox="-8 0 496 {_HEIGHT:.0f}" '
        f'role="img" aria-label="{html.escape(label)}" style="width:100%;max-width:31rem">'
        f'<path d="M0,{_BASE}H{_WIDTH:.0f}" stroke="{_INK}"/>{"".join(parts)}</svg>'
    )


def _x(day: dt.date, first: dt.date, days: int) -> float:
    return min(max((day - first).days / days, 0.0), 1.0) * _WIDTH


def _bar(number: int, count: int, scale: tuple[float, int], first: dt.date, words: Words) -> str:
    step, most = scale
    height = (_BASE - _TOP) * count / most
    since = first + dt.timedelta(days=STEP_DAYS * number)
    title = words.t(f"{since} 起 30 天：{count} 次", f"30 days from {since}: {count}")
    width = max(step - 3.0, 1.0)
    x = step * number + (step - width) / 2
    return (
        f'<rect x="{x:.1f}" y="{_BASE - height:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{_BAR}"><title>{html.escape(title)}</title></rect>'
        f'<text x="{x + width / 2:.1f}" y="{_BASE - height - 2:.1f}" font-size="9" '
        f'text-anchor="middle" fill="{_INK}">{count}</text>'
    )


def _scale(first: dt.date, as_of: dt.date, days: int) -> list[str]:
    """Return the ticks of the quarters below the bars, years named at their first one."""
    ticks = []
    day = dt.date(first.year, 3 * ((first.month - 1) // 3) + 1, 1)
    while day < as_of:
        if day >= first:
            x = _x(day, first, days)
            ticks.append(f'<path d="M{x:.1f},{_BASE}v3" stroke="{_INK}"/>')
            ticks.append(
                f'<text x="{x:.1f}" y="{_HEIGHT - 4:.0f}" font-size="9" fill="{_INK}" '
                f'text-anchor="middle">{day:%Y-%m}</text>'
            )
        day = dt.date(day.year + (day.month == 10), 1 if day.month == 10 else day.month + 3, 1)
    return ticks


def _mark(x: float, lines: Sequence[str]) -> str:
    title = html.escape("\n".join(lines))
    return (
        f'<path d="M{x:.1f},{_BASE + 4}l4.5,9h-9z" fill="{_WORK}" stroke="#fff">'
        f"<title>{title}</title></path>"
    )
