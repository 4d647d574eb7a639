"""A patrol route as inline SVG: the grid, its streets, the way and the numbered stops."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.report.map import round_length_m

__all__ = ["draw_route"]

_BOX, _MARGIN, _DOT = 620.0, 26.0, 9.0
_STREET, _WAY, _STOP = "#c3c8cc", "#1f6f8b", "#a63603"
_NORTH_WIDTH, _HALF = 22.0, 11.0

Floats = npt.NDArray[np.float64]


def draw_route(
    stops: pd.DataFrame,
    start: tuple[float, float],
    area: shapely.Geometry | None,
    streets: Sequence[shapely.Geometry],
    label: str,
) -> str:
    """Draw a route.

    The way is drawn straight from stop to stop, also where its length is measured along streets.

    Parameters
    ----------
    stops : DataFrame
        no, x, y (metres), title (told where the pointer rests), in the order walked.
    start : tuple of float
        x, y.
    area : shapely polygon or None
        The grid.
    streets : sequence of shapely geometries
    label : str
        What the picture shows, for those who cannot see it.

    Returns
    -------
    str
        An SVG element; the same input gives the same text.

    Examples
    --------
    >>> stops = pd.DataFrame({"no": [1], "x": [50.0], "y": [50.0], "title": ["<gate>"]})
    >>> svg = draw_route(stops, (0.0, 0.0), shapely.box(0, 0, 100, 100), [], "route")
    >>> svg.startswith("<svg") and "&lt;gate&gt;" in svg
    True
    """
    points = np.column_stack([stops["x"], stops["y"]]).astype(np.float64)
    way = np.vstack([np.array([start], dtype=np.float64), points])
    bounds = _bounds(way, area)
    scale = (_BOX - 2 * _MARGIN) / max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1.0)
    width, height = (
        round(float(bounds[at + 2] - bounds[at]) * scale + 2 * _MARGIN, 1) for at in (0, 1)
    )
    frame = shapely.box(*bounds)
    near = [line for line in streets if line is not None and line.intersects(frame)]
    lines = [shapely.clip_by_rect(line, *bounds) for line in near]
    shapes = [
        *([_shape(area, bounds, scale)] if area is not None else []),
        *(
            f'<path d="{_path(_drawn(part, bounds, scale))}" fill="none" stroke="{_STREET}"/>'
            for part in shapely.get_parts(lines)
            if shapely.get_num_coordinates(part) > 1
        ),
        *_way(_placed(way, bounds, scale), stops),
        *_scale_bar(bounds, scale, height),
        *_north(width),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(label)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" style="max-width:100%;height:auto">'
        f"{''.join(shapes)}</svg>"
    )


def _bounds(way: Floats, area: shapely.Geometry | None) -> tuple[float, float, float, float]:
    low, high = way.min(axis=0), way.max(axis=0)
    if area is not None:
        shape = np.array(area.bounds).reshape(2, 2)
        low, high = np.minimum(low, shape[0]), np.maximum(high, shape[1])
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _placed(xy: Floats, bounds: Sequence[float], scale: float) -> Floats:
    """Return where points lie in the drawing, whose y runs downward."""
    x = (xy[:, 0] - bounds[0]) * scale + _MARGIN
    y = (bounds[3] - xy[:, 1]) * scale + _MARGIN
    return np.column_stack([x, y]).round(1)


def _drawn(line: shapely.Geometry, bounds: Sequence[float], scale: float) -> Floats:
    return _placed(shapely.get_coordinates(line), bounds, scale)


def _path(xy: Floats) -> str:
    return "M" + "L".join(f"{x},{y}" for x, y in xy.tolist())


def _shape(area: shapely.Geometry, bounds: Sequence[float], scale: float) -> str:
    rings = [
        _path(_drawn(ring, bounds, scale)) + "Z"
        for part in shapely.get_parts(area)
        for ring in (part.exterior, *part.interiors)
    ]
    return f'<path d="{"".join(rings)}" fill="#f7f7f3" fill-rule="evenodd" stroke="#8a8f94"/>'


def _way(xy: Floats, stops: pd.DataFrame) -> list[str]:
    x, y = xy[0].tolist()
    corner, side = f'x="{x - _HALF:.1f}" y="{y - _HALF:.1f}"', f"{2 * _HALF:g}"
    shapes = [
        f'<path d="{_path(xy)}" fill="none" stroke="{_WAY}" stroke-width="2"/>',
        f'<rect {corner} width="{side}" height="{side}" fill="{_WAY}"/>',
    ]
    for (left, top), number, title in zip(
        xy[1:].tolist(), stops["no"], stops["title"], strict=True
    ):
        shapes.append(
            f'<g><title>{html.escape(str(title))}</title><circle cx="{left}" cy="{top}" '
            f'r="{_DOT}" fill="{_STOP}"/><text x="{left}" y="{top + 3.5:.1f}" font-size="10" '
            f'fill="#fff" text-anchor="middle">{int(number)}</text></g>'
        )
    return shapes


def _scale_bar(bounds: Sequence[float], scale: float, height: float) -> list[str]:
    length_m = round_length_m(max(bounds[2] - bounds[0], 4.0) / 4)
    bottom = height - 8
    return [
        f'<path d="M14,{bottom}h{length_m * scale:.1f}" stroke="#333" stroke-width="2"/>',
        f'<text x="14" y="{bottom - 4}" font-size="12" fill="#333">{length_m} m</text>',
    ]


def _north(width: float) -> list[str]:
    x = width - _NORTH_WIDTH
    return [
        f'<path d="M{x},30L{x + 6},14L{x + 12},30L{x + 6},26Z" fill="#333"/>',
        f'<text x="{x + 6}" y="11" font-size="11" fill="#333" text-anchor="middle">N</text>',
    ]
