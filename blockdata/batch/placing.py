"""Steps that say where: addresses resolved, points found, cells assigned."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address import is_missing_text, provisional_addresses
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import feeds
from blockdata.engines.matching import Matcher
from blockdata.grid import assign_cells
from blockdata.records import Kind
from blockdata.records.catalogue import PREFIX_LENGTH
from blockdata.store import derived
from blockdata.store.decisions import standing
from blockdata.store.ids import mint
from blockdata.store.session import Session


def resolve_addresses(session: Session, context: Context) -> None:
    """Match every address text with the library, or make provisional addresses without one."""
    resolve_kinds(session, feeds.addressed_kinds(session))
    _report_unmatched(session, context)


def resolve_kinds(session: Session, kinds: Sequence[Kind]) -> None:
    """Match the address texts of records of some kinds; see `resolve_addresses`.

    Texts from the steward's part are matched and never make an address.
    """
    texts: list[str] = []
    if not feeds.has_address_library(session):
        open_kinds = [k for k in feeds.addressed_kinds(session) if not k.private]
        texts = [t for t in feeds.address_texts(session, open_kinds) if not is_missing_text(t)]
    _write_provisional(session, provisional_addresses(texts, mint=provisional_id))
    matches = Matcher(session).match(feeds.address_texts(session, kinds))
    derived.write_matches(session, kinds, matches)


def provisional_id(text: str) -> str:
    """Return the id of a provisional address: its text is all there is to know it by.

    Examples
    --------
    >>> provisional_id("延安三路105号") == provisional_id("延安三路105号")
    True
    """
    return mint("adr", "address", feeds.PROVISIONAL, text)


def _write_provisional(session: Session, made: pd.DataFrame) -> None:
    rows = made.rename(columns={"text": "full_text"}).drop(columns=["level", "rest"])
    rows = rows.assign(source_id=rows["full_text"], status=feeds.PROVISIONAL)
    derived.replace_provisional(session, "address", rows, feeds.PROVISIONAL)


def locate(session: Session, context: Context) -> None:
    """Give every record its point: of its geometry, else of its address, else as decided."""
    locate_kinds(session, context, feeds.placed_kinds(session.catalogue))


def locate_kinds(session: Session, context: Context, kinds: Sequence[Kind]) -> None:
    """Give the records of some kinds their points; see `locate`."""
    pins = _pins(standing(session, "repin"))
    there = {s.kind for s in context.config.sources} | {"address"}
    # Addresses first: other records inherit their points.
    for kind in sorted(kinds, key=lambda k: k.name != "address"):
        if kind.name not in there:
            continue
        derived.forget_repinned(session, kind)
        if kind.geometry:
            for table in (kind.name, f"{kind.name}_history"):
                derived.write_points(session, table, _points_of(session, table))
        if kind.address:
            derived.inherit_points(session, kind)
        derived.repin(session, kind, pins)


def _points_of(session: Session, table: str) -> pd.DataFrame:
    rows = feeds.unlocated_geometries(session, table)
    point = points_of_geometries(rows["geom"].to_numpy(dtype=object))
    return rows[["id", "last_delivery"]].assign(x=shapely.get_x(point), y=shapely.get_y(point))


def points_of_geometries(geoms: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return one point that stands for each geometry: itself, a line's middle, inside an area.

    Parameters
    ----------
    geoms : ndarray of shapely geometries

    Returns
    -------
    ndarray of shapely points

    Examples
    --------
    >>> import numpy as np, shapely
    >>> str(points_of_geometries(np.array([shapely.LineString([(0, 0), (4, 0)])]))[0])
    'POINT (2 0)'
    """
    kind = shapely.get_dimensions(geoms)
    points: npt.NDArray[np.object_] = shapely.point_on_surface(geoms)
    lines = kind == 1
    points[lines] = shapely.line_interpolate_point(
        shapely.line_merge(geoms[lines]), 0.5, normalized=True
    )
    # A multi-part line that does not join has no middle; any point on it will do.
    empty = shapely.is_missing(points) | shapely.is_empty(points)
    points[empty] = shapely.point_on_surface(geoms[empty])
    return points


def _pins(decided: dict[str, str]) -> dict[str, tuple[float, float]]:
    pins = {}
    for identifier, text in decided.items():
        parts = text.replace(",", " ").split()
        try:
            x, y = float(parts[0]), float(parts[1])
        except (ValueError, IndexError):
            continue
        if math.isfinite(x) and math.isfinite(y):
            pins[identifier] = (x, y)
    return pins


def assign_all_cells(session: Session, context: Context) -> None:
    """Find the cell of every record in every layer, for as long as both are valid."""
    grid = context.config.grid
    cells = feeds.cells(session, grid.layers, grid.area_levels)
    points = [feeds.points(session, kind) for kind in feeds.gridded_kinds(session.catalogue)]
    # All kinds in one go: ids tell them apart, and the cells are indexed once.
    found = assign_cells(pd.concat(points, ignore_index=True), cells, "")
    kinds = {k.prefix: k.name for k in session.catalogue}
    found = found.assign(kind=found["id"].str[:PREFIX_LENGTH].map(kinds))
    derived.write_result(session, "cell_of", found)


def _report_unmatched(session: Session, context: Context) -> None:
    """Tell, per kind, how many address texts were not matched; of people a rounded share."""
    for kind in session.catalogue:
        if kind.address is None or session.part_of(kind) not in session.parts:
            continue
        count, rows = feeds.unmatched(session, kind)
        if kind.private:
            _report_unmatched_people(context, kind, count, rows)
        elif count:
            context.tell(
                Finding(
                    "address_unmatched",
                    kind.name,
                    f"{kind.zh}：{count} 条地址未能匹配",
                    f"{kind.en}: {count} address texts match no address",
                    count,
                    warns=False,
                )
            )


def _report_unmatched_people(context: Context, kind: Kind, count: int, rows: int) -> None:
    """Say that people are missing from the figures, without saying how many."""
    if count < context.config.people.minimum:
        return
    percent = max(5, 5 * round(20 * count / rows))
    context.tell(
        Finding(
            "people_unmatched",
            kind.name,
            f"{kind.zh}：约 {percent}% 的地址未能匹配，不在人口数中",
            f"{kind.en}: about {percent} % of the addresses match none and are in no figure",
        )
    )
