"""The step that asks what chronic places have in common: owners, batches, estates, neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis import bh_qvalues
from blockdata.analysis.causes import (
    cause_test,
    companies,
    judged_causes,
    neighbour_test,
    told_bodies,
)
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Causes
from blockdata.engines import cause_feeds
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["find_causes"]

_SEED = 31
_KEY = ["place_kind", "cause_kind", "cause"]


@dataclass(frozen=True)
class Asked:
    """One question: places of a kind, and what they may share.

    Parameters
    ----------
    place_kind, cause_kind : str
    places : DataFrame
        place, stratum, bad.
    members : DataFrame
        place, cause.
    """

    place_kind: str
    cause_kind: str
    places: pd.DataFrame
    members: pd.DataFrame


def find_causes(session: Session, context: Context) -> None:
    """Compare owners, keepers, batches, companies, estates, roads and units with their like.

    A place is bad if it is chronic in any category, and counts once. The family of q is every
    cause of every kind that was tested in the night; neighbours are a family of their own.
    """
    settings = context.config.causes
    derived.clear_result(session, "cause", "cause_kind", "cause_place")
    derived.clear_result(session, "near_chronic", "near_chronic_place")
    if not cause_feeds.is_any_chronic(session):
        return
    components = cause_feeds.component_places(session, settings.fields_of("component"))
    spots = cause_feeds.spot_places(session)
    asked = [
        *_of_components(session, context, components),
        *_of_spots(session, settings, spots),
        *_of_departments(session),
    ]
    found, kinds = _tested(asked, settings)
    # What stands at one place alone is no cause of several.
    derived.write_result(session, "cause", found[(found["bad"] > 0) & (found["places"] > 1)])
    derived.write_result(session, "cause_kind", kinds)
    listed = found.loc[found["status"].notna(), _KEY]
    derived.write_result(session, "cause_place", _places_behind(session, asked, listed))
    _write_neighbours(session, settings, components, spots)


def _of_components(session: Session, context: Context, rows: pd.DataFrame) -> Iterator[Asked]:
    """Ask of components by owner, keeper, batch, road and the city's own fields."""
    known = cause_feeds.known_bodies(session)
    bodies = {
        name: told_bodies(rows[name], rows[f"{name}_code"], known) for name in ("owner", "keeper")
    }
    settings = context.config.causes
    own = settings.bodies.get("component", ())
    bodies |= {name: told_bodies(rows[name], known=known) for name in own}
    _tell_hidden(context, rows, bodies)
    shared = bodies | {"batch": _batch(rows, bodies, (*own, "owner")[0]), "road": rows["road"]}
    shared |= {name: rows[name] for name in settings.traits.get("component", ())}
    for name, values in shared.items():
        members = pd.DataFrame({"place": rows["place"], "cause": values.astype("str")})
        yield Asked("component", name, rows, members)


def _batch(rows: pd.DataFrame, bodies: dict[str, pd.Series], by: str) -> pd.Series:
    """Return name, maker (else owner) and year of survey in one text.

    Null without a year, and where the maker or owner may not be named.
    """
    body = bodies[by].where(rows[by].notna(), "")
    year = rows["surveyed_year"].astype("Int64").astype("str")
    text = rows["name"].astype("str") + " " + body + " " + year
    return text.str.replace("  ", " ")


def _tell_hidden(context: Context, rows: pd.DataFrame, bodies: dict[str, pd.Series]) -> None:
    for name, told in bodies.items():
        hidden = rows[name].notna() & told.isna()
        if hidden.any():
            context.tell(
                Finding(
                    "unnamed_owners",
                    name,
                    f"{int(hidden.sum())} 个部件的相应单位看不出是单位，可能是个人，不列名，"
                    "只作为其他部件参加比较",
                    f"of {int(hidden.sum())} components the name is not known to be a body's and "
                    "may be a person's: it is not told, and they count among the others",
                    count=int(hidden.sum()),
                    warns=False,
                )
            )


def _of_spots(session: Session, settings: Causes, spots: pd.DataFrame) -> Iterator[Asked]:
    """Ask of addresses by estate, road, the companies there, and the city's own fields."""
    for name in ("estate", "road"):
        yield Asked(
            "address", name, spots, spots[["place", name]].set_axis(["place", "cause"], axis=1)
        )
    there = cause_feeds.spot_companies(session)
    yield Asked("address", "company", spots, there.assign(cause=companies(there["company"])))
    known = cause_feeds.known_bodies(session)
    for kind in ("building", "premises"):
        for name in settings.fields_of(kind):
            members = cause_feeds.spot_fields(session, kind, name)
            if name in settings.bodies.get(kind, ()):
                members = members.assign(cause=told_bodies(members["cause"], known=known))
            yield Asked("address", name, spots, members)


