"""The weighing of evidence under faults that no sample has: `--only evidence`.

The sample districts deliver exact coordinates and the code of every component. Here the pure
functions link their incidents again after things have been done to them, and the truth judges:

- two thirds of the codes are hidden, and the patrols' coordinates err by so many metres, 2 % of
  them being anywhere: the nearest component of the class has to be found;
- 2 % of the codes name another component;
- two thirds of the app's addresses are hidden: buildings and cells come from coordinates;
- 2 % of the app's coordinates are anywhere: planted contradictions, how many are told, and how
  many others;
- the app's own words for categories are unmapped: what is offered for them.

`--seeds 701 702`, `--folder FOLDER`, `--size`, `--hardness` as of `--only truth`. `--learn`
prints what `EvidenceSettings` holds as learned of wrong addresses (from other seeds).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.linking.samples import Sample, make_sample
from benchmarks.linking.scores import show
from benchmarks.linking.truth_links import (
    Judged,
    building_links,
    cell_links,
    component_links,
    restricted,
    row_of,
    together,
    true_addresses,
)
from blockdata.batch.linking import evidence_settings, known_things
from blockdata.batch.stated import stated_cells
from blockdata.batch.steps import Context
from blockdata.batch.unplaced import mark_places
from blockdata.engines import link_feeds
from blockdata.link.categories import national_catalogue, suggest
from blockdata.link.evidence import EvidenceSettings, Known, Linked, fit_evidence, link_by_evidence
from data_samples.district.sizes import AS_OF, Hardness, Size

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

SEEDS = (701, 702)
DRAWS = 4
"""Times that coordinates are given an error."""

NEAR_M = 200.0
"""Wrong addresses within this distance count as near the right one."""

FAR_M = 60.0
"""Coordinates that were moved so far are a planted contradiction."""

_LOST, _SLIPPED, _HIDDEN = 0.02, 0.02, 0.67
_ERRORS_M = ((0.0, 0.0), (3.0, _LOST), (9.0, _LOST))
_PATROL, _APP = "incident_patrol", "incident_app"
_WORDS = ("流动摊贩", "乱停车", "垃圾未清", "噪音", "停水", "油烟", "路面坑洼", "小广告")


@dataclass(frozen=True)
class Case:
    """A sample with all that a run weighs: what is known, its incidents, and cells they name."""

    sample: Sample
    known: Known
    incidents: pd.DataFrame
    stated: pd.DataFrame
    settings: EvidenceSettings

    @classmethod
    def of(cls, sample: Sample) -> Case:
        """Read what the step of the nightly run reads."""
        context = Context(sample.config, AS_OF)
        incidents = link_feeds.incidents_to_link(sample.session, context.end)
        areas = sample.links[sample.links["target_kind"] == "area"]
        at = incidents["id"].map(areas.set_index("incident")["target"]).astype("str")
        incidents = incidents.assign(area_id=at)
        cells = stated_cells(sample.session, context, incidents).cells
        known = known_things(sample.session, context)
        marked = mark_places(incidents, context)
        return cls(sample, known, marked, cells, evidence_settings(sample.config))

    def linked(self, incidents: pd.DataFrame, settings: EvidenceSettings | None = None) -> Linked:
        """Link incidents by a model that is fitted to them."""
        chosen = settings or self.settings
        model = fit_evidence(incidents, self.known, chosen)
        return link_by_evidence(incidents, self.known, model, stated=self.stated, settings=chosen)


def main(arguments: Sequence[str] | None = None) -> None:
    """Do things to samples, link them again, and print how right it is."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linking --only evidence",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--size", choices=get_args(Size), default="small")
    parser.add_argument("--hardness", choices=get_args(Hardness), default="real")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--learn", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        samples = [
            Sample.open(make_sample(folder, seed, options.size, options.hardness))
            for seed in options.seeds
        ]
        if options.learn:
            print_learned(samples)
        else:
            print_faults([Case.of(sample) for sample in samples])
        for sample in samples:
            sample.session.con.close()


def print_faults(cases: Sequence[Case]) -> None:
    """Print what becomes of links when evidence is hidden, wrong or contradictory."""
    _print_errors_of_sources(cases)
    parts: dict[str, list[Judged]] = {}
    for case in cases:
        for name, part in (*_without_codes(case), *_slips(case), *_without_addresses(case)):
            parts.setdefault(name, []).append(part)
    sure_from = cases[0].sample.place_probability
    print(f"\nlinks, of {len(cases)} samples together; what the columns say: --only truth --help")
    show(pd.DataFrame([row_of(name, together(own), sure_from) for name, own in parts.items()]))
    print(f"\nplanted contradictions: {_LOST:.0%} of the app's coordinates are put anywhere")
    show(pd.DataFrame([_planted(case) for case in cases]))
    print("\nclasses offered for words that no table maps")
    unmapped = pd.DataFrame({"source": "app", "category": _WORDS, "incidents": 1, "code": None})
    show(suggest(unmapped, national_catalogue(), limit=1))


def _print_errors_of_sources(cases: Sequence[Case]) -> None:
    rows = [
        (case.sample.name, source, kind, law.sigma_m, law.wide, law.outliers, law.anchors)
        for case in cases
        for (source, kind), law in sorted(fit_evidence(case.incidents, case.known).errors.items())
    ]
    names = ["sample", "source", "to", "sigma_m", "wide", "outliers", "anchors"]
    print("\nerrors of the sources' coordinates, as estimated")
    show(pd.DataFrame(rows, columns=names))


