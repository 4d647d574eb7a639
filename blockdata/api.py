"""What users hold: a base, opened for reading, and the answers it gives."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import geopandas as gpd
import pandas as pd

from blockdata.address.tree import AddressTree, Divisions, Succession
from blockdata.batch.answers import check_decision
from blockdata.batch.maintenance import fit_parser
from blockdata.config import Config, parse_config
from blockdata.engines import library_feeds, lookups, place_feeds
from blockdata.engines.matching import Matcher
from blockdata.engines.queries import run_query
from blockdata.errors import AnalysisError, ConfigError, SnapshotError
from blockdata.records import Catalogue
from blockdata.records.catalogue import OF_THE_BASE
from blockdata.report.words import Words
from blockdata.store import quarantine
from blockdata.store.decisions import Decision, write_decisions
from blockdata.store.ids import mint
from blockdata.store.keys import KeyRing, read_keys
from blockdata.store.layout import Layout
from blockdata.store.session import Session
from blockdata.store.snapshots import number_as_of, open_snapshot
from blockdata.views.hot_spots import Asked, HotSpots, hot_spots
from blockdata.views.place import Place
from blockdata.views.results import Facts, located
from blockdata.views.summary import Summary, summary_of
from blockdata.views.tables import RecordTable

if TYPE_CHECKING:
    from blockdata.address.matching.explaining import Explanation
    from blockdata.address.parser import FitReport
    from blockdata.records.docs import Lang
    from blockdata.views.cameras import Coverage
    from blockdata.views.cases.cases import Cases
    from blockdata.views.inside.area import Given
    from blockdata.views.inside.inside import Inside
    from blockdata.views.layers.layers import Layers
    from blockdata.views.monthly import MonthlyReport
    from blockdata.views.patterns.patterns import Patterns
    from blockdata.views.problems.chronic import ChronicPlaces
    from blockdata.views.problems.problems import Problems
    from blockdata.views.scores.scores import Scores
    from blockdata.views.tasks.tasks import Tasks

RESULTS = (
    *("episode", "hotspot", "chronic", "cell_of", "link", "coverage_gap", "category"),
    *("chronic_case", "chronic_similar", "cause", "cause_place", "near_chronic"),
    *("effect", "effect_place"),
    *("described_place", "address_defect", "layer_defect", "layer_repair", "grid_lineage"),
    *("camera_coverage", "cell_coverage", "raster_population"),
    *("hotspot_choice", "hotspot_case", "emerging", "near_repeat", "concentration"),
    *("rise", "rise_category", "cluster", "cluster_place"),
    *("indicator", "indicator_alarm", "scorecard", "score", "score_total"),
    *("patrol_task", "patrol_route", "upkeep_task"),
)
"""Results of the nightly run that are attributes of a base, besides its record kinds."""


def open(  # noqa: A001 - users write bd.open, as they write gzip.open
    path: Path | str,
    *,
    as_of: dt.date | str | None = None,
    number: int | None = None,
    people_key: str | None = None,
    text_key: str | None = None,
) -> Base:
    """Open a base for reading.

    Parameters
    ----------
    path : path of the base's directory
    as_of : date or ISO text, optional
        Opens the newest kept snapshot whose as_of is not later.
    number : int, optional
        Opens this snapshot. Default: the published one.
    people_key, text_key : str, optional
        Keys of the encrypted parts; default: BLOCKDATA_PEOPLE_KEY and BLOCKDATA_TEXT_KEY in the
        environment. Without a key its part stays closed and its tables are unknown.

    Returns
    -------
    Base
        It reads this snapshot until it is closed, whatever is published meanwhile.

    Raises
    ------
    SnapshotError
        If nothing is published here, or no kept snapshot answers.
    KeyMissingError
        If a key does not open its part.
    ConfigError
        If both as_of and number are given, or as_of is no date.
    """
    layout = Layout(Path(path))
    if as_of is not None:
        if number is not None:
            raise ConfigError("give as_of or number, not both", where="open")
        number = number_as_of(layout, _day(as_of))
    at_hand = read_keys()
    keys = KeyRing(people_key or at_hand.people, text_key or at_hand.text)
    session, number = open_snapshot(layout, keys, Catalogue(), number)
    return Base(layout, session, number)


def _day(value: dt.date | str) -> dt.date:
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(
            "as_of is not a date", where="open", allowed="YYYY-MM-DD or a date"
        ) from error


class Base:
    """A base, opened for reading; made by `open`.

    Every record kind is an attribute (`base.incident`), and so is every result of a run
    (`base.episode`, `base.hotspot`, `base.chronic`, `base.indicator`, ...); `dir(base)` lists them.

    Attributes
    ----------
    path : Path
    number : int
        Of the snapshot.
    as_of : date
        Local midnight, exclusive end of what is known.
    config : Config
        The configuration that the snapshot was made by, without keys and paths.
    catalogue : Catalogue
        The record kinds, the city's own among them.
    """

    def __init__(self, layout: Layout, session: Session, number: int) -> None:
        self._layout = layout
        self.session = session
        self.path = layout.root
        self.number = number
        self.config = _recorded_config(session, layout.root)
        self.catalogue = session.catalogue = self.config.catalogue()
        self.as_of = dt.date.fromisoformat(str(session.meta("as_of")))
        self._words = Words(self.lang, self.catalogue)
        self._tables = self._visible()

    @property
    def crs(self) -> str:
        """The projected CRS of x, y and all geometries."""
        return self.config.city.crs

    @property
    def time_zone(self) -> str:
        """The IANA name of the zone in which days are counted; times are stored in UTC."""
        return self.config.city.time_zone

    @property
    def lang(self) -> Lang:
        """The language of labels and explanations."""
        return self.config.city.lang

    def close(self) -> None:
        """Let go of the files."""
        self.session.con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __getattr__(self, name: str) -> RecordTable:
        tables = self.__dict__.get("_tables", {})
        if name not in tables:
            raise AttributeError(
                f"a base has no attribute {name!r}; its tables: {', '.join(tables)}"
            )
        table: RecordTable = tables[name]
        return table

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._tables]

    def __repr__(self) -> str:
        return repr(self.summary())

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def summary(self) -> Summary:
        """Return what the base holds: rows per kind, match rates, freshness, results."""
        return summary_of(self.session, self._layout, self.number, self._words)

    def quarantine(
        self, *, source: str | None = None, status: str | None = quarantine.OPEN
    ) -> pd.DataFrame:
        """Return the rejected rows, one line per violation, personal values masked.

        Parameters
        ----------
        source : str, optional
            Only this source's.
        status : str, optional
            "open" (the default), "replayed", "superseded", "ignored", or None for all.
        """
        return quarantine.listing(self.session, source=source, status=status)

    def sql(self, query: str, **frames: Any) -> pd.DataFrame:
        """Run a SELECT over the base's tables and frames of your own.

        Parameters
        ----------
        query : str
            One SELECT in DuckDB's SQL; spatial functions are at hand. Nothing can be written, no
            file read and no setting changed.
        **frames : DataFrame, GeoDataFrame or pyarrow Table
            Tables under these names; a GeoDataFrame must be in the base's CRS, its geometry
            becomes a column of WKB (`ST_GeomFromWKB` reads it).

        Returns
        -------
        DataFrame

        Raises
        ------
        AnalysisError
            If the query is not one SELECT or fails, or a frame takes the name of a table.
        CrsError
            If a GeoDataFrame is not in the base's CRS.
        """
        return run_query(self.session, query, frames, taken=self._tables, crs=self.crs)

    def profile(self, grid: str = "unit") -> pd.DataFrame:
        """Return what lies in each cell of a layer.

        Parameters
        ----------
        grid : str, default "unit"
            A layer of grids, or a level of areas.

        Returns
        -------
        DataFrame, or GeoDataFrame where a cell has a polygon
            One row per cell: people (a sum of atoms, rounded; null without a person source),
            people_shared (the figure is that of an atom shared with neighbours), buildings,
            legal_entities, components, cameras, incidents (null without such a source).

        Raises
        ------
        AnalysisError
            If the base has no such layer.
        """
        rows = lookups.profile_rows(self.session)
        layers = sorted(rows["layer"].unique())
        if grid not in layers:
            raise AnalysisError(
                f"there is no layer {grid!r}", where="profile", allowed=", ".join(layers) or "none"
            )
        rows = rows[rows["layer"] == grid].reset_index(drop=True)
        known = located(self.session, rows["cell"].tolist(), self.crs).set_index("id")["geometry"]
        shapes = known.reindex(rows["cell"])
        if shapes.isna().all():
            return rows
        cells: pd.DataFrame = gpd.GeoDataFrame(rows, geometry=shapes.to_numpy(), crs=self.crs)
        return cells

    def match(self, texts: Sequence[str | None]) -> pd.DataFrame:
        """Match address texts with the library, as the nightly run does.

        Parameters
        ----------
        texts : sequence of str or None

        Returns
        -------
        DataFrame
            In the order of `texts`: text, address_id (null without a match), match_method
            (decision, exact, alias, structured, fuzzy, none), match_score (probability that the
            address is right), level (how far it goes), evidence (how each element stands),
            runner_up and runner_up_score, reason (why there is no address).
        """
        return self._matcher.match(texts)

    def explain(self, text: str) -> Explanation:
        """Say of one address text how each element stands, and why other addresses lost.

        Parameters
        ----------
        text : str

        Returns
        -------
        Explanation
            Readable as text and, in Jupyter, as a table.
        """
        return self._matcher.explain(text)

    def fit_parser(self) -> FitReport:
        """Teach the base to read addresses as its own library writes them.

        Makes hand-written variants of the library's addresses, learns from them, and publishes
        the parser in a new snapshot; open the base again to use it. Records are matched with it
        by the next run. A run does the same by itself for a large library (`[address] fit_from`),
        and again when enough of it has changed.

        Returns
        -------
        FitReport
            How well the parser reads addresses of the library that it has not learned from.

        Raises
        ------
        DecisionError
            If the base has no address library.
        LockedError
            If a run holds the base.
        """
        return fit_parser(self._layout, self.catalogue, self.today())

    @cached_property
    def layers(self) -> Layers:
        """The layers of cells: checks, repairs, lineage, counts through time, drafts, transfer.

        See `blockdata.views.layers.layers.Layers`.
        """
        from blockdata.views.layers.layers import Layers

        return Layers(
            *(self.session, self.config, self.as_of, self._words),
            take=self.take,
            today=self.today,
        )

    @cached_property
    def cases(self) -> Cases:
        """The cases: what they are about, which belong together, who answers until when.

        See `blockdata.views.cases.cases.Cases`.
        """
        from blockdata.views.cases.cases import Cases

        return Cases(
            *(self.session, self.config, self.as_of, self._words),
            match=self.match,
            take=self.take,
            today=self.today,
        )

    @cached_property
    def patterns(self) -> Patterns:
        """The patterns in the incidents: what rises, gathers and repeats.

        See `blockdata.views.patterns.patterns.Patterns`.
        """
        from blockdata.views.patterns.patterns import Patterns

        return Patterns(self.session, self.config, self.as_of, self._words)

    @cached_property
    def scores(self) -> Scores:
        """How the city is measured: indicators with alarms, and the scorecard.

        See `blockdata.views.scores.scores.Scores`.
        """
        from blockdata.views.scores.scores import Scores

        return Scores(self.session, self.config, self.as_of, self._words)

    @cached_property
    def problems(self) -> Problems:
        """The lasting problems: places that never get better, what is behind them, what helped.

        See `blockdata.views.problems.problems.Problems`.
        """
        from blockdata.views.problems.problems import Problems

        return Problems(self.session, self.config, self.as_of, self._words)

    @cached_property
    def tasks(self) -> Tasks:
        """What to do tomorrow: patrol lists, upkeep of registers, what the last lists brought.

        See `blockdata.views.tasks.tasks.Tasks`.
        """
        from blockdata.views.tasks.tasks import Tasks

        return Tasks(self.session, self.config, self.as_of, self._words)

    def monthly(
        self,
        month: str | dt.date | None = None,
        *,
        publish: bool = False,
        stated: Mapping[str, int] | None = None,
    ) -> MonthlyReport:
        """Return the report of a natural month (考评数据分析报告).

        Parameters
        ----------
        month : str or date, optional
            "2026-10", or any day of it; default: the last whole month before as_of.
        publish : bool, default False
            Hide small counts of a category in a place, with those by which they could be worked
            out, and name private places by road or community.
        stated : mapping of source to int, optional
            How many cases of the month each source says it had, to be held against the count;
            default: as configured.

        Returns
        -------
        MonthlyReport
            `.tables`, `.summary`, `.definitions`, `.html`, `.write(folder)`, `.explain()`.

        Raises
        ------
        AnalysisError
            If it is no month, or it is not over at as_of.
        """
        from blockdata.views.monthly import monthly_report

        return monthly_report(
            *(self.session, self.config, self.as_of, month), publish=publish, stated=stated
        )

    def coverage(
        self,
        grid: str = "unit",
        *,
        owners: Sequence[str] | None = None,
        lattice_m: float | None = None,
    ) -> Coverage:
        """Compute what cameras see of the cells of a layer, by whose cameras, and what they miss.

        Cameras are street furniture with an owner and a field of view, cut by buildings; nothing
        about people takes part. The nightly run keeps the same figures for every layer in the
        tables `camera_coverage` and `cell_coverage`; here settings can be tried.

        Parameters
        ----------
        grid : str, default "unit"
            A layer of grids, or a level of areas.
        owners : sequence of str, optional
            Groups of owners whose cameras count ("city_management", "police", "traffic", "other",
            or those of the configuration); default: all.
        lattice_m : float, optional
            Distance between the points that are counted; default: as configured.

        Returns
        -------
        Coverage
            `.frame` per cell, `.by_owner`, `.cameras` with fields of view, `.summary`,
            `.blind_spots(hot)`, `.best_sites(k)`, `.best_shared(k)`, `.explain()`, `.map()`.

        Raises
        ------
        AnalysisError
            If there is no such group of owners, or no camera.
        GeometryNeededError
            If no cell of the layer has a polygon.
        """
        from blockdata.views.cameras import coverage

        day = self.as_of - dt.timedelta(days=1)
        return coverage(self.session, self.config, day, grid, owners, lattice_m)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.session)

    def tree(self) -> AddressTree:
        """Return the tree of the addresses in use: area, road or estate, door plate ... room.

        Returns
        -------
        AddressTree
            Every address at its place; what the library leaves out between two levels is there
            as a node of its own.
        """
        library = library_feeds.library_to_check(self.session)
        return AddressTree.build(library, mint=lambda key: mint("adr", "address", "tree", key))

    def divisions(self) -> Divisions:
        """Return the administrative divisions with their names and parents on any day."""
        return Divisions.build(library_feeds.areas_ever(self.session))

    def successors(self, id_or_code: str, *, on: dt.date | None = None) -> list[str]:
        """Return the addresses under which an address goes on after merges, splits and new numbers.

        Parameters
        ----------
        id_or_code : str
            Id of an address, or the code of one that the base never had.
        on : date, optional
            The day for which is asked; default: after all changes.

        Returns
        -------
        list of str
            Sorted ids; the address itself if it never changed.
        """
        links = lookups.address_successions(self.session)
        return list(Succession.build(links).resolve(id_or_code, on))

    def inside(self, area: Given) -> Inside:
        """Return all that the base answers of an area: what stands there, hot, chronic, to be done.

        Parameters
        ----------
        area : shapely polygon, GeoSeries, GeoDataFrame or str
            A polygon in the base's coordinate system; a frame with one of its own; or the id or
            code of a cell or an area.

        Returns
        -------
        Inside
            `.standing`, `.people` (whole atoms only), `.hotspots`, `.chronic`, `.patrol`,
            `.upkeep`, `.indicators()`, `.scorecard()`, `.explain()`, `.write(path)`.

        Raises
        ------
        AnalysisError
            If it is no area, or no cell of the name stands.
        CrsError
            If its coordinates look like degrees, or a frame has no coordinate system.
        """
        from blockdata.views.inside import Inside, area_of

        day = self.as_of - dt.timedelta(days=1)
        found = area_of(self.session, area, self.crs, day)
        return Inside(self.session, self.facts(), found)

    def place(self, id_or_text: str) -> Place:
        """Return everything known of one place, on one page; people are never part of it.

        Parameters
        ----------
        id_or_text : str
            Id of a place of any kind: an address (also of one that was merged or renumbered
            since), a building, a component, a legal entity, premises, a camera, a grid, an area
            ...; its code; or an address as written.

        Returns
        -------
        Place
            What it is, its aliases and cells, what stands there, cases with their results,
            episodes, whether it is chronic and what speaks for that, hot spots, chains,
            indicators of its cells, tasks due there, cameras in range. `html()` is a page.

        Raises
        ------
        AnalysisError
            If there is no such place, an address was split into several, or several have the code.
        """
        from blockdata.views.place_gathering import place_of

        identifier = self._place_now(id_or_text)
        facts = Facts(self.config, self.as_of, (), self._words, self.crs)
        return place_of(self.session, facts, identifier)

    def _place_now(self, id_or_text: str) -> str:
        """Return the id of the place that an id, a code or an address text stands for now."""
        identifier = self._now(id_or_text)
        if place_feeds.kind_of(self.session, identifier) is not None:
            return identifier
        coded = place_feeds.named(self.session, id_or_text)
        if len(coded) > 1:
            raise AnalysisError(
                "several places have this code", where="place", allowed=", ".join(coded)
            )
        if coded:
            return coded[0]
        found = self.match([id_or_text]).iloc[0]
        if pd.isna(found["address_id"]):
            raise AnalysisError(
                f"the text matches no address ({found['evidence']})",
                where="place",
                next_step="base.match([...]) tells more.",
            )
        return str(found["address_id"])

    def _now(self, identifier: str) -> str:
        """Return the one address that an id stands for now; what is no id stays as it is."""
        if lookups.is_address(self.session, identifier):
            return identifier
        now = self.successors(identifier)
        if len(now) > 1:
            raise AnalysisError(
                f"address {identifier!r} was split", where="place", allowed=", ".join(now)
            )
        return now[0]

    def decide(
        self,
        verb: str,
        subject: str,
        value: str | None = None,
        *,
        field: str | None = None,
        note: str | None = None,
        on: dt.date | None = None,
    ) -> Path:
        """Write down a human answer; the next run applies it, and every later run keeps it.

        Parameters
        ----------
        verb : str
            "address", "merge", "repin", "override", "reshape", "ignore", "replay", "link",
            "same" or "category"; see `Decision`.
        subject : str
            Address text, record id or id of a rejected row, as the verb asks for.
        value : str, optional
            What was decided; left out, an earlier decision on the subject is taken back.
        field : str, optional
            Field of an override or replay, kind of target of a link, the other case of a same.
        note : str, optional
        on : date, optional
            Day of the decision; default: today in the base's zone.

        Returns
        -------
        Path
            The file of the decision.

        Raises
        ------
        DecisionError
            If the decision does not fit the base.
        PrivacyError
            If it holds a phone number, an identity number or a name.
        """
        day = on or self.today()
        return self.take([Decision(verb, subject, value, field, note, day)])

    def take(self, decisions: Sequence[Decision]) -> Path:
        """Check decisions of one day and write them down together; see `decide`."""
        for decision in decisions:
            check_decision(self.session, decision, self.time_zone)
        return write_decisions(self._layout, decisions)

    def today(self) -> dt.date:
        """Return the present day in the base's zone."""
        return dt.datetime.now(self.config.city.zone).date()

    def _visible(self) -> dict[str, RecordTable]:
        """Return every table that a user may hold, those of closed parts left out."""
        there = {part: set(lookups.table_names(self.session, part)) for part in self.session.parts}
        wanted = [(k.name, self.session.part_of(k), k) for k in (*self.catalogue, *OF_THE_BASE)]
        wanted += [(name, "base", None) for name in RESULTS]
        wanted += [
            (name, part, None)
            for part in ("people", "text")
            for name in sorted(there.get(part, ()))
            if name.endswith(f"_{part}")
        ]
        return {
            name: RecordTable(self.session, name, part, kind, self.crs, self.lang)
            for name, part, kind in wanted
            if name in there.get(part, ())
        }

    def facts(self) -> Facts:
        """Return what explanations of results stand on, the run's findings among it."""
        try:
            manifest = json.loads(self._layout.manifest(self.number).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SnapshotError(
                "the snapshot's manifest cannot be read",
                where=str(self._layout.manifest(self.number)),
            ) from error
        findings = manifest.get("findings", [])
        return Facts(self.config, self.as_of, findings, self._words, self.crs)


def _recorded_config(session: Session, root: Path) -> Config:
    """Return the configuration that a snapshot carries; keys and paths are never part of it."""
    raw = {"city": {"name": ""}, "source": []} | json.loads(session.meta("config") or "{}")
    return parse_config(raw | {"base": {"path": root.name}}, folder=root.parent, where=str(root))


def hotspots(
    base: Base,
    *,
    category: str | None = None,
    grid: str | gpd.GeoDataFrame | None = None,
    window_days: int | None = None,
    exposure: str | None = None,
    alpha: float | None = None,
    correction: Literal["bh", "by"] | None = None,
    tell: Callable[[str], None] | None = print,
) -> HotSpots:
    """Return where problems gather: the night's answer, or one found now by the same rules.

    What the nightly run tested is read; any other layer, window, exposure or level is searched
    for now. Layer, exposure and test are chosen by stated rules
    (`blockdata.analysis.hotspots.search`), and each choice is told with its reason.

    Parameters
    ----------
    base : Base
    category : str, optional
        Only this category of incidents.
    grid : str or GeoDataFrame, optional
        The cells: a layer of the base, "h3:N", "street", "segment" (streets cut at crossings), or
        areas of one's own. Default: the night's layer.
    window_days : int, optional
        Only this window, which ends at the base's as_of.
    exposure : str, optional
        What counts are measured against: "people" (published figures, legal layers only),
        "addresses", "street_length_m", "buildings", "legal_entities", "components", "reports" (by
        all channels: how readily people report there) or "all_incidents". Default: the first of
        people, addresses, street length and all incidents that is usable.
    alpha : float, optional
        False discovery rate. Default: the configuration's.
    correction : {"bh", "by"}, optional
        Benjamini and Hochberg, or Benjamini and Yekutieli. Default: the configuration's.
    tell : callable or None
        Is given each choice and why, line by line; None for silence.

    Returns
    -------
    HotSpots
        Its `frame` has one row per window, category and cell with incidents, the hottest first: a
        GeoDataFrame in the base's CRS where cells have geometry. Besides counts, expected counts,
        `statistic` (excess in standard deviations), p, q, rank and `gi_star` (descriptive) a hot
        spot has `stability` (share of small changes of window, cell size and level under which it
        stays), `unstable_under`, `incidents` (ids behind it), `change` since the snapshot before,
        and sentences and what stands there in Chinese and English.

    Raises
    ------
    AnalysisError
        If no incident has the category, or there is no such layer or exposure.

    Notes
    -----
    Every call that searches is a family of tests of its own: who asks often finds something
    sooner or later. The night's answer is one family over all categories and windows.
    """
    asked = Asked(category, grid, window_days, exposure, alpha, correction)
    return hot_spots(base.session, base.facts(), asked, tell)


def chronic(
    base: Base, *, category: str | None = None, place_kind: str | None = None
) -> ChronicPlaces:
    """Return which places never get better, as the nightly run found it.

    Parameters
    ----------
    base : Base
    category : str, optional
        Only this category of incidents.
    place_kind : str, optional
        Only this kind of place: "address", "building", "component", "legal_entity", "premises",
        "crossing", "cell:unit", ...

    Returns
    -------
    ChronicPlaces
        Its `frame` has one row per place and category, first what is still bad, spots before
        areas, by rank; `measure` is "recurring" where no source tells when a problem was closed.
        Besides the figures it has code, name, course_word and sentences in Chinese and English.
        `.evidence(place)` tells what speaks for one place, `.similar` which similar ones got
        better.

    Raises
    ------
    AnalysisError
        If no incident has the category, or no place of the kind has an episode.
    """
    from blockdata.views.problems.chronic import chronic_places

    return chronic_places(base.session, base.facts(), category, place_kind)
