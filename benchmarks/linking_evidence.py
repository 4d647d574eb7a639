"""Links by evidence against the truth: `python -m benchmarks.linking_evidence FOLDER...`.

A folder is a generated sample district (`python -m data_samples.generate`) with the base built
from it. With `--boston FILE` the violations of Boston are grouped by place too, and `--speed N`
times N invented incidents. `--learn` prints what the settings have learned of wrong addresses.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address import AddressIndex, is_crossing, provisional_addresses
from blockdata.config import load_config
from blockdata.kernels import FeatureIndex, dbscan
from blockdata.link import default_locations
from blockdata.link.categories import (
    CAMERA_CLASS,
    classes_of_categories,
    map_categories,
    names_of_component_classes,
    national_catalogue,
    suggest,
)
from blockdata.link.evidence import EvidenceSettings, Known, fit_evidence, link_by_evidence
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.session import Session
from blockdata.store.snapshots import open_snapshot

Floats = npt.NDArray[np.float64]

LINK_FROM = 0.9
"""From which probability on a link is counted as one when false links are counted."""

DRAWS = 4
"""Times that coordinates are given an error."""

NEAR_M = 200.0
"""Wrong addresses within this distance count as near the right one."""

_INCIDENTS = """
SELECT i.id, i.source, i.case_no, i.category, i.address_id, i.address_text, i.match_score,
i.component_code, i.unit_grid_code, i.area_name,
CASE WHEN i.located_by = 'geometry' THEN i.x END AS x,
CASE WHEN i.located_by = 'geometry' THEN i.y END AS y,
d.x AS described_x, d.y AS described_y, d.radius_m AS described_radius_m
FROM base.incident i LEFT JOIN base.described_place d ON d.text = i.address_text ORDER BY i.id
"""
_BUILDINGS_OF_ADDRESS = """
SELECT a.id AS address_id, b.id AS building FROM base.address a
JOIN base.building b ON b.code = a.building_code UNION
SELECT b.address_id, b.id FROM base.building b WHERE b.address_id IS NOT NULL
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.linking_evidence", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--boston", type=Path)
    parser.add_argument("--speed", type=int, default=0)
    parser.add_argument("--learn", action="store_true")
    options = parser.parse_args(arguments)
    if options.learn:
        _learn(options.folders)
        return
    for folder in options.folders:
        print(f"\n== {folder}")
        _measure(Sample(folder))
    if len(options.folders) > 1:
        _pooled()
    if options.boston:
        _boston(options.boston)
    if options.speed:
        _speed(options.speed)


class Sample:
    """A sample district: what its base knows, its incidents and their truth."""

    def __init__(self, folder: Path) -> None:
        config = load_config(folder / "city.toml")
        session, _ = open_snapshot(Layout(config.base_path), KeyRing(), config.catalogue())
        incidents = session.frame(_INCIDENTS)
        self.known, self.categories = _known(session, incidents)
        self.incidents = _marked(incidents)
        self.stated = _stated(session, incidents)
        self.codes = session.frame("SELECT id, code FROM base.address").set_index("id")["code"]
        self.component_ids = session.frame("SELECT id, code FROM base.component")
        self.units = session.frame("SELECT id, code FROM base.grid WHERE layer = 'unit'")
        truth = folder / "truth"
        lineage = pd.read_csv(truth / "grid_lineage.csv", dtype=str)
        self.redrawn = sorted({*lineage["old_code"], *lineage["new_code"]})
        told = pd.read_parquet(truth / "address_of_record.parquet")
        told = told.rename(columns={"key": "case_no"})
        cases = pd.read_parquet(truth / "incidents.parquet")
        names = ["case_no", "source", "unit_grid", "component_code", "is_default_location"]
        both = incidents[["id", "source", "case_no"]].merge(
            cases[names].rename(columns={"component_code": "true_component"}), how="left"
        )
        columns = ["source", "case_no", "library_code", "last_code", "level", "relation"]
        self.truth = both.merge(told[columns], on=["source", "case_no"], how="left").set_index("id")
        session.con.close()


