"""Faults that are put into grids on purpose, one of each kind, with their measure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import LineString, Polygon


class Houses:
    """The buildings of a district, to ask which of them a line cuts.

    Parameters
    ----------
    shapes : ndarray of Polygon
    """

    def __init__(self, shapes: npt.NDArray[np.object_]) -> None:
        self.shapes = shapes
        self._tree = shapely.STRtree(shapes)

    def are_cut_by(self, border: shapely.Geometry) -> bool:
        """Return whether a line crosses any building."""
        return len(self._tree.query(border, predicate="crosses")) > 0

    def stand_on(self, shape: shapely.Geometry) -> bool:
        """Return whether a polygon has any of a building."""
        return len(self._tree.query(shape, predicate="intersects")) > 0

    def within(self, shape: shapely.Geometry) -> npt.NDArray[np.object_]:
        """Return the buildings that lie within a polygon."""
        return np.asarray(self.shapes[self._tree.query(shape, predicate="contains")])


DRAWN_ON = "2020-01-01"
"""First day of the grids as first drawn."""

_Fault = tuple[str, str, str, float, str]
_COLUMNS = ["fault", "code", "other", "measure", "unit"]
_LATTICE_M = 0.01


def no_faults() -> pd.DataFrame:
    """Return the empty list of faults."""
    return pd.DataFrame(columns=_COLUMNS)


def with_faults(
    grids: pd.DataFrame, free: list[int], houses: Houses
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put one fault of each kind into grids that nothing else happens to.

    Parameters
    ----------
    grids : DataFrame
        As delivered, see `Grids`.
    free : list of int
        Rows that may be changed, in the order in which they are tried.
    houses : Houses
        None of them is cut, but for the one fault that is just that.

    Returns
    -------
    grids, faults : DataFrame
    """
    grids = grids.copy()
    faults: list[_Fault] = []
    taken: set[str] = set()
    acts = (_overlap, _gap, _sliver, _multi_part, _crosses, _cuts, _area, _prefix)
    for act in acts:
        for row in free:
            if grids.loc[row, "code"] not in taken:
                told = act(grids, row, taken, houses)
                if told is not None:
                    faults.append(told)
                    taken |= {told[1], told[2]}
                    break
    faults += [*_duplicate(grids, free, taken), _one_declared_too_many()]
    return grids, pd.DataFrame(faults, columns=_COLUMNS)


def declared_counts(grids: pd.DataFrame, faults: pd.DataFrame) -> dict[str, int]:
    """Return how many grids of each layer the city says it has.

    Parameters
    ----------
    grids, faults : DataFrame
        As `with_faults` returns them.

    Returns
    -------
    dict of str to int
        By layer: those in force, and what the planted fault adds.
    """
    counts = grids["layer"][grids["ends_on"].isna()].value_counts()
    wrong = faults[faults["fault"] == "declared_count"].set_index("other")["measure"]
    return {
        str(name): int(count - wrong.get(name, 0)) for name, count in counts.sort_index().items()
    }


def neighbour(grids: pd.DataFrame, row: int, used: set[int]) -> int | None:
    """Return a unit grid of the same responsibility grid that shares a border, or None."""
    own = grids.loc[row]
    near = grids[
        (grids["layer"] == "unit") & (grids["parent"] == own["parent"]) & grids["ends_on"].isna()
        & (grids["begins_on"] == DRAWN_ON)
    ]  # fmt: skip
    for other, shape in near["geometry"].items():
        if other != row and other not in used:
            shared = shapely.intersection(own["geometry"], shape)
            if shared.length > 20 and shape.geom_type == "Polygon":
                return int(other)  # type: ignore[call-overload]
    return None


def _beside(grids: pd.DataFrame, row: int, taken: set[str]) -> int | None:
    """Return a neighbour that no fault has changed yet, if both are simple polygons."""
    used = set(grids.index[grids["code"].isin(taken)].tolist())
    return neighbour(grids, row, used) if _is_plain(grids.loc[row, "geometry"]) else None


def _is_plain(shape: shapely.Geometry) -> bool:
    return shape.geom_type == "Polygon" and not shape.interiors