def _of_departments(session: Session) -> Iterator[Asked]:
    """Ask of problems whose closings were tested by the unit that dealt with them.

    A place counts once for each category here, for units answer for categories, and a category is
    compared with itself.
    """
    rows = cause_feeds.departments_answering(session)
    told = told_bodies(rows["department"], known=cause_feeds.known_bodies(session))
    rows = rows.assign(
        bad=rows["status"].notna(), stratum=rows["category"], cause=told,
        key=rows["place"] + " " + rows["category"],
    )  # fmt: skip
    for kind, own in rows.groupby("place_kind", sort=True):
        places = own[["key", "stratum", "bad", "cause"]].rename(columns={"key": "place"})
        yield Asked(str(kind), "department", places, places[["place", "cause"]])


def _tested(asked: list[Asked], settings: Causes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return all causes, judged together, and one row per question."""
    parts = [
        cause_test(
            one.places, members=one.members, alpha=settings.alpha, min_places=settings.min_places
        ).assign(place_kind=one.place_kind, cause_kind=one.cause_kind)
        for one in asked
    ]
    found = judged_causes(
        pd.concat(parts, ignore_index=True),
        alpha=settings.alpha,
        correction=settings.correction,
        within=("place_kind", "cause_kind"),
    )
    found = found.assign(tests=int(found["p"].notna().sum()))
    found = found.sort_values(["place_kind", "cause_kind", "rank", "cause"], ignore_index=True)
    return found, pd.DataFrame([_summed(one, found) for one in asked])


def _summed(one: Asked, found: pd.DataFrame) -> dict[str, object]:
    """Say how many causes of a kind there are, and why some of them were not tested."""
    own = found[(found["place_kind"] == one.place_kind) & (found["cause_kind"] == one.cause_kind)]
    with_cause = one.members.dropna(subset=["cause"])["place"].nunique()
    counts = own["reason"].value_counts()
    return {
        "place_kind": one.place_kind,
        "cause_kind": one.cause_kind,
        "places": len(one.places),
        "bad": int(one.places["bad"].sum()),
        "with_cause": int(with_cause),
        "causes": len(own),
        "tested": int(own["p"].notna().sum()),
        "listed": int(own["status"].notna().sum()),
        **{reason: int(counts.get(reason, 0)) for reason in REASONS},
        "reason": None if with_cause else "no_source",
    }


REASONS = ("too_few_places", "no_other_like", "none_or_all_bad", "too_few_to_tell")
"""Why causes may not have been tested; a column each of the table `cause_kind`."""


def _places_behind(session: Session, asked: list[Asked], listed: pd.DataFrame) -> pd.DataFrame:
    """Return the chronic places of each cause that is listed, with the categories they are in."""
    blocks = []
    for one in asked:
        bad = one.places.loc[one.places["bad"], ["place"]]
        pairs = one.members.dropna(subset=["cause"])[["place", "cause"]].astype("str")
        own = pairs.drop_duplicates().merge(bad, on="place")
        blocks.append(own.assign(place_kind=one.place_kind, cause_kind=one.cause_kind))
    behind = listed.merge(pd.concat(blocks, ignore_index=True), on=_KEY)
    categories = cause_feeds.listed_categories(session)
    # Of a unit's problems the place stands with its category already.
    answering = behind["cause_kind"] == "department"
    both = behind[answering].assign(
        place=behind["place"].str.split(" ", n=1).str[0],
        category=behind["place"].str.split(" ", n=1).str[1],
    )
    rest = behind[~answering].merge(categories, on=["place_kind", "place"], how="left")
    columns = [*_KEY, "place", "category"]
    every = pd.concat([rest, both], ignore_index=True)
    return every[columns].sort_values(columns, ignore_index=True)


def _write_neighbours(
    session: Session, settings: Causes, components: pd.DataFrame, spots: pd.DataFrame
) -> None:
    """Test of each kind whether chronic places stand near each other more than others do.

    They are compared with places that had any problem in the window: that reports gather where
    there is more of everything is no news.
    """
    of_kind = {
        "address": spots[spots["seen"]],
        "component": components[components["seen"]],
        "legal_entity": cause_feeds.near_places(session, "legal_entity"),
        "premises": cause_feeds.near_places(session, "premises"),
    }
    rows, near = [], []
    for kind, places in of_kind.items():
        if places.empty:
            continue
        found = neighbour_test(
            places, radius_m=settings.radius_m, permutations=settings.permutations, seed=_SEED
        )
        located = places.dropna(subset=["x", "y"])
        rows.append(
            {
                "place_kind": kind,
                "places": len(located),
                "bad": int(located["bad"].sum()),
                "pairs": found.pairs,
                "expected": found.expected,
                "p": found.p,
                "reason": found.reason,
            }
        )
        near.append(found.places.assign(place_kind=kind))
    if not rows:
        return
    table = pd.DataFrame(rows)
    q = bh_qvalues(table["p"].to_numpy(dtype=np.float64))
    status = pd.Series("gathered", index=table.index, dtype="str").where(q <= settings.alpha)
    table = table.assign(
        q=q, status=status, radius_m=settings.radius_m, permutations=settings.permutations
    )
    derived.write_result(session, "near_chronic", table)
    derived.write_result(session, "near_chronic_place", pd.concat(near, ignore_index=True))
