"""What is estimated from all incidents before any is linked: errors of sources, shares of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence.candidates import Things
from blockdata.link.evidence.known import Known
from blockdata.link.evidence.position_error import PositionError, estimate_error
from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.order import positions

__all__ = ["EvidenceModel", "extra_extent_m", "fit_evidence", "measured"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_MOST = 4000
"""Incidents of one source and category that a share is estimated from."""
_USUAL_SHARE, _PSEUDO = 0.8, 4.0
_ROUNDS = 40
_FINE, _COARSE, _SHARE_STEP = 0.05, 0.3, 0.025


@dataclass(frozen=True)
class EvidenceModel:
    """What all incidents together say of their sources.

    Parameters
    ----------
    area_m2 : float
    errors : mapping of (source, kind) to PositionError
        kind is "address" or "component": how far coordinates are from the one or the other.
    shares : mapping of (source, category, kind) to float
        Share of the cases that are about a known component, camera or building.
    crowding : mapping of (source, category, kind) to float
        How much denser these stand where the source's other cases are than on average.
    """

    area_m2: float
    errors: Mapping[tuple[str, str], PositionError]
    shares: Mapping[tuple[str, str, str], float]
    crowding: Mapping[tuple[str, str, str], float] = field(default_factory=dict)

    def error(self, source: str, kind: str, settings: EvidenceSettings) -> PositionError:
        """Return the law of a source's coordinates: of this kind, the other, or the usual one."""
        other = "address" if kind == "component" else "component"
        nothing = estimate_error([], self.area_m2, settings)
        own = self.errors.get((source, kind), nothing)
        if own.anchors:
            return own
        law = self.errors.get((source, other), nothing)
        extent_m = settings.address_extent_m if kind == "address" else 0.0
        return replace(law, sigma_m=float(np.hypot(law.sigma_m, extent_m)))

    def key(self) -> str:
        """Return a text that is equal for models that link alike.

        A run whose model has the key of the last run links new incidents alone.
        """
        laws = {
            key: (law.sigma_m, law.wide, law.outliers, law.area_m2, law.is_geocoded)
            for key, law in self.errors.items()
            if law.anchors
        }
        parts = (laws, self.shares, self.crowding)
        return repr((self.area_m2, *(sorted(part.items()) for part in parts)))

    def share(self, source: str, category: str, kind: str) -> float:
        """Return the share of a source's cases of a category that are about a known thing."""
        return self.shares.get((source, category, kind), _USUAL_SHARE)


def measured(incidents: pd.DataFrame) -> Flags:
    """Tell which incidents have coordinates that stand for a place.

    Examples
    --------
    >>> measured(pd.DataFrame({"x": [1.0, np.nan], "y": [1.0, 2.0]})).tolist()
    [True, False]
    """
    there = incidents[["x", "y"]].notna().all(axis=1).to_numpy()
    for name in ("measured_at_default", "at_default"):
        if name in incidents:
            there = there & ~incidents[name].to_numpy(dtype=bool)
    return np.asarray(there)


def extra_extent_m(incidents: pd.DataFrame, settings: EvidenceSettings) -> Floats:
    """Return by how much each address is wider than a house, as a standard distance.

    Parameters
    ----------
    incidents : DataFrame
        match_level, if there is one.
    settings : EvidenceSettings

    Examples
    --------
    >>> extra_extent_m(pd.DataFrame({"match_level": ["room", "estate"]}), EvidenceSettings())
    array([ 0.        , 59.46427499])
    """
    usual = settings.address_extent_m
    if "match_level" not in incidents:
        return np.zeros(len(incidents))
    extent = incidents["match_level"].map(dict(settings.level_extent_m)).fillna(usual)
    squared = extent.to_numpy(dtype=np.float64) ** 2 - usual**2
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def fit_evidence(
    incidents: pd.DataFrame, known: Known, settings: EvidenceSettings | None = None
) -> EvidenceModel:
    """Estimate how far each source's coordinates are off, and how often its cases have a target.

    What is estimated is put on a grid of some percent: a few incidents more seldom change it, and
    links that were made last night stay as they are.

    Parameters
    ----------
    incidents : DataFrame
        All of them, as for `link_by_evidence`, in any order.
    known : Known
    settings : EvidenceSettings, optional

    Returns
    -------
    EvidenceModel

    Examples
    --------
    >>> fit_evidence(pd.DataFrame(columns=["id", "source", "category", "x", "y"]), Known()).errors
    {}
    """
    chosen = settings or EvidenceSettings()
    area_m2 = _graded(known.area_m2())
    rows = incidents.loc[measured(incidents)].sort_values("id")
    distances = {
        "address": _from_addresses(rows, known, chosen),
        "component": _from_codes(rows, known),
    }
    errors = {}
    for source in sorted(rows["source"].dropna().unique()):
        own = (rows["source"] == source).to_numpy()
        for kind, apart in distances.items():
            law = estimate_error(apart[own], area_m2, chosen, geocoded=kind == "address")
            if law.anchors:
                errors[str(source), kind] = replace(
                    law,
                    sigma_m=max(_graded(law.sigma_m), chosen.min_error_m),
                    wide=_graded(law.wide, _COARSE),
                    outliers=_graded(law.outliers, _COARSE),
                )
    model = EvidenceModel(area_m2, errors, {})
    return _estimated(rows, known, model, chosen)


