"""Proposals: what would mend a fault, tried out before anybody is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks import CheckSettings, check_layers
from blockdata.grid.checks.found import Geometries
from blockdata.grid.checks.layer import Layer, areal, layer_of, wider_than
from blockdata.grid.repairs.candidates import MENDED, Candidate, Ground, candidates
from blockdata.grid.repairs.settings import RepairSettings
from blockdata.grid.repairs.shaping import geometry_hash, stored

__all__ = ["COLUMNS", "apply_repairs", "propose_repairs"]

COLUMNS = (
    "proposal",
    "finding",
    "action",
    "layer",
    "cell",
    "code",
    "before",
    "geom",
    "change_m2",
    "zh",
    "en",
)
_SIZED = ("m2", "m2 per m", "parts")
_Key = tuple[str, ...]


def propose_repairs(
    cells: pd.DataFrame,
    found: pd.DataFrame,
    *,
    parents: Mapping[str, str],
    communities: str | None,
    buildings: pd.DataFrame | None = None,
    components: pd.DataFrame | None = None,
    checks: CheckSettings | None = None,
    settings: RepairSettings | None = None,
) -> pd.DataFrame:
    """Propose changes of borders that mend faults; nothing is changed.

    ======  ==========================  =========================================================
    action  faults                      what is proposed
    ======  ==========================  =========================================================
    snap    gap, overlap                Nowhere wider than `snap_m`: vertices move on the
                                        neighbours' borders.
    fill    gap                         It goes to the cell with the longest border with it, one
                                        of the same parent first.
    trim    overlap                     One of the two gives it up: the one that stands out of its
                                        parent with it; else the one that is larger than its
                                        stated area by most of it; else the larger one.
            crosses_community,          What lies across goes to the cell there with the longest
            not_nested                  border with it.
            multi_part                  So do the lesser parts.
            cuts_building,              The lesser part goes to the cell that has most of the
            cuts_component              thing.
    drop    sliver                      It goes to the cell with the longest border, and keeps no
                                        polygon of its own.
    ======  ==========================  =========================================================

    Each is tried out: the layers are checked as they would be around it, and it is proposed only
    if the fault is gone then and no other has come. Other faults are for people: codes, numbers,
    areas, whole layers.

    Parameters
    ----------
    cells, parents, communities, buildings, components, checks
        As `check_layers` had them.
    found : DataFrame
        What it found.
    settings : RepairSettings, optional

    Returns
    -------
    DataFrame
        One row per cell that a proposal changes: proposal (of its rows alike; the same change has
        the same one always), finding (what it mends), action, layer, cell, code, before (hash of
        the geometry it stands on), geom (as it would be; None for a dropped sliver), change_m2
        (area that changes), zh and en (why so). Sorted by layer, finding, proposal, cell.

    Examples
    --------
    >>> shapes = [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 80)]
    >>> cells = pd.DataFrame({"id": ["a", "b", "r"], "layer": ["unit", "unit", "responsibility"],
    ...                       "geom": [*shapes, shapely.box(0, 0, 200, 100)]})
    >>> parents = {"unit": "responsibility"}
    >>> found = check_layers(cells, parents=parents, communities=None)
    >>> told = propose_repairs(cells, found, parents=parents, communities=None)
    >>> told[["action", "cell", "change_m2"]].values.tolist()
    [['fill', 'b', 2000.0]]
    """
    things = {"buildings": buildings, "components": components}
    district = _District(
        cells, dict(parents), communities, things, checks or CheckSettings(), found
    )
    rows: list[dict[str, object]] = []
    for fault in _largest(found, (settings or RepairSettings()).most):
        ground = district.ground(str(fault["layer"]), settings or RepairSettings())
        for candidate in candidates(ground, fault):
            if district.mends(candidate, fault):
                rows += _rows(candidate, fault, ground.layer)
                break
    return _table(rows)


def apply_repairs(cells: pd.DataFrame, proposals: pd.DataFrame) -> pd.DataFrame:
    """Return the cells as proposals would have them; those without a polygon are left out.

    Parameters
    ----------
    cells : DataFrame
        id, geom and any other columns.
    proposals : DataFrame
        Rows of `propose_repairs`. Each stands on the cells as they are: of several on one cell
        apply one, and propose again.

    Returns
    -------
    DataFrame
        With area_m2 of the changed cells missing: it was stated of another geometry.
    """
    changes = dict(zip(proposals["cell"], proposals["geom"], strict=True))
    return _changed(cells, changes)


def _changed(cells: pd.DataFrame, changes: Mapping[str, shapely.Geometry | None]) -> pd.DataFrame:
    is_changed = cells["id"].isin(list(changes)).to_numpy()
    geom = cells["geom"].to_numpy(dtype=object).copy()
    geom[is_changed] = [changes[i] for i in cells["id"][is_changed]]
    changed = cells.assign(geom=pd.Series(geom, index=cells.index, dtype=object))
    if "area_m2" in cells:
        changed["area_m2"] = changed["area_m2"].mask(is_changed)
    dropped = {cell for cell, shape in changes.items() if shape is None}
    return changed[~changed["id"].isin(dropped)]


def _largest(found: pd.DataFrame, most: int) -> Iterator[pd.Series]:
    sized = found[found["finding"].isin(list(MENDED)) & found["unit"].isin(_SIZED)]
    size = pd.Series(shapely.area(sized["geom"].to_numpy(dtype=object)), index=sized.index)
    for row in size.sort_values(ascending=False, kind="stable").index[:most]:
        yield sized.loc[row]


def _rows(candidate: Candidate, fault: pd.Series, layer: Layer) -> list[dict[str, object]]:
    codes = dict(zip(layer.ids, layer.codes, strict=True))
    given = dict(zip(layer.ids, layer.given, strict=True))
    changes = sorted(candidate.shapes.items())
    parts = [f"{cell}:{geometry_hash(given[cell])}:{stored(s).hex()}" for cell, s in changes]
    proposal = sha256("\n".join(parts).encode()).hexdigest()[:16]
    return [
        {
            "proposal": proposal,
            "finding": str(fault["finding"]),
            "action": candidate.action,
            "layer": layer.name,
            "cell": cell,
            "code": codes[cell],
            "before": geometry_hash(given[cell]),
            "geom": shape,
            "change_m2": _change_m2(given[cell], shape),
            "zh": candidate.zh,
            "en": candidate.en,
        }
        for cell, shape in changes
    ]


def _change_m2(before: shapely.Geometry, after: shapely.Geometry | None) -> float:
    if after is None:
        return float(before.area)
    return float(shapely.area(shapely.symmetric_difference(before, after)))


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = [c for c in COLUMNS if c not in ("geom", "change_m2")]
    frame = frame.astype(dict.fromkeys(texts, "str") | {"change_m2": "float64", "geom": object})
    # Two faults may ask for the same change: it is one proposal, told once.
    frame = frame.drop_duplicates(["proposal", "cell"])
    return frame.sort_values(
        ["layer", "finding", "proposal", "cell"], kind="stable", ignore_index=True
    )


@dataclass
class _District:
    """All that was checked, to try a change out in a part of it."""

    cells: pd.DataFrame
    parents: dict[str, str]
    communities: str | None
    things: Mapping[str, pd.DataFrame | None]
    checks: CheckSettings
    found: pd.DataFrame

    def __post_init__(self) -> None:
        groups = self.cells.groupby("layer", sort=True)
        self.stack = {str(n): layer_of(str(n), part) for n, part in groups}
        self.trees = {name: _tree(frame) for name, frame in self.things.items()}
        shapes = self.cells["geom"].to_numpy(dtype=object)
        sound = shapes.copy()
        sound[~shapely.is_valid(shapes)] = None
        self.tree = shapely.STRtree(sound)
        self.known = {_key(row): float(row["measure"]) for row in _records(self.found)}
        self.shapes = {
            str(i): g
            for frame in self.things.values()
            if frame is not None
            for i, g in zip(frame["id"], frame["geom"], strict=True)
        }

    def ground(self, name: str, settings: RepairSettings) -> Ground:
        around = self.stack.get(self.parents.get(name, "")) or self.stack.get(
            self.communities or ""
        )
        return Ground(self.stack[name], around, self.shapes, self.checks, settings)

    def mends(self, candidate: Candidate, fault: pd.Series) -> bool:
        """Try a change out: the fault must be gone, and no other may come."""
        layer = self.stack[str(fault["layer"])]
        own = np.isin(layer.ids, list(candidate.shapes))
        before = dict(zip(layer.ids[own], layer.shapes[own], strict=True))
        # The fault's own ground too: a change beside it, or none at all, would not show otherwise.
        window = shapely.union(
            _window(before, candidate.shapes, self.checks.tolerance_m), fault["geom"]
        )
        after = self._checked_around(window, before, candidate, layer)
        near = after[self._is_near(after, window, set(candidate.shapes))]
        # Its norm is that of the layer that changes.
        near = near[(near["unit"] != "times") | (near["layer"] == layer.name)]
        for row in _records(near):
            if row["finding"] == fault["finding"] and _same_place(row["geom"], fault, self.checks):
                return False
            known = self.known.get(_key(row), -np.inf)
            if float(row["measure"]) > known + self._allowed(row["unit"]):
                return False
        return True

    def _allowed(self, unit: str) -> float:
        """Return by how much a fault that was there may be larger after a change: rounding."""
        return self.checks.tolerance_m if unit in ("m2", "m") else 0.0

    def _checked_around(
        self,
        window: shapely.Geometry,
        before: Mapping[str, shapely.Geometry],
        candidate: Candidate,
        layer: Layer,
    ) -> pd.DataFrame:
        # All neighbours of a changed cell, so that the hole around them lies far from the change.
        reach = shapely.union_all([window, *before.values()])
        rows = self.tree.query(reach, predicate="dwithin", distance=self.checks.tolerance_m)
        part = _changed(self.cells.iloc[np.sort(rows)], candidate.shapes)
        norm_m2 = self.checks.norm_m2 or float(np.median(layer.area_m2[layer.area_m2 > 0]))
        checks = replace(self.checks, norm_m2=norm_m2, declared={}, declared_in={})
        return check_layers(
            part,
            parents=self.parents,
            communities=self.communities,
            buildings=self._things_in("buildings", window),
            components=self._things_in("components", window),
            settings=checks,
        )

    def _things_in(self, name: str, window: shapely.Geometry) -> pd.DataFrame | None:
        frame, tree = self.things[name], self.trees[name]
        if frame is None or tree is None:
            return None
        return frame.iloc[np.sort(tree.query(window, predicate="intersects"))]

    def _is_near(
        self, found: pd.DataFrame, window: shapely.Geometry, cells: Collection[str]
    ) -> np.ndarray:
        geoms: Geometries = found["geom"].to_numpy(dtype=object)
        touched = shapely.dwithin(geoms, window, self.checks.tolerance_m)
        own = (found["cell"].isin(cells) & (found["unit"] != "times")).to_numpy()
        return np.asarray(own | touched)


def _tree(frame: pd.DataFrame | None) -> shapely.STRtree | None:
    return None if frame is None else shapely.STRtree(frame["geom"].to_numpy(dtype=object))


def _records(found: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): v for name, v in row.items()} for row in found.to_dict("records")]


def _key(row: Mapping[str, Any]) -> _Key:
    return tuple(str(row[name]) for name in ("finding", "layer", "cell", "other"))


def _window(
    before: Mapping[str, shapely.Geometry],
    after: Mapping[str, shapely.Geometry | None],
    tolerance_m: float,
) -> shapely.Geometry:
    """Return where anything changes."""
    nothing = shapely.Polygon()
    changes = [
        shapely.symmetric_difference(shape, nothing if after[cell] is None else after[cell])
        for cell, shape in before.items()
    ]
    return shapely.buffer(shapely.union_all(changes), tolerance_m, quad_segs=1)


def _same_place(shape: shapely.Geometry | None, fault: pd.Series, checks: CheckSettings) -> bool:
    if shape is None or fault["geom"] is None:
        return False
    if fault["unit"] == "m":
        return bool(shapely.intersection(shape, fault["geom"]).length > checks.cut_tolerance_m)
    common = areal(np.array([shapely.intersection(shape, fault["geom"])], dtype=object))
    return bool(wider_than(common, checks.tolerance_m)[0])