def _without_codes(case: Case) -> Iterator[tuple[str, Judged]]:
    """Hide two thirds of the codes; from the others the source's error is estimated."""
    for error_m, lost in _ERRORS_M:
        for seed in range(DRAWS if error_m else 1):
            moved = _moved(case.incidents, _PATROL, error_m, lost, seed)
            hidden = np.random.default_rng(seed).random(len(moved)) < _HIDDEN
            asked = moved.assign(component_code=moved["component_code"].mask(hidden))
            links = case.linked(asked).links
            name = f"component, no code, error {error_m:g} m, {lost:.0%} lost"
            yield name, restricted(component_links(case.sample, links), moved["id"][hidden])


def _slips(case: Case) -> Iterator[tuple[str, Judged]]:
    """Let a share of codes name another component."""
    draw = np.random.default_rng(3)
    asked = _moved(case.incidents, _PATROL, 3.0, _LOST)
    code = asked["component_code"]
    has = code.notna().to_numpy() & (code != "").to_numpy()
    slipped = has & (draw.random(len(asked)) < _SLIPPED)
    codes = case.known.components["code"].to_numpy(dtype=object)
    wrong = codes[draw.integers(0, len(codes), len(asked))]
    asked = asked.assign(component_code=np.where(slipped, wrong, code))
    links = case.linked(asked, replace(case.settings, code_error=_SLIPPED)).links
    yield f"component, {_SLIPPED:.0%} of codes wrong", component_links(case.sample, links)


def _without_addresses(case: Case) -> Iterator[tuple[str, Judged]]:
    """Hide two thirds of the app's addresses, and link its coordinates to buildings and cells."""
    asked = case.incidents
    hidden = (asked["source"] == _APP) & (np.random.default_rng(4).random(len(asked)) < _HIDDEN)
    hidden &= ~asked["measured_at_default"] & asked["x"].notna()
    nothing = ["address_id", "address_text"]
    links = case.linked(asked.assign(**asked[nothing].mask(hidden))).links
    at = case.sample.truth.index[case.sample.truth["relation"] == "at"]
    ids = asked["id"][hidden & asked["id"].isin(at)]
    yield "building, by coordinates alone", restricted(building_links(case.sample, links), ids)
    whole = next(cell_links(case.sample, links, "cell:unit"))
    yield "cell:unit, by coordinates alone", restricted(whole, ids)


def _planted(case: Case) -> dict[str, object]:
    """Scatter coordinates, and return which contradictions are told of them and of others."""
    before = case.incidents
    asked = _moved(before, _APP, 0.0, _LOST)
    moved = np.hypot(asked["x"] - before["x"], asked["y"] - before["y"]) > FAR_M
    has = asked["address_id"].notna() & ~asked["at_default"] & ~asked["measured_at_default"]
    planted = set(asked["id"][moved & has])
    odd = case.linked(asked).contradictions
    own = odd[(odd["first_kind"] == "address") & (odd["second_kind"] == "coordinates")]
    found = own["incident"].isin(planted)
    right = true_addresses(case.sample).reindex(own["incident"]).to_numpy(dtype=object)
    return {
        "sample": case.sample.name,
        "planted": len(planted),
        "told": int(found.sum()),
        "others_told": int((~found).sum()),
        "others_with_wrong_address": int(
            (~found & (own["first"].to_numpy(dtype=object) != right)).sum()
        ),
        "planted_believed_address": int((found & (own["stands"] == "address")).sum()),
        "planted_believed_coordinates": int((found & (own["stands"] == "coordinates")).sum()),
    }


def _moved(
    incidents: pd.DataFrame, source: str, error_m: float, lost: float, seed: int = 1
) -> pd.DataFrame:
    """Give a source's coordinates an error, and put a share of them where others are."""
    draw = np.random.default_rng([seed, 17])
    own = (incidents["source"] == source).to_numpy()
    gone = own & (draw.random(len(incidents)) < lost)
    there = incidents[["x", "y"]].dropna().to_numpy(dtype=float)
    given = incidents[["x", "y"]].to_numpy(dtype=float)
    at = np.where(own[:, None], given + draw.normal(0, error_m, given.shape), given)
    at[gone] = there[draw.integers(0, len(there), int(gone.sum()))]
    return incidents.assign(x=at[:, 0], y=at[:, 1])


def print_learned(samples: Iterable[Sample]) -> None:
    """Print what `EvidenceSettings` takes as learned; half a case is added to either side."""
    apart = np.concatenate([_apart_if_wrong(sample) for sample in samples])
    near = apart[apart < NEAR_M]
    share = (len(near) + 0.5) / (len(apart) + 1)
    scale_m = float(np.sqrt((near**2).mean() / 2))
    print(f"{len(apart)} wrong addresses: wrong_near = {share:.2f}, wrong_near_m = {scale_m:.0f}")


def _apart_if_wrong(sample: Sample) -> Floats:
    """Return how far from the right address wrongly matched ones are."""
    rows = sample.session.frame("SELECT id, x, y FROM base.address").set_index("id")
    right, found = true_addresses(sample), sample.incidents["address_id"]
    wrong = found.notna() & right.notna() & (found != right)
    places = [rows.reindex(ids[wrong]).to_numpy(dtype=float) for ids in (found, right)]
    apart = np.hypot(*(places[0] - places[1]).T)
    return np.asarray(apart[~np.isnan(apart)])
