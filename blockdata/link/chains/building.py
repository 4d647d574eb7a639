"""Chains of related cases (串并案)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.chains.growing import Growing
from blockdata.link.chains.rules import RULES, Cases, cases_of, links_of
from blockdata.link.chains.settings import ChainSettings

__all__ = ["Chains", "build_chains"]

Integers = npt.NDArray[np.int64]

_US_PER_DAY = 86_400_000_000
_BATCH = ":batch"
_TEXTS = ("chain", "rules", "continues", "joined")


class Chains(NamedTuple):
    """Chains, the links that made them, and who is in which; see `build_chains`."""

    chains: pd.DataFrame
    links: pd.DataFrame
    members: pd.DataFrame


def build_chains(cases: pd.DataFrame, settings: ChainSettings | None = None) -> Chains:
    """Link related cases to chains, by place, entity, component, kind and time.

    Cases are taken in order of time, ties by id, and the links of each to earlier ones from the
    strongest on (see `rules.links_of`). A case so comes to the chain of its strongest link; a
    further link to another chain joins the two, and the older id stays. A chain that would grow
    beyond `max_cases`, `max_span_days` or `max_diameter_m` takes no more: the case begins a chain
    of its own, which names the full one in `continues`. Failures within a batch of components
    make chains of their own, whose id ends in ":batch".

    A chain's id is that of its earliest case. Cases added later never change it, unless they join
    it to an older one, which is told in `joined`. A case that was made earlier and comes late may
    become the earliest; then the chain has its id, as if it had come in time. Whether a chain is
    more than chance (`analysis.chain_chance`) decides what is listed, never an id.

    Parameters
    ----------
    cases : DataFrame
        One row per occurrence, not per report: of duplicates the earliest. Columns id,
        reported_at; and where known category, main_category, entity_id, component_id,
        component_batch (class, maker and year, as one text), building_id, x, y (metres). Cases
        without a time are in no chain.
    settings : ChainSettings, optional

    Returns
    -------
    chains : DataFrame
        Sorted by chain: chain, cases, first_reported, last_reported, span_days, diameter_m,
        categories (different ones), strength (mean of each later case's strongest link), rules
        (how many links by which), continues (id of the full chain before it, or null), joined
        (ids of the chains it took in, separated by blanks; empty if none).
    links : DataFrame
        Sorted by chain, second, first: chain, first, second, rule, strength, gap_days,
        distance_m, reason_zh, reason_en.
    members : DataFrame
        Sorted by case and chain: case, chain.

    Raises
    ------
    AnalysisError
        If id or reported_at is no column, or ids are missing or repeat.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["a", "b", "c"], "category": ["fumes", "stalls", "noise"],
    ...     "building_id": "b1",
    ...     "reported_at": pd.to_datetime(["2026-01-01", "2026-01-20", "2026-02-10"])})
    >>> shop = ChainSettings({"shop": ("fumes", "noise", "stalls")}, min_cases=3)
    >>> chains, links, members = build_chains(cases, shop)
    >>> chains[["chain", "cases", "rules"]].values.tolist()
    [['a', 3, 'building 2']]
    """
    settings = settings or ChainSettings()
    taken = cases_of(cases, settings)
    links = links_of(taken, settings)
    is_batch = (links["rule"] == len(RULES) - 1).to_numpy()
    made = [
        _grown(taken, links[is_batch == batch].reset_index(drop=True), settings, batch=batch)
        for batch in (False, True)
    ]
    chains, used, members = (
        pd.concat(parts, ignore_index=True) for parts in zip(*made, strict=True)
    )
    return Chains(
        chains.sort_values("chain", ignore_index=True),
        used.sort_values(["chain", "second", "first"], ignore_index=True),
        members.sort_values(["case", "chain"], ignore_index=True),
    )


def _grown(
    cases: Cases, links: pd.DataFrame, settings: ChainSettings, *, batch: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    growing = Growing(cases.columns, settings, is_bounded=not batch)
    ends = zip(links["i"].tolist(), links["j"].tolist(), strict=True)
    for number, (i, j) in enumerate(ends):
        growing.take(number, i, j)
    rows = np.unique(links[["i", "j"]].to_numpy().ravel()).astype(np.int64)
    head = np.array([growing.head_of(row) for row in rows.tolist()], dtype=np.int64)
    heads, size = np.unique(head, return_counts=True)
    enough = heads[size >= settings.min_cases]
    rows, head = rows[np.isin(head, enough)], head[np.isin(head, enough)]
    name = _names(cases, batch)
    members = pd.DataFrame({"case": _texts(cases.columns.id[rows]), "chain": name[head]})
    used = [links.iloc[growing.links_of(h)].assign(head=h) for h in enough.tolist()]
    told = _told(cases, pd.concat(used) if used else links.assign(head=-1).iloc[:0], name)
    chains = _described(cases, rows, head, told, name)
    return _with_history(chains, growing, enough, name), told.drop(columns="j"), members


def _names(cases: Cases, batch: bool) -> npt.NDArray[np.object_]:
    names: npt.NDArray[np.object_] = cases.columns.id + (_BATCH if batch else "")
    return names


def _texts(values: npt.NDArray[np.object_]) -> pd.Series:
    return pd.Series(values, dtype="str")


def _told(cases: Cases, used: pd.DataFrame, name: npt.NDArray[np.object_]) -> pd.DataFrame:
    columns = cases.columns
    i, j = used["i"].to_numpy(dtype=np.int64), used["j"].to_numpy(dtype=np.int64)
    rule = used["rule"].to_numpy(dtype=np.int64)
    days = (columns.time_us[j] - columns.time_us[i]) / _US_PER_DAY
    apart = np.hypot(columns.x[i] - columns.x[j], columns.y[i] - columns.y[j])
    after_zh = [f"{RULES[r].zh}，相隔 {d:.0f} 天" for r, d in zip(rule, days, strict=True)]
    after_en = [f"{RULES[r].en}, {d:.0f} days apart" for r, d in zip(rule, days, strict=True)]
    return pd.DataFrame(
        {
            "chain": _texts(name[used["head"].to_numpy(dtype=np.int64)]),
            "first": _texts(columns.id[i]),
            "second": _texts(columns.id[j]),
            "rule": pd.Series([RULES[r].name for r in rule], dtype="str"),
            "strength": used["strength"].to_numpy(dtype=np.float64),
            "gap_days": days,
            "distance_m": apart,
            "reason_zh": pd.Series(after_zh, dtype="str"),
            "reason_en": pd.Series(after_en, dtype="str"),
            "j": j,
        }
    )


def _described(
    cases: Cases,
    rows: Integers,
    head: Integers,
    told: pd.DataFrame,
    name: npt.NDArray[np.object_],
) -> pd.DataFrame:
    columns = cases.columns
    frame = pd.DataFrame(
        {
            "chain": _texts(name[head]),
            "time": columns.time_us[rows],
            "x": columns.x[rows],
            "y": columns.y[rows],
            "category": np.where(columns.category[rows] >= 0, columns.category[rows], np.nan),
        }
    )
    parts = frame.groupby("chain")
    first, last = parts["time"].min(), parts["time"].max()
    sides = [parts[axis].max() - parts[axis].min() for axis in ("x", "y")]
    strongest = told.groupby(["chain", "j"])["strength"].max().groupby("chain").mean()
    return pd.DataFrame(
        {
            "chain": _texts(first.index.to_numpy(dtype=object)),
            "cases": parts.size().to_numpy(dtype=np.int64),
            "first_reported": pd.to_datetime(first.to_numpy(), unit="us"),
            "last_reported": pd.to_datetime(last.to_numpy(), unit="us"),
            "span_days": (last - first).to_numpy() / _US_PER_DAY,
            "diameter_m": np.hypot(sides[0].to_numpy(), sides[1].to_numpy()),
            "categories": parts["category"].nunique().to_numpy(dtype=np.int64),
            "strength": strongest.reindex(first.index).to_numpy(dtype=np.float64),
            "rules": _texts(_rules(told).reindex(first.index).to_numpy(dtype=object)),
        }
    )


def _rules(told: pd.DataFrame) -> pd.Series:
    """Count the links of each chain by rule, in words."""
    counted = told.groupby(["chain", "rule"]).size().reset_index(name="links")
    words = counted["rule"] + " " + counted["links"].astype("str")
    return words.groupby(counted["chain"]).agg(", ".join)


def _with_history(
    chains: pd.DataFrame, growing: Growing, enough: Integers, name: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """Tell which full chain each continues, and which chains it took in."""
    continues: dict[str, str] = {}
    for head in enough.tolist():
        before = growing.continues.get(head)
        if before is not None and growing.head_of(before) != head:
            continues[name[head]] = name[growing.head_of(before)]
    joined: dict[str, list[str]] = {}
    for joining in growing.joinings:
        joined.setdefault(name[growing.head_of(joining.chain)], []).append(name[joining.joined])
    history = {
        "continues": [continues.get(chain) for chain in chains["chain"]],
        "joined": [" ".join(sorted(joined.get(chain, []))) for chain in chains["chain"]],
    }
    return chains.assign(**{n: pd.Series(v, dtype="str") for n, v in history.items()})
