"""Analysts' own SQL over a base: one SELECT at a time, and errors that tell no value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow as pa
from pyproj import CRS

from blockdata.errors import AnalysisError, CrsError
from blockdata.store.session import Session

_ABOUT_THE_QUERY = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.PermissionException,
)
"""Errors whose text speaks of the query alone; others may repeat a row's value."""


def run_query(
    session: Session, query: str, frames: Mapping[str, Any], *, taken: Collection[str], crs: str
) -> pd.DataFrame:
    """Run one SELECT; see `Base.sql`."""
    registered: list[str] = []
    try:
        for name, frame in frames.items():
            if name in taken:
                raise AnalysisError(
                    f"{name!r} is a table of the base", where="sql", allowed="another name"
                )
            session.con.register(name, _arrow(name, frame, crs))
            registered.append(name)
        return session.con.execute(_only_select(session, query)).df()
    except _ABOUT_THE_QUERY as error:
        raise AnalysisError(f"the query cannot be run: {error}", where="sql") from None
    except duckdb.Error as error:
        # The cause is left out too: its text would show a value in every traceback.
        raise AnalysisError(
            f"the query failed on a row ({type(error).__name__})",
            where="sql",
            next_step="TRY_CAST gives a null where a value cannot be converted.",
        ) from None
    finally:
        for name in registered:
            session.con.unregister(name)


def _only_select(session: Session, query: str) -> duckdb.Statement:
    statements = session.con.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise AnalysisError(
            "the query is not one SELECT",
            where="sql",
            allowed="SELECT, FROM, WITH ... SELECT, DESCRIBE, SUMMARIZE",
            next_step="A base is written by the nightly run alone.",
        )
    return statements[0]


def _arrow(name: str, frame: Any, crs: str) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if not isinstance(frame, pd.DataFrame):
        raise AnalysisError(
            f"{name!r} is a {type(frame).__name__}",
            where="sql",
            allowed="a DataFrame, a GeoDataFrame or a pyarrow Table",
        )
    if isinstance(frame, gpd.GeoDataFrame):
        frame = _with_wkb(name, frame, crs)
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except pa.ArrowException as error:
        raise AnalysisError(
            f"frame {name!r} has a column of mixed types ({type(error).__name__})", where="sql"
        ) from None


def _with_wkb(name: str, frame: gpd.GeoDataFrame, crs: str) -> pd.DataFrame:
    if frame.crs is None or frame.crs != CRS.from_user_input(crs):
        raise CrsError(
            "has no CRS" if frame.crs is None else "is in another CRS than the base",
            where=f"sql, frame {name!r}",
            allowed=crs,
            next_step=f"Use frame.to_crs({crs!r}), after set_crs where it has none.",
        )
    return pd.DataFrame(frame.to_wkb())
