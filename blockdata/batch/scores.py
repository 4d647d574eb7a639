"""The steps that measure the city month by month: indicators with alarms, and the scorecard.

A month is a natural month of local days. Only whole months are told: the month in which as_of
lies is left out, for its counts would stand beside those of whole months; on the first day of a
month the month before it is whole, and is the last one told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from blockdata.analysis.indicators import (
    WHOLE,
    Facts,
    Figures,
    Indicator,
    MeasureTable,
    Registry,
    indicator_alarms,
    indicator_values,
    mask_untold,
    measure_table,
    natural_months,
)
from blockdata.analysis.indicators.registry import EVENT_INPUTS
from blockdata.analysis.scorecard import (
    Definition,
    composite_scores,
    definition_table,
    parts_and_whole,
    scorecard,
)
from blockdata.batch.findings import Finding
from blockdata.batch.scores_settings import (
    card_settings,
    definitions_of,
    indicator_layers,
    registry_of,
    scorecard_layers,
    weights_of,
)
from blockdata.batch.steps import Context
from blockdata.engines import indicator_feeds, scorecard_feeds
from blockdata.engines.indicator_feeds import Asked
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["card_units", "tell_indicators"]

_KEPT = "scores"


@dataclass(frozen=True)
class _Read:
    """What one step has read of cases and episodes and the next may use, for the same days."""

    as_of: dt.date
    since: dt.date | None
    subjects: Mapping[str, Facts | Figures]


def tell_indicators(session: Session, context: Context) -> None:
    """Write every indicator of every cell and month, and what is beyond a threshold in the last.

    Rows of which neither count is known say why of the last month alone.
    """
    derived.clear_result(session, "indicator", "indicator_alarm")
    registry = registry_of(context.config)
    _write_definitions(session, registry)
    asked = _asked(context, registry)
    subjects = indicator_feeds.indicator_subjects(session, asked)
    session.kept[_KEPT] = _Read(asked.as_of, asked.since, subjects)
    if not subjects:
        return
    months = _months(context, context.config.indicators.months)
    cells = indicator_feeds.indicator_cells(session, asked)
    cells = cells[cells["layer"].isin(indicator_layers(context.config))]
    values = indicator_values(
        measure_table(registry.measures_used(), subjects, cells, months),
        registry,
        indicator_feeds.indicator_inputs(session, asked),
        as_of=pd.Timestamp(context.as_of),
        gaps=indicator_feeds.indicator_gaps(session, asked),
        shared=indicator_feeds.shared_cells(subjects),
    )
    derived.write_result(session, "indicator_alarm", indicator_alarms(values, registry))
    _tell_untold(session, context, registry, values)
    known = values["numerator"].notna() | values["denominator"].notna()
    derived.write_result(session, "indicator", values[known | (values["month"] == months[-1])])


def card_units(session: Session, context: Context) -> None:
    """Write the scorecard of departments and areas, their scores, and whether parts add up."""
    derived.clear_result(session, "scorecard", "score", "score_total")
    config = context.config
    chosen, weights = definitions_of(config.scorecard), weights_of(config.scorecard)
    _write_chosen(session, chosen, weights)
    registry, layers = registry_of(config), scorecard_layers(config)
    asked = _asked(context, registry)
    known = session.kept.pop(_KEPT, None)
    fits = isinstance(known, _Read) and (known.as_of, known.since) == (asked.as_of, asked.since)
    subjects = scorecard_feeds.scorecard_subjects(
        session, asked, layers, known.subjects if isinstance(known, _Read) and fits else None
    )
    if not subjects or not chosen:
        return
    table = _unit_table(session, context, asked, chosen, subjects)
    settings = card_settings(config.scorecard)
    card = scorecard(table, chosen, settings)
    derived.write_result(session, "scorecard", card)
    if weights:
        least = config.scorecard.min_weight_used
        scores = composite_scores(card, weights, settings, min_weight_used=least)
        derived.write_result(session, "score", scores)
    derived.write_result(session, "score_total", _totals(table, registry))


def _unit_table(
    session: Session,
    context: Context,
    asked: Asked,
    chosen: tuple[Definition, ...],
    subjects: Mapping[str, Facts],
) -> MeasureTable:
    """Count what the definitions are made of, by unit and month, as far as the sources tell."""
    measures = {m.id: m for d in chosen for m in d.measures(asked.registry)}
    table = measure_table(
        measures.values(),
        subjects,
        scorecard_feeds.scorecard_units(session, asked, scorecard_layers(context.config)),
        _months(context, context.config.scorecard.months),
    )
    inputs = indicator_feeds.indicator_inputs(session, asked)
    gaps = indicator_feeds.indicator_gaps(session, asked)
    return mask_untold(table, asked.registry, inputs, gaps)


def _totals(table: MeasureTable, registry: Registry) -> pd.DataFrame:
    """Hold the units of each kind against the whole, measure by measure, in words."""
    measures = registry.measures
    counts = tuple(sorted(m for m in table.values if measures[m].timing == "events"))
    told = parts_and_whole(table, counts)
    return told.assign(
        zh=told["measure"].map(lambda m: measures[m].zh),
        en=told["measure"].map(lambda m: measures[m].en),
    )


def _asked(context: Context, registry: Registry) -> Asked:
    """Return what feeds are to know: enough for the longer of both tables."""
    config = context.config
    count = max(config.indicators.months, config.scorecard.months)
    since = _months(context, count)[0].date()
    return Asked(registry, config, context.as_of, since)


def _months(context: Context, count: int) -> pd.DatetimeIndex:
    return natural_months(pd.Timestamp(context.as_of), count)


def _write_definitions(session: Session, registry: Registry) -> None:
    table = registry.table().rename(columns={"id": "indicator"})
    table = table.assign(no=range(1, len(table) + 1))
    derived.write_result(session, "indicator_definition", table)


def _write_chosen(
    session: Session, chosen: tuple[Definition, ...], weights: Mapping[str, float]
) -> None:
    table = definition_table(chosen).rename(columns={"id": "definition"})
    table = table.assign(no=range(1, len(table) + 1), weight=table["definition"].map(dict(weights)))
    derived.write_result(session, "scorecard_definition", table)


_UNTOLD = {
    "no_source": ("indicators_without_source", "没有数据来源", "there is no source of"),
    "stale_input": ("indicators_stale", "来源过旧", "too old are"),
    "not_observed": ("indicators_not_observed", "来源当月大半没有数据", "silent were"),
}


def _tell_untold(
    session: Session, context: Context, registry: Registry, values: pd.DataFrame
) -> None:
    """Tell which indicators of the last month have no value, and for want of which input."""
    last = values[(values["layer"] == WHOLE) & (values["month"] == values["month"].max())]
    inputs = indicator_feeds.indicator_inputs(session, _asked(context, registry))
    newest = dict(zip(inputs["input"], pd.to_datetime(inputs["newest_on"]), strict=True))
    day = (values["month"].max() + pd.offsets.MonthEnd(0)).normalize()
    for reason, (code, zh, en) in _UNTOLD.items():
        own = [registry.indicator(i) for i in last.loc[last["reason"] == reason, "indicator"]]
        if not own:
            continue
        to_blame = {n for i in own for n in i.inputs if _is_why(reason, i, n, newest.get(n), day)}
        names = {lang: _named(sorted(to_blame), lang, session) for lang in ("zh", "en")}
        context.tell(
            Finding(
                *(code, "indicator"),
                f"{len(own)} 项体征没有上月数值：{zh}（{names['zh']}）",
                f"{len(own)} indicators have no value of last month: {en} {names['en']}",
                len(own),
                warns=False,
            )
        )


def _is_why(
    reason: str, indicator: Indicator, name: str, newest: pd.Timestamp | None, day: pd.Timestamp
) -> bool:
    """Tell whether an input is why an indicator has no value."""
    if reason == "no_source" or newest is None:
        return reason == "no_source" and newest is None
    if reason == "stale_input":
        return (day - newest).days > indicator.oldest_days(name)
    return name in EVENT_INPUTS


def _named(inputs: list[str], lang: str, session: Session) -> str:
    words = Words(lang, session.catalogue)
    limit = words.t("处置时限", "time limits")
    names = [limit if name == "case_limit" else words.kind(name) for name in inputs]
    return words.t("、", ", ").join(names)
