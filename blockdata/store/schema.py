"""Every table of a base: those of the kinds, those of the state, those of the results."""

from __future__ import annotations

import pyarrow as pa

from blockdata.records import Catalogue, Held, Kind
from blockdata.records.catalogue import OF_THE_BASE
from blockdata.records.tables import (
    Column,
    Table,
    content_columns,
    current_table,
    history_table,
    plain_table,
    side_table,
)

_TEXT = pa.string()
_INT = pa.int64()
_FLOAT = pa.float64()
_BOOL = pa.bool_()
_DATE = pa.date32()
_TIME = pa.timestamp("us")


def _table(name: str, /, **columns: pa.DataType) -> Table:
    return Table(name, tuple(Column(n, t) for n, t in columns.items()))


REGISTRY = _table("id_registry", kind=_TEXT, source=_TEXT, key=_TEXT, id=_TEXT, first_delivery=_INT)
"""Ids for life. A kind with a natural key is registered by it, under the source "*"."""

QUARANTINE_ROW = _table("quarantine_row", id=_TEXT, raw=_TEXT)
"""Rejected rows as JSON by field: masked in the open file, as they came in the steward's."""

STATE = (
    REGISTRY,
    _table("source_column", source=_TEXT, column_name=_TEXT, first_delivery=_INT),
    _table(
        "quarantine",
        id=_TEXT,
        delivery=_INT,
        source=_TEXT,
        kind=_TEXT,
        file=_TEXT,
        row_number=_INT,
        source_id=_TEXT,
        field=_TEXT,
        reason=_TEXT,
        value=_TEXT,
        status=_TEXT,
    ),
    QUARANTINE_ROW,
    _table("atom", atom=_TEXT, piece=_TEXT, building=_TEXT, drawn_on=_DATE),
    _table("atom_drawing", drawn_on=_DATE, atoms=_INT, pieces=_INT, buildings_apart=_INT),
    _table("atom_figure", atom=_TEXT, people=_INT, settled_on=_DATE),
    _table(
        "parser",
        version=_TEXT,
        delivery=_INT,
        library=_TEXT,
        accuracy=_TEXT,
        model=pa.binary(),
    ),
)
"""What deliveries leave behind besides the records; settled after each one."""