def _known(session: Session, incidents: pd.DataFrame) -> tuple[Known, pd.DataFrame]:
    components = session.frame(
        "SELECT id, code, name, scheme, class_code, x, y FROM base.component"
    )
    names = names_of_component_classes(components)
    counted = incidents.groupby(["source", "category"]).size().rename("incidents").reset_index()
    matters = session.frame(
        "SELECT DISTINCT scheme, matter_kind AS kind, code, name FROM base.matter ORDER BY ALL"
    )
    catalogue = pd.concat([matters, national_catalogue()], ignore_index=True)
    table = pd.DataFrame(columns=["source", "category", "scheme", "kind", "code"])
    mapped = map_categories(counted, table, catalogue)
    geometries = session.frame("SELECT id, geom FROM base.building ORDER BY id")
    cells = session.frame(
        "SELECT layer, id AS cell, geom FROM base.grid WHERE geom IS NOT NULL UNION ALL "
        "SELECT level, id, geom FROM base.area WHERE level = 'community' AND geom IS NOT NULL"
    )
    known = Known(
        addresses=session.frame("SELECT id, code, x, y FROM base.address"),
        components=components.assign(class_name=names),
        cameras=session.frame("SELECT id, code, x, y FROM base.camera").assign(
            class_name=CAMERA_CLASS
        ),
        buildings=geometries.assign(geom=shapely.from_wkb(geometries["geom"].to_numpy(object))),
        buildings_of_address=session.frame(_BUILDINGS_OF_ADDRESS),
        premises=session.frame("SELECT id, name, address_id FROM base.premises"),
        entities=session.frame("SELECT id, name, address_id FROM base.legal_entity"),
        cells=cells.assign(geom=shapely.from_wkb(cells["geom"].to_numpy(object))),
        classes=classes_of_categories(mapped, names),
    )
    return known, mapped


def _marked(incidents: pd.DataFrame) -> pd.DataFrame:
    """Mark default locations and crossings as a run does."""
    at = default_locations(incidents.rename(columns={"address_id": "place"}))
    pairs = pd.MultiIndex.from_frame(at[["source", "place"]])
    at_default = pd.MultiIndex.from_frame(incidents[["source", "address_id"]]).isin(pairs)
    point = incidents["x"].round(1).astype(str) + " " + incidents["y"].round(1).astype(str)
    point = point.where(incidents["x"].notna())
    texts = incidents["address_text"].groupby(point).transform("nunique")
    at = default_locations(incidents.assign(place=point.where(texts >= 20)))
    pairs = pd.MultiIndex.from_frame(at[["source", "place"]])
    measured = pd.MultiIndex.from_arrays([incidents["source"], point]).isin(pairs)
    crossing = [isinstance(text, str) and is_crossing(text) for text in incidents["address_text"]]
    return incidents.assign(
        at_default=at_default, measured_at_default=measured, at_crossing=crossing
    )


def _stated(session: Session, incidents: pd.DataFrame) -> pd.DataFrame:
    units = session.frame("SELECT id AS cell, code FROM base.grid WHERE layer = 'unit'")
    areas = session.frame("SELECT id AS cell, name FROM base.area WHERE level = 'community'")
    by_code = incidents[["id", "unit_grid_code"]].merge(
        units.drop_duplicates("code", keep=False), left_on="unit_grid_code", right_on="code"
    )
    by_name = incidents[["id", "area_name"]].merge(
        areas.drop_duplicates("name", keep=False), left_on="area_name", right_on="name"
    )
    parts = [
        part[["id", "cell"]].rename(columns={"id": "incident"}).assign(layer=layer)
        for part, layer in ((by_code, "unit"), (by_name, "community"))
    ]
    return pd.concat(parts, ignore_index=True)


