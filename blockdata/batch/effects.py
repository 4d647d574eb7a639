"""The step that asks whether interventions worked, against places like those that had none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from blockdata.analysis.effect import effect_words, verdict_of
from blockdata.batch.steps import Context
from blockdata.engines import effect_feeds
from blockdata.engines.effect_studies import (
    Ground,
    reach,
    read_ground,
    settings_of,
    study_effect,
    told_places,
)
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["find_effects"]


@dataclass(frozen=True)
class Question:
    """What is asked together: one intervention, or several of one name or category.

    Parameters
    ----------
    effect, scope : str
        Its id, and "intervention", "name" or "category".
    works : DataFrame
        The interventions.
    """

    effect: str
    scope: str
    works: pd.DataFrame


def find_effects(session: Session, context: Context) -> None:
    """Compare before and after at the places that interventions reached with places like them.

    Each intervention is asked of by itself, and those of one name, and of one category, together.
    """
    derived.clear_result(session, "effect", "effect_place")
    works = _works(session, context.as_of)
    if works.empty:
        return
    areas = works["geom"].map(lambda g: g is not None and g.area > 0)
    # One that states no category is about all of them.
    stated = sorted(set(works["category"].dropna()))
    wanted = None if works["category"].isna().any() else stated
    ground = read_ground(session, context.config, context.as_of, wanted, cells=bool(areas.any()))
    if ground is None:
        return
    reached = reach(works, ground, context.config.effects)
    rows, places = [], []
    for question in _questions(works, reached):
        row, behind = _answer(question, ground, reached, context)
        rows.append(row)
        places.append(behind.assign(effect=question.effect))
    derived.write_result(session, "effect", pd.DataFrame(rows))
    derived.write_result(session, "effect_place", pd.concat(places, ignore_index=True))


def _works(session: Session, as_of: dt.date) -> pd.DataFrame:
    """Return the interventions that had begun, the spot of their address as their place."""
    works = effect_feeds.interventions(session)
    works = works[works["started_on"] < pd.Timestamp(as_of)].reset_index(drop=True)
    named = works["place"].dropna().unique().tolist()
    if not named:
        return works.astype({"place": "str"})
    spots = effect_feeds.spots_of_places(session, named).drop_duplicates("id").set_index("id")
    return works.assign(place=works["place"].map(spots["place"]).astype("str"))


def _questions(works: pd.DataFrame, reached: pd.DataFrame) -> Iterator[Question]:
    """Ask of each intervention, then of all of a name, then of all of a category.

    Cells are not pooled with addresses: what is pooled has the same kinds of place.
    """
    for own in works["intervention"]:
        yield Question(own, "intervention", works[works["intervention"] == own])
    is_cell = reached["place_kind"].str.startswith("cell:")
    of_cells = works["intervention"].isin(reached.loc[is_cell, "intervention"])
    asked: set[frozenset[str]] = set()
    for scope in ("name", "category"):
        for (label, cells), group in works.groupby([works[scope], of_cells], sort=True):
            members = frozenset(group["intervention"])
            if len(members) > 1 and members not in asked:
                asked.add(members)
                yield Question(f"{scope}:{label}{':cells' if cells else ''}", scope, group)


def _answer(
    question: Question, ground: Ground, reached: pd.DataFrame, context: Context
) -> tuple[dict[str, object], pd.DataFrame]:
    own = reached["intervention"].isin(question.works["intervention"])
    treated, taken = reached[own], reached[~own]
    effect = study_effect(ground, treated, taken, settings_of(context.config.effects))
    zh, en = effect_words(effect, context.config.effects.level)
    head_zh, head_en = _heading(question)
    found = effect.summary
    row = {
        "effect": question.effect,
        "scope": question.scope,
        **_of_works(question.works),
        "place_kind": "、".join(sorted(set(treated["place_kind"]))) or None,
        "observed_from": ground.observed_from.date(),
        "observed_to": ground.observed_to.date(),
        "reached": len(treated.drop_duplicates(["place_kind", "place"])),
        **found,
        "level": context.config.effects.level,
        "verdict": None if found["reason"] else verdict_of(found),
        "zh": f"{head_zh}{zh}",
        "en": f"{head_en}{en}",
    }
    return row, told_places(effect, treated)


def _of_works(works: pd.DataFrame) -> dict[str, object]:
    """Say what interventions have in common; what differs between them is left out."""
    shared = {
        name: works[name].iloc[0] if len(works[name].unique()) == 1 else None
        for name in ("name", "category", "department")
    }
    ends = works["ended_on"]
    return {
        **{name: None if pd.isna(value) else value for name, value in shared.items()},
        "code": works["code"].iloc[0] if len(works) == 1 else None,
        "interventions": len(works),
        "started_on": works["started_on"].min().date(),
        "ended_on": None if ends.isna().any() else ends.max().date(),
    }


def _heading(question: Question) -> tuple[str, str]:
    told = _of_works(question.works)
    begun, ended = told["started_on"], told["ended_on"]
    until_zh = f"，{ended} 结束" if ended else ""
    until_en = f", ended {ended}" if ended else ""
    zh_name = f"“{told['name']}”" if told["name"] else "各项措施"
    en_name = f"“{told['name']}”" if told["name"] else "All interventions"
    zh_about = f"{told['category']}，" if told["category"] else ""
    en_about = f"{told['category']}, " if told["category"] else ""
    if question.scope == "intervention":
        return (
            f"{zh_name}（{zh_about}{begun} 开始{until_zh}）：",
            f"{en_name} ({en_about}begun {begun}{until_en}): ",
        )
    count = told["interventions"]
    return (
        f"{zh_name}合计 {count} 次（{zh_about}{begun} 起）：",
        f"{en_name}, {count} in all ({en_about}from {begun}): ",
    )