RESULTS = (
    _table(
        "described_place",
        text=_TEXT,
        relation=_TEXT,
        x=_FLOAT,
        y=_FLOAT,
        radius_m=_FLOAT,
        method=_TEXT,
        reason=_TEXT,
    ),
    _table(
        "address_defect",
        code=_TEXT,
        ids=pa.list_(_TEXT),
        measure=_FLOAT,
        unit=_TEXT,
        zh=_TEXT,
        en=_TEXT,
    ),
    _table(
        "cell_of",
        kind=_TEXT,
        id=_TEXT,
        layer=_TEXT,
        cell=_TEXT,
        valid_from=_DATE,
        valid_to=_DATE,
    ),
    _table(
        "grid_lineage",
        layer=_TEXT,
        changed_on=_DATE,
        change=_TEXT,
        old=_TEXT,
        old_code=_TEXT,
        new=_TEXT,
        new_code=_TEXT,
        area_m2=_FLOAT,
        share_area=_FLOAT,
        share_of_new=_FLOAT,
        share_buildings=_FLOAT,
        share_floor_area=_FLOAT,
        share_people=_FLOAT,
    ),
    _table(
        "link",
        incident=_TEXT,
        target_kind=_TEXT,
        target=_TEXT,
        method=_TEXT,
        distance_m=_FLOAT,
        probability=_FLOAT,
        evidence=_TEXT,
        runner_up=_TEXT,
        runner_up_probability=_FLOAT,
    ),
    _table(
        "contradiction",
        incident=_TEXT,
        first_kind=_TEXT,
        first=_TEXT,
        second_kind=_TEXT,
        second=_TEXT,
        distance_m=_FLOAT,
        allowed_m=_FLOAT,
        probability=_FLOAT,
        stands=_TEXT,
    ),
    _table(
        "incident_place",
        incident=_TEXT,
        place_kind=_TEXT,
        place=_TEXT,
        probability=_FLOAT,
        x=_FLOAT,
        y=_FLOAT,
        error_m=_FLOAT,
        made=_TEXT,
    ),
    _table(
        "duplicate_pair",
        first=_TEXT,
        second=_TEXT,
        probability=_FLOAT,
        gap_hours=_FLOAT,
        distance_m=_FLOAT,
        text_similarity=_FLOAT,
        caller=_TEXT,
        reasons_zh=_TEXT,
        reasons_en=_TEXT,
    ),
    _table(
        "occurrence",
        occurrence=_TEXT,
        reports=_INT,
        callers=_INT,
        calling=_TEXT,
        first_reported=_TIME,
        last_reported=_TIME,
        span_hours=_FLOAT,
        diameter_m=_FLOAT,
        probability=_FLOAT,
    ),
    _table("occurrence_member", incident=_TEXT, occurrence=_TEXT, repeats=_BOOL),
    _table(
        "chain",
        chain=_TEXT,
        cases=_INT,
        first_reported=_TIME,
        last_reported=_TIME,
        span_days=_FLOAT,
        diameter_m=_FLOAT,
        categories=_INT,
        strength=_FLOAT,
        rules=_TEXT,
        evidence=_TEXT,
        usual_cases=_FLOAT,
        excess=_FLOAT,
        p=_FLOAT,
        q=_FLOAT,
        rank=_INT,
        continues=_TEXT,
        joined=_TEXT,
    ),
    _table(
        "chain_link",
        chain=_TEXT,
        first=_TEXT,
        second=_TEXT,
        rule=_TEXT,
        strength=_FLOAT,
        gap_days=_FLOAT,
        distance_m=_FLOAT,
        reason_zh=_TEXT,
        reason_en=_TEXT,
    ),
    _table("chain_member", incident=_TEXT, chain=_TEXT),
    _table(
        "case_course",
        incident=_TEXT,
        accepted_at=_TIME,
        dispatched_at=_TIME,
        handled_at=_TIME,
        checked_at=_TIME,
        closed_at=_TIME,
        sent_back=_INT,
        reopened=_INT,
        extended=_INT,
        suspended=_INT,
        suspended_hours=_FLOAT,
        is_suspended=_BOOL,
        disorder=_TEXT,
    ),
    _table(
        "case_limit",
        incident=_TEXT,
        condition_no=_TEXT,
        limit=_FLOAT,
        limit_unit=_TEXT,
        limit_basis=_TEXT,
        due_at=_TIME,
        used_share=_FLOAT,
        light=_TEXT,
        hours_left=_FLOAT,
        due_soon=_BOOL,
    ),
    _table(
        "case_unit",
        incident=_TEXT,
        rank=_INT,
        department=_TEXT,
        reason=_TEXT,
        border_m=_FLOAT,
        disputed=_BOOL,
    ),
    _table("ownerless", category=_TEXT, scheme=_TEXT, code=_TEXT, grid=_TEXT, cases=_INT),
    _table("disputed_duty", grid=_TEXT, scheme=_TEXT, code=_TEXT, departments=_TEXT),
    _table("disputed_border", grid=_TEXT, neighbour=_TEXT, cases=_INT, departments=_TEXT),
    _table(
        "episode",
        episode=_TEXT,
        place_kind=_TEXT,
        place=_TEXT,
        category=_TEXT,
        first_reported=_TIME,
        last_reported=_TIME,
        closed_at=_TIME,
        reports=_INT,
        occurrences=_INT,
        status=_TEXT,
        reopenings=_INT,
        ignored_closings=_INT,
        administrative_closings=_INT,
        late_reports=_INT,
        notes=_TEXT,
    ),
    _table("episode_member", incident=_TEXT, episode=_TEXT, excluded_reason=_TEXT),
    _table(
        "hotspot",
        layer=_TEXT,
        window_days=_INT,
        category=_TEXT,
        cell=_TEXT,
        count=_INT,
        expected=_FLOAT,
        excess=_FLOAT,
        ratio=_FLOAT,
        statistic=_FLOAT,
        exposure=_FLOAT,
        exposure_name=_TEXT,
        dispersion=_FLOAT,
        p=_FLOAT,
        q=_FLOAT,
        family=_INT,
        hot=_BOOL,
        rank=_INT,
        reason=_TEXT,
        stability=_FLOAT,
        unstable_under=_TEXT,
        gi_star=_FLOAT,
    ),
    _table("hotspot_choice", no=_INT, topic=_TEXT, choice=_TEXT, zh=_TEXT, en=_TEXT),
    _table(
        "hotspot_case",
        layer=_TEXT,
        window_days=_INT,
        category=_TEXT,
        cell=_TEXT,
        episode=_TEXT,
        incident=_TEXT,
        place_kind=_TEXT,
        place=_TEXT,
    ),
    _table(
        "emerging",
        layer=_TEXT,
        category=_TEXT,
        cell=_TEXT,
        reference=_TEXT,
        exposure_name=_TEXT,
        label=_TEXT,
        side=_TEXT,
        steps=_INT,
        hot_steps=_INT,
        cold_steps=_INT,
        run_steps=_INT,
        count=_INT,
        last_count=_INT,
        last_z=_FLOAT,
        s=_FLOAT,
        var_s=_FLOAT,
        trend_z=_FLOAT,
        p_trend=_FLOAT,
    ),
    _table(
        "near_repeat",
        category=_TEXT,
        from_m=_FLOAT,
        to_m=_FLOAT,
        from_days=_INT,
        to_days=_INT,
        window_days=_INT,
        episodes=_INT,
        pairs=_INT,
        expected=_FLOAT,
        ratio=_FLOAT,
        permutations=_INT,
        p=_FLOAT,
        q=_FLOAT,
        reason=_TEXT,
    ),
    _table(
        "concentration",
        layer=_TEXT,
        category=_TEXT,
        places=_INT,
        places_with_any=_INT,
        episodes=_INT,
        gini=_FLOAT,
        gini_adjusted=_FLOAT,
        half_places=_INT,
        share_with_half=_FLOAT,
        share_with_80=_FLOAT,
        top_1=_FLOAT,
        top_5=_FLOAT,
        top_10=_FLOAT,
        top_20=_FLOAT,
        top_50=_FLOAT,
        reason=_TEXT,
    ),
    _table(
        "rise",
        layer=_TEXT,
        category=_TEXT,
        cell=_TEXT,
        window_days=_INT,
        observed_days=_INT,
        count=_INT,
        expected=_FLOAT,
        excess=_FLOAT,
        ratio=_FLOAT,
        dispersion=_FLOAT,
        past_count=_FLOAT,
        reference=_TEXT,
        trend_per_year=_FLOAT,
        p=_FLOAT,
        tests=_INT,
        q=_FLOAT,
        recurrence_days=_FLOAT,
        alarm=_BOOL,
        rank=_INT,
        reason=_TEXT,
    ),
    _table(
        "rise_category",
        layer=_TEXT,
        category=_TEXT,
        window_days=_INT,
        observed_days=_INT,
        count=_INT,
        expected=_FLOAT,
        tested=_INT,
        alarms=_INT,
        reason=_TEXT,
    ),
    _table(
        "cluster",
        layer=_TEXT,
        category=_TEXT,
        rank=_INT,
        centre=_TEXT,
        radius_m=_FLOAT,
        cells=_INT,
        first_day=_DATE,
        last_day=_DATE,
        days=_INT,
        count=_INT,
        expected=_FLOAT,
        excess=_FLOAT,
        ratio=_FLOAT,
        llr=_FLOAT,
        p=_FLOAT,
        p_gumbel=_FLOAT,
        replications=_INT,
        q=_FLOAT,
        alarm=_BOOL,
        recurrence_days=_FLOAT,
        recurrence_days_gumbel=_FLOAT,
        tied=_INT,
        recent=_INT,
        reason=_TEXT,
    ),
    _table("cluster_place", layer=_TEXT, category=_TEXT, rank=_INT, cell=_TEXT, no=_INT),
    _table(
        "chronic",
        place_kind=_TEXT,
        place=_TEXT,
        category=_TEXT,
        measure=_TEXT,
        episodes=_INT,
        closings=_INT,
        recurrences=_INT,
        active_months=_INT,
        share=_FLOAT,
        share_elsewhere=_FLOAT,
        exposure_name=_TEXT,
        expected=_FLOAT,
        excess=_FLOAT,
        p=_FLOAT,
        q=_FLOAT,
        status=_TEXT,
        rank=_INT,
        reason=_TEXT,
    ),
    _table(
        "category",
        source=_TEXT,
        category=_TEXT,
        incidents=_INT,
        label=_TEXT,
        scheme=_TEXT,
        kind=_TEXT,
        code=_TEXT,
        name=_TEXT,
        method=_TEXT,
    ),
    _table(
        "category_suggestion",
        source=_TEXT,
        category=_TEXT,
        incidents=_INT,
        rank=_INT,
        scheme=_TEXT,
        kind=_TEXT,
        code=_TEXT,
        name=_TEXT,
        score=_FLOAT,
        why=_TEXT,
    ),
    _table(
        "profile",
        layer=_TEXT,
        cell=_TEXT,
        code=_TEXT,
        name=_TEXT,
        people=_INT,
        people_shared=_BOOL,
        buildings=_INT,
        legal_entities=_INT,
        components=_INT,
        cameras=_INT,
        incidents=_INT,
    ),
    _table(
        "raster_population",
        layer=_TEXT,
        cell=_TEXT,
        people=_FLOAT,
        data_share=_FLOAT,
        scaled=_FLOAT,
        register=_INT,
        shared=_BOOL,
        low=_FLOAT,
        high=_FLOAT,
        unexplained=_FLOAT,
        disagreement=_TEXT,
        has_homes=_BOOL,
        rank=_INT,
    ),
    _table(
        "camera_coverage",
        camera=_TEXT,
        owner_group=_TEXT,
        mount=_TEXT,
        direction=_TEXT,
        place=_TEXT,
        positions=_INT,
        height_m=_FLOAT,
        range_m=_FLOAT,
        field_angle_deg=_FLOAT,
        area_m2=_FLOAT,
        time_share=_FLOAT,
        land_m2=_FLOAT,
        street_m2=_FLOAT,
        only_m2=_FLOAT,
        only_street_m2=_FLOAT,
        only_of_owner_m2=_FLOAT,
        added_m2=_FLOAT,
    ),
    _table(
        "cell_coverage",
        layer=_TEXT,
        cell=_TEXT,
        owner_group=_TEXT,
        land_m2=_FLOAT,
        street_m2=_FLOAT,
        covered_m2=_FLOAT,
        covered_twice_m2=_FLOAT,
        moving_m2=_FLOAT,
        moving_only_m2=_FLOAT,
        street_covered_m2=_FLOAT,
        street_covered_twice_m2=_FLOAT,
        street_moving_m2=_FLOAT,
        street_moving_only_m2=_FLOAT,
    ),
    _table(
        "layer_defect",
        finding=_TEXT,
        layer=_TEXT,
        cell=_TEXT,
        code=_TEXT,
        other=_TEXT,
        measure=_FLOAT,
        unit=_TEXT,
        geom=pa.binary(),
    ),
    _table(
        "layer_repair",
        proposal=_TEXT,
        finding=_TEXT,
        action=_TEXT,
        layer=_TEXT,
        cell=_TEXT,
        code=_TEXT,
        before=_TEXT,
        geom=pa.binary(),
        change_m2=_FLOAT,
        zh=_TEXT,
        en=_TEXT,
    ),
    _table("coverage_gap", source=_TEXT, start_on=_DATE, end_on=_DATE, days=_INT),
    _table(
        "finding",
        step=_TEXT,
        code=_TEXT,
        subject=_TEXT,
        count=_INT,
        zh=_TEXT,
        en=_TEXT,
        warns=_BOOL,
    ),
)
"""What a run computes at its end from the final state and as_of."""

