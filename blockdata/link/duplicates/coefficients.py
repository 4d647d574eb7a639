"""Weights learned from invented districts; see `benchmarks.linking_duplicates`."""

# That of the same component is stated: invented components never repeat a failure.

from __future__ import annotations

INTERCEPT = -16.467
WEIGHTS: dict[str, tuple[float, ...]] = {
    "address": (-5.574, -5.272, -3.541, 0.0, 1.694, 1.694, 2.246, 3.403),
    "distance": (-0.969, -0.398, 0.0, 0.0, 0.0, 2.457, 3.229),
    "road": (-3.148, 0.0, 1.755),
    "component": (-0.093, 0.0, 8.0),
    "cell": (-0.984, 0.0, 0.406),
    "category": (-0.281, -0.281, 0.0, 0.26),
    "text": (-2.422, -1.144, 0.0, 0.0, 5.038, 5.739, 6.391, 6.391),
    "caller": (0.0, 0.0, 6.97),
    "gap": (0.0, 0.882, 2.665, 7.39, 7.912, 8.34, 8.404, 8.404, 8.404, 8.404),
    "usual": (-3.786, -3.786, -2.153, -1.569, -1.147, -0.825, -0.288, 0.0),
}

INTERCEPT_WITHOUT_TEXT = -13.567
WEIGHTS_WITHOUT_TEXT: dict[str, tuple[float, ...]] = {
    "address": (-4.415, -3.836, -2.51, 0.0, 3.183, 3.183, 3.741, 5.442),
    "distance": (-1.247, -0.392, 0.0, 0.0, 0.0, 2.595, 3.402),
    "road": (-2.529, 0.0, 2.847),
    "component": (-1.746, 0.0, 8.0),
    "cell": (-1.355, 0.0, 1.515),
    "category": (-2.211, -2.178, 0.0, 2.172),
    "text": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "caller": (0.0, 0.0, 8.459),
    "gap": (0.0, 0.871, 2.66, 7.437, 7.937, 8.41, 8.462, 8.462, 8.462, 8.462),
    "usual": (-4.088, -4.088, -2.428, -1.755, -1.299, -0.944, -0.336, 0.0),
}
