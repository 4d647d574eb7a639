"""What may stand behind chronic components: who owns and keeps them, and their batch."""

from __future__ import annotations

import pandas as pd

from blockdata.store.session import Session

__all__ = ["CAUSES", "component_causes"]

CAUSES = ("owner", "keeper", "batch")
"""Columns of `component_causes` that may be tested as the cause of `cause_test`."""


def component_causes(session: Session) -> pd.DataFrame:
    """Return the components whose closings were tested, with what several of them share.

    Parameters
    ----------
    session : Session
        Whose run has found chronic places.

    Returns
    -------
    DataFrame
        place, stratum (the component's name: lamps are compared with lamps), owner, keeper, batch
        (name, owner and year of survey; null without a year: the register tells no maker), bad
        (chronic in any category), x, y (null where only a description places it); by place.
    """
    return session.frame(
        "WITH tested AS (SELECT place, bool_or(status IS NOT NULL) AS bad FROM base.chronic "
        "WHERE place_kind = 'component' AND reason IS NULL GROUP BY place) "
        "SELECT c.id AS place, coalesce(c.name, c.class_code, '') AS stratum, "
        "coalesce(c.owner_name, c.owner_code) AS owner, "
        "coalesce(c.keeper_name, c.keeper_code) AS keeper, "
        "CASE WHEN c.surveyed_on IS NOT NULL THEN concat_ws(' ', coalesce(c.name, c.class_code), "
        "coalesce(c.owner_name, c.owner_code), year(c.surveyed_on)) END AS batch, "
        "t.bad, CASE WHEN c.located_by <> 'description' THEN c.x END AS x, "
        "CASE WHEN c.located_by <> 'description' THEN c.y END AS y "
        "FROM tested t JOIN base.component c ON c.id = t.place ORDER BY c.id"
    )
