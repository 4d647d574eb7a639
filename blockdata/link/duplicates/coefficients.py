"""Weights learned from invented districts; see `benchmarks.linking_duplicates`."""

# Those of components are stated: no failure of an invented one is reported twice.

from __future__ import annotations

INTERCEPT = -13.215
WEIGHTS: dict[str, tuple[float, ...]] = {
    "address": (-4.216, -4.04, -2.53, 0.0, 3.651, 3.781, 4.35, 6.474),
    "distance": (-1.217, -0.222, 0.0, 0.0, 0.144, 2.859, 2.859),
    "road": (-2.178, 0.0, 3.208),
    "component": (-4.0, 0.0, 8.0),
    "cell": (-1.174, 0.0, 1.506),
    "category": (-1.736, -1.436, 0.0, 1.441),
    "text": (-3.517, -2.758, -2.026, -0.606, 0.0, 1.72, 2.736, 4.022, 5.963, 6.828),
    "caller": (0.0, 0.0, 8.411),
    "gap": (0.0, 1.007, 2.794, 7.28, 7.677, 8.034, 8.106, 8.197, 8.197, 8.197),
    "usual": (-4.393, -4.393, -2.397, -1.953, -1.585, -1.349, -0.518, 0.0),
}

INTERCEPT_WITHOUT_TEXT = -13.186
WEIGHTS_WITHOUT_TEXT: dict[str, tuple[float, ...]] = {
    "address": (-4.189, -3.799, -2.219, 0.0, 3.369, 3.648, 4.342, 6.443),
    "distance": (-1.063, -0.338, 0.0, 0.0, 0.0, 2.652, 2.652),
    "road": (-2.372, 0.0, 2.91),
    "component": (-4.0, 0.0, 8.0),
    "cell": (-1.201, 0.0, 1.568),
    "category": (-2.162, -2.063, 0.0, 2.065),
    "text": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "caller": (0.0, 0.0, 8.236),
    "gap": (0.0, 0.893, 2.632, 7.217, 7.718, 8.165, 8.21, 8.21, 8.21, 8.216),
    "usual": (-3.555, -3.555, -2.376, -1.723, -1.423, -1.126, -0.485, 0.0),
}
