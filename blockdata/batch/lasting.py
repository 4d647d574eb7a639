"""The step that answers the second question: which places never get better."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.analysis import recurring_test
from blockdata.analysis.lasting import (
    STEP_DAYS,
    LastingRules,
    lasting_problems,
    similar_improved,
)
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import hot_feeds, lasting_feeds
from blockdata.store import derived
from blockdata.store.session import Session

_KEY = ["place_kind", "place", "category"]


def find_chronic(session: Session, context: Context) -> None:
    """Test every kind of place for problems that come back after closing.

    Without any closing time the list is of recurring problems, and is called so.
    """
    since = context.end - dt.timedelta(days=context.config.chronic.window_days)
    told = lasting_feeds.told_episodes(session, since)
    tables = dict.fromkeys(("chronic", "chronic_case", "chronic_similar"), pd.DataFrame())
    if len(told):
        closed = told["closed_at"].notna().any()
        tables |= (_chronic if closed else _recurring)(session, context, told)
    for name, frame in tables.items():
        derived.write_result(session, name, frame)


def rules_of(context: Context) -> LastingRules:
    """Return the settings of the list as the analysis takes them."""
    settings = context.config.chronic
    return LastingRules(
        window_days=settings.window_days,
        recur_days=settings.recur_days,
        alpha=settings.alpha,
        interval=settings.interval,
        min_total=settings.min_total,
        min_fit=settings.min_fit,
        min_returns=settings.min_returns,
    )


def _chronic(session: Session, context: Context, told: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rules, day = rules_of(context), context.last_day
    there = hot_feeds.candidate_layers(session, context.config.grid, day)
    wanted = context.config.chronic.layers
    layers = there[:1] if wanted is None else [layer for layer in wanted if layer in there]
    episodes = lasting_feeds.told_of_places(session, told, layers, day)
    places = lasting_feeds.all_places(session, layers, day)
    found = lasting_problems(episodes, places, as_of=pd.Timestamp(context.end), rules=rules)
    _tell(context, found, rules)
    general = {kind: kind.partition(":")[0] for kind in found["place_kind"].unique()}
    named = {k: lasting_feeds.EXPOSURE_OF.get(kind, "each") for k, kind in general.items()}
    exposure_name = found["place_kind"].map(named)
    return {
        "chronic": found.assign(measure="chronic", exposure_name=exposure_name),
        "chronic_case": _cases(found, episodes, context, rules.months * STEP_DAYS),
        "chronic_similar": similar_improved(found),
    }


def _cases(
    found: pd.DataFrame, episodes: pd.DataFrame, context: Context, window_days: int
) -> pd.DataFrame:
    """Return the episodes of the window behind each problem that is listed."""
    listed = found.loc[found["status"].notna(), _KEY]
    since = pd.Timestamp(context.end) - pd.Timedelta(days=window_days)
    inside = episodes["first_reported"].between(since, pd.Timestamp(context.end), inclusive="left")
    behind = listed.merge(episodes[inside], on=_KEY)
    return behind.sort_values([*_KEY, "episode"], ignore_index=True)[[*_KEY, "episode"]]


def _tell(context: Context, found: pd.DataFrame, rules: LastingRules) -> None:
    """Say where there was too little for a model, and by which rule it was judged instead."""
    tested = found[found["model"] == "proportional"]
    for kind, rows in tested.groupby("place_kind", sort=True):
        names = sorted(rows["category"].unique())
        context.tell(
            Finding(
                "too_little_for_a_model",
                str(kind),
                f"{len(names)} 类问题少于 {rules.min_fit} 个或发生地点少于 20 处，不够拟合模型，"
                "改按基数和时间的比例估计应有数",
                f"{len(names)} categories have fewer than {rules.min_fit} problems, or these at "
                "fewer than 20 places: too little for a model, so that what such places have is "
                "taken in proportion to exposure and time",
                warns=False,
            )
        )


def _recurring(session: Session, context: Context, told: pd.DataFrame) -> dict[str, pd.DataFrame]:
    settings = context.config.chronic
    # A community and a manhole are not alike: places are compared with places of their kind.
    blocks = []
    for kind, group in told.groupby("place_kind", sort=True):
        result = recurring_test(
            group,
            as_of=pd.Timestamp(context.end),
            window_days=settings.window_days,
            alpha=settings.alpha,
        )
        blocks.append(result[result["episodes"] > 0].assign(place_kind=kind))
    found = pd.concat(blocks, ignore_index=True).assign(measure="recurring")
    return {
        "chronic": found,
        "chronic_case": _cases(found, told, context, settings.window_days),
    }