def _measure(sample: Sample) -> None:
    settings = EvidenceSettings(min_probability=1e-6 + 1e-9)
    incidents = sample.incidents
    links, odd = _linked(sample, incidents, settings)
    print("laws of coordinates and shares:")
    model = fit_evidence(incidents, sample.known)
    for (source, kind), law in sorted(model.errors.items()):
        print(
            f"  {source} to {kind}: {law.sigma_m:.1f} m, wide {law.wide:.3f}, "
            f"outliers {law.outliers:.4f} ({law.anchors})"
        )
    _addresses(sample, links)
    _components(sample, incidents, links, "as delivered")
    _cells(sample, links)
    _buildings(sample, links)
    _names(sample, links)
    print("contradictions:", odd.groupby(["first_kind", "second_kind"]).size().to_dict())
    for error_m, lost in ((0.0, 0.0), (3.0, 0.02), (9.0, 0.02)):
        _without_codes(sample, settings, error_m, lost)
    _slips(sample, settings)
    _without_addresses(sample, settings)
    _planted_contradictions(sample)
    print(suggest(_renamed(sample.categories), national_catalogue(), limit=1).to_string())


def _without_codes(sample: Sample, settings: EvidenceSettings, error_m: float, lost: float) -> None:
    """Hide two thirds of the codes; from the others the source's error is estimated."""
    parts = []
    for seed in range(DRAWS if error_m else 1):
        moved = _moved(sample.incidents, "incident_patrol", error_m, lost, seed)
        kept = np.random.default_rng(seed).random(len(moved)) < 0.33
        asked = moved.assign(component_code=moved["component_code"].where(kept))
        links, _ = _linked(sample, asked, settings)
        parts.append((moved["id"][~kept], links[~links["incident"].isin(set(moved["id"][kept]))]))
    hidden, links = (pd.concat(column, ignore_index=True) for column in zip(*parts, strict=True))
    name = f"without code, error {error_m} m, {lost:.0%} lost"
    _components(sample, hidden.to_frame(), links, name)


