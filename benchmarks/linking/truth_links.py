"""Links of a base against the truth of its sample: by kind of target, with their probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from benchmarks.linking.samples import Sample
from benchmarks.linking.scores import (
    MOST_FALSE,
    calibration_error,
    error_by_chance,
    least_sure,
    met,
    reliability,
    show,
)
from blockdata.kernels import CellIndex, FeatureIndex

Flags = npt.NDArray[np.bool_]

RIGHT = {"address": 0.97, "component": 0.95}
MOST_ECE = 0.02
_AROUND_M = 5.0
_HOUSES = ("room", "unit", "building", "gate")


class Judged(NamedTuple):
    """Links of one kind, which of them are right, and the true targets by incident."""

    kind: str
    links: pd.DataFrame
    right: Flags
    true: pd.Series

    @property
    def asked(self) -> int:
        """How many incidents have a target."""
        return int(self.true.notna().sum())


def judged(sample: Sample, links: pd.DataFrame) -> Iterator[Judged]:
    """Yield the links of a sample by kind of target, and of some kinds by what is told."""
    yield from address_links(sample, links)
    yield component_links(sample, links)
    yield building_links(sample, links)
    kinds = links["target_kind"].astype("str").unique()
    for kind in sorted(kind for kind in kinds if kind.startswith("cell:")):
        yield from cell_links(sample, links, kind)


def true_addresses(sample: Sample) -> pd.Series:
    """Return the id of the library's address that each incident's text tells."""
    code = sample.truth["library_code"].where(sample.truth["level"].isin(_HOUSES))
    return code.map(sample.ids_of_codes("address"))


def address_links(sample: Sample, links: pd.DataFrame) -> Iterator[Judged]:
    """Yield links to addresses: all, and those of texts that stand in some way to an address."""
    truth, true = sample.truth, true_addresses(sample)
    last = truth["last_code"].map(sample.ids_of_codes("address"))
    whole = _against(links, "address", true, last)
    yield whole
    for relation in ("at", "range", "beside", "opposite", "near", "offset"):
        own = truth.index[truth["relation"] == relation]
        yield _part(whole, own, f"address, {relation}", true)
    yield _part(whole, truth.index[true.isna()], "address, none told", true)


def component_links(sample: Sample, links: pd.DataFrame) -> Judged:
    """Return links to components."""
    true = sample.truth["component_code"].map(sample.ids_of_codes("component"))
    return _against(links, "component", true)


def building_links(sample: Sample, links: pd.DataFrame) -> Judged:
    """Return links to buildings: right is the one around the true house's point.

    A library lacks some houses and names some twice, so its buildings of addresses do not tell.
    Judged are incidents whose text tells a house, and those at the default location: of others
    the truth has no more than the unit grid.
    """
    rows = sample.session.frame("SELECT id, geom FROM base.building WHERE geom IS NOT NULL")
    spots = _spots(sample)
    geometries = shapely.from_wkb(rows["geom"].to_numpy(dtype=object))
    at, _ = FeatureIndex(geometries).nearest(spots[:, 0], spots[:, 1], _AROUND_M)
    found = np.where(at >= 0, rows["id"].to_numpy(dtype=object)[at], None)
    true = pd.Series(found, sample.truth.index)
    known = ~np.isnan(spots[:, 0]) | sample.truth["is_default_location"].to_numpy()
    return _part(_against(links, "building", true), true.index[known], "building", true)


def cell_links(sample: Sample, links: pd.DataFrame, kind: str) -> Iterator[Judged]:
    """Yield links to the cells of a layer, all and by method, of incidents whose cell is known.

    Of unit grids the truth has the one of every case, as first drawn; the redrawn are left out,
    and so are cases at the default location. Of other layers it is the cell around the true
    address, where the text tells one.
    """
    layer = kind.removeprefix("cell:")
    true = _unit_grids(sample) if layer == "unit" else _cells_of_addresses(sample, layer)
    whole = _against(links, kind, true)
    whole = _part(whole, true.index[true.notna()], kind, true)
    yield whole
    methods = whole.links["method"].astype("str")
    for method in sorted(methods.unique()):
        own = pd.Index(whole.links.loc[methods == method, "incident"])
        yield _part(whole, own, f"{kind}, {method}", true)


def _unit_grids(sample: Sample) -> pd.Series:
    units = sample.ids_of_codes("grid", "layer = 'unit'")
    lineage = pd.read_csv(sample.folder / "truth" / "grid_lineage.csv", dtype=str)
    redrawn = units.reindex(pd.concat([lineage["old_code"], lineage["new_code"]])).dropna()
    true = sample.truth["unit_grid"].map(units)
    return true.where(~true.isin(set(redrawn)) & ~sample.truth["is_default_location"])


def _cells_of_addresses(sample: Sample, layer: str) -> pd.Series:
    found = sample.session.frame(
        "SELECT id, layer, geom FROM base.grid WHERE geom IS NOT NULL UNION ALL "
        "SELECT id, level, geom FROM base.area WHERE geom IS NOT NULL"
    )
    rows = found[found["layer"] == layer]
    spots = _spots(sample)
    spots[(sample.truth["relation"] != "at").to_numpy()] = np.nan
    index = CellIndex(shapely.from_wkb(rows["geom"].to_numpy(dtype=object)))
    at = np.asarray(index.locate(spots[:, 0], spots[:, 1]))
    cells = np.where(at >= 0, rows["id"].to_numpy(dtype=object)[at], None)
    return pd.Series(cells, sample.truth.index)


def _against(
    links: pd.DataFrame, kind: str, true: pd.Series, other: pd.Series | None = None
) -> Judged:
    own = links[links["target_kind"] == kind]
    target = own["target"].to_numpy(dtype=object)
    right = target == true.reindex(own["incident"]).to_numpy(dtype=object)
    if other is not None:
        right |= target == other.reindex(own["incident"]).to_numpy(dtype=object)
    return Judged(kind, own, right, true)


def _part(whole: Judged, incidents: pd.Index, kind: str, true: pd.Series) -> Judged:
    """Return what of the links is about some incidents."""
    own = whole.links["incident"].isin(incidents).to_numpy()
    return Judged(kind, whole.links[own], whole.right[own], true[true.index.isin(incidents)])


def restricted(whole: Judged, incidents: pd.Series) -> Judged:
    """Return what of the links is about some incidents."""
    return _part(whole, pd.Index(incidents), whole.kind, whole.true)


def _spots(sample: Sample) -> npt.NDArray[np.float64]:
    """Return where the house is that each incident's text tells, delivered by the library or not.

    The generator's point of a house, row by row those of the truth; NaN where no house is told.
    """
    made = pd.read_parquet(sample.folder / "truth" / "addresses.parquet")
    places = made.drop_duplicates("code").set_index("code")[["x", "y"]]
    code = sample.truth["address_code"].where(sample.truth["level"].isin(_HOUSES))
    return places.reindex(code).to_numpy(dtype=np.float64, copy=True)


def print_links(samples: Sequence[Sample]) -> None:
    """Print how right links are, of all samples together and of each, and their probabilities."""
    parts: dict[str, list[Judged]] = {}
    for sample in samples:
        for part in judged(sample, sample.links):
            parts.setdefault(part.kind, []).append(part)
    sure_from = samples[0].place_probability
    print(f"\nlinks: {', '.join(sample.name for sample in samples)}")
    rows = [row_of(kind, together(own), sure_from) for kind, own in parts.items()]
    show(pd.DataFrame([row for row in rows if row["links"] or row["have_one"]]))
    for kind, target in RIGHT.items():
        for sample, part in zip(samples, parts[kind], strict=True):
            _tell_targets(f"{sample.name} {kind}", part, target, sure_from)
        _tell_targets(f"together {kind}", together(parts[kind]), target, sure_from)
    for kind in (*RIGHT, "building", "cell:unit"):
        whole = together(parts[kind])
        print(f"\nprobabilities of links to {kind}")
        show(reliability(_probability(whole), whole.right), index=True)


def together(parts: Sequence[Judged]) -> Judged:
    """Return the links of several samples as one."""
    links = pd.concat([part.links for part in parts], ignore_index=True)
    right = np.concatenate([part.right for part in parts])
    true = pd.concat([part.true for part in parts], ignore_index=True)
    return Judged(parts[0].kind, links, right, true)


def _probability(part: Judged) -> npt.NDArray[np.float64]:
    return part.links["probability"].to_numpy(dtype=np.float64)


def row_of(kind: str, part: Judged, sure_from: float) -> dict[str, object]:
    """Return the figures of links of a kind; see `truth`."""
    p, right = _probability(part), part.right
    sure = p >= sure_from
    return {
        "kind": kind,
        "have_one": part.asked,
        "links": len(p),
        "right": right.sum() / part.asked if part.asked else np.nan,
        f"from_{sure_from:g}": int(sure.sum()),
        "right_there": (right & sure).sum() / part.asked if part.asked else np.nan,
        "false": _false(part, sure_from),
        "false<=0.5%_from": least_sure(p, right),
        "ece": calibration_error(p, right),
        "ece_by_chance": error_by_chance(p),
    }


def _false(part: Judged, sure_from: float) -> float:
    sure = _probability(part) >= sure_from
    return float((~part.right[sure]).mean()) if sure.any() else 0.0


def _tell_targets(name: str, part: Judged, target: float, sure_from: float) -> None:
    p = _probability(part)
    print(
        f"{name}: right {met(part.right.sum() / max(part.asked, 1), target)}, "
        f"false {met(_false(part, sure_from), MOST_FALSE, at_most=True)}, "
        f"ECE {met(calibration_error(p, part.right), MOST_ECE, at_most=True)}"
    )


def print_named(samples: Sequence[Sample]) -> None:
    """Print links by names: the truth tells where a case is, and so where such a place may be."""
    rows = []
    for sample in samples:
        true = true_addresses(sample)
        for kind in ("premises", "legal_entity"):
            own = sample.links[sample.links["target_kind"] == kind]
            places = sample.session.frame(f"SELECT id, address_id FROM base.{kind}")
            at = own["target"].map(places.set_index("id")["address_id"])
            meant = true.reindex(own["incident"]).to_numpy(dtype=object)
            both = at.notna().to_numpy() & pd.notna(meant)
            same = at.to_numpy(dtype=object) == meant
            rows.append((sample.name, kind, len(own), both.sum(), (same & both).sum()))
    print("\nlinks by the name of a place or a firm")
    names = ["sample", "kind", "links", "with_both_addresses", "at_the_true_address"]
    show(pd.DataFrame(rows, columns=names))


def print_defaults(samples: Sequence[Sample]) -> None:
    """Print which incidents at the default location are marked, and which others."""
    rows = []
    for sample in samples:
        own = sample.links["target_kind"] == "default_location"
        marked = sample.truth.index.isin(sample.links.loc[own, "incident"])
        true = sample.truth["is_default_location"].to_numpy()
        placed = sample.links["target_kind"].isin(["address", "building", "cell:unit"])
        linked = sample.truth.index.isin(sample.links.loc[placed, "incident"])
        row = (true.sum(), (marked & true).sum(), (marked & ~true).sum(), (linked & true).sum())
        rows.append((sample.name, *row))
    print("\ndefault locations")
    names = ["sample", "there", "marked", "marked_and_not_there", "there_and_linked_to_a_place"]
    show(pd.DataFrame(rows, columns=names))


def print_contradictions(samples: Sequence[Sample]) -> None:
    """Print the contradictions told; coordinates of the samples are right, addresses may not be."""
    print("\ncontradictions told (the samples plant none: their coordinates are right)")
    rows = []
    for sample in samples:
        odd = sample.table("contradiction")
        true = sample.truth["library_code"].map(sample.ids_of_codes("address"))
        named = odd["first"].to_numpy(dtype=object)
        wrong = named != true.reindex(odd["incident"]).to_numpy(dtype=object)
        is_address = (odd["first_kind"] == "address").to_numpy()
        odd = odd.assign(
            sample=sample.name,
            first_is_wrong=np.where(is_address, wrong, np.nan),
            believed=odd["stands"],
        )
        keys = ["sample", "first_kind", "second_kind", "believed"]
        rows.append(
            odd.groupby(keys, observed=True)
            .agg(count=("incident", "size"), first_is_wrong=("first_is_wrong", "mean"))
            .reset_index()
        )
    show(pd.concat(rows, ignore_index=True))


def print_errors(samples: Sequence[Sample], count: int) -> None:
    """Print the surest wrong links of each kind, without a text."""
    for sample in samples:
        for part in judged(sample, sample.links):
            if "," in part.kind and not part.kind.startswith("cell"):
                continue
            wrong = part.links[~part.right].sort_values("probability", ascending=False).head(count)
            if wrong.empty:
                continue
            truth = sample.truth.reindex(wrong["incident"])
            columns = ["source", "category", "level", "relation", "planted"]
            told = truth[columns].reset_index(drop=True)
            names = ["method", "distance_m", "probability", "evidence"]
            print(f"\n{sample.name}: wrong links to {part.kind}")
            show(pd.concat([told, wrong[names].reset_index(drop=True)], axis=1))
