"""All checks of all layers in one pass, each fault told once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.grid.checks.codes import community_codes, count_faults, duplicates, prefixes
from blockdata.grid.checks.found import Geometries, faults, joined
from blockdata.grid.checks.layer import Integers, Layer, largest_share, layer_of
from blockdata.grid.checks.nesting import crossings, displacement, overhangs
from blockdata.grid.checks.objects import cut_objects
from blockdata.grid.checks.settings import CheckSettings
from blockdata.grid.checks.shapes import far_areas, several_parts, slivers, stated_areas
from blockdata.grid.checks.tiling import gaps, overlaps, overlaps_between
from blockdata.grid.geometry import find_bad_geometry

__all__ = ["check_layers"]

_CAUSES = ("displaced", "overlap", "gap", "not_nested", "crosses_community")
"""Faults of a parent layer that make its children stand out of it."""


def check_layers(
    cells: pd.DataFrame,
    *,
    parents: Mapping[str, str],
    communities: str | None,
    buildings: pd.DataFrame | None = None,
    components: pd.DataFrame | None = None,
    settings: CheckSettings | None = None,
    layers: Collection[str] | None = None,
) -> pd.DataFrame:
    """List what is wrong with layers of cells, each fault with its geometry and a measure.

    ==================  ====================  ======================  =========================
    finding             cell                  other                   measure
    ==================  ====================  ======================  =========================
    invalid_geometry    the cell              what is wrong           area as repaired, m2
    displaced           null                  null                    how far, m
    overlap             the lower id          the higher id           m2
    gap                 longest border        the parent              m2
    not_nested          the cell              parent with most of it  m2 outside of it
    crosses_community   the cell              community it enters     m2 in other communities
    cuts_building       with a lesser part    the building            m2 of that part
    cuts_component      with a lesser part    the component           m2, of a line m
    sliver              the cell              longest border          m2 per m of border
    multi_part          the cell              around the lesser part  parts
    code_prefix         the cell              community, see below    1 cell
    duplicate_code      all but the first id  the first               cells with the code
    area_far_from_norm  the cell              null                    times the norm
    stated_area         the cell              null                    m2 of difference
    declared_count      null                  community or null       cells there less declared
    ==================  ====================  ======================  =========================

    One cause is one fault:

    - What lies in another community crosses its border, and is not told as not nested too; nor is
      what stands out where the parent layer itself has a fault.
    - Of a layer that lies displaced as a whole nothing is compared with other layers.
    - A thing that one cell covers whole is not cut, though another one overlaps it; of things that
      several layers cut the layer with most cells tells.
    - A sliver is not far from the norm too, and a difference of areas that an overlap or gap of
      the cell makes up is theirs.
    - Invalid geometry is compared in the form that `shapely.make_valid` gives it, and its own form
      and area are not judged.

    Parameters
    ----------
    cells : DataFrame
        id, layer (str), geom (shapely, metres); code, area_code (the community as stated) and
        area_m2 (as stated) where they are known. The versions that stand at one moment: the
        caller chooses it. The layer of communities is among them.
    parents : mapping of str to str
        Layer to the layer that it fills and nests in. Layers without a parent lie over the
        others, unless `settings.carved` says what they are carved out of.
    communities : str or None
        Layer of communities. Layers whose parents lead to it keep to their borders, and their
        codes begin with the community's.
    buildings, components : DataFrame, optional
        id, geom. Layers with a parent that are no parent themselves may not cut them.
    settings : CheckSettings, optional
    layers : collection of str, optional
        Which layers to check; default: all but the communities. Others are compared with.

    Returns
    -------
    DataFrame
        finding, layer, cell, code, other, measure, unit, geom; sorted by layer, finding, cell,
        other, measure.

    Examples
    --------
    >>> import shapely
    >>> cells = pd.DataFrame({"id": ["g1", "g2"], "layer": "unit",
    ...                       "geom": [shapely.box(0, 0, 100, 100), shapely.box(80, 0, 200, 100)]})
    >>> found = check_layers(cells, parents={}, communities=None)
    >>> found[["finding", "cell", "other", "measure", "unit"]].values.tolist()
    [['overlap', 'g1', 'g2', 2000.0, 'm2']]
    """
    held_to = settings or CheckSettings()
    stack = {str(n): layer_of(str(n), part) for n, part in cells.groupby("layer", sort=True)}
    wanted = set(stack) - {communities} if layers is None else set(layers) & set(stack)
    checks = _Checks(stack, dict(parents), communities, held_to, wanted)
    objects = {"cuts_building": buildings, "cuts_component": components}
    told = {name: list(checks.of_layer(name)) for name in checks.parents_first()}
    cut = checks.cuts({k: v for k, v in objects.items() if v is not None})
    return joined([*(f for name in sorted(wanted) for f in told[name]), *cut])


class _Checks:
    """The layers of one moment, and what has been found of those above."""

    def __init__(
        self,
        stack: dict[str, Layer],
        parents: dict[str, str],
        communities: str | None,
        settings: CheckSettings,
        wanted: set[str],
    ) -> None:
        self.parents, self.settings, self.wanted = parents, settings, wanted
        self.bad = {name: self._bad(layer) for name, layer in stack.items()}
        # What lies on another continent is in nobody's way here.
        self.stack = {
            name: layer.without(_elsewhere(self.bad[name], len(layer)))
            for name, layer in stack.items()
        }
        self.communities = communities
        self.community = self.stack.get(communities or "")
        self.causes: dict[str, Geometries] = {}
        self.displaced: set[str] = set()

    def parents_first(self) -> list[str]:
        """Return the layers to check, each after the layer that it nests in."""
        return sorted(self.wanted, key=lambda name: (len(self._chain(name)), name))

    def _chain(self, name: str) -> list[str]:
        """Return the layers above one, the nearest first; a circle ends where it closes."""
        above: list[str] = []
        while (name := self.parents.get(name, "")) and name not in above:
            above.append(name)
        return above

    def of_layer(self, name: str) -> Iterator[pd.DataFrame]:
        """Yield the faults of a layer but for what it cuts."""
        layer, settings = self.stack[name], self.settings
        invalid = self._invalid(layer)
        yield invalid
        sound = layer.without(np.isin(layer.ids, invalid["cell"].to_numpy(dtype=object)))
        tiling = self._tiling(layer)
        yield from tiling
        self._remember(name, tiling)
        parent_of = self._parent_of(layer)
        thin = slivers(sound, parent_of, settings)
        yield thin
        yield several_parts(sound, settings)
        yield far_areas(sound, thin["cell"].to_numpy(dtype=object), settings)
        yield stated_areas(sound, _explained(layer, tiling, settings), settings)
        yield duplicates(layer)
        yield from self._by_community(layer)

    def _bad(self, layer: Layer) -> pd.DataFrame:
        return find_bad_geometry(layer.given, crs=self.settings.crs, extent=self.settings.extent)

    def _invalid(self, layer: Layer) -> pd.DataFrame:
        bad = self.bad[layer.name]
        rows = bad["row"].to_numpy(dtype=np.int64)
        return faults(
            "invalid_geometry",
            layer.name,
            layer.given[rows],
            layer.area_m2[rows],
            "m2",
            cell=layer.ids[rows],
            code=layer.codes[rows],
            other=bad["problem"],
        )

    def _tiling(self, layer: Layer) -> list[pd.DataFrame]:
        """Return what is wrong between the cells, and with what they fill and keep to."""
        settings = self.settings
        carved = self._carved_out_of(layer.name)
        found = [overlaps(layer, settings)]
        base = self.stack.get(settings.carved.get(layer.name, ""))
        if base is not None:
            found.append(overlaps_between(layer, base, settings))
        parent = self.stack.get(self.parents.get(layer.name, ""))
        if self.displaced & set(self._chain(layer.name)):
            return found
        if parent is not None:
            beside = displacement(layer, parent, settings)
            if len(beside):
                return [*found, beside]
            found.append(gaps(layer, parent, carved, settings))
        crossing = self._crossing(layer)
        found.append(crossing)
        if parent is not None:
            causes = [self.causes.get(parent.name, _NOTHING), _shapes_of([crossing])]
            found.append(overhangs(layer, parent, np.concatenate(causes), settings))
        return found

    def _carved_out_of(self, name: str) -> tuple[Layer, ...]:
        carved = self.settings.carved.items()
        return tuple(
            self.stack[c] for c, base in sorted(carved) if base == name and c in self.stack
        )

    def _crossing(self, layer: Layer) -> pd.DataFrame:
        if self.community is None or not self._keeps_to_communities(layer.name):
            return faults("crosses_community", layer.name, [], [], "m2")
        main = largest_share(layer.shapes, self.community)
        return crossings(layer, self.community, main, self.settings)

    def _keeps_to_communities(self, name: str) -> bool:
        return self.communities is not None and self.communities in self._chain(name)

    def _remember(self, name: str, tiling: list[pd.DataFrame]) -> None:
        causes = [f[f["finding"].isin(_CAUSES)] for f in tiling]
        self.causes[name] = _shapes_of(causes)
        if any((f["finding"] == "displaced").any() for f in tiling):
            self.displaced.add(name)

    def _parent_of(self, layer: Layer) -> Integers:
        parent = self.stack.get(self.parents.get(layer.name, ""))
        if parent is None:
            return np.zeros(len(layer), dtype=np.int64)
        return largest_share(layer.shapes, parent)

    def _by_community(self, layer: Layer) -> Iterator[pd.DataFrame]:
        """Yield what is wrong with codes and numbers."""
        community = self.community
        main = np.full(len(layer), -1, dtype=np.int64)
        in_communities = self._keeps_to_communities(layer.name)
        is_placed = not self.displaced & {layer.name, *self._chain(layer.name)}
        if in_communities and community is not None and is_placed:
            main = largest_share(layer.shapes, community)
        if in_communities:
            yield prefixes(layer, community, main)
        named = community_codes(layer, community, main)
        yield count_faults(layer, named, community, self.settings)

    def cuts(self, objects: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
        """Return which things the finest layers cut, each told of one layer."""
        finest = [n for n in self.wanted if n in self.parents and n not in self._parents_here()]
        finest = [n for n in finest if not self.displaced & {n, *self._chain(n)}]
        found = []
        for finding, things in objects.items():
            told: set[str] = set()
            for name in sorted(finest, key=lambda n: (-len(self.stack[n]), n)):
                layer = self.stack[name].beside(*self._carved_out_of(name))
                own = cut_objects(finding, layer, things, self.settings)
                found.append(own[~own["other"].isin(told)])
                told |= set(own["other"])
        return found

    def _parents_here(self) -> set[str]:
        return {parent for name, parent in self.parents.items() if name in self.stack}


def _elsewhere(bad: pd.DataFrame, count: int) -> npt.NDArray[np.bool_]:
    flags = np.zeros(count, dtype=np.bool_)
    flags[bad["row"][bad["problem"].isin(["degrees", "elsewhere"])]] = True
    return flags


_NOTHING: Geometries = np.array([], dtype=object)


def _shapes_of(found: list[pd.DataFrame]) -> Geometries:
    return np.concatenate([_NOTHING, *(f["geom"].to_numpy(dtype=object) for f in found)])


def _explained(
    layer: Layer, tiling: list[pd.DataFrame], settings: CheckSettings
) -> dict[str, list[float]]:
    """Return how much smaller than it should be each overlap and gap of a cell makes it."""
    causes: dict[str, list[float]] = {}
    found = pd.concat(tiling)
    both = found[found["finding"] == "overlap"]
    for column in ("cell", "other"):
        for cell, area_m2 in zip(both[column], both["measure"], strict=True):
            causes.setdefault(cell, []).append(-area_m2)
    missing = found[found["finding"] == "gap"]
    pieces = missing["geom"].to_numpy(dtype=object)
    near = layer.tree.query(pieces, predicate="dwithin", distance=settings.tolerance_m)
    for piece, cell in near.T.tolist():
        causes.setdefault(layer.ids[cell], []).append(float(missing["measure"].iloc[piece]))
    return causes
