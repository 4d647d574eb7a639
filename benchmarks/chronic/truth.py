"""Planted chronic places of sample districts, found again through a night's episodes.

A district is generated from each seed and run by night. The list is what `lasting_problems` calls
chronic and whose course is not resolved, of episodes and places as the night reads them: at
addresses and components as the episodes stand, and told of buildings, entities and unit grids
(what is about a component is judged at the component). A
listed problem is false if nothing that lasted was planted there: neither that very place and
category, nor, for a building or a grid, at an address in it, nor a hot spot of the category in its
grid that went on for more than a month. Planted as resolved and told as going on is counted by
itself: everyday reports came to some of these places afterwards.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.linking.samples import Sample, make_sample
from blockdata.analysis.lasting import lasting_problems
from blockdata.batch.steps import Context
from blockdata.engines import feeds, lasting_feeds
from data_samples.district.sizes import AS_OF

SEEDS = (301, 302, 303, 304, 305, 306)
HARDNESS = ("real", "hard", "easy")
_JUDGED = (("address", "component"), ("building",), ("legal_entity",), ("cell:unit",))
_LONG_HOT = ("persistent", "ended")


@dataclass(frozen=True)
class Scene:
    """What a base says, as `lasting_problems` takes it, and the codes of its places."""

    episodes: pd.DataFrame
    places: pd.DataFrame
    codes: pd.Series
    """Code of each address, component and grid, by id."""
    building_of: pd.Series
    """Building of each address, by id."""
    cell_of: pd.Series
    """Unit grid of each address and component, by id."""


def read_scene(sample: Sample) -> Scene:
    """Read episodes and places of a sample's base, as the night reads them."""
    context = Context(sample.config, AS_OF)
    day = context.last_day
    since = context.end - dt.timedelta(days=sample.config.chronic.window_days)
    told = lasting_feeds.told_episodes(sample.session, since)
    above = feeds.buildings_of_addresses(sample.session)
    building = above.drop_duplicates("address_id").set_index("address_id")["building"]
    kinds = ("address", "component")
    cells = pd.concat([feeds.cells_on(sample.session, kind, AS_OF) for kind in kinds])
    unit = cells[cells["layer"] == "unit"].drop_duplicates("id").set_index("id")["cell"]
    grid = sample.session.frame("SELECT id, code FROM base.grid WHERE valid_to IS NULL")
    codes = [sample.table(kind)[["id", "code"]] for kind in kinds]
    return Scene(
        lasting_feeds.told_of_places(sample.session, told, ["unit"], day),
        lasting_feeds.all_places(sample.session, ["unit"], day),
        pd.concat([*codes, grid]).drop_duplicates("id").set_index("id")["code"],
        building,
        unit,
    )


def judged(sample: Sample, scene: Scene, found: pd.DataFrame) -> pd.DataFrame:
    """Return the problems found, each with what was planted there (null if nothing)."""
    folder = sample.folder / "truth"
    planted = pd.read_csv(folder / "places.csv").set_index("code")
    once = scene.codes.dropna().drop_duplicates(keep=False)
    ids = pd.Series(once.index, index=once.to_numpy())
    planted["place"] = ids.reindex(planted.index).to_numpy()
    within = [planted[["place", "category", "state"]].assign(kind=planted["kind"])]
    for kind, above in (("building", scene.building_of), ("cell:unit", scene.cell_of)):
        higher = planted["place"].map(above)
        told = (higher.notna() & (planted["kind"] == "address")).to_numpy()
        within.append(within[0].assign(kind=kind, place=higher)[told])
    runs = sample.table("legal_entity")[["id", "address_id"]].dropna()
    sited = within[0].merge(runs, left_on="place", right_on="address_id")
    within.append(sited.assign(kind="legal_entity", place=sited["id"]))
    hot = pd.read_csv(folder / "hot_spots.csv", dtype={"unit_grid": "str"})
    hot = hot[hot["kind"].isin(_LONG_HOT)]
    # A grid that was redrawn is sought under the code of the one that took most of it.
    lineage = pd.read_csv(folder / "grid_lineage.csv", dtype={"old_code": "str", "new_code": "str"})
    heirs = lineage.sort_values("share_of_old").drop_duplicates("old_code", keep="last")
    heir = hot["unit_grid"].map(heirs.set_index("old_code")["new_code"])
    spots = {
        "kind": "cell:unit",
        "place": ids.reindex(heir.fillna(hot["unit_grid"])).to_numpy(),
    }
    state = np.where(hot["kind"] == "persistent", "chronic", "relapsed")
    within.append(hot.assign(**spots, state=state)[["place", "category", "state", "kind"]])
    cells = within[-1].rename(columns={"place": "cell"})[["cell", "category"]].dropna()
    houses = scene.building_of.rename("place").to_frame().assign(kind="building")
    doors = pd.DataFrame({"place": scene.cell_of.index, "kind": "address"}, scene.cell_of.index)
    firms = runs.set_index("address_id")["id"].rename("place").to_frame()
    inside = pd.concat([doors, houses, firms.assign(kind="legal_entity")])
    inside["cell"] = scene.cell_of.reindex(inside.index).to_numpy()
    within.append(inside.merge(cells, on="cell").assign(state="in a hot spot"))
    truth = pd.concat(within).drop_duplicates(["kind", "place", "category"])
    own = truth["kind"].isin(["address", "component"]) & truth["state"].ne("in a hot spot")
    hot_cells = pd.MultiIndex.from_frame(cells)
    own |= pd.MultiIndex.from_frame(truth[["place", "category"]]).isin(hot_cells)
    truth = truth.assign(own=own)[["kind", "place", "category", "state", "own"]]
    keyed = found.rename(columns={"place_kind": "kind"})
    return keyed.merge(truth, on=["kind", "place", "category"], how="left")