META = _table("meta", key=_TEXT, value=_TEXT)
"""Facts about the snapshot itself; outside the content hash."""

HOTSPOT_CHANGE = _table(
    "hotspot_change",
    as_of=_DATE,
    since=_DATE,
    layer=_TEXT,
    window_days=_INT,
    category=_TEXT,
    cell=_TEXT,
    change=_TEXT,
    count_before=_INT,
    count=_INT,
    excess_before=_FLOAT,
    excess=_FLOAT,
)
"""What became of hot spots since the snapshot before: it depends on what was published, so that it
stands outside the content hash."""

MATCHED = _table(
    "matched",
    text_key=pa.uint64(),
    found=_BOOL,
    fuzzy=_BOOL,
    anchors=pa.list_(pa.uint32()),
)
"""What of the library the answer for an address text depends on; outside the content hash."""

PRINTED = _table("incident_print", id=_TEXT, content_hash=pa.uint64(), print=pa.binary())
"""Keyed fingerprints of what was said, to tell reports of one occurrence; outside the hash."""

EPISODE_REVISION = _table(
    "episode_revision",
    as_of=_DATE,
    since=_DATE,
    episode=_TEXT,
    change=_TEXT,
    became=_TEXT,
    differs=_TEXT,
    causes=_TEXT,
    incident=_TEXT,
    first_reported=_TIME,
    last_reported=_TIME,
    closed_at=_TIME,
    reports=_INT,
    status=_TEXT,
    first_reported_now=_TIME,
    last_reported_now=_TIME,
    closed_at_now=_TIME,
    reports_now=_INT,
    status_now=_TEXT,
)
"""How episodes that were published are told differently since: it depends on what was published,
so that it stands outside the content hash."""

