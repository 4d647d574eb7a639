"""Episodes of Boston's 311 cases, against its files: `python -m benchmarks.episodes_boston`.

The data lie outside the project; name their folder by argument or by the variable BOSTON311. What
is counted of the files alone is counted without the project's code, by the texts as they stand.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from blockdata.batch.nightly import nightly
from blockdata.config import load_config, parse_config
from blockdata.link import recurrences
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot

ROOT = Path(__file__).parents[1]
AS_OF = dt.date(2017, 1, 1)
ZONE = "America/New_York"
DAYS = (30, 90, 180, 365)
MINUTE, HOUR = pd.Timedelta(minutes=1), pd.Timedelta(hours=1)
HALL = "1 City Hall Plz"
STATED = {
    "Pest Infestation - Residential": (4.6, 8.2, 10.8, 14.7),
    "Bed Bugs": (9.5, 14.1, 17.3, 20.9),
    "Pick up Dead Animal": (4.2, 6.2, 8.4, 12.3),
}
"""Shares reported again, in per cent, that are known of all 46,638 cases of the years."""


def read_cases(folder: Path) -> pd.DataFrame:
    """Return case_no, type, location, reported_at, closed_at (UTC) as they stand in the files."""
    columns = {
        "case_enquiry_id": "case_no",
        "open_dt": "reported_at",
        "closed_dt": "closed_at",
        "type": "type",
        "location": "location",
    }
    parts = [pd.read_csv(path, usecols=list(columns)) for path in sorted(folder.glob("*.csv"))]
    cases = pd.concat(parts, ignore_index=True).rename(columns=columns)
    for name in ("reported_at", "closed_at"):
        local = pd.to_datetime(cases[name]).dt.tz_localize(
            ZONE, ambiguous="NaT", nonexistent="shift_forward"
        )
        cases[name] = local.dt.tz_convert("UTC").dt.tz_localize(None)
    cases["case_no"] = cases["case_no"].astype("str")
    return cases.sort_values(["reported_at", "case_no"], ignore_index=True)


def repeats_within(cases: pd.DataFrame, longest: pd.Timedelta) -> pd.DataFrame:
    """Return case_no, earlier: cases whose text and type were reported at most so long before."""
    by = cases.groupby(["location", "type"])
    again = (cases["reported_at"] - by["reported_at"].shift() <= longest).to_numpy()
    return cases.assign(earlier=by["case_no"].shift())[again][["case_no", "earlier", "location"]]


def naive_shares(rows: pd.DataFrame, following: str, days: Sequence[int]) -> list[float]:
    """Return the share, in per cent, of closings whose next report came within so many days.

    Parameters
    ----------
    rows : DataFrame
        closed_at, and when what came next began; one row per closing.
    following : str
        Column of the latter.
    days : sequence of int
        Closings that the data do not follow for so long are left out.
    """
    end = pd.Timestamp(AS_OF)
    after = rows[following] - rows["closed_at"]
    shares = []
    for number in days:
        length = pd.Timedelta(days=number)
        followed = rows["closed_at"] + length < end
        shares.append(round(100 * float((after[followed] <= length).mean()), 1))
    return shares


def next_reports(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases that were closed, with the next report of text and type after it."""
    closed = cases[cases["closed_at"] >= cases["reported_at"]].sort_values("closed_at")
    later = cases[["location", "type", "reported_at"]].rename(columns={"reported_at": "next_at"})
    return pd.merge_asof(
        closed.dropna(subset=["location"]),
        later.sort_values("next_at"),
        left_on="closed_at",
        right_on="next_at",
        by=["location", "type"],
        direction="forward",
        allow_exact_matches=False,
    )


def run(folder: Path, work: Path) -> tuple[dict[str, pd.DataFrame], float]:
    """Load the cases as the example does, and return the tables and the seconds."""
    os.environ["BOSTON311"] = str(folder)
    loaded = load_config(ROOT / "examples" / "boston311.toml")
    raw = loaded.model_dump(by_alias=True, mode="json")
    raw["base"]["path"] = str(work / "boston.base")
    config = parse_config(raw, folder=loaded.folder)
    begin = time.perf_counter()
    nightly(config, as_of=AS_OF)
    seconds = time.perf_counter() - begin
    session, _ = open_snapshot(Layout(config.base_path), KeyRing(), config.catalogue())
    try:
        names = ("incident", "episode", "episode_member", "incident_place", "link")
        return {name: session.read(name).to_pandas() for name in names}, seconds
    finally:
        session.con.close()


