"""Which other reading of a delivery's numbers is likely: by control points, district, outline.

The functions say nothing unless the evidence is strong, and never tell a coordinate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.crs.names import DEGREES
from blockdata.crs.projection import projection
from blockdata.crs.readings import MERCATOR, Reading, displaced_readings, plain_readings
from blockdata.crs.shift import Shift, shift_evidence
from blockdata.errors import SourceError

__all__ = ["Suspicion", "suspect_by_control", "suspect_by_outline", "suspect_by_region"]

Coordinates = npt.NDArray[np.float64]

_MOST = 0.9
_KILOMETRE = 1000.0
_FAR_M = 1e6
_UNTOLD = "; whether they are GCJ-02 or BD-09 cannot be told without an outline or control points"


class Suspicion(NamedTuple):
    """That coordinates are read wrongly.

    Parameters
    ----------
    system : str or None
        The likely one, as "GCJ-02"; None if none that is tried explains them.
    off_m : float
        How far off they are, by the median of their distances.
    looks : str
        Both in words, as "look like GCJ-02: 462 m off".
    evidence : str
    next_step : str
        What to set.
    clear : bool
        Whether the evidence is enough to refuse the delivery.
    """

    system: str | None
    off_m: float
    looks: str
    evidence: str
    next_step: str
    clear: bool


def suspect_by_control(
    delivered: Coordinates, known: Coordinates, declared: Reading, base: str, *, within_m: float
) -> Suspicion | None:
    """Compare points of a delivery with where they are known to lie.

    Parameters
    ----------
    delivered : ndarray of float64, shape (n, 2)
        Control points as they came.
    known : ndarray of float64, shape (n, 2)
        Where they lie, in the base's system.
    declared : Reading
    base : str
        The base's system, in metres.
    within_m : float
        How far the median of the points may lie from where they are known to be.

    Returns
    -------
    Suspicion or None
        None without points, and if half of them lie within. Clear if another reading brings half
        of them within, or if no reading does and there are two points or more.

    Examples
    --------
    >>> on_a_map = np.array([[120.385132, 36.070275]])
    >>> known = np.array([[534_231.97, 3_993_376.68]])
    >>> suspect_by_control(on_a_map, known, Reading("EPSG:4490"), "EPSG:4549", within_m=20).looks
    'look like GCJ-02: 463 m off'
    """
    if not len(delivered):
        return None
    moves = _moves(known, declared.placed(delivered, base))
    off_m = _median_distance(moves)
    if off_m <= within_m:
        return None
    evidence = f"{len(delivered)} control point" + ("s" if len(delivered) > 1 else "")
    readings = [*displaced_readings(declared), *_every_reading(np.median(known, axis=0), base)]
    left_m = [_median_distance(_moves(known, _placed(r, delivered, base))) for r in readings]
    best = int(np.argmin(left_m)) if left_m else -1
    if best < 0 or left_m[best] > within_m:
        return _unexplained(moves, off_m, within_m, evidence)
    evidence += f", {left_m[best]:.0f} m off if read so"
    return _suspicion(readings[best], declared, off_m, evidence, clear=True)


def _unexplained(moves: Coordinates, off_m: float, within_m: float, evidence: str) -> Suspicion:
    rest = _moves(np.median(moves, axis=0), moves)
    steady = len(moves) > 2 and _median_distance(rest) <= within_m
    looks = f"lie {_distance(off_m)} from where they are known to be"
    if steady:
        looks += ", all the same way, as those of Beijing 1954, Xian 1980 or a local system do"
    return Suspicion(
        None,
        off_m,
        looks,
        evidence,
        "Give the parameters of their system as [crs.<name>] in the configuration "
        "(blockdata.crs.fit_similarity finds them), or correct [source.control]",
        clear=len(moves) > 1,
    )


def suspect_by_region(
    delivered: Coordinates,
    declared: Reading,
    base: str,
    region: shapely.Geometry,
    outline: shapely.Geometry | None = None,
) -> Suspicion | None:
    """Find a reading by which points lie where, as declared, most of them do not.

    Parameters
    ----------
    delivered : ndarray of float64, shape (n, 2)
        As they came.
    declared : Reading
    base : str
    region : Polygon or MultiPolygon
        Where they should lie, in the base's system; may be wider than the district.
    outline : Polygon or MultiPolygon, optional
        The district itself, to tell GCJ-02 and BD-09 from WGS 84.

    Returns
    -------
    Suspicion or None
        None if most points lie inside as declared, or no reading brings nine of ten inside. Clear,
        but for a mere displacement of what is declared: a few neighbours' records would look so,
        and `Shift.clear` decides.

    Examples
    --------
    >>> metres = np.array([[40_534_231.97, 3_993_376.68]] * 3)
    >>> region = shapely.box(500_000, 3_900_000, 600_000, 4_000_000)
    >>> suspect_by_region(metres, Reading("EPSG:4549"), "EPSG:4549", region)[3:5]
    ('0 of 3 lie in the district as declared, 3 if read so', 'Set crs = "EPSG:4528" of the source')
    """
    shapely.prepare(region)
    as_declared = declared.placed(delivered, base)
    inside = _inside(region, as_declared)
    if 2 * inside > len(delivered) or not len(delivered):
        return None
    reading, count = _best_in(region, delivered, base, displaced=outline is not None)
    if reading is None or count < _MOST * len(delivered):
        return None
    evidence = f"{inside} of {len(delivered)} lie in the district as declared, {count} if read so"
    if outline is not None:
        likely = _likely_shift(delivered, reading, base, outline)
        reading = likely[0] if likely and likely[1].clear else reading
    elif reading.crs in (DEGREES, MERCATOR):
        evidence += _UNTOLD
    off_m = _median_distance(_moves(as_declared, reading.placed(delivered, base)))
    clear = reading not in displaced_readings(declared)
    if not clear:
        clear = shift_evidence(as_declared, reading.placed(delivered, base), region).clear
    return _suspicion(reading, declared, off_m, evidence, clear=clear)


def _best_in(
    region: shapely.Geometry, delivered: Coordinates, base: str, *, displaced: bool
) -> tuple[Reading | None, int]:
    """Return the reading that puts most points inside; a displaced one only if no plain one does.

    Of plain and displaced degrees both may lie inside; which of them fits is for the outline.
    """
    middle = shapely.get_coordinates(shapely.envelope(region).centroid)[0]
    best: Reading | None = None
    most = 0
    plain = _plain_readings(middle, base)
    for readings in (plain, [r for p in plain for r in _displaced(p)] if displaced else []):
        for reading in readings:
            count = _inside(region, _placed(reading, delivered, base))
            if count > most:
                best, most = reading, count
        if most >= _MOST * len(delivered):
            break
    return best, most


def suspect_by_outline(
    delivered: Coordinates, declared: Reading, base: str, outline: shapely.Geometry
) -> Suspicion | None:
    """Find a displacement of maps that fits the district's outline better than none does.

    Parameters
    ----------
    delivered : ndarray of float64, shape (n, 2)
        As they came.
    declared : Reading
    base : str
    outline : Polygon or MultiPolygon
        The district, in the base's system; generous outlines tell nothing.

    Returns
    -------
    Suspicion or None
        By the rules of `Shift.suspicious` and `Shift.clear`; of two displacements that fit, the
        one that leaves fewer places outside, and None if they fit equally well.
    """
    likely = _likely_shift(delivered, declared, base, outline)
    if likely is None:
        return None
    reading, shift = likely
    evidence = (
        f"of {shift.places} places {shift.outside} lie outside the district's outline as "
        f"declared, {shift.outside_otherwise} if read so"
    )
    return _suspicion(reading, declared, shift.offset_m, evidence, clear=shift.clear)


def _likely_shift(
    delivered: Coordinates, declared: Reading, base: str, outline: shapely.Geometry
) -> tuple[Reading, Shift] | None:
    shapely.prepare(outline)
    as_declared = declared.placed(delivered, base)
    if _inside(outline, as_declared) == len(delivered):
        return None
    found = [
        (reading, shift_evidence(as_declared, _placed(reading, delivered, base), outline))
        for reading in displaced_readings(declared)
    ]
    likely = sorted((f for f in found if f[1].suspicious), key=lambda f: f[1].outside_otherwise)
    if len(likely) > 1 and likely[0][1].outside_otherwise == likely[1][1].outside_otherwise:
        return None
    return likely[0] if likely else None


def _plain_readings(middle: Coordinates, base: str) -> list[Reading]:
    """Return the readings that a district around a point of the base could be delivered in."""
    try:
        to_degrees = projection(base, DEGREES, "")
    except SourceError:
        return []  # a base far from China, on a datum of its own
    point = middle[np.newaxis]
    lon = float((point if to_degrees is None else to_degrees(point))[0, 0])
    return list(plain_readings(lon))


def _every_reading(middle: Coordinates, base: str) -> Iterator[Reading]:
    for plain in _plain_readings(middle, base):
        yield plain
        yield from _displaced(plain)


def _displaced(plain: Reading) -> list[Reading]:
    return displaced_readings(plain) if plain.zone is None else []


def _placed(reading: Reading, delivered: Coordinates, base: str) -> Coordinates:
    try:
        return reading.placed(delivered, base)
    except SourceError:
        return np.full_like(delivered, np.inf)


def _inside(region: shapely.Geometry, points: Coordinates) -> int:
    return int(shapely.intersects_xy(region, *points.T).sum())


def _moves(start: Coordinates, end: Coordinates) -> Coordinates:
    with np.errstate(invalid="ignore"):  # infinite less infinite: it has no place in either
        return end - start


def _median_distance(moves: Coordinates) -> float:
    distances = np.hypot(*moves.T)
    return float(np.median(np.where(np.isfinite(distances), distances, np.inf)))


def _distance(metres: float) -> str:
    if metres >= _FAR_M or not np.isfinite(metres):
        return "far"
    if metres >= 10 * _KILOMETRE:
        return f"{metres / _KILOMETRE:.0f} km"
    return f"{metres:.0f} m"


def _suspicion(
    reading: Reading, declared: Reading, off_m: float, evidence: str, *, clear: bool
) -> Suspicion:
    looks = f"look like {reading.looks}: {_distance(off_m)} off"
    settings = reading.settings(declared)
    return Suspicion(str(reading.crs), off_m, looks, evidence, settings, clear)