def _on_lattice(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(shape, _LATTICE_M)


def _give(grids: pd.DataFrame, row: int, other: int, piece: shapely.Geometry) -> bool:
    """Let a grid take a piece from another; only if the other stays one polygon."""
    piece = _on_lattice(piece)
    rest = _on_lattice(shapely.difference(grids.loc[other, "geometry"], piece))
    if rest.geom_type != "Polygon":
        return False
    grids.loc[row, "geometry"] = _on_lattice(shapely.union(grids.loc[row, "geometry"], piece))
    grids.loc[other, "geometry"] = rest
    for place in (row, other):
        grids.loc[place, "stated_m2"] = round(grids.loc[place, "geometry"].area, 1)
    return True


def _overlap(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """Push a grid three metres into a neighbour of its own responsibility grid."""
    other = _beside(grids, row, taken)
    if other is None:
        return None
    own, near = grids.loc[row, "geometry"], grids.loc[other, "geometry"]
    shape = _on_lattice(own.union(own.buffer(3, join_style="mitre").intersection(near)))
    if not _is_plain(shape) or houses.are_cut_by(shape.exterior):
        return None
    grids.loc[row, "geometry"] = shape
    area = round(shape.intersection(near).area, 1)
    return "overlap", str(grids.loc[row, "code"]), str(grids.loc[other, "code"]), area, "m2"


def _gap(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """Cut a corner of twenty metres out of a grid."""
    shape = grids.loc[row, "geometry"]
    if not _is_plain(shape):
        return None
    corner = shapely.Point(shape.exterior.coords[0]).buffer(20, quad_segs=2)
    rest = _on_lattice(shape.difference(corner))
    if not _is_plain(rest) or houses.are_cut_by(rest.exterior):
        return None
    grids.loc[row, "geometry"] = rest
    return "gap", str(grids.loc[row, "code"]), "", round(shape.area - rest.area, 1), "m2"


def _sliver(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """Make a grid of its own of a strip one metre wide along the longest side."""
    shape = grids.loc[row, "geometry"]
    if not _is_plain(shape):
        return None
    ring = np.array(shape.exterior.coords)
    longest = int(np.argmax(np.hypot(*np.diff(ring, axis=0).T)))
    side = LineString(ring[longest : longest + 2])
    strip = _on_lattice(side.buffer(1, cap_style="flat").intersection(shape))
    rest = _on_lattice(shape.difference(strip))
    if strip.geom_type != "Polygon" or not _is_plain(rest) or side.length < 15:
        return None
    if houses.are_cut_by(rest.exterior):
        return None
    own = grids.loc[row]
    same = grids["code"][
        (grids["layer"] == "unit") & grids["code"].str.startswith(own["code"][:12])
    ]
    code = f"{own['code'][:12]}{int(same.str[12:].astype(int).max()) + 1:03}"
    grids.loc[row, "geometry"] = rest
    grids.loc[row, "stated_m2"] = round(rest.area, 1)
    # The strip takes a row of its own at the end.
    grids.loc[len(grids)] = {
        **own.to_dict(),
        "code": code,
        "name": str(own["name"]).replace(str(own["code"])[12:], code[12:]),
        "geometry": strip,
        "stated_m2": round(strip.area, 1),
    }
    return "sliver", code, str(own["code"]), round(strip.area / strip.length, 3), "m2 per m"


def _multi_part(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """Let a grid own a disc in the middle of its neighbour."""
    other = _beside(grids, row, taken)
    if other is None:
        return None
    near = grids.loc[other, "geometry"]
    disc = shapely.point_on_surface(near).buffer(6, quad_segs=2)
    if not near.buffer(-5).contains(disc) or not _is_plain(near):
        return None
    if houses.stand_on(disc):
        return None
    if not _give(grids, row, other, disc):
        return None
    code, beside = str(grids.loc[row, "code"]), str(grids.loc[other, "code"])
    return "multi_part", code, beside, 2.0, "parts"


def _crosses(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """Let a grid take a strip of four metres from a grid of another community."""
    own = grids.loc[row, "geometry"]
    now = grids[(grids["layer"] == "unit") & grids["ends_on"].isna() & ~grids["code"].isin(taken)]
    now = now[now["area_code"] != grids.loc[row, "area_code"]]
    for other, near in now["geometry"].items():
        if _is_plain(own) and _is_plain(near) and own.intersection(near).length > 20:
            strip = own.buffer(4, join_style="mitre").intersection(near)
            fits = strip.geom_type == "Polygon" and not houses.are_cut_by(strip.exterior)
            if fits and _give(grids, row, int(other), strip):  # type: ignore[call-overload]
                beside = str(grids.loc[other, "code"])
                return (
                    "crosses_community",
                    str(grids.loc[row, "code"]),
                    beside,
                    round(strip.area, 1),
                    "m2",
                )
    return None


def _cuts(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """Let a grid reach into its neighbour as far as the middle of a building."""
    other = _beside(grids, row, taken)
    if other is None:
        return None
    own, near = grids.loc[row, "geometry"], grids.loc[other, "geometry"]
    inside = houses.within(near)
    if not len(inside):
        return None
    house = inside[int(np.argmin(shapely.distance(inside, own)))]
    line = shapely.shortest_line(own, shapely.centroid(house))
    piece = line.buffer(2, cap_style="square").intersection(near)
    others = Houses(inside[inside != house])
    if not isinstance(piece, Polygon) or others.are_cut_by(piece.exterior):
        return None
    if not _give(grids, row, other, piece):
        return None
    area = round(grids.loc[row, "geometry"].intersection(house).area, 1)
    return "cuts_building", str(grids.loc[row, "code"]), str(grids.loc[other, "code"]), area, "m2"


def _area(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """State three times the area."""
    true = float(grids.loc[row, "stated_m2"])
    grids.loc[row, "stated_m2"] = round(3 * true, 1)
    return "stated_area", str(grids.loc[row, "code"]), "", round(2 * true, 1), "m2"


def _prefix(grids: pd.DataFrame, row: int, taken: set[str], houses: Houses) -> _Fault | None:
    """State another community than the code begins with."""
    own = str(grids.loc[row, "area_code"])
    others = [c for c in grids["area_code"].unique().tolist() if c != own]
    if not others:
        return None
    grids.loc[row, "area_code"] = others[0]
    return "code_prefix", str(grids.loc[row, "code"]), others[0], 1.0, "cells"


def _duplicate(grids: pd.DataFrame, free: list[int], taken: set[str]) -> list[_Fault]:
    """Write another grid's code, of the same community, on a grid; its name stays its own."""
    rows = [row for row in free if grids.loc[row, "code"] not in taken]
    for row in rows:
        for other in rows:
            if row != other and grids.loc[row, "area_code"] == grids.loc[other, "area_code"]:
                former, code = str(grids.loc[row, "code"]), str(grids.loc[other, "code"])
                grids.loc[row, "code"] = code
                return [("duplicate_code", code, former, 2.0, "cells")]
    return []


def _one_declared_too_many() -> _Fault:
    """Let the city speak of one extended grid that nobody delivers."""
    return "declared_count", "", "extended", -1.0, "cells"
