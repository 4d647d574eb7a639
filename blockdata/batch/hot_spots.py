"""The step that answers the first question: where problems gather."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
import shapely

from blockdata.analysis.hotspots import Found, Layer, Rules, hot_spot_changes, search
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import hot_feeds
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.schema import HOTSPOT_CHANGE
from blockdata.store.session import Session


def find_hotspots(session: Session, context: Context) -> None:
    """Test every category in every window for cells with more episodes than exposure explains."""
    settings = context.config.hotspots
    rules = Rules(
        windows_days=settings.windows_days,
        layer=settings.layer,
        alpha=settings.alpha,
        min_total=settings.min_total,
        correction=settings.correction,
    )
    layers = _layers(session, context, rules)
    if not layers or all(layer.episodes.empty for layer in layers):
        _write(session, None, None)
        return
    found = search(layers, rules)
    layer = next(part for part in layers if part.name == found.layer)
    _tell(context, found, layer)
    _write(session, found, layer)


def layer_tested(session: Session, context: Context) -> str | None:
    """Return the layer that hot spots were looked for on; None if there are no cells.

    Where there was nothing to test it is the configured one, else the finest.
    """
    there = hot_feeds.candidate_layers(session, context.config.grid, context.last_day)
    if not there:
        return None
    return hot_feeds.layer_tested(session) or context.config.hotspots.layer or there[0]


def _layers(session: Session, context: Context, rules: Rules) -> list[Layer]:
    """Read the layers to choose among: the configured one, else those that have cells."""
    grid, day = context.config.grid, context.last_day
    there = hot_feeds.candidate_layers(session, grid, day)
    zh, en = (Words(lang, session.catalogue) for lang in ("zh", "en"))
    found = [
        hot_feeds.read_layer(
            session,
            grid,
            name,
            label=(zh.layer(name), en.layer(name)),
            end=context.end,
            day=day,
            since_days=rules.since_days,
        )
        for name in hot_feeds.layers_to_read(rules.layer, there)
    ]
    standing = [layer for layer in found if len(layer.cells)]
    return standing if rules.layer in (None, *(layer.name for layer in standing)) else []


def _tell(context: Context, found: Found, layer: Layer) -> None:
    for choice in found.choices:
        if choice.topic == "exposure" and not choice.choice:
            context.tell(Finding("no_exposure", "hotspot", f"热点：{choice.zh}", choice.en))
    if shapely.is_missing(layer.cells["geom"].to_numpy(dtype=object)).all():
        context.tell(
            Finding(
                "no_geometry",
                found.layer,
                "该层没有图形：地图、街道长度、邻接和距离类统计需要图形，均未计算",
                "this layer has no geometry: maps, street length and statistics of neighbours or "
                "distances need it and were not computed",
                warns=False,
            )
        )


def _write(session: Session, found: Found | None, layer: Layer | None) -> None:
    tables = dict.fromkeys(("hotspot", "hotspot_choice", "hotspot_case"), pd.DataFrame())
    if found is not None and layer is not None:
        choices = pd.DataFrame([vars(choice) for choice in found.choices])
        tables["hotspot"] = found.frame.assign(layer=found.layer)
        tables["hotspot_choice"] = choices.assign(no=range(1, len(choices) + 1))
        tables["hotspot_case"] = hot_feeds.cases_behind(session, found, layer)
    for name, frame in tables.items():
        derived.write_result(session, name, frame)


def note_hot_spot_changes(session: Session, earlier: Session, as_of: dt.date) -> None:
    """Write down what became of the published hot spots: new, grown, same, shrunk, gone.

    Parameters
    ----------
    session : Session
        Of the run, its steps done.
    earlier : Session
        Of the snapshot that is published.
    as_of : date
        Of the run. A run that looks back, or again at the same day, keeps what was told before of
        that day, and tells nothing new.
    """
    since = dt.date.fromisoformat(earlier.meta("as_of") or as_of.isoformat())
    schema = HOTSPOT_CHANGE.arrow_schema()
    rows = schema.empty_table()
    if since < as_of:
        changes = hot_spot_changes(hot_feeds.hot_spots_of(earlier), hot_feeds.hot_spots_of(session))
        told = changes.assign(as_of=as_of, since=since)
        rows = pa.Table.from_pandas(told[schema.names], schema=schema, preserve_index=False)
    elif since == as_of:
        kept = hot_feeds.changes_on(earlier, as_of)
        if len(kept):
            told = kept.assign(as_of=as_of)
            rows = pa.Table.from_pandas(told[schema.names], schema=schema, preserve_index=False)
    session.replace(HOTSPOT_CHANGE.name, rows)
