"""Weights learned from invented districts; see `benchmarks.linking_duplicates`."""

# Those of components are stated: no failure of an invented one is reported twice.

from __future__ import annotations

INTERCEPT = -13.338
WEIGHTS: dict[str, tuple[float, ...]] = {
    "address": (-4.204, -4.034, -2.37, 0.0, 3.578, 3.578, 4.071, 6.02),
    "distance": (-1.108, -0.208, 0.0, 0.0, 0.0, 2.915, 3.249),
    "road": (-2.309, 0.0, 3.172),
    "component": (-4.0, 0.0, 8.0),
    "cell": (-1.108, 0.0, 1.677),
    "category": (-1.661, -1.499, 0.0, 1.503),
    "text": (-3.485, -2.879, -1.964, -0.593, 0.0, 1.484, 2.795, 4.035, 5.814, 6.753),
    "caller": (0.0, 0.0, 8.193),
    "gap": (0.0, 1.026, 2.848, 7.078, 7.519, 7.822, 7.888, 8.033, 8.033, 8.033),
    "usual": (-4.187, -4.187, -2.179, -1.763, -1.245, -1.245, -0.327, 0.0),
}

INTERCEPT_WITHOUT_TEXT = -13.272
WEIGHTS_WITHOUT_TEXT: dict[str, tuple[float, ...]] = {
    "address": (-4.196, -3.636, -2.364, 0.0, 3.14, 3.14, 3.691, 5.723),
    "distance": (-1.037, -0.258, 0.0, 0.0, 0.0, 2.707, 3.552),
    "road": (-2.388, 0.0, 2.867),
    "component": (-4.0, 0.0, 8.0),
    "cell": (-1.188, 0.0, 1.614),
    "category": (-2.166, -2.091, 0.0, 2.066),
    "text": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "caller": (0.0, 0.0, 8.27),
    "gap": (0.0, 0.854, 2.583, 7.192, 7.692, 8.155, 8.185, 8.185, 8.185, 8.199),
    "usual": (-3.815, -3.815, -2.298, -1.695, -1.236, -1.087, -0.293, 0.0),
}