WORKING = {
    "base": (META, MATCHED, EPISODE_REVISION, HOTSPOT_CHANGE),
    "people": (META, MATCHED, PRINTED),
    "text": (META,),
}
"""Tables of each part that say nothing of the city, so that the content hash leaves them out."""


def merges(kind: Kind, sources: tuple[str, ...]) -> bool:
    """Whether several sources speak of the same things of a kind, so that rows are merged."""
    return kind.natural_key is not None and len(sources) > 1


def contribution_table(kind: Kind) -> Table:
    """Return the table of what each source says of a thing, for kinds with a natural key."""
    keys = (Column("id", _TEXT), Column("source", _TEXT), Column("source_id", _TEXT))
    stated = (Column("stated_from", _DATE), Column("stated_to", _DATE))
    return Table(f"{kind.name}_contribution", (*keys, *stated, *content_columns(kind)))


def open_tables(catalogue: Catalogue) -> tuple[Table, ...]:
    """Return the tables of the open file, without `meta`."""
    tables: list[Table] = []
    for kind in catalogue:
        if kind.private:
            continue
        tables += [current_table(kind), history_table(kind)]
        if kind.natural_key:
            tables.append(contribution_table(kind))
    return (*tables, *(plain_table(k) for k in OF_THE_BASE), *STATE, *RESULTS)


def people_tables(catalogue: Catalogue) -> tuple[Table, ...]:
    """Return the tables of the steward's encrypted file, without `meta`."""
    tables: list[Table] = [QUARANTINE_ROW, REGISTRY]
    for kind in catalogue:
        if kind.private:
            tables.append(current_table(kind))
            if kind.natural_key:
                tables.append(contribution_table(kind))
        elif kind.has_private_fields:
            tables.append(side_table(kind, Held.PEOPLE, Held.PSEUDONYM))
    return tuple(tables)


def text_tables(catalogue: Catalogue) -> tuple[Table, ...]:
    """Return the tables of the analyst's encrypted file, without `meta`."""
    return tuple(side_table(k, Held.TEXT) for k in catalogue if k.held_in(Held.TEXT))


def tables_of(part: str, catalogue: Catalogue) -> tuple[Table, ...]:
    """Return the tables of one part of a snapshot: "base", "people" or "text"."""
    build = {"base": open_tables, "people": people_tables, "text": text_tables}[part]
    return build(catalogue)
