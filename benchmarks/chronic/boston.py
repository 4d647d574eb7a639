"""Boston's animal and pest cases: places ranked on 2013 to 2015, judged by what came back in 2016.

The data lie outside the project; name their folder by argument or by the variable BOSTON311. The
cases go through a nightly run; its episodes at addresses and crossings are used. A recurrence of
2016 is an episode that began in 2016, at most so many days after one of its place and category was
closed. Rankings see what was known on 1 January 2016 alone. Where places tie, a ranking gets what
it would get on average if the tie were drawn. Nothing is known of who lives where: all places have
exposure 1, and there are as many unseen ones as Chao's lower bound tells.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from benchmarks.episodes_boston import (
    AS_OF,
    DAYS,
    STATED,
    naive_shares,
    next_reports,
    read_cases,
    run,
)
from blockdata.analysis.lasting import LastingRules, closings_of, lasting_problems, returns_within

CUT = pd.Timestamp("2016-01-01 05:00")
END = pd.Timestamp("2017-01-01 05:00")
TOPS = (100, 500, 1000)
CURVE = (50, 100, 200, 300, 500, 750, 1000, 1500, 2000, 3000)
WITHIN = (90, 365)
BANDWIDTHS_M = (50, 250)
RULES = LastingRules(window_days=1080)


def rankings(known: pd.DataFrame, at: pd.DataFrame) -> dict[str, pd.Series]:
    """Return a score for each place by every ranking; a higher one stands before.

    Parameters
    ----------
    known : DataFrame
        Episodes before `CUT`.
    at : DataFrame
        x, y in metres by place.
    """
    as_one = known.assign(place_kind="point", category="all")
    points = known.assign(place_kind="point")
    apart = lasting_problems(points, as_of=CUT, rules=RULES)
    whole = lasting_problems(as_one, as_of=CUT, rules=RULES)
    for name, found in (("places", whole), ("problems", apart)):
        dispersions = found.groupby("category")["dispersion"].first().round(2).to_dict()
        print(
            f"{name}: {len(found)}, {(found['status'] == 'chronic').sum()} called chronic; "
            f"half-life {found['half_life_days'].iloc[0]:g} days by the years before 2016; "
            f"dispersion {dispersions}"
        )
    last = known[known["first_reported"] >= CUT - pd.Timedelta(days=365)]
    scores = {
        "excess now, places": whole.set_index("place")["excess_now"],
        "excess in the window, places": whole.set_index("place")["excess"],
        "excess now, problems summed": apart.groupby("place")["excess_now"].sum(),
        "raw count": known.groupby("place").size(),
        "last year's count": last.groupby("place").size(),
    }
    for metres in BANDWIDTHS_M:
        scores[f"KDE, {metres} m"] = density(known["place"], at, metres)
    return scores


def density(place: pd.Series, at: pd.DataFrame, metres: float) -> pd.Series:
    """Return a Gaussian kernel density of the episodes at each place, up to a factor."""
    there = at.reindex(sorted(place.unique())).dropna()
    weight = place.value_counts().reindex(there.index).to_numpy(dtype=np.float64)
    tree = cKDTree(there.to_numpy())
    pairs = tree.sparse_distance_matrix(tree, 4 * metres, output_type="coo_matrix")
    near = np.exp(-(pairs.data**2) / (2 * metres**2)) * weight[pairs.col]
    own = np.bincount(pairs.row, weights=near, minlength=len(there))
    return pd.Series(own, index=there.index)


def hit_shares(score: pd.Series, target: pd.Series, tops: Sequence[int]) -> list[float]:
    """Return the share of the target that lies at the first so many places of a ranking.

    Parameters
    ----------
    score, target : Series, by place
        Places without a score stand behind all others.
    tops : sequence of int
    """
    places = score.index.union(target.index)
    own = score.reindex(places).fillna(-np.inf).to_numpy(dtype=np.float64)
    hits = target.reindex(places).fillna(0.0).to_numpy(dtype=np.float64)
    ordered = np.sort(own)[::-1]
    shares = []
    for top in tops:
        edge = ordered[min(top, len(ordered)) - 1]
        above, tied = own > edge, own == edge
        drawn = (top - above.sum()) / tied.sum()
        shares.append(float((hits[above].sum() + drawn * hits[tied].sum()) / hits.sum()))
    return shares


def recurred(episodes: pd.DataFrame, days: int) -> pd.Series:
    """Return how many recurrences of 2016 there were at each place."""
    closings = closings_of(episodes, as_of=END)
    began = episodes.set_index("episode")["first_reported"]
    back = closings[closings["recurred"] & (closings["days"] <= days)]
    of_2016 = (began.reindex(back["next_episode"]) >= CUT).to_numpy()
    return back[of_2016].drop_duplicates("next_episode").groupby("place").size()


def tell_hits(scores: Mapping[str, pd.Series], episodes: pd.DataFrame) -> None:
    """Print shares at the cuts, and the curve."""
    for days in WITHIN:
        target = recurred(episodes, days)
        seen = target[target.index.isin(scores["raw count"].index)].sum()
        print(
            f"recurrences of 2016 within {days} days of closing: {target.sum()} at {len(target)} "
            f"places; {seen} of them at places with an episode before 2016"
        )
        print(f"{'per cent in the first':32}" + "".join(f"{top:8}" for top in TOPS))
        for name, score in scores.items():
            shares = hit_shares(score, target, TOPS)
            print(f"{name:32}" + "".join(f"{100 * share:8.2f}" for share in shares))
    print("hit-rate curve, per cent of the recurrences within 365 days:")
    print(f"{'places':32}" + "".join(f"{top:7}" for top in CURVE))
    for name in ("excess now, places", "raw count", "last year's count", "KDE, 250 m"):
        shares = hit_shares(scores[name], target, CURVE)
        print(f"{name:32}" + "".join(f"{100 * share:7.2f}" for share in shares))


def tell_shares(cases: pd.DataFrame, episodes: pd.DataFrame) -> None:
    """Print the share reported again by the stated rule, by episodes, and by Kaplan and Meier.

    What is stated is of all addresses of the city; here lie 22,078 of its 46,638 cases, those of
    about half of the addresses. So the interval is that of drawing addresses again.
    """
    by_case = next_reports(cases)
    closings = closings_of(episodes, as_of=END)
    print(f"came back within {DAYS} days of closing, per cent:")
    for category, stated in STATED.items():
        rows = by_case[by_case["type"] == category]
        own = returns_within(_as_closings(rows), DAYS)
        told = returns_within(closings[closings["category"] == category], DAYS)
        ours, km = ((100 * told[name]).round(1).tolist() for name in ("share", "share_km"))
        plain = naive_shares(rows, "next_at", DAYS)
        low, high = drawn_shares(rows)
        inside = [a <= value <= b for a, value, b in zip(low, stated, high, strict=True)]
        print(f"  {category}: stated {list(stated)}, cases by the same rule {plain}")
        print(f"    95 per cent interval {list(zip(low, high, strict=True))}; inside: {inside}")
        again = (100 * own["share"]).round(1).tolist()
        print(f"    cases by returns_within {again}; episodes, naive {ours}, Kaplan-Meier {km}")


def drawn_shares(rows: pd.DataFrame, draws: int = 999) -> tuple[list[float], list[float]]:
    """Return the ends of the 95 per cent intervals of the shares, drawing addresses.

    Parameters
    ----------
    rows : DataFrame
        As from `next_reports`, of one type.
    draws : int
    """
    random = np.random.default_rng(0)
    waited = rows["next_at"] - rows["closed_at"]
    ends = []
    for days in DAYS:
        length = pd.Timedelta(days=days)
        followed = rows["closed_at"] + length < pd.Timestamp(AS_OF)
        at = pd.DataFrame({"n": followed, "back": followed & (waited <= length)})
        sums = at.groupby(rows["location"]).sum().to_numpy(dtype=np.float64)
        weight = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
        n, back = (weight @ sums).T
        ends.append(np.quantile(100 * back / n, [0.025, 0.975]).round(1))
    return [float(e[0]) for e in ends], [float(e[1]) for e in ends]


def _as_closings(cases: pd.DataFrame) -> pd.DataFrame:
    """Return closed cases and the next of text and type, as `returns_within` takes them."""
    observed = (pd.Timestamp(AS_OF) - cases["closed_at"]).dt.total_seconds() / 86_400
    waited = (cases["next_at"] - cases["closed_at"]).dt.total_seconds() / 86_400
    known = pd.DataFrame(
        {
            "category": cases["type"],
            "days": waited.fillna(observed),
            "recurred": waited.notna(),
            "observed_days": observed,
        }
    )
    return known[known["observed_days"] > 0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="boston", description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("BOSTON311"))
    given = parser.parse_args(arguments)
    if not given.folder:
        print("no data: name the folder of Boston's cases, or set BOSTON311")
        return
    folder = Path(given.folder).resolve()
    with tempfile.TemporaryDirectory() as work:
        tables, _ = run(folder, Path(work))
    told = tables["episode"]
    episodes = told[told["place_kind"].isin(["address", "crossing"])].reset_index(drop=True)
    at = tables["incident_place"].groupby("place")[["x", "y"]].median()
    known = episodes[episodes["first_reported"] < CUT]
    tell_hits(rankings(known, at), episodes)
    tell_shares(read_cases(folder), told)
