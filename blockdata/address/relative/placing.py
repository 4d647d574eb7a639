"""Bring relative descriptions to the ground: a point or an area, with an uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address.relative.anchoring import Anchored, anchor_all
from blockdata.address.relative.description import AZIMUTH_DEG, Description
from blockdata.address.relative.opposite import opposite_points
from blockdata.address.relative.precision import COVERAGE, Precision, azimuth_offset, together_m
from blockdata.address.relative.spans import place_along, place_between
from blockdata.address.relative.streets import StreetIndex
from blockdata.errors import AnalysisError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: The columns of placed descriptions.
COLUMNS = ("relation", "method", "x", "y", "radius_m", "geometry", "reason")
#: Why a description has no place, beside the reasons of `Description`.
REASONS = (
    "anchor_unknown",
    "unknown_street",
    "one_street",
    "streets_do_not_cross",
    "several_crossings",
    "street_in_pieces",
    "too_far_apart",
    "no_distance",
)


@dataclass(frozen=True, slots=True)
class DescribedPlace:
    """Where a description leads: a point or an area in metres, or a reason why nowhere.

    Parameters
    ----------
    relation : str
    method : str
        How it was placed, such as `crossing`, `offset`, `ring`, `across_street`; "" if it was not.
    x, y : float
        Best single point, NaN if there is none.
    radius_m : float
        The place lies within this distance of the point in 90 of 100 cases.
    geometry : shapely geometry or None
        The point, or the area for `between` and `along`, or the anchor's own geometry for `at`.
    reason : str
        One of `REASONS` or of the reasons of `Description`, "" if there is a place.
    """

    relation: str
    method: str
    x: float
    y: float
    radius_m: float
    geometry: shapely.Geometry | None
    reason: str


def place_descriptions(
    descriptions: Sequence[Description],
    anchors: pd.DataFrame,
    streets: StreetIndex | None = None,
    *,
    near: npt.ArrayLike | None = None,
    precision: Precision | None = None,
) -> pd.DataFrame:
    """Place many descriptions.

    Parameters
    ----------
    descriptions : sequence of Description
        As from `describe_all`.
    anchors : DataFrame
        What the anchors' texts were resolved to: `text` (as in `Description.anchors`, unique),
        `x`, `y` in metres; optionally `radius_m` (90 %) and `geometry`. A text that is not there,
        or has no coordinates, is unknown.
    streets : StreetIndex, optional
        Streets in the same CRS.
    near : array_like of float, shape (n, 2), optional
        A point near each place, NaN where none is known: of several crossings of the same two
        streets the nearest to it is taken.
    precision : Precision, optional
        Settings of the error model.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per description in its order.

    Raises
    ------
    AnalysisError
        If a text stands twice in `anchors`, or `near` has another length.

    Examples
    --------
    >>> from blockdata.address.relative.reading import describe_all
    >>> anchors = pd.DataFrame({"text": ["延安三路105号"], "x": [500.0], "y": [500.0]})
    >>> placed = place_descriptions(describe_all(["延安三路105号东50米"]), anchors)
    >>> print(placed[["method", "x", "y", "radius_m"]].round(1).to_string(index=False))
    method     x     y  radius_m
    offset 550.0 500.0      38.8
    """
    chosen = precision or Precision()
    hints = np.full((len(descriptions), 2), np.nan) if near is None else np.asarray(near, float)
    if len(hints) != len(descriptions):
        raise AnalysisError("as many points as descriptions are needed", where="near")
    if anchors["text"].duplicated().any():
        raise AnalysisError("a text stands twice", where="anchors", allowed="each text once")
    anchored = anchor_all(descriptions, anchors, (streets, hints), chosen)
    sheet = _Sheet(descriptions, anchored, chosen)
    sheet.place_at()
    sheet.place_beside()
    sheet.place_opposite(streets)
    sheet.place_offset()
    place_between(sheet.out, descriptions, anchors, chosen)
    if streets is not None:
        place_along(sheet.out, descriptions, (streets, hints), chosen)
    return sheet.frame()


def place_description(
    description: Description,
    anchors: pd.DataFrame,
    streets: StreetIndex | None = None,
    *,
    precision: Precision | None = None,
) -> DescribedPlace:
    """Place one description; see `place_descriptions`.

    Examples
    --------
    >>> from blockdata.address.relative.reading import describe
    >>> nowhere = pd.DataFrame({"text": [], "x": [], "y": []})
    >>> place_description(describe("105号对面"), nowhere).reason
    'anchor_unknown'
    """
    row = place_descriptions([description], anchors, streets, precision=precision).iloc[0]
    return DescribedPlace(**{str(name): row[name] for name in COLUMNS})


class _Sheet:
    """The placed descriptions while one relation after the other is written into them."""

    def __init__(
        self, descriptions: Sequence[Description], anchored: Anchored, precision: Precision
    ) -> None:
        self.precision = precision
        self.anchored = anchored
        self.relation = np.array([d.relation for d in descriptions], dtype=object)
        self.wind = np.array([d.direction for d in descriptions], dtype=object)
        self.distance_m = np.array([d.distance_m for d in descriptions], dtype=float)
        self.rough = np.array([d.approximate for d in descriptions], dtype=bool)
        self.known = anchored.reason == ""
        self.directed = np.array([wind is not None for wind in self.wind], dtype=bool)
        self.out = pd.DataFrame(
            {
                "relation": self.relation,
                "method": "",
                "x": np.nan,
                "y": np.nan,
                "radius_m": np.nan,
                "geometry": np.full(len(descriptions), None, dtype=object),
                "reason": anchored.reason,
            }
        ).astype({"method": object, "reason": object})

    def rows(self, *relations: str) -> Bools:
        """Return which rows have one of the relations and a known anchor."""
        rows: Bools = self.known & np.isin(self.relation.astype(str), relations)
        return rows

    def write(self, rows: Bools, method: str, moved: tuple[Floats, Floats], m: Floats) -> None:
        """Write rows at their anchors, moved by so many metres east and north."""
        at = self.anchored
        self.out.loc[rows, "x"] = at.x[rows] + moved[0]
        self.out.loc[rows, "y"] = at.y[rows] + moved[1]
        self.out.loc[rows, "radius_m"] = together_m(at.radius_m[rows], m)
        self.out.loc[rows, "method"] = method

    def moved(self, rows: Bools, distance_m: npt.ArrayLike) -> tuple[Floats, Floats]:
        azimuths = np.array([AZIMUTH_DEG[wind] for wind in self.wind[rows]], dtype=float)
        return azimuth_offset(azimuths, distance_m)

    def place_at(self) -> None:
        plain = self.rows("at", "crossing") & ~self.directed
        none = np.zeros(int(plain.sum()))
        self.write(plain, "anchor", (none, none), none)
        self.out.loc[plain & (self.relation == "crossing"), "method"] = "crossing"
        self.out.loc[plain & self.anchored.is_gap, "method"] = "crossing_gap"
        shaped = plain & ~shapely.is_missing(self.anchored.geometry)
        self.out.loc[shaped, "geometry"] = self.anchored.geometry[shaped]
        corner = self.rows("at", "crossing") & self.directed
        moved_m = np.full(int(corner.sum()), self.precision.corner_m)
        self.write(corner, "corner", self.moved(corner, moved_m), moved_m / 2)

    def place_beside(self) -> None:
        plain = self.rows("beside", "near") & ~self.directed
        near = self.relation[plain] == "near"
        none = np.zeros(int(plain.sum()))
        around = np.where(near, self.precision.near_m, self.precision.beside_m)
        self.write(plain, "around", (none, none), around)
        side = self.rows("beside", "near") & self.directed
        moved_m = np.full(int(side.sum()), self.precision.beside_m)
        self.write(side, "side", self.moved(side, moved_m), moved_m)

    def place_opposite(self, streets: StreetIndex | None) -> None:
        rows = self.rows("opposite")
        found = opposite_points(self.anchored, rows, streets, self.precision)
        self.write(rows, "across_street", (found.east_m, found.north_m), found.radius_m)
        self.out.loc[rows, "method"] = np.where(found.has_street, "across_street", "around")

    def place_offset(self) -> None:
        stated = ~np.isnan(self.distance_m)
        rows = self.rows("offset")
        self.out.loc[rows & ~stated, "reason"] = "no_distance"
        led = rows & stated & self.directed
        error_m = self.precision.offset_m(self.distance_m[led], self.wind[led], self.rough[led])
        self.write(led, "offset", self.moved(led, self.distance_m[led]), error_m)
        ring = rows & stated & ~self.directed
        distance_m = self.distance_m[ring]
        slack_m = self.precision.distance_error_m(distance_m, self.rough[ring])
        none = np.zeros(int(ring.sum()))
        self.write(ring, "ring", (none, none), distance_m + COVERAGE * slack_m)

    def frame(self) -> pd.DataFrame:
        bare = self.out["geometry"].isna().to_numpy() & self.out["x"].notna().to_numpy()
        points = shapely.points(self.out.loc[bare, "x"], self.out.loc[bare, "y"])
        self.out.loc[bare, "geometry"] = np.asarray(points, dtype=object)
        return self.out[list(COLUMNS)].astype({"relation": "str", "method": "str", "reason": "str"})
