"""`base.inside(polygon)`: where problems gather and what never gets better, in one's own area."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from blockdata.analysis.tasks import lay_route
from blockdata.engines import inside_feeds
from blockdata.report.workbook import Sheet, workbook_bytes
from blockdata.store.session import Session
from blockdata.views.inside.area import Area
from blockdata.views.inside.figures import area_indicators, area_scorecard
from blockdata.views.results import Facts, with_places

__all__ = ["Inside"]

_SHOWN = 10
_MONTHS = 13


class Inside:
    """What a base knows of an area; made by `base.inside`.

    Parameters
    ----------
    session : Session
    facts : Facts
    area : Area

    Notes
    -----
    People are told as the sum of the atoms that lie whole inside, so that two areas differ by
    whole atoms only. Cases count by their point; those that only a description locates, or that
    are known by their cell alone, count in none.
    """

    def __init__(self, session: Session, facts: Facts, area: Area) -> None:
        self._session, self._facts, self.area = session, facts, area

    @cached_property
    def _records(self) -> pd.DataFrame:
        return inside_feeds.records_inside(self._session, self.area.shape, self._day)

    @property
    def _day(self) -> dt.date:
        return self._facts.as_of - dt.timedelta(days=1)

    @cached_property
    def standing(self) -> pd.DataFrame:
        """How much of each kind stands inside: kind, name, count; people are not among them."""
        words = self._facts.words
        counted = self._records.groupby("kind").size().rename("count").reset_index()
        counted.insert(1, "name", counted["kind"].map(words.kind))
        return counted

    @cached_property
    def people(self) -> int | None:
        """The published people of the atoms that lie whole inside; None where there is none."""
        return self._atoms[0]

    @cached_property
    def _atoms(self) -> tuple[int | None, int, int]:
        return inside_feeds.atoms_inside(self._session, self.area.shape)

    @cached_property
    def hotspots(self) -> pd.DataFrame:
        """Hot spots of which a part lies inside, with the share of the cell that does."""
        rows = inside_feeds.hot_inside(self._session, self.area.shape, self._day)
        return self._named(rows, "cell")

    @cached_property
    def chronic(self) -> pd.DataFrame:
        """Chronic problems at places inside, and of cells that reach into the area."""
        ids = self._records["id"]
        rows = inside_feeds.chronic_inside(self._session, self.area.shape, self._day, ids=ids)
        return self._named(rows, "place")

    @cached_property
    def patrol(self) -> pd.DataFrame:
        """Stops of tomorrow's patrol lists inside, in the order of one walk, with leg_m.

        The walk begins at the most urgent stop and goes in straight lines; the lists of the grids
        go along streets.
        """
        rows = inside_feeds.area_found(self._session, "patrol_task", self.area.shape)
        rows = rows.sort_values(["score", "grid", "no"], ascending=[False, True, True])
        if len(rows) < 2:
            return rows.reset_index(drop=True)
        at = rows[["x", "y"]].to_numpy(dtype=np.float64)
        apart_m = np.linalg.norm(at[:, None, :] - at[None, :, :], axis=2)
        route = lay_route(apart_m)
        walked = rows.iloc[[0, *(route.order + 1)]].reset_index(drop=True)
        return walked.assign(leg_m=[0.0, *route.leg_m])

    @cached_property
    def upkeep(self) -> pd.DataFrame:
        """Records inside whose register needs a visit; never a person, never a figure of people."""
        rows = inside_feeds.area_found(self._session, "upkeep_task", self.area.shape)
        return rows.sort_values(["grid", "no"], ignore_index=True)

    def indicators(self, months: int = _MONTHS) -> pd.DataFrame:
        """Return the indicators of the area beside those of the whole base.

        Parameters
        ----------
        months : int, default 13
            The last so many whole months.

        Returns
        -------
        DataFrame
            As from `blockdata.views.inside.figures.area_indicators`.
        """
        return area_indicators(self._session, self._facts, self.area, months)

    def scorecard(self, months: int = 1) -> pd.DataFrame:
        """Return the scorecard of the area beside that of the whole base.

        Parameters
        ----------
        months : int, default 1
            The last so many whole months.

        Returns
        -------
        DataFrame
            As from `blockdata.views.inside.figures.area_scorecard`.
        """
        return area_scorecard(self._session, self._facts, self.area, months)

    def write(self, path: Path | str) -> Path:
        """Write all of it as an XLSX workbook, a table a sheet.

        Parameters
        ----------
        path : path
            Of the file; its folder must exist.

        Returns
        -------
        Path
        """
        t, target = self._facts.words.t, Path(path)
        tables = {
            t("地上物", "What stands there"): self.standing,
            t("热点", "Hot spots"): self.hotspots,
            t("久治不愈", "Chronic"): self.chronic,
            t("巡查", "Patrol"): self.patrol,
            t("台账核查", "Registers"): self.upkeep,
            t("指标", "Indicators"): self.indicators(),
            t("考核", "Scorecard"): self.scorecard(),
        }
        sheets = [_sheet(name, frame) for name, frame in tables.items()]
        target.write_bytes(workbook_bytes([_told_sheet(t, self.explain()), *sheets]))
        return target

    def _named(self, rows: pd.DataFrame, column: str) -> pd.DataFrame:
        if rows.empty:
            return rows
        return with_places(rows, column, self._session, self._facts.crs)

    def explain(self) -> str:
        """Return in words what is known of the area."""
        words = self._facts.words
        name = self.area.name or words.t("自定区域", "An area of your own")
        standing = words.t("、", ", ").join(
            f"{row['name']} {row['count']:,}" for row in self.standing.to_dict("records")
        )
        bad = int(self.chronic["course"].ne("resolved").sum()) if len(self.chronic) else 0
        lines = [
            words.t(
                f"{name}：{self.area.area_m2:,.0f} 平方米（截至 {self._facts.as_of}）",
                f"{name}: {self.area.area_m2:,.0f} m² (as of {self._facts.as_of})",
            ),
            words.t(f"现有：{standing or '无'}", f"What stands there: {standing or 'nothing'}"),
            self._people_told(),
            words.t(
                f"热点 {len(self.hotspots)} 个，久治不愈 {len(self.chronic)} 处（未解决 {bad}）",
                f"{len(self.hotspots)} hot spots, {len(self.chronic)} chronic problems "
                f"({bad} not resolved)",
            ),
            words.t(
                f"明日巡查 {len(self.patrol)} 站，需核查的台账 {len(self.upkeep)} 条",
                f"{len(self.patrol)} stops to patrol tomorrow, {len(self.upkeep)} records whose "
                "register needs a visit",
            ),
        ]
        return "\n".join(lines)

    def _people_told(self) -> str:
        people, whole, cut = self._atoms
        t = self._facts.words.t
        if people is None:
            return t(
                "人口：没有完整落在范围内的人口原子，不作公布",
                "People: no atom lies whole inside, so that no figure is told",
            )
        return t(
            f"人口：{people:,}（完整落在范围内的 {whole} 个人口原子之和；边界切过的 {cut} 个不计）",
            f"People: {people:,} (sum of the {whole} atoms that lie whole inside; {cut} that the "
            "border cuts are left out)",
        )

    def __repr__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        t = self._facts.words.t
        told = "<br>".join(html.escape(line) for line in self.explain().splitlines())
        tables = (
            (t("热点", "Hot spots"), self.hotspots),
            (t("久治不愈", "Chronic problems"), self.chronic),
            (t("明日巡查", "Patrol"), self.patrol),
        )
        parts = [
            f"<h4>{html.escape(title)}</h4>{_plain(frame).to_html(max_rows=_SHOWN)}"
            for title, frame in tables
            if len(frame)
        ]
        return f"<p>{told}</p>" + "\n".join(parts)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without its shapes."""
    return pd.DataFrame(frame.drop(columns=["geometry", "geom"], errors="ignore"))


def _sheet(name: str, frame: pd.DataFrame) -> Sheet:
    told = _plain(frame)
    formats = ["number" if pd.api.types.is_numeric_dtype(d) else "text" for d in told.dtypes]
    rows = [
        [None if pd.isna(v) else v for v in row] for row in told.itertuples(index=False, name=None)
    ]
    return Sheet(name, [str(c) for c in told.columns], rows, formats)


def _told_sheet(t: Callable[[str, str], str], text: str) -> Sheet:
    title = t("说明", "About")
    return Sheet(title, [title], [[line] for line in text.splitlines()], ["text"])
