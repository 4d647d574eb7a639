"""People as counts over atoms: drawn once, revised yearly, figures changed at most monthly.

A revision carries the pieces of the outgoing drawing on (see `blockdata.grid.atoms`). When grids
are redrawn between two revisions, atoms stay: cells then share them and are marked.

Atoms and figures are settled after a delivery and depend on nothing but the deliveries up to it,
so that any grouping of deliveries into runs publishes the same figures.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa

from blockdata.batch.placing import locate_kinds
from blockdata.batch.resolving import resolve_kinds
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.engines import feeds, lineage_feeds
from blockdata.grid import assign_cells, atom_figures, draw_atoms
from blockdata.grid.atom_checks import check_drawing, check_figures
from blockdata.store.session import Session

_PERSON = "person"
_STANDS_ON = ("area", "grid", "address", "address_alias", "building", _PERSON)
_OUTSIDE = "-"
_DATES = "atoms_dates"


def settle_people(session: Session, config: Config, delivered_on: dt.date) -> None:
    """Draw atoms and settle figures if they are due after a delivery.

    Parameters
    ----------
    session : Session
    config : Config
    delivered_on : date
        Of the delivery that was just applied.

    Notes
    -----
    Atoms are drawn after the first delivery with which every source of people, addresses,
    buildings, grids and areas has delivered once, and again a year later. Figures are settled
    with a drawing, and then with the first delivery of a later month. Both are held to what is
    promised of them before they are kept.

    Raises
    ------
    PrivacyError
        If a drawing or a figure could tell of fewer people than the minimum.
    """
    if "people" not in session.parts or not config.sources_of(_PERSON):
        return
    drawn, settled = _dates(session)
    draw = drawn is None or delivered_on >= _a_year_after(drawn)
    if not draw and settled is not None and _month(delivered_on) <= _month(settled):
        return
    if not _all_delivered(session, config):
        return
    people = _residents(session, config, delivered_on)
    if draw:
        _draw(session, config, people, delivered_on)
    _settle_figures(session, config, people, delivered_on)
    session.kept.pop(_DATES, None)


def _dates(session: Session) -> tuple[dt.date | None, dt.date | None]:
    """Return when atoms were drawn and figures settled; looked up once, for many deliveries ask."""
    kept = session.kept.get(_DATES)
    if isinstance(kept, tuple):
        return kept
    found = session.kept[_DATES] = feeds.atoms_dates(session)
    return found


def _all_delivered(session: Session, config: Config) -> bool:
    wanted = {s.name for s in config.sources if s.kind in _STANDS_ON}
    return wanted <= feeds.sources_accepted(session)


def _a_year_after(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


def _month(day: dt.date) -> tuple[int, int]:
    return (day.year, day.month)


def _residents(session: Session, config: Config, day: dt.date) -> pd.DataFrame:
    """Return building, people; address matches and points are brought up to date for it."""
    context = Context(config, day)
    kind = session.catalogue.kind
    resolve_kinds(session, [kind(_PERSON), kind("building")])
    locate_kinds(session, context, [kind("address"), kind("building")])
    session.forget_steps()
    return feeds.residents_by_building(session)


def _draw(session: Session, config: Config, people: pd.DataFrame, day: dt.date) -> None:
    """Draw pieces and atoms, or revise those that there are, and say how many there are."""
    minimum, drawn = config.people.minimum, lineage_feeds.drawing(session)
    empty = lineage_feeds.drawn_and_standing(session)
    empty = empty[~empty["building"].isin(people["building"])].assign(people=0)
    rows = _overlaid(session, config, pd.concat([people, empty], ignore_index=True), day)
    atoms = draw_atoms(rows, minimum, drawn=drawn)
    check_drawing(atoms, people, minimum, drawn=drawn)
    _replace(session, "atom", atoms.assign(drawn_on=day))
    apart = ~people["building"].isin(atoms["building"])
    counts = {
        "drawn_on": [day],
        "atoms": [atoms["atom"].nunique()],
        "pieces": [atoms["piece"].nunique()],
        "buildings_apart": [int(apart.sum())],
    }
    _replace(session, "atom_drawing", pd.DataFrame(counts).head(len(atoms)))


def _overlaid(session: Session, config: Config, people: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Add x, y, overlay and group to buildings, by the cells that stand on a day."""
    located = people.merge(
        feeds.coordinates(session), left_on="building", right_on="id", how="left"
    )
    cells = feeds.cells(session, config.grid.layers, config.grid.area_levels)
    points = located[["building", "x", "y"]].rename(columns={"building": "id"})
    stamp = pd.Timestamp(day)
    points = points.assign(valid_from=stamp, valid_to=stamp + pd.Timedelta(days=1))
    found = assign_cells(points, cells, "building")
    names = (found["layer"] + ":" + found["cell"]).astype("str")
    overlay = names.groupby(found["id"]).agg("|".join).to_dict()
    coarse = found[found["layer"] == config.grid.layers[0]].set_index("id")["cell"].to_dict()
    return located.assign(
        overlay=[overlay.get(b, _OUTSIDE) for b in located["building"]],
        group=[coarse.get(b, _OUTSIDE) for b in located["building"]],
    )[["building", "x", "y", "people", "overlay", "group"]]


def _settle_figures(session: Session, config: Config, people: pd.DataFrame, day: dt.date) -> None:
    atoms, settings = lineage_feeds.drawing(session), config.people
    rules = {"minimum": settings.minimum, "round_to": settings.round_to}
    figures = atom_figures(atoms, people, **rules)
    check_figures(atoms, figures, **rules)
    _replace(session, "atom_figure", figures.assign(settled_on=day))


def _replace(session: Session, table: str, frame: pd.DataFrame) -> None:
    session.replace(table, pa.Table.from_pandas(frame, preserve_index=False))