def _graded(value: float, step: float = _FINE) -> float:
    """Return the nearest value of a grid of equal ratios."""
    return float(np.exp(round(np.log(value) / step) * step))


def _from_addresses(rows: pd.DataFrame, known: Known, settings: EvidenceSettings) -> Floats:
    """Return the distance of coordinates from the address that an incident surely names."""
    if "address_id" not in rows:
        return np.full(len(rows), np.nan)
    score = rows["match_score"].to_numpy(dtype=np.float64)
    score = np.where(extra_extent_m(rows, settings) > 0, 0.0, score)
    place = positions(rows["address_id"], known.addresses["id"])
    return _apart(rows, known.addresses, np.where(score >= settings.anchor_score, place, -1))


def _from_codes(rows: pd.DataFrame, known: Known) -> Floats:
    if "component_code" not in rows:
        return np.full(len(rows), np.nan)
    alone = known.components[~known.components["code"].duplicated(keep=False)]
    place = positions(rows["component_code"].astype("str").str.strip(), alone["code"])
    return _apart(rows, alone, place)


def _apart(rows: pd.DataFrame, things: pd.DataFrame, place: npt.NDArray[np.int64]) -> Floats:
    if not len(things):
        return np.full(len(rows), np.nan)
    there = things[["x", "y"]].to_numpy(dtype=np.float64)[place]
    apart = np.hypot(*(rows[["x", "y"]].to_numpy(dtype=np.float64) - there).T)
    return np.where(place >= 0, apart, np.nan)


def _estimated(
    rows: pd.DataFrame, known: Known, model: EvidenceModel, settings: EvidenceSettings
) -> EvidenceModel:
    """Add what the coordinates of each source and category say of shares and crowding."""
    sampled = {
        (str(source), str(category)): part.iloc[_spread(len(part))]
        for (source, category), part in rows.groupby(["source", "category"], sort=True)
    }
    shares: dict[tuple[str, str, str], float] = {}
    crowding: dict[tuple[str, str, str], float] = {}
    for kind, things, about in _questions(known):
        own = "address" if kind == "building" else "component"
        for (source, category), part in sampled.items():
            if about and category not in about:
                continue
            law = model.error(source, own, settings)
            key = (source, category, kind)
            others = [p for (s, c), p in sampled.items() if s == source and c not in about]
            crowding[key] = _crowding(others, things, law, settings) if about else 1.0
            ratio = _ratio(part, things, law, settings) / crowding[key]
            shares[key] = _share(ratio + law.outliers, _coded(part, known, kind))
    return EvidenceModel(model.area_m2, model.errors, shares, crowding)


def _questions(known: Known) -> list[tuple[str, Things, frozenset[str]]]:
    """Return kind, things of a class, and the categories about them; none for all categories."""
    found = []
    for kind, classes in known.classes.groupby("kind", sort=True):
        wanted = classes.groupby("category")["class_name"].agg(frozenset)
        for names in sorted(set(wanted), key=sorted):
            things, _ = known.things_of_class(str(kind), names)
            if things.count:
                about = frozenset(wanted.index[wanted == names].astype(str))
                found.append((str(kind), things, about))
    if len(known.buildings):
        found.append(("building", known.houses(), frozenset()))
    return found


def _spread(count: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, count - 1, min(count, _MOST)).astype(np.int64)


def _ratio(
    rows: pd.DataFrame, things: Things, law: PositionError, settings: EvidenceSettings
) -> Floats:
    """Return how much likelier each incident's coordinates are a thing's than anywhere."""
    x, y = (rows[c].to_numpy(dtype=np.float64) for c in ("x", "y"))
    near = things.near(x, y, law, settings)
    return np.bincount(near.row, near.ratio, len(rows)).astype(np.float64)


def _crowding(
    others: list[pd.DataFrame], things: Things, law: PositionError, settings: EvidenceSettings
) -> float:
    """Return how much denser things stand where a source's other cases are than on average.

    Cases are in streets, and so are components: without this a case about none of them would
    look as if it were about one.
    """
    count = sum(map(len, others))
    if count < settings.min_anchors:
        return 1.0
    total = sum(float(_ratio(part, things, law, settings).sum()) for part in others)
    return _graded(float((total + _PSEUDO) / (count + _PSEUDO)))


def _coded(rows: pd.DataFrame, known: Known, kind: str) -> Floats:
    """Return 1 where the code is a known thing's, 0 where it is none's, NaN without a code."""
    if f"{kind}_code" not in rows:
        return np.full(len(rows), np.nan)
    codes = rows[f"{kind}_code"].astype("str").str.strip()
    listed = positions(codes, known.things(kind)["code"]) >= 0
    return np.where(codes.fillna("").to_numpy() == "", np.nan, listed)


def _share(ratio: Floats, coded: Floats) -> float:
    """Return the share of incidents that are about a known thing.

    What their codes say holds; of the others those count whose coordinates are rather a thing's
    than anybody's.
    """
    share, told = _USUAL_SHARE, ~np.isnan(coded)
    for _ in range(_ROUNDS):
        about = share * ratio / (share * ratio + 1 - share)
        about = np.where(told, coded, about)
        share = float((about.sum() + _PSEUDO * _USUAL_SHARE) / (len(about) + _PSEUDO))
    return float(np.clip(round(share / _SHARE_STEP) * _SHARE_STEP, 0.01, 0.99))