def _linked(
    sample: Sample, incidents: pd.DataFrame, settings: EvidenceSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    model = fit_evidence(incidents, sample.known, settings)
    found = link_by_evidence(
        incidents, sample.known, model, stated=sample.stated, settings=settings
    )
    return found.links, found.contradictions


def _judged(links: pd.DataFrame, kind: str, right: pd.Series, name: str, asked: int) -> None:
    """Print recall, precision, false links and calibration of the links of one kind.

    `right` tells of each link whether it is; `asked` is how many incidents have a target.
    """
    own = links["target_kind"] == kind
    p, hit = links.loc[own, "probability"].to_numpy(), right[own].to_numpy(dtype=bool)
    _POOLED.setdefault(name, []).append((asked, p, hit))
    _told(name, asked, p, hit)


def _told(name: str, asked: int, p: Floats, hit: npt.NDArray[np.bool_]) -> None:
    sure = p >= LINK_FROM
    false = (~hit[sure]).sum() / max(sure.sum(), 1)
    print(
        f"{name}: right {hit.sum() / max(asked, 1):.4f} of {asked}; at {LINK_FROM}: "
        f"{sure.sum()} links, right {(hit & sure).sum() / max(asked, 1):.4f}, false {false:.4f}; "
        f"mean p {p.mean():.4f}, right {hit.mean():.4f}, "
        f"false <= 0.5 % from {_threshold(p, hit)}; "
        f"ECE {calibration_error(p, hit):.4f} (listed from 0.5: "
        f"{calibration_error(p[p >= 0.5], hit[p >= 0.5]):.4f}; by chance alone {_by_chance(p):.4f})"
    )


_POOLED: dict[str, list[tuple[int, Floats, npt.NDArray[np.bool_]]]] = {}


def _pooled() -> None:
    print("\n== all folders together")
    for name, parts in _POOLED.items():
        p, hit = np.concatenate([a[1] for a in parts]), np.concatenate([a[2] for a in parts])
        _told(name, sum(a[0] for a in parts), p, hit)


def calibration_error(probability: Floats, right: npt.NDArray[np.bool_], bins: int = 20) -> float:
    """Return the expected calibration error in bins of equal width."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    told = np.bincount(place, probability, bins)
    true = np.bincount(place, right.astype(float), bins)
    return float(np.abs(told - true).sum() / max(len(probability), 1))


def _threshold(probability: Floats, right: npt.NDArray[np.bool_]) -> str:
    """Return from which probability on at most 1 in 200 links is false, and how many these are."""
    for least in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999):
        sure = probability >= least
        if sure.any() and (~right[sure]).mean() <= 0.005:
            return f"{least} ({sure.sum()})"
    return "none"


def _by_chance(probability: Floats) -> float:
    """Return the error that perfectly calibrated probabilities would show, so many as they are."""
    draw = np.random.default_rng(1)
    errors = [
        calibration_error(probability, draw.random(len(probability)) < probability)
        for _ in range(20)
    ]
    return float(np.mean(errors))


def _addresses(sample: Sample, links: pd.DataFrame) -> None:
    truth = sample.truth
    code = links["target"].map(sample.codes)
    of = truth.reindex(links["incident"])
    wanted = of["library_code"].to_numpy(dtype=object)
    last = of["last_code"].to_numpy(dtype=object)
    got = code.to_numpy(dtype=object)
    right = (got == wanted) | (got == last)
    right = pd.Series(right & pd.notna(got), links.index)
    named = truth["level"].isin(["room", "unit", "building", "gate"])
    named &= truth["library_code"].fillna("") != ""
    for relation in ("at", None):
        asked = named & ((truth["relation"] == relation) if relation else True)
        chosen = links["incident"].isin(set(asked.index[asked])) | (
            links["incident"].isin(set(truth.index[~named])) if relation is None else False
        )
        _judged(
            links[chosen],
            "address",
            right[chosen],
            f"address ({relation or 'all; those that name none count as false'})",
            int(asked.sum()),
        )


def _components(sample: Sample, asked: pd.DataFrame, links: pd.DataFrame, name: str) -> None:
    ids = sample.component_ids.drop_duplicates("code", keep=False).set_index("code")["id"]
    true = sample.truth["true_component"].map(ids)
    wanted = true.reindex(links["incident"]).to_numpy(dtype=object)
    right = pd.Series(links["target"].to_numpy(dtype=object) == wanted, links.index)
    about = int(true.reindex(asked["id"]).notna().sum())
    _judged(links, "component", right, f"component, {name}", about)


def _cells(sample: Sample, links: pd.DataFrame) -> None:
    by_code = sample.units.drop_duplicates("code", keep=False).set_index("code")["id"]
    true = sample.truth["unit_grid"].map(by_code)
    default = sample.truth["is_default_location"].fillna(False).astype(bool)
    true = true[~default & true.notna() & ~true.isin(set(by_code.reindex(sample.redrawn)))]
    own = links[links["incident"].isin(set(true.index))]
    wanted = true.reindex(own["incident"]).to_numpy(dtype=object)
    right = pd.Series(own["target"].to_numpy(dtype=object) == wanted, own.index)
    for method in sorted(own.loc[own["target_kind"] == "cell:unit", "method"].astype(str).unique()):
        part = own["method"].astype(str) == method
        count = int((part & (own["target_kind"] == "cell:unit")).sum())
        _judged(own[part], "cell:unit", right[part], f"unit grid by {method}", count)


def _buildings(sample: Sample, links: pd.DataFrame) -> None:
    # The true building is the one around the true address: a library names some houses twice.
    library = sample.known.addresses.drop_duplicates("code").set_index("code")
    spots = library[["x", "y"]].reindex(sample.truth["library_code"]).to_numpy(dtype=float)
    geometries = sample.known.buildings["geom"].to_numpy(dtype=object)
    at, _ = FeatureIndex(geometries).nearest(spots[:, 0], spots[:, 1], 5.0)
    ids = sample.known.buildings["id"].to_numpy(dtype=object)
    true = pd.Series(np.where(at >= 0, ids[at], None), sample.truth.index)
    wanted = true.reindex(links["incident"]).to_numpy(dtype=object)
    right = pd.Series(links["target"].to_numpy(dtype=object) == wanted, links.index)
    own = links["target_kind"] == "building"
    own &= pd.notna(wanted)
    for method in sorted(links.loc[own, "method"].astype(str).unique()):
        part = own & (links["method"].astype(str) == method)
        _judged(links[part], "building", right[part], f"building by {method}", int(part.sum()))


def _names(sample: Sample, links: pd.DataFrame) -> None:
    for kind, frame in (
        ("legal_entity", sample.known.entities),
        ("premises", sample.known.premises),
    ):
        own = links[links["target_kind"] == kind]
        at = own["target"].map(frame.set_index("id")["address_id"]).map(sample.codes)
        true = sample.truth["library_code"].reindex(own["incident"]).to_numpy(dtype=object)
        same = (at.to_numpy(dtype=object) == true)[pd.notna(true) & (true != "")]
        print(f"{kind} by name: {len(own)} links; {same.sum()} of {len(same)} at the true address")


def _moved(
    incidents: pd.DataFrame, source: str, error_m: float, lost: float, seed: int = 1
) -> pd.DataFrame:
    """Give a source's coordinates an error, and scatter a share of them."""
    draw = np.random.default_rng([seed, 17])
    x, y = (
        incidents[c].to_numpy(dtype=float) + draw.normal(0, error_m, len(incidents)) for c in "xy"
    )
    own = (incidents["source"] == source).to_numpy()
    gone = own & (draw.random(len(incidents)) < lost)
    there = incidents[["x", "y"]].dropna()
    spots = there.to_numpy()[draw.integers(0, len(there), len(incidents))]
    return incidents.assign(
        x=np.where(gone, spots[:, 0], np.where(own, x, incidents["x"])),
        y=np.where(gone, spots[:, 1], np.where(own, y, incidents["y"])),
    )


def _slips(sample: Sample, settings: EvidenceSettings) -> None:
    """Let a share of codes name another component, and see what the evidence makes of them."""
    draw = np.random.default_rng(3)
    incidents = sample.incidents
    has = incidents["component_code"].notna().to_numpy() & (incidents["component_code"] != "")
    slipped = has & (draw.random(len(incidents)) < 0.02)
    codes = sample.component_ids["code"].to_numpy(dtype=object)
    wrong = codes[draw.integers(0, len(codes), len(incidents))]
    asked = _moved(incidents, "incident_patrol", 3.0, 0.02)
    asked = asked.assign(component_code=np.where(slipped, wrong, incidents["component_code"]))
    links, _ = _linked(sample, asked, replace(settings, code_error=0.02))
    _components(sample, asked, links, "2 % of codes name another, error 3 m, 2% lost")


def _without_addresses(sample: Sample, settings: EvidenceSettings) -> None:
    """Hide two thirds of the app's addresses, and link their coordinates to buildings."""
    asked = sample.incidents
    hidden = (asked["source"] == "incident_app") & (
        np.random.default_rng(4).random(len(asked)) < 0.67
    )
    hidden &= ~asked["measured_at_default"] & (asked["x"].notna())
    asked = asked.assign(
        address_id=asked["address_id"].mask(hidden), address_text=asked["address_text"].mask(hidden)
    )
    links, _ = _linked(sample, asked, settings)
    truth = sample.truth
    at = truth.index[(truth["relation"] == "at") & (truth["library_code"].fillna("") != "")]
    own = links[links["incident"].isin(set(asked["id"][hidden]) & set(at))]
    _buildings(sample, own)
    _cells(sample, own)


def _planted_contradictions(sample: Sample) -> None:
    """Scatter 2 % of the app's coordinates, and see which contradictions are found."""
    asked = _moved(sample.incidents, "incident_app", 0.0, 0.02)
    moved = np.hypot(asked["x"] - sample.incidents["x"], asked["y"] - sample.incidents["y"]) > 60
    has = asked["address_id"].notna() & ~asked["at_default"] & ~asked["measured_at_default"]
    planted = set(asked["id"][moved & has])
    _, odd = _linked(sample, asked, EvidenceSettings())
    own = odd[(odd["first_kind"] == "address") & (odd["second_kind"] == "coordinates")]
    found = set(own["incident"])
    stands = own[own["incident"].isin(planted)]["stands"].value_counts().to_dict()
    print(
        f"planted contradictions: {len(planted)}, found {len(found & planted)}, "
        f"others told {len(found - planted)}; stands: {stands}"
    )


def _renamed(categories: pd.DataFrame) -> pd.DataFrame:
    """Return categories under the app's words, unmapped."""
    words = ["流动摊贩", "乱停车", "垃圾未清", "噪音", "停水", "油烟", "路面坑洼", "小广告"]
    return pd.DataFrame({"source": "app", "category": words, "incidents": range(len(words), 0, -1)})


def _apart_if_wrong(sample: Sample) -> Floats:
    """Return how far from the right address wrongly matched ones are."""
    incidents = sample.incidents.set_index("id")
    xy = sample.known.addresses.drop_duplicates("code").set_index("code")[["x", "y"]]
    right = sample.truth["library_code"].fillna("")
    got = incidents["address_id"].map(sample.codes)
    wrong = got.notna() & (right != "") & (got != right)
    apart = np.hypot(*(xy.reindex(got[wrong]).to_numpy() - xy.reindex(right[wrong]).to_numpy()).T)
    return np.asarray(apart[~np.isnan(apart)])


def _learn(folders: Sequence[Path]) -> None:
    """Print what `EvidenceSettings` takes as learned; half a case is added to either side."""
    apart = np.concatenate([_apart_if_wrong(Sample(folder)) for folder in folders])
    near = apart[apart < NEAR_M]
    share = (len(near) + 0.5) / (len(apart) + 1)
    scale = float(np.sqrt((near**2).mean() / 2))
    print(f"{len(apart)} wrong addresses: wrong_near = {share:.2f}, wrong_near_m = {scale:.0f}")


def pairwise(found: pd.Series, true: pd.Series) -> tuple[float, float]:
    """Return precision and recall of pairs that are put together."""
    together = pd.Series(1, index=found.index).groupby([found, true]).size()
    of_found, of_true = found.value_counts(), true.value_counts()
    pairs = [float((n * (n - 1) / 2).sum()) for n in (together, of_found, of_true)]
    return pairs[0] / max(pairs[1], 1), pairs[0] / max(pairs[2], 1)


def _boston(path: Path) -> None:
    """Group real cases by place: by the address's text alone, and by the coordinates alone."""
    cases = pd.read_csv(path, dtype=str)
    print(f"\n== {path.name}: {len(cases)} cases, {cases['sam_id'].nunique()} places")
    columns = ["violation_stno", "violation_sthigh", "violation_street", "violation_suffix"]
    parts = cases[[*columns, "violation_city"]].fillna("")
    number = parts["violation_stno"].where(
        parts["violation_sthigh"] == "", parts["violation_stno"] + "-" + parts["violation_sthigh"]
    )
    street = (parts["violation_street"] + " " + parts["violation_suffix"]).str.strip()
    text = number + " " + street + ", " + parts["violation_city"]
    has = cases["sam_id"].notna() & (number != "")
    made = provisional_addresses(sorted(set(text[has])), mint=lambda t: t)
    library = made.rename(columns={"full_text": "text"})
    found = AddressIndex.build(library).match(text[has].tolist())
    place = pd.Series(found["address_id"].to_numpy(), index=cases.index[has]).fillna(text[has])
    print("by text: precision {:.4f}, recall {:.4f}".format(*pairwise(place, cases["sam_id"][has])))
    xy = cases[["longitude", "latitude"]].astype(float)
    there = cases["sam_id"].notna() & xy.notna().all(axis=1)
    metres = xy[there].to_numpy() * [111_320 * np.cos(np.deg2rad(42.33)), 111_132]
    for apart_m in (0.0, 0.5, 2.0, 5.0):
        spot = pd.Series(_spots(metres, apart_m), index=cases.index[there])
        told = pairwise(spot, cases["sam_id"][there])
        print("by coordinates within {} m: precision {:.4f}, recall {:.4f}".format(apart_m, *told))


def _spots(metres: Floats, apart_m: float) -> npt.NDArray[np.int64]:
    return dbscan(metres[:, 0], metres[:, 1], max(apart_m, 0.01), 1)[0]


def _speed(count: int) -> None:
    """Time a district's incidents, in the blocks of a run."""
    draw = np.random.default_rng(1)
    side = 8000.0
    known = _invented_district(draw, side)
    ids = np.char.add("inc", np.char.zfill(np.arange(count).astype(str), 10))
    at = draw.integers(0, len(known.addresses), count)
    spots = known.addresses[["x", "y"]].to_numpy(dtype=float)[at] + draw.normal(0, 9, (count, 2))
    source = draw.choice(["hotline", "app", "patrol"], count, p=[0.6, 0.2, 0.2])
    thing = draw.integers(0, len(known.components), count)
    about = (source == "patrol") & (draw.random(count) < 0.5)
    things = known.components[["x", "y"]].to_numpy(dtype=float)[thing] + draw.normal(
        0, 3, (count, 2)
    )
    spots = np.where(about[:, None], things, spots)
    spots[source == "hotline"] = np.nan
    incidents = pd.DataFrame(
        {
            "id": pd.array(ids, dtype="str"),
            "source": pd.array(source, dtype="str"),
            "category": pd.array(np.where(about, "井盖破损", "占道经营"), dtype="str"),
            "address_id": known.addresses["id"].array.take(np.where(source == "patrol", 0, at)),
            "match_score": np.where(source == "patrol", np.nan, 0.99),
            "component_code": known.components["code"].array.take(thing),
            "address_text": "某路" + pd.Series(at % 50_000).astype("str") + "号",
            "x": spots[:, 0],
            "y": spots[:, 1],
        }
    )
    incidents["component_code"] = incidents["component_code"].where(about & (thing % 2 == 0))
    began = time.perf_counter()
    model = fit_evidence(incidents, known)
    fitted = time.perf_counter()
    links = 0
    for start in range(0, count, 2**18):
        found = link_by_evidence(incidents.iloc[start : start + 2**18], known, model)
        links += len(found.links)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"\n{count} incidents: model {fitted - began:.1f} s, {links} links {done - fitted:.1f} s; "
        f"peak {peak:.2f} GiB"
    )


