"""Everything that speaks for one place being chronic: `ChronicPlaces.evidence`."""

from __future__ import annotations

import html
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines.evidence_feeds import KEY
from blockdata.report.chronic_evidence import months_drawn
from blockdata.report.chronic_words import chronic_sentences, course_word, place_called
from blockdata.report.evidence import Asking, Evidence, gather
from blockdata.report.evidence_words import closing_words, standing_words
from blockdata.report.one_page import one_page
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.place import records_of
from blockdata.views.problems.timeline import step_word, timeline_of

__all__ = ["PlaceEvidence", "evidence_of", "gathered_at"]

_MOST_TOLD = 100
_MOST_OPEN = 12


@dataclass(frozen=True, repr=False)
class PlaceEvidence:
    """What speaks for one place being chronic.

    Parameters
    ----------
    place : str
        Its id.
    name : str
    problems : DataFrame
        Its rows of the table `chronic`, one per category, with began_on and a sentence in Chinese
        and in English.
    timeline : DataFrame
        category, episode, incident, case_no, at (local), what (a step's code, or "reported"),
        department, result, administrative (of a closing): all that was reported and done, in the
        order of time.
    episodes, reports, steps : DataFrame
        The tables that the timeline is made of; times are local.
    closings : DataFrame
        closings (reports that were closed), administrative (of these), reopenings, ignored,
        sent_back, results.
    standing : DataFrame
        relation, kind, count, names: what stands there. Of people sums of atoms alone, by cell.
    whereabouts : DataFrame
        Of a larger place, at which places inside it the episodes were.
    changes : DataFrame
        on, days (from when the problem began), what, zh, en.
    similar : DataFrame
        Similar places that got better, and what was done there.
    drawings : dict of str to str
        The months of each category, as SVG.
    words : Words
    """

    place: str
    name: str
    problems: pd.DataFrame
    timeline: pd.DataFrame
    episodes: pd.DataFrame
    reports: pd.DataFrame
    steps: pd.DataFrame
    closings: pd.DataFrame
    standing: pd.DataFrame
    whereabouts: pd.DataFrame
    changes: pd.DataFrame
    similar: pd.DataFrame
    drawings: dict[str, str]
    words: Words

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as lists of rows; missing values are None and times are texts."""
        tables = {
            name: records_of(value.drop(columns=["names", "results"], errors="ignore"))
            for name, value in vars(self).items()
            if isinstance(value, pd.DataFrame)
        }
        return {"place": self.place, "name": self.name, **tables}

    def explain(self) -> str:
        """Return the evidence in words."""
        return "\n".join(
            line
            for title, lines in self.sections().items()
            for line in (title, *(f"  {text}" for text in lines))
        )

    def sections(self) -> dict[str, list[str]]:
        """Return the evidence in sentences by title; titles without any are left out."""
        t = self.words.t
        told = {
            t("问题", "Problems"): self.problems[f"sentence_{self.words.lang}"].tolist(),
            t("办结", "Closings"): [
                self._of(row, closing_words(row, self.words))
                for row in self.closings.to_dict("records")
            ],
            t("此处有", "What stands there"): standing_words(self.standing, self.words),
            t("问题在其中的哪些地方", "Where in it"): [
                self._of(row, f"{row['name']} {row['episodes']}")
                for row in self.whereabouts.head(10).to_dict("records")
            ],
            t("有什么变化", "What changed"): [
                self._of(row, str(row[self.words.lang])) for row in self.changes.to_dict("records")
            ],
            t("相似而好转的地方", "Similar places that got better"): [
                self._of(row, self._similar(row)) for row in self.similar.to_dict("records")
            ],
            t("经过", "Timeline"): self._told_timeline(),
        }
        return {title: lines for title, lines in told.items() if lines}

    def _of(self, row: dict[Hashable, Any], text: str) -> str:
        """Name the category where the place has several."""
        if len(self.problems) < 2:
            return text
        return f"{row['category']}{self.words.t('：', ': ')}{text}"

    def _similar(self, row: dict[Hashable, Any]) -> str:
        name = row["similar"] if pd.isna(row["name"]) else row["name"]
        course = course_word(row["course"], self.words)
        calm = 0 if pd.isna(row["calm_months"]) else int(row["calm_months"])
        works = str(row[f"works_{self.words.lang}"])
        return self.words.t(
            f"{name}：{course}，{row['episodes']} 次，平静 {calm} 个月。{works}",
            f"{name}: {course}, {row['episodes']} times, calm for {calm} months. {works}",
        ).strip()

    def _told_timeline(self) -> list[str]:
        """Tell each report in a line with its steps, in the order of reports."""
        lines = [self._of(rows[0], self._course(rows)) for rows in self._by_report()]
        left_out = max(len(lines) - _MOST_TOLD, 0)
        if left_out:
            told = self.words.t(
                f"更早的 {left_out} 件见 .timeline", f"{left_out} earlier reports: see .timeline"
            )
            return [told, *lines[left_out:]]
        return lines

    def _by_report(self) -> list[list[dict[Hashable, Any]]]:
        groups: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
        for row in self.timeline.to_dict("records"):
            groups.setdefault((str(row["category"]), str(row["incident"])), []).append(row)
        return list(groups.values())

    def _course(self, rows: list[dict[Hashable, Any]]) -> str:
        words, first = self.words, rows[0]
        known = [str(v) for v in (first["case_no"], first["department"]) if not pd.isna(v)]
        named = words.t(f"（{'，'.join(known)}）", f" ({', '.join(known)})") if known else ""
        steps = [f"{step_word(str(r['what']), words)} {r['at']:%m-%d %H:%M}" for r in rows[1:]]
        told = f"{first['at']:%Y-%m-%d %H:%M} {step_word(str(first['what']), words)}{named}"
        by = [str(r["department"]) for r in rows[1:] if not pd.isna(r["department"])]
        results = [str(r["result"]) for r in rows if not pd.isna(r["result"])]
        if any(r["administrative"] is True for r in rows):
            results.append(words.t("行政办结", "administrative"))
        more = words.t("，", ", ").join(dict.fromkeys([*by[-1:], *results]))
        ended = words.t(f"（{more}）", f" ({more})") if more else ""
        return " → ".join([told, *steps]) + ended

    def page(self) -> str:
        """Return the evidence as a page in one file that asks for nothing from anywhere."""
        return one_page(self.name, self._repr_html_(), self.words)

    def __repr__(self) -> str:
        return f"{self.name} ({self.place})\n{self.explain()}"

    def _repr_html_(self) -> str:
        name, place = html.escape(self.name), html.escape(self.place)
        return f"<h3>{name} <code>{place}</code></h3>\n{self.body()}"

    def body(self) -> str:
        """Return the evidence as HTML without its title; a long timeline is folded."""
        several = len(self.drawings) > 1
        parts = [
            (f"<p>{html.escape(category)}</p>" if several else "") + drawing
            for category, drawing in self.drawings.items()
        ]
        for title, lines in self.sections().items():
            items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
            if len(lines) > _MOST_OPEN:
                head = f"{html.escape(title)} ({len(lines)})"
                parts.append(f"<details><summary>{head}</summary><ul>{items}</ul></details>")
            else:
                parts.append(f"<h4>{html.escape(title)}</h4><ul>{items}</ul>")
        return "\n".join(parts)


def gathered_at(
    session: Session, found: pd.DataFrame, place: str, asking: Asking, words: Words
) -> PlaceEvidence:
    """Gather the evidence of one place.

    Parameters
    ----------
    session : Session
    found : DataFrame
        Its rows of the table `chronic` that were found, one or more.
    place : str
    asking : Asking
    words : Words
    """
    return evidence_of(gather(session, found, asking, words), place, asking, words)


def evidence_of(gathered: Evidence, place: str, asking: Asking, words: Words) -> PlaceEvidence:
    """Return what was gathered about one place, as users hold it.

    Parameters
    ----------
    gathered : Evidence
        Of that place alone, one or several categories.
    place : str
    asking : Asking
    words : Words
    """
    days = (int(asking.chronic.window_days), int(asking.chronic.recur_days))
    problems = gathered.problems
    name = place_called(problems.iloc[0].to_dict())
    both = {lang: Words(lang, words.catalogue) for lang in ("zh", "en")}
    rows = problems.to_dict("records")
    sentences = {
        f"sentence_{lang}": [chronic_sentences(row, name, days, own) for row in rows]
        for lang, own in both.items()
    }
    return PlaceEvidence(
        place=place,
        name=name,
        problems=problems.assign(**sentences),
        timeline=timeline_of(gathered.reports, gathered.steps),
        episodes=gathered.episodes,
        reports=gathered.reports,
        steps=gathered.steps,
        closings=gathered.closings,
        standing=gathered.standing,
        whereabouts=gathered.whereabouts,
        changes=gathered.changes,
        similar=gathered.similar,
        drawings=_drawings(gathered, rows, asking, words),
        words=words,
    )


def _drawings(
    gathered: Evidence, rows: list[dict[Hashable, Any]], asking: Asking, words: Words
) -> dict[str, str]:
    drawings = {}
    for row in rows:
        key = tuple(str(row[column]) for column in KEY)
        changes = gathered.of(*key)["changes"]
        drawings[key[-1]] = months_drawn(key, row, changes, gathered, asking, words)
    return drawings
