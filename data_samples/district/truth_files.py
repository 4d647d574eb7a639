"""The files of the truth folder; their columns are described in data_samples/TRUTH.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from data_samples.district import VERSION
from data_samples.district.cases import FAULTS
from data_samples.district.matters import MATTERS
from data_samples.district.people import residents
from data_samples.district.redrawing import Grids
from data_samples.district.sizes import AS_OF, HOT_DAYS
from data_samples.district.truth import TruthBook
from data_samples.district.world import World

_NAMES = np.array([m.name for m in MATTERS], dtype=object)
_SOURCES = np.array(["incident_hotline", "incident_app", "incident_patrol"], dtype=object)
_BUSIEST = 20


def write_truth(folder: Path, world: World, grids: Grids, book: TruthBook) -> None:
    """Write what is true of a district.

    Parameters
    ----------
    folder : Path
    world : World
    grids : Grids
    book : TruthBook
        Filled while the deliveries were written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _parquet(folder / "address_of_record.parquet", pd.concat(book.written, ignore_index=True))
    _parquet(folder / "addresses.parquet", _addresses(world))
    _parquet(folder / "incidents.parquet", _incidents(world))
    tables = {
        "hot_spots": hot_spots(world),
        "places": places(world),
        "wrong_rows": pd.DataFrame(book.wrong_rows),
        "grid_faults": grids.faults,
        "grid_lineage": grids.lineage,
        "renamed_roads": world.renamed[["road", "former", "renamed_on"]],
        "busy_places": _busy(world),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _parquet(path: Path, table: pd.DataFrame) -> None:
    pa.parquet.write_table(
        pa.Table.from_pandas(table, preserve_index=False), path, compression="zstd"
    )


def _addresses(world: World) -> pd.DataFrame:
    table = world.library.table
    code, parent = table["code"].to_numpy(), table["parent"].to_numpy()
    return pd.DataFrame(
        {
            "code": code,
            "level": table["level"],
            "parent_code": np.where(parent >= 0, code[parent], ""),
            "full_text": table["full_text"],
            "x": table["x"],
            "y": table["y"],
            "delivered": table["delivered"],
        }
    )


def _incidents(world: World) -> pd.DataFrame:
    cases = world.cases
    codes = np.append(world.components["code"].to_numpy(dtype=object), "")
    return pd.DataFrame(
        {
            "case_no": cases["case_no"],
            "source": _SOURCES[cases["source"]],
            "category": _NAMES[cases["matter"]],
            "unit_grid": world.places.grids["code"].to_numpy()[cases["unit"]],
            "component_code": codes[cases["component"].to_numpy()],
            "reported_at": cases["reported_at"],
            "entered_at": cases["entered_at"],
            "closed_at": cases["closed_at"],
            "reopened_at": cases["reopened_at"],
            "is_administrative": cases["is_administrative"],
            "is_default_location": cases["is_default"],
            "group": cases["group"],
            "same_caller": cases["same_caller"],
            "chain": cases["chain"],
            "planted": cases["planted"],
        }
    )


def hot_spots(world: World) -> pd.DataFrame:
    """Return the planted hot spots: kind, cell, category, window and ratio."""
    spots = world.truth.hot_spots
    end = pd.Timestamp(AS_OF)
    return pd.DataFrame(
        {
            "kind": spots["kind"],
            "unit_grid": world.places.grids["code"].to_numpy()[spots["unit"].to_numpy(dtype=int)],
            "category": _NAMES[spots["matter"].to_numpy(dtype=int)],
            "begins_on": [(end - pd.Timedelta(days=int(d))).date() for d in spots["begins"]],
            "ends_on": [(end - pd.Timedelta(days=int(d))).date() for d in spots["ends"]],
            "ratio": spots["ratio"],
            "cases_added": spots["extra"],
        }
    )


def places(world: World) -> pd.DataFrame:
    """Return the planted places: state, kind, code, category and number of reports."""
    planted = world.truth.places
    address = world.library.table["code"].to_numpy()
    component = world.components["code"].to_numpy()
    return pd.DataFrame(
        {
            "state": planted["state"],
            "kind": planted["kind"],
            "code": [
                (address if kind == "address" else component)[row]
                for kind, row in zip(planted["kind"], planted["row"], strict=True)
            ],
            "category": _NAMES[planted["matter"].to_numpy(dtype=int)],
            "reports": planted["reports"],
        }
    )


def _busy(world: World) -> pd.DataFrame:
    """Return busy places that are not chronic: many live there, so much is reported."""
    table = world.library.table
    building = table["building_row"].to_numpy()
    address = world.cases["address"].to_numpy()
    quiet = (address >= 0) & (world.cases["planted"] == "").to_numpy()
    reports = np.bincount(building[address[quiet]].clip(0), minlength=len(world.library.buildings))
    planted = world.truth.places["row"][world.truth.places["kind"] == "address"].to_numpy(dtype=int)
    reports[building[planted].clip(0)] = 0
    first = np.argsort(-reports, kind="stable")[:_BUSIEST]
    own = world.library.buildings.iloc[first]
    return pd.DataFrame(
        {
            "code": table["code"].to_numpy()[own["address"]],
            "reports": reports[first],
            "people": residents(world.persons, world.library)[first],
        }
    )


def summary(world: World, book: TruthBook, seed: int) -> dict[str, object]:
    """Return the summary that stands in truth.json."""
    spots = hot_spots(world).assign(window_days=HOT_DAYS)
    first = spots[spots["kind"] == "emerging"].iloc[0]
    planted = places(world)
    chronic = planted[planted["state"] == "chronic"].drop(columns="state")
    reasons = [{"source": w["source"], "reason": w["reason"]} for w in book.wrong_rows]
    unique = {(w["source"], w["reason"]): w for w in reasons}
    default = world.library.table.iloc[world.default_address]
    return {
        "as_of": f"{AS_OF}",
        "made_by": {
            "version": VERSION,
            "size": world.size,
            "seed": seed,
            "hardness": world.hardness,
        },
        "overdispersion_k": None if np.isinf(k := FAULTS[world.hardness].k) else k,
        "hot_spot": {
            "unit_grid": first["unit_grid"],
            "category": first["category"],
            "window_days": HOT_DAYS,
            "ratio": float(first["ratio"]),
        },
        "hot_spots": spots.astype(str).to_dict("records"),
        "chronic": chronic.to_dict("records"),
        "default_location": {"address_code": default["code"], "text": default["full_text"]},
        "wrong_rows": list(unique.values()),
    }
