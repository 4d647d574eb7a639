"""What the steps of a run read from a base, as frames: the queries, named and in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import shapely

from blockdata.grid.standing import stands_on
from blockdata.records import Catalogue, Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session

PROVISIONAL = "provisional"
"""Source of the addresses and areas that a base makes from texts for want of a library."""

LOCAL_ELEMENTS = ("road", "road_no", "estate", "building", "unit", "floor", "room")
ELEMENTS = ("province", "city", "district", "town", "community", *LOCAL_ELEMENTS)
"""Columns of an address that hold its elements."""


SHOWN_ADDRESS = (
    "CASE WHEN coalesce(unit, floor, room) IS NULL THEN full_text "
    "WHEN ends_with(full_text, concat(unit, floor, room)) "
    "THEN full_text[:length(full_text) - length(concat(unit, floor, room))] "
    "ELSE concat(town, community, road, road_no, estate, building) END"
)
"""What an address is called in print: a flat is told as its building."""

SHOWN_WHERE = f"(SELECT {SHOWN_ADDRESS} FROM base.address a WHERE a.id = t.address_id)"
"""What the address of a record `t` is called in print."""

_UNNAMED = f"nullif(concat(t.entity_type, '（' || {SHOWN_WHERE} || '）'), '')"
SHOWN_ENTITY = f"coalesce(t.name, {_UNNAMED})"
"""What an entity `t` is called in print: a sole trader, whose name is not here, by what it is and
where, and never by its number."""


def placed_kinds(catalogue: Catalogue) -> list[Kind]:
    """Return the kinds whose rows stand at a point: open, and with a geometry or an address."""
    return [k for k in catalogue if not k.private and (k.geometry or k.address)]


def gridded_kinds(catalogue: Catalogue) -> list[Kind]:
    """Return the kinds that are counted in cells; what makes the cells is not."""
    return [k for k in placed_kinds(catalogue) if k.name not in _BORDERS]


_BORDERS = frozenset({"area", "grid", "street", "land_water"})


def has_address_library(session: Session) -> bool:
    """Whether a source delivered addresses; without one a base makes provisional addresses."""
    found = session.value(f"SELECT 1 FROM base.address WHERE source <> '{PROVISIONAL}' LIMIT 1")
    return found is not None


def library_state(session: Session) -> str:
    """Return a text that changes whenever what address texts are matched with has changed.

    Every row that a delivery or a decision writes carries its number, and numbers only grow: so
    the newest number and the number of rows cannot both stand still over a change.
    """
    selects = ", ".join(
        f"(SELECT count(*) || ' ' || coalesce(max({number}), 0) FROM {quote('base', table)} {rows})"
        for table, number, rows in (
            ("address", "last_delivery", ""),
            ("address_alias", "last_delivery", ""),
            ("name_change", "last_delivery", ""),
            ("decision", "seq", "WHERE verb = 'address'"),
            ("parser", "delivery", ""),
        )
    )
    return str(session.value(f"SELECT concat_ws(', ', {selects})"))


def name_changes(session: Session) -> pd.DataFrame:
    """Return element, former, current, renamed_on, area_code of what was given another name."""
    return session.frame(
        "SELECT element, former_name AS former, current_name AS current, "
        "changed_on AS renamed_on, area_code FROM base.name_change ORDER BY ALL"
    )


def state_of_names(session: Session) -> str:
    """Return a text that changes whenever something is given another name."""
    counted = "count(*) || ' ' || coalesce(max(last_delivery), 0)"
    return str(session.value(f"SELECT {counted} FROM base.name_change"))


def changed_addresses(session: Session, after: int) -> pd.DataFrame:
    """Return the addresses that deliveries after one have changed, as they were and as they are.

    Those that an alias which came or went names are among them.

    Returns
    -------
    DataFrame
        As from `addresses_to_match`; an id stands once for each state.
    """
    elements = ", ".join(map(quote, ELEMENTS))
    columns = f"id, full_text AS text, {elements}"
    named = "code IN (SELECT address_code FROM base.address_alias WHERE last_delivery > $after "
    named += "UNION SELECT address_code FROM base.address_alias_history WHERE closed_by > $after)"
    return session.frame(
        f"SELECT {columns} FROM base.address WHERE last_delivery > $after OR {named} UNION "
        f"SELECT {columns} FROM base.address_history WHERE closed_by > $after ORDER BY ALL",
        {"after": after},
    )


def aliases_of_changed(session: Session, after: int) -> pd.DataFrame:
    """Return the aliases that deliveries after one have changed, and those of changed addresses.

    Returns
    -------
    DataFrame
        address_id, text.
    """
    said = "SELECT address_code, alias_text FROM base.address_alias"
    codes = "SELECT id, code FROM base.address"
    return session.frame(
        f"WITH code AS ({codes} UNION {codes}_history WHERE closed_by > $after), "
        f"alias AS ({said} UNION {said}_history WHERE closed_by > $after) "
        "SELECT c.id AS address_id, a.alias_text AS text FROM alias a "
        "JOIN code c ON c.code = a.address_code ORDER BY ALL",
        {"after": after},
    )


def decided_texts(session: Session, after: int) -> list[str]:
    """Return the address texts that decisions after a number speak of."""
    rows = session.rows(
        "SELECT DISTINCT subject FROM base.decision WHERE verb = 'address' AND seq > ? ORDER BY 1",
        [after],
    )
    return [str(row[0]) for row in rows]


def addresses_to_match(session: Session) -> pd.DataFrame:
    """Return id, text and elements of the addresses in use, provisional ones included."""
    elements = ", ".join(quote(e) for e in ELEMENTS)
    return session.frame(
        f"SELECT id, full_text AS text, {elements} FROM base.address "
        "WHERE coalesce(status, 'in_use') <> 'abandoned' ORDER BY id"
    )


def address_aliases(session: Session) -> pd.DataFrame:
    """Return other texts of addresses: address_id, text."""
    return session.frame(
        "SELECT a.id AS address_id, l.alias_text AS text FROM base.address_alias l "
        "JOIN base.address a ON a.code = l.address_code ORDER BY 1, 2"
    )


def addressed_kinds(session: Session) -> list[Kind]:
    """Return the kinds with an address text whose part is at hand."""
    return [k for k in session.catalogue if k.address and session.part_of(k) in session.parts]


def address_texts(session: Session, kinds: Sequence[Kind]) -> list[str]:
    """Return the distinct address texts of some kinds, closed states included, sorted."""
    selects = []
    for kind in kinds:
        if kind.address is None:
            continue
        text = quote(kind.address)
        part, history = session.part_of(kind), [] if kind.private else [f"{kind.name}_history"]
        selects += [
            f"SELECT {text} AS t FROM {quote(part, name)} WHERE {text} IS NOT NULL"
            for name in (kind.name, *history)
        ]
    if not selects:
        return []
    texts = session.arrow(f"SELECT t FROM ({' UNION '.join(selects)}) ORDER BY t")["t"]
    found: list[str] = texts.to_pylist()
    return found


def unlocated_geometries(session: Session, table: str) -> pd.DataFrame:
    """Return id, last_delivery and geom of a table's rows whose point is still to be computed."""
    frame = session.frame(
        f"SELECT id, last_delivery, geom FROM {quote('base', table)} "
        "WHERE geom IS NOT NULL AND x IS NULL ORDER BY id, last_delivery"
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def placed_states(session: Session, kinds: Sequence[Kind]) -> pa.Table:
    """Return the states of records of some kinds that stand somewhere, by id and start.

    An event has one state only; of other kinds the closed states count for the cells they had.
    What is located by a description is left out: crossings lie on the borders of cells, and a
    place known to some ten metres would be put into one of them by chance.

    Returns
    -------
    pa.Table
        id, x, y (metres), and the validity as begins_us and ends_us: microseconds since 1970,
        null for since always and still.
    """
    union = " UNION ALL ".join(
        f"SELECT id, x, y, epoch_us(valid_from) AS begins_us, epoch_us(valid_to) AS ends_us "
        f"FROM {quote('base', name)} WHERE x IS NOT NULL AND located_by <> 'description'"
        for kind in kinds
        for name in ([kind.name] if kind.time else [kind.name, f"{kind.name}_history"])
    )
    return session.arrow(f"FROM ({union}) ORDER BY ALL")


def cells(session: Session, layers: tuple[str, ...], levels: tuple[str, ...]) -> pd.DataFrame:
    """Return every cell with a polygon: id, layer, code, name, geom, valid_from, valid_to.

    Grids of the given layers, and areas of the given levels as layers named by their level.
    """
    tables = (("grid", "layer", "$layers"), ("area", "level", "$levels"))
    parts = [
        f"SELECT id, {column} AS layer, code, name, geom, valid_from, valid_to "
        f"FROM {quote('base', table)} WHERE {column} IN (SELECT unnest({wanted})) "
        "AND geom IS NOT NULL"
        for name, column, wanted in tables
        for table in (name, f"{name}_history")
    ]
    frame = session.frame(
        f"FROM ({' UNION ALL '.join(parts)}) ORDER BY layer, id, valid_from",
        {"layers": list(layers), "levels": list(levels)},
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def cells_standing(
    session: Session, layers: tuple[str, ...], levels: tuple[str, ...], day: dt.date
) -> pd.DataFrame:
    """Return the cells with a polygon that stand on a day.

    Parameters
    ----------
    session : Session
    layers, levels : tuple of str
        Layers of grids and levels of areas.
    day : date

    Returns
    -------
    DataFrame
        As from `cells`, sorted by layer and id.
    """
    states = cells(session, layers, levels)
    return states[stands_on(states, day)].reset_index(drop=True)


VALID = "(valid_from IS NULL OR valid_from <= $day) AND (valid_to IS NULL OR valid_to > $day)"
"""Whether a state holds on a day, as `blockdata.grid.standing.stands_on` has it for frames."""


def cell_names(
    session: Session, layers: tuple[str, ...], levels: tuple[str, ...], day: dt.date
) -> pd.DataFrame:
    """Return the cells that stand on a day, with or without a polygon: cell, layer, code, name."""
    return session.frame(
        "SELECT id AS cell, layer, code, name FROM base.grid "
        f"WHERE layer IN (SELECT unnest($layers)) AND {VALID} UNION ALL "
        "SELECT id, level, code, name FROM base.area "
        f"WHERE level IN (SELECT unnest($levels)) AND {VALID} ORDER BY layer, cell",
        {"layers": list(layers), "levels": list(levels), "day": day},
    )


SEEN = (
    "i.reported_at < $end AND coalesce(i.status, 'open') <> 'void' "
    "AND i.id NOT IN (SELECT subject FROM base.decision WHERE verb = 'ignore')"
)
"""Incidents `i` that the analysis sees: reported before $end, as_of in UTC, for later ones have not
happened yet; not void; not decided to be ignored."""


def report_times(session: Session, end: dt.datetime) -> pd.DataFrame:
    """Return source, reported_at of the incidents that the analysis sees, sorted."""
    return session.frame(
        f"SELECT i.source, i.reported_at FROM base.incident i WHERE {SEEN} ORDER BY ALL",
        {"end": end},
    )


def cells_on(
    session: Session, kind: str, day: dt.date, *, between: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Return id, layer, cell of a kind's rows on the cells that stand on a day.

    Of an event this is where it lies on that day's cells, whenever it happened.

    Parameters
    ----------
    session : Session
    kind : str
    day : date
    between : tuple of str, optional
        First and last id of the rows that are wanted.
    """
    values: dict[str, object] = {"kind": kind, "day": day}
    some = ""
    if between is not None:
        some = "AND id BETWEEN $first AND $last"
        values |= {"first": between[0], "last": between[1]}
    return session.frame(
        f"SELECT id, layer, cell FROM base.cell_of WHERE kind = $kind AND {VALID} {some} "
        "ORDER BY id, layer, cell",
        values,
    )


def counts_by_cell(session: Session, kind: str, day: dt.date) -> pd.DataFrame:
    """Return layer, cell, count of a kind's rows that stand on a day."""
    return session.frame(
        "SELECT layer, cell, count(*) AS count FROM base.cell_of c "
        f"WHERE kind = $kind AND {VALID} "
        f"AND EXISTS (FROM {quote('base', kind)} k WHERE k.id = c.id) "
        "GROUP BY layer, cell ORDER BY layer, cell",
        {"kind": kind, "day": day},
    )


STANDS_THERE = "coalesce({0}.match_level, '') NOT IN ('estate', 'road')"
"""Whether a record `{0}` stands at its address; a match of an estate or a road says: somewhere in
it."""

BUILDINGS_OF_ADDRESSES = (
    "SELECT a.id AS address_id, b.id AS building FROM base.address a "
    "JOIN base.building b ON b.code = a.building_code UNION "
    "SELECT b.address_id, b.id FROM base.building b WHERE b.address_id IS NOT NULL "
    f"AND {STANDS_THERE.format('b')}"
)
"""Buildings of addresses. A building that the library lacks matches its estate; it is not the
estate's one building."""


def buildings_of_addresses(session: Session) -> pd.DataFrame:
    """Return address_id, building: by the library's building code, else by a building's address."""
    return session.frame(f"{BUILDINGS_OF_ADDRESSES} ORDER BY address_id, building")


def areas(session: Session) -> pd.DataFrame:
    """Return id, code, name, level of the areas that sources delivered."""
    return session.frame(
        f"SELECT id, code, name, level FROM base.area WHERE source <> '{PROVISIONAL}' ORDER BY id"
    )


def streets(session: Session) -> pd.DataFrame:
    """Return id, name and geom of the streets."""
    frame = session.frame(
        "SELECT id, name, geom FROM base.street WHERE geom IS NOT NULL ORDER BY id"
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def residents_by_building(session: Session) -> pd.DataFrame:
    """Return building, people: how many live in each building, 空挂 left out.

    A person whose address has several buildings counts in the first by id, and one whose address
    has none at the address itself, so that nobody is counted twice or lost for want of a building.
    """
    session.lend("building_of", _building_of_address(session))
    return session.frame(
        "SELECT coalesce(b.building, p.address_id) AS building, sum(p.people)::BIGINT AS people "
        "FROM (SELECT address_id, count(*) AS people FROM people.person "
        "WHERE residence <> 'registered_only' AND address_id IS NOT NULL GROUP BY address_id) p "
        "LEFT JOIN temp.building_of b ON b.address_id = p.address_id GROUP BY 1 ORDER BY 1"
    )


def _building_of_address(session: Session) -> pa.Table:
    """Return address_id and its first building; read anew when addresses or buildings changed."""
    state = (
        library_state(session),
        session.rows("SELECT count(*), max(last_delivery) FROM base.building"),
    )
    kept = session.kept.get(_BUILDING_OF)
    if isinstance(kept, tuple) and kept[0] == state:
        return kept[1]
    pairs = session.arrow(
        "SELECT address_id, min(building) AS building "
        f"FROM ({BUILDINGS_OF_ADDRESSES}) GROUP BY address_id"
    )
    session.kept[_BUILDING_OF] = (state, pairs)
    return pairs


_BUILDING_OF = "building of address"


def coordinates(session: Session) -> pd.DataFrame:
    """Return id, x, y of buildings and addresses that stand somewhere."""
    return session.frame(
        "SELECT id, x, y FROM base.building WHERE x IS NOT NULL UNION ALL "
        "SELECT id, x, y FROM base.address WHERE x IS NOT NULL ORDER BY id"
    )


def has_rows(session: Session, table: str, part: str = "base") -> bool:
    """Whether a table has any row."""
    return session.value(f"SELECT 1 FROM {quote(part, table)} LIMIT 1") is not None


def unmatched(session: Session, kind: Kind) -> tuple[int, int]:
    """Return how many current rows of a kind have an address text and no address, of how many."""
    count, rows = session.rows(
        f"SELECT count(*) FILTER (address_id IS NULL), count(*) "
        f"FROM {quote(session.part_of(kind), kind.name)} "
        f"WHERE {quote(str(kind.address))} IS NOT NULL"
    )[0]
    return int(str(count)), int(str(rows))


def atoms_dates(session: Session) -> tuple[dt.date | None, dt.date | None]:
    """Return the days on which atoms were drawn and figures settled, or None."""
    drawn, settled = session.rows(
        "SELECT (SELECT max(drawn_on) FROM base.atom), "
        "(SELECT max(settled_on) FROM base.atom_figure)"
    )[0]
    return (_day(drawn), _day(settled))


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None


def sources_accepted(session: Session) -> set[str]:
    """Return the sources of which at least one delivery was accepted."""
    rows = session.rows("SELECT DISTINCT source FROM base.delivery WHERE status = 'accepted'")
    return {str(row[0]) for row in rows}


def incident_counts(session: Session) -> pd.DataFrame:
    """Return cell, count of the incidents that are linked to a cell of any layer."""
    return session.frame(
        "SELECT target AS cell, count(*) AS count FROM base.link "
        "WHERE starts_with(target_kind, 'cell:') GROUP BY target ORDER BY target"
    )


OWN_FIRST = "CASE WHEN m.incident = m.episode THEN '' ELSE m.incident END"
"""Order of the reports `m` of an episode in which its cell or point is looked for: the first, which
gives the episode its id, then the others by id."""


def episodes_in_cells(
    session: Session, target_kind: str, since: dt.datetime | None = None
) -> pd.DataFrame:
    """Return category, cell, first_reported of the episodes, of those since a moment in UTC.

    The cell is that of an episode's first report, else of the next by id that has one.
    """
    return session.frame(
        f"SELECT e.category, arg_min(l.target, {OWN_FIRST}) AS cell, e.first_reported "
        "FROM base.episode e JOIN base.episode_member m ON m.episode = e.episode "
        "JOIN base.link l ON l.incident = m.incident AND l.target_kind = $kind "
        "WHERE $since::TIMESTAMP IS NULL OR e.first_reported >= $since::TIMESTAMP "
        "GROUP BY e.episode, e.category, e.first_reported ORDER BY e.episode",
        {"kind": target_kind, "since": since},
    )
