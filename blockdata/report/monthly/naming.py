"""What places are called: as they are, or by road and community where a report is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blockdata.engines import monthly_place_feeds
from blockdata.report.monthly.asking import Ask

__all__ = ["PRIVATE", "place_names", "sites_of"]

PRIVATE = ("address", "building", "legal_entity", "premises")
"""Kinds of place that somebody lives in or owns: published by road or community alone."""


def place_names(ask: Ask, kinds: Sequence[str], places: Sequence[str]) -> dict[str, str]:
    """Return what each place is called.

    Parameters
    ----------
    ask : Ask
    kinds, places : sequence of str
        Kind and id of each.

    Returns
    -------
    dict of id to str
        A flat is told as its building. When published, what is `PRIVATE` is called by its road,
        else by its community, else not at all.
    """
    rows = monthly_place_feeds.place_labels(ask.session, places, ask.day).set_index("place")
    known = rows.astype(object).where(rows.notna(), None).to_dict("index")
    return {
        place: _name(ask, kind, place, known.get(place, {}))
        for kind, place in zip(kinds, places, strict=True)
    }


def _name(ask: Ask, kind: str, place: str, row: Mapping[object, object]) -> str:
    words = ask.words
    if not (ask.publish and kind in PRIVATE):
        own = row.get("name")
        # What has no record of its own, such as a crossing, is called by its id.
        return str(own) if own else words.place_kind(kind) if kind in PRIVATE else place
    road, community = row.get("road"), row.get("community")
    if road:
        return words.t(f"{road}（某处）", f"{road} (a place on it)")
    if community:
        return words.t(f"{community}（某处）", f"{community} (a place in it)")
    return words.t("某处（不公开）", "a place (not published)")


def sites_of(ask: Ask, places: Sequence[str]) -> dict[str, str]:
    """Return the site of each place: the same for a building and the addresses in it.

    Parameters
    ----------
    ask : Ask
    places : sequence of str

    Returns
    -------
    dict of id to str
        What is not an address or a building is its own site.
    """
    rows = monthly_place_feeds.place_labels(ask.session, places, ask.day)
    known = dict(zip(rows["place"], rows["site"], strict=True))
    return {p: known[p] if isinstance(known.get(p), str) else p for p in places}
