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
from blockdata.store.result_tables import RESULTS
from blockdata.store.result_tables.declaring import BOOL, DATE, FLOAT, INT, TEXT, TIME, table

REGISTRY = table("id_registry", kind=TEXT, source=TEXT, key=TEXT, id=TEXT, first_delivery=INT)
"""Ids for life. A kind with a natural key is registered by it, under the source "*"."""

QUARANTINE_ROW = table("quarantine_row", id=TEXT, raw=TEXT)
"""Rejected rows as JSON by field: masked in the open file, as they came in the steward's."""

STATE = (
    REGISTRY,
    table("source_column", source=TEXT, column_name=TEXT, first_delivery=INT),
    table(
        "quarantine",
        id=TEXT,
        delivery=INT,
        source=TEXT,
        kind=TEXT,
        file=TEXT,
        row_number=INT,
        source_id=TEXT,
        field=TEXT,
        reason=TEXT,
        value=TEXT,
        status=TEXT,
    ),
    QUARANTINE_ROW,
    table("atom", atom=TEXT, piece=TEXT, building=TEXT, drawn_on=DATE),
    table("atom_drawing", drawn_on=DATE, atoms=INT, pieces=INT, buildings_apart=INT),
    table("atom_figure", atom=TEXT, people=INT, settled_on=DATE),
    table(
        "parser",
        version=TEXT,
        delivery=INT,
        library=TEXT,
        accuracy=TEXT,
        model=pa.binary(),
    ),
)
"""What deliveries leave behind besides the records; settled after each one."""

META = table("meta", key=TEXT, value=TEXT)
"""Facts about the snapshot itself; outside the content hash."""

HOTSPOT_CHANGE = table(
    "hotspot_change",
    as_of=DATE,
    since=DATE,
    layer=TEXT,
    window_days=INT,
    category=TEXT,
    cell=TEXT,
    change=TEXT,
    count_before=INT,
    count=INT,
    excess_before=FLOAT,
    excess=FLOAT,
)
"""What became of hot spots since the snapshot before: it depends on what was published, so that it
stands outside the content hash."""

TASK_OUTCOME = table(
    "task_outcome",
    as_of=DATE,
    since=DATE,
    list=TEXT,
    grid=TEXT,
    stops=INT,
    met=INT,
    reported=INT,
    closed=INT,
    handled=INT,
    episodes=INT,
    grid_episodes=INT,
    best_episodes=INT,
    hit_rate=FLOAT,
    efficiency=FLOAT,
)
"""What the published patrol lists have brought since, beside lists by raw count; outside the
content hash, for it depends on what was published."""

MATCHED = table(
    "matched",
    text_key=pa.uint64(),
    found=BOOL,
    fuzzy=BOOL,
    anchors=pa.list_(pa.uint32()),
)
"""What of the library the answer for an address text depends on; outside the content hash."""

PRINTED = table("incident_print", id=TEXT, content_hash=pa.uint64(), print=pa.binary())
"""Keyed fingerprints of what was said, to tell reports of one occurrence; outside the hash."""

EPISODE_REVISION = table(
    "episode_revision",
    as_of=DATE,
    since=DATE,
    episode=TEXT,
    change=TEXT,
    became=TEXT,
    differs=TEXT,
    causes=TEXT,
    incident=TEXT,
    first_reported=TIME,
    last_reported=TIME,
    closed_at=TIME,
    reports=INT,
    status=TEXT,
    first_reported_now=TIME,
    last_reported_now=TIME,
    closed_at_now=TIME,
    reports_now=INT,
    status_now=TEXT,
)
"""How episodes that were published are told differently since: it depends on what was published,
so that it stands outside the content hash."""

WORKING = {
    "base": (META, MATCHED, EPISODE_REVISION, HOTSPOT_CHANGE, TASK_OUTCOME),
    "people": (META, MATCHED, PRINTED),
    "text": (META,),
}
"""Tables of each part that say nothing of the city, so that the content hash leaves them out."""


def merges(kind: Kind, sources: tuple[str, ...]) -> bool:
    """Whether several sources speak of the same things of a kind, so that rows are merged."""
    return kind.natural_key is not None and len(sources) > 1


def contribution_table(kind: Kind) -> Table:
    """Return the table of what each source says of a thing, for kinds with a natural key."""
    keys = (Column("id", TEXT), Column("source", TEXT), Column("source_id", TEXT))
    stated = (Column("stated_from", DATE), Column("stated_to", DATE))
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
