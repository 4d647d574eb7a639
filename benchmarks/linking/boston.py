"""Real cases grouped by place: `python -m benchmarks.linking --only boston`.

Code violations of Boston carry the register's address id (`sam_id`), which is never read but to
judge. From the address text alone the cases go through a nightly run of their own, and those of
one address are a group; from the coordinates alone those that lie within so many metres are one.
Beside it stand what equal texts and equal points reach: some texts have two ids in the register,
and no method can tell them apart by the text.

The cases of Boston's 311 line: reports of one type from one address within an hour, and those at
the default location, held against what a run makes of them; see `benchmarks.episodes_boston`.

`--violations FILE`, `--cases FOLDER`; by default in the folders that BOSTON_VIOLATIONS and
BOSTON311 name. What is not there is left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.linking.scores import b_cubed, pairwise, show
from blockdata.batch.nightly import nightly
from blockdata.config import Config, parse_config
from blockdata.crs import projection
from blockdata.kernels import dbscan
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot

AS_OF = dt.date(2024, 1, 1)
CRS = "EPSG:32619"
APART_M = (0.01, 0.5, 2.0, 5.0, 10.0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is there, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking --only boston")
    violations, cases = os.environ.get("BOSTON_VIOLATIONS"), os.environ.get("BOSTON311")
    parser.add_argument("--violations", default=violations, type=Path)
    parser.add_argument("--cases", default=cases, type=Path)
    options = parser.parse_args(arguments)
    if options.violations is None:
        print("the violations are not there: name their file or folder by --violations")
    else:
        print_violations(options.violations)
    if options.cases is None:
        print("the cases of the 311 line are not there: name their folder by --cases")
    else:
        print()
        importlib.import_module("benchmarks.episodes_boston").main([str(options.cases)])


def read_violations(path: Path) -> pd.DataFrame:
    """Return number, text, sam_id and coordinates of the cases; texts as the 311 line writes them.

    Parameters
    ----------
    path : Path
        The file, or the folder that it alone lies in.
    """
    file = next(iter(sorted(path.glob("*.csv")))) if path.is_dir() else path
    given = pd.read_csv(file, dtype=str, keep_default_na=False)
    low, high = given["violation_stno"].str.strip(), given["violation_sthigh"].str.strip()
    number = low.where(high == "", low + "-" + high)
    street = (given["violation_street"] + " " + given["violation_suffix"]).str.strip()
    parts = [number + " " + street, given["violation_city"], "MA", given["violation_zip"]]
    text = parts[0].str.cat([pd.Series(part, given.index) for part in parts[1:]], sep="  ")
    return pd.DataFrame(
        {
            "case_no": [f"case{row:06}" for row in range(len(given))],
            "text": text.str.strip(),
            "sam_id": given["sam_id"],
            "lon": given["longitude"].astype(float),
            "lat": given["latitude"].astype(float),
        }
    )


def print_violations(path: Path) -> None:
    """Print how well cases are grouped by place, against the register's ids."""
    cases = read_violations(path)
    shared = cases.groupby("text")["sam_id"].nunique()
    print(f"violations: {len(cases)} cases, {cases['sam_id'].nunique()} ids of the register")
    print(f"{int((shared > 1).sum())} texts have more than one id, so no text can tell them apart")
    metres = _in_metres(cases)
    point = pd.Series(list(map(tuple, metres.round(6))), cases.index)
    ways = [
        ("text: the run's addresses", _by_run(cases)),
        ("text: equal as written", cases["text"]),
        ("coordinates: equal", point),
    ]
    ways += [(f"coordinates: within {m:g} m", _within(metres, m)) for m in APART_M]
    true = cases["sam_id"]
    rows = [
        (name, groups.nunique(), *pairwise(groups, true), *b_cubed(groups, true))
        for name, groups in ways
    ]
    names = ["by", "groups", "precision", "recall", "b_cubed_precision", "b_cubed_recall"]
    show(pd.DataFrame(rows, columns=names))


def _within(metres: npt.NDArray[np.float64], apart_m: float) -> pd.Series:
    return pd.Series(dbscan(metres[:, 0], metres[:, 1], apart_m, 1)[0])


def _in_metres(cases: pd.DataFrame) -> npt.NDArray[np.float64]:
    project = projection("EPSG:4326", CRS, "violations")
    given = cases[["lon", "lat"]].to_numpy(dtype=np.float64)
    return np.asarray(given if project is None else project(given))


def _by_run(cases: pd.DataFrame) -> pd.Series:
    """Return the address to which a nightly run links each case by its text alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = cases.assign(day="2023-01-01 00:00:00", category="violation")
        told[["case_no", "day", "category", "text"]].to_csv(folder / "cases.csv", index=False)
        config = _config(folder)
        nightly(config, as_of=AS_OF)
        session, _ = open_snapshot(Layout(config.base_path), KeyRing(), config.catalogue())
        links = session.frame(
            "SELECT i.case_no, l.target FROM base.incident i "
            "JOIN base.link l ON l.incident = i.id AND l.target_kind = 'address'"
        )
        session.con.close()
    found = cases["case_no"].map(links.set_index("case_no")["target"])
    print(f"the run links {int(found.notna().sum())} cases to an address by their text")
    return found.fillna(cases["case_no"])


def _config(folder: Path) -> Config:
    columns = {"day": "reported_at", "text": "address_text"}
    source = {"name": "cases", "kind": "incident", "path": "cases.csv", "columns": columns}
    city = {
        "name": "Boston",
        "crs": CRS,
        "time_zone": "America/New_York",
        "lang": "en",
        "extent": [-71.20, 42.22, -70.98, 42.41],
    }
    raw = {
        "city": city,
        "base": {"path": str(folder / "city.base")},
        "source": [{**source, "date": {"on": "2023-12-31"}}],
    }
    return parse_config(raw, folder=folder)