def members_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return case_no, episode, excluded_reason, placed and at_default of every incident."""
    incidents = tables["incident"][["id", "case_no"]].rename(columns={"id": "incident"})
    links, places = tables["link"], tables["incident_place"]
    at_default = links.loc[links["target_kind"] == "default_location", "incident"]
    placed = places.loc[places["place_kind"].isin(["address", "crossing"]), "incident"]
    told = tables["episode_member"].merge(incidents, on="incident")
    return told.assign(
        placed=told["incident"].isin(placed), at_default=told["incident"].isin(at_default)
    )


def print_repeats(cases: pd.DataFrame, told: pd.DataFrame) -> None:
    """Print which of the repeats are in the episode of the report before."""
    episode = told.set_index("case_no")["episode"]
    placed = told.loc[told["placed"], "case_no"]
    for name, longest in (("an hour", HOUR), ("a day", 24 * HOUR)):
        again = repeats_within(cases, longest)
        counted = (again["case_no"].isin(placed) & again["earlier"].isin(placed)).to_numpy()
        own, before = (episode.reindex(again[c]).to_numpy() for c in ("case_no", "earlier"))
        together = counted & (own == before)
        hall = again["location"].str.contains(HALL, regex=False).sum()
        print(
            f"same address and type again within {name}: {len(again)}; at an address or crossing "
            f"{counted.sum()}: {together.sum()} in one episode, {(counted & ~together).sum()} in "
            f"two; the other {(~counted).sum()} are at none ({hall} of all at {HALL})"
        )


def print_odd_ones(cases: pd.DataFrame, told: pd.DataFrame, episodes: pd.DataFrame) -> None:
    """Print default locations and closings of which something is wrong, files beside base."""
    hall = cases.loc[cases["location"].fillna("").str.startswith(HALL), "case_no"]
    there = told[told["case_no"].isin(hall)]
    print(
        f"at {HALL}: {len(hall)}; {there['at_default'].sum()} told to be at a default location, "
        f"{there['placed'].sum()} counted at an address"
    )
    took = cases["closed_at"] - cases["reported_at"]
    early, soon = took < pd.Timedelta(0), (took >= pd.Timedelta(0)) & (took < MINUTE)
    open_at_end = cases["closed_at"].isna() | (cases["closed_at"] >= pd.Timestamp(AS_OF))
    kept = cases["case_no"].isin(told.loc[told["episode"].notna(), "case_no"])
    for name, flag, column in (
        ("closed before opened", early, "ignored_closings"),
        ("closed within a minute", soon, "administrative_closings"),
    ):
        print(
            f"{name}: {flag.sum()} in the files, {(flag & kept).sum()} of them in episodes; "
            f"{episodes[column].sum()} counted"
        )
    print(
        f"not closed by {AS_OF}: {open_at_end.sum()} in the files; "
        f"{(episodes['status'] == 'open').sum()} of {len(episodes)} episodes are open"
    )
    excluded = told.loc[told["episode"].isna(), "excluded_reason"].value_counts().to_dict()
    print(f"{len(told)} incidents = {episodes['reports'].sum()} reports in episodes + {excluded}")


def print_shares(cases: pd.DataFrame, episodes: pd.DataFrame) -> None:
    """Print how much is reported again after closing: by cases, by episodes, as known of all."""
    by_case = next_reports(cases)
    known = recurrences(episodes, as_of=pd.Timestamp(AS_OF))
    gone = pd.to_timedelta(known["days"], unit="D").where(known["recurred"])
    known = known.assign(next_at=known["closed_at"] + gone)
    print(f"reported again within {DAYS} days of closing, per cent:")
    for category, stated in STATED.items():
        own = naive_shares(by_case[by_case["type"] == category], "next_at", DAYS)
        ours = naive_shares(known[known["category"] == category], "next_at", DAYS)
        print(f"  {category}: cases {own}, episodes {ours}, known of all cases {list(stated)}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("BOSTON311"))
    given = parser.parse_args(arguments)
    if not given.folder:
        parser.error("name the folder of the data, or set BOSTON311")
    folder = Path(given.folder).resolve()
    cases = read_cases(folder)
    with tempfile.TemporaryDirectory() as work:
        tables, seconds = run(folder, Path(work))
    told = members_of(tables)
    print(f"{len(cases)} cases in the files; a run took {seconds:.1f} s")
    print_repeats(cases, told)
    print_odd_ones(cases, told, tables["episode"])
    print_shares(cases, tables["episode"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
