"""The cells that sources name; those that have ended are followed to their heirs."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import feeds, lineage_feeds
from blockdata.grid.lineage import heirs_of, shared_codes, states_of_codes
from blockdata.store.session import Session


class Stated(NamedTuple):
    """Cells that sources name, those that stand and those that have ended.

    Parameters
    ----------
    cells : DataFrame
        incident, layer, cell, sorted: they stand on the last known day.
    successions : DataFrame
        incident, layer, cell, probability, sorted: the largest successor of the cell that was
        named, and its share of it.
    """

    cells: pd.DataFrame
    successions: pd.DataFrame


def stated_cells(session: Session, context: Context, incidents: pd.DataFrame) -> Stated:
    """Return the cells that the sources of incidents name.

    Parameters
    ----------
    session : Session
    context : Context
        Is told how many name a code that no grid has ever had.
    incidents : DataFrame
        id, reported_at, unit_grid_code, area_id.
    """
    grid = context.config.grid
    names = feeds.cell_names(session, grid.layers, grid.area_levels, context.last_day)
    layer_of = dict(zip(names["cell"], names["layer"], strict=True))
    areas = incidents[["id"]].assign(target=incidents["area_id"], probability=1.0, goes_on=True)
    named = pd.concat([_cells_of_codes(session, context, incidents), areas], ignore_index=True)
    named = named.assign(layer=named["target"].map(layer_of)).dropna()
    told = named.rename(columns={"id": "incident", "target": "cell"})
    goes_on = told["goes_on"].astype(bool)
    columns = ["incident", "layer", "cell"]
    cells = told.loc[goes_on, columns].astype("str")
    ended = told.loc[~goes_on, [*columns, "probability"]]
    kinds = dict.fromkeys(columns, "str") | {"probability": "float64"}
    keys = ["incident", "layer"]
    return Stated(
        cells.sort_values(keys, ignore_index=True),
        ended.astype(kinds).sort_values(keys, ignore_index=True),
    )


def _cells_of_codes(session: Session, context: Context, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return id, target, probability, goes_on of incidents whose source names a unit grid.

    A grid that has ended is followed to its largest successor on the last known day. A code that
    two grids have had at once names neither.
    """
    named = incidents.loc[incidents["unit_grid_code"].notna(), ["id", "reported_at"]]
    codes = incidents["unit_grid_code"].loc[named.index]
    states = lineage_feeds.code_states(session, "unit")
    days = context.config.city.local_days(named["reported_at"])
    state = states_of_codes(codes, days, states)
    _tell_unknown(context, int((state < 0).sum()))
    told = (state >= 0) & ~codes.isin(shared_codes(states)).to_numpy()
    means = states.iloc[state[told]]
    starts = states[["cell", "valid_from"]].set_axis(["cell", "since"], axis=1)
    until = pd.Timestamp(context.last_day)
    # Row by row those of `starts`.
    heirs = heirs_of(lineage_feeds.lineage_rows(session), starts, until).loc[means.index]
    target = heirs["heir"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "id": named["id"].to_numpy(dtype=object)[told],
            "target": target,
            "probability": heirs["share"].to_numpy(),
            "goes_on": target == means["cell"].to_numpy(dtype=object),
        }
    )


def _tell_unknown(context: Context, count: int) -> None:
    if count:
        context.tell(
            Finding(
                "unknown_cell_code",
                "incident",
                f"{count} 件案件所写的单元网格代码不在任何一期网格中，不据此关联",
                f"{count} cases name a unit grid code that no grid has ever had; nothing is linked "
                "by it",
                count,
            )
        )