def _invented_district(draw: np.random.Generator, side: float) -> Known:
    def points(count: int, prefix: str, **more: object) -> pd.DataFrame:
        xy = draw.uniform(0, side, (count, 2))
        names = [f"{prefix}{n:07}" for n in range(count)]
        return pd.DataFrame({"id": names, "code": names, "x": xy[:, 0], "y": xy[:, 1], **more})

    addresses = points(300_000, "adr")
    buildings = points(60_000, "bld")
    boxes = shapely.box(buildings["x"], buildings["y"], buildings["x"] + 12, buildings["y"] + 12)
    of = pd.DataFrame(
        {
            "address_id": addresses["id"],
            "building": buildings["id"].array.take(np.arange(len(addresses)) // 5),
        }
    )
    classes = np.resize(["污水井盖", "路灯", "行道树", "垃圾箱"], 100_000)
    components = points(100_000, "cmp", class_name=classes)
    grid = [
        (layer, f"{layer}{i}_{j}", shapely.box(i * s, j * s, (i + 1) * s, (j + 1) * s))
        for layer, n in (("unit", 33), ("responsibility", 12), ("extended", 11))
        for s in (side / n,)
        for i in range(n)
        for j in range(n)
    ]
    entities = [f"某市{n}号商贸有限公司" for n in range(100_000)]
    return Known(
        addresses=addresses,
        components=components,
        buildings=pd.DataFrame({"id": buildings["id"], "geom": boxes}),
        buildings_of_address=of,
        entities=pd.DataFrame({"id": entities, "name": entities, "address_id": None}),
        cells=pd.DataFrame(grid, columns=["layer", "cell", "geom"]),
        classes=pd.DataFrame(
            {"category": ["井盖破损"], "kind": ["component"], "class_name": ["污水井盖"]}
        ),
    )


if __name__ == "__main__":
    main()