def busy_listed(sample: Sample, scene: Scene, listed: pd.DataFrame) -> int:
    """Return how many of the list lie at an address, or in a building, that is only busy."""
    codes = pd.read_csv(sample.folder / "truth" / "busy_places.csv")["code"]
    busy = scene.codes.index[scene.codes.isin(codes)]
    buildings = scene.building_of.reindex(busy).dropna()
    return int((listed["place"].isin([*busy, *buildings]) & listed["state"].isna()).sum())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="truth", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--hardness", nargs="+", default=HARDNESS, help="in turns, per seed")
    parser.add_argument("--folder", type=Path, help="keep the samples here, and use them again")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        folder = given.folder or Path(work)
        tables = []
        for number, seed in enumerate(given.seeds):
            hardness = given.hardness[number % len(given.hardness)]
            tables.append(_one(make_sample(folder, seed, hardness=hardness)))
    _tell(pd.concat(tables, ignore_index=True))


def _one(folder: Path) -> pd.DataFrame:
    """Judge one sample, print its line, and return its problems."""
    sample = Sample.open(folder)
    scene = read_scene(sample)
    begin = time.perf_counter()
    found = lasting_problems(
        scene.episodes, scene.places, as_of=pd.Timestamp(Context(sample.config, AS_OF).end)
    )
    seconds = time.perf_counter() - begin
    table = judged(sample, scene, found)
    listed = table[(table["status"] == "chronic") & (table["course"] != "resolved")]
    busy = busy_listed(sample, scene, listed)
    false = listed[listed["state"].isna() | (listed["state"] == "one_event")]
    print(
        f"{sample.name}: {len(scene.episodes)} episodes, {len(scene.places)} places, "
        f"{seconds:.1f} s; listed {len(listed)}, false {len(false)}, busy {busy}",
        flush=True,
    )
    for row in false.to_dict("records"):
        print(
            f"  false: {row['kind']} {row['place']} {row['category']} {row['episodes']} episodes, "
            f"{row['expected']:.2f} expected, q {row['q']:.3g}, {row['state']}"
        )
    planted = pd.read_csv(folder / "truth" / "places.csv")
    return table.assign(sample=sample.name, busy=busy, planted=len(planted))


def _tell(table: pd.DataFrame) -> None:
    listed = (table["status"] == "chronic") & (table["course"] != "resolved")
    print("planted      at          places  listed  as resolved  courses")
    for (state, kind), rows in table.groupby(["state", "kind"]):
        courses = rows["course"].value_counts().to_dict()
        on = listed[rows.index]
        done = (rows["course"] == "resolved").sum()
        print(f"{state:12} {kind:10} {len(rows):7} {on.sum():7} {done:12}  {courses}")
    planted = (table["state"] == "chronic") & table["own"].eq(True)
    false = listed & (table["state"].isna() | (table["state"] == "one_event"))
    print(
        f"planted as chronic themselves (addresses, components, unit grids): recall "
        f"{_share(listed & planted, planted)}; all listed, false {_share(false, listed)}"
    )
    print("by kind, with what a planted place lies in:")
    for kinds in _JUDGED:
        rows = table[table["kind"].isin(kinds)]
        on = listed[rows.index]
        chronic = rows["state"] == "chronic"
        planted = rows["state"].notna() & (rows["state"] != "one_event")
        print(
            f"{' and '.join(kinds)}: {chronic.sum()} chronic, recall "
            f"{_share(on & chronic, chronic)}; {on.sum()} listed, false "
            f"{_share(on & ~planted, on)}; {(on & (rows['state'] == 'resolved')).sum()} of them "
            f"were planted as resolved and are told as going on"
        )
    print(f"busy places listed: {table.groupby('sample')['busy'].first().sum()}")


def _share(part: pd.Series, whole: pd.Series) -> str:
    told = f"{part.sum()}/{whole.sum()}"
    return f"{told} = {part.sum() / whole.sum():.3f}" if whole.any() else told
