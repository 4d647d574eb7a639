"""Truths planted among the incidents, which a base should find again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_samples.district.cases import (
    HOTLINE,
    PATROL,
    Scene,
    frame_of,
    put_at_components,
    with_fate,
)
from data_samples.district.matters import MATTERS, number_of
from data_samples.district.network import Ints
from data_samples.district.sizes import HOT_DAYS

HOT_CATEGORIES = ("占道经营", "违规停车", "暴露垃圾")
HOT_KINDS = {"emerging": (HOT_DAYS, 0), "persistent": (364, 0), "ended": (160, 90)}
"""Kind of a hot spot: the days before `AS_OF` on which it begins and ends."""

CHRONIC_CATEGORIES = ("噪声扰民", "油烟扰民", "暴露垃圾")
_RATIO = 6.0
_LAST_QUIET_DAYS = 4
_STATES = {
    "chronic": ((360, 4),),
    "relapsed": ((350, 250), (70, 4)),
    "resolved": ((360, 215),),
}
"""State of a place: the spells of days before `AS_OF` in which it is reported again and again."""

_EVENT_REPORTS = 24
_CHAIN = ("油烟扰民", "占道经营", "暴露垃圾", "噪声扰民", "油烟扰民", "占道经营")


@dataclass
class Truth:
    """What was planted: frames that become the files of the truth folder.

    Parameters
    ----------
    hot_spots : DataFrame
        `kind`, `unit` (row of grids), `matter`, `begins` and `ends` (days before `AS_OF`),
        `ratio`, `extra` (cases added).
    places : DataFrame
        `state` (chronic, relapsed, resolved, one_event), `kind` (address or component), `row`,
        `matter`, `reports`.
    chains : DataFrame
        `chain`, `address` (row of the library).
    """

    hot_spots: pd.DataFrame
    places: pd.DataFrame
    chains: pd.DataFrame


def plant(
    scene: Scene, cases: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, Truth]:
    """Add the incidents that make the truths true.

    Parameters
    ----------
    scene : Scene
    cases : DataFrame
        What there is already.
    rng : numpy Generator

    Returns
    -------
    cases : DataFrame
        With the planted ones at the end.
    truth : Truth
    """
    hot, hot_cases = _hot_spots(scene, cases, rng)
    places, place_cases = _places(scene, hot, rng)
    chains, chain_cases = _chains(scene, rng)
    everything = pd.concat([cases, *hot_cases, *place_cases, *chain_cases], ignore_index=True)
    return everything, Truth(hot, places, chains)


def _hot_units(scene: Scene, count: int) -> Ints:
    """Choose grids with more people than most: where few live, six times a share is a handful.

    Not those with most people of all: six times their share would be a good part of everything.
    """
    order = np.argsort(-scene.people, kind="stable")
    order = order[scene.people[order] > 0]
    begin, end = len(order) // 4, 2 * len(order) // 3
    step = max(1, (end - begin) // max(count, 1))
    return order[begin : begin + step * count : step]


def _hot_spots(
    scene: Scene, cases: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    kinds = list(HOT_KINDS) if scene.plan.days > 200 else ["emerging"]
    each = max(1, scene.plan.units // 180)
    wanted = [kind for _ in range(each) for kind in kinds]
    units = _hot_units(scene, len(wanted))
    rows, frames = [], []
    for number, (kind, unit) in enumerate(zip(wanted, units.tolist(), strict=False)):
        matter = number_of(HOT_CATEGORIES[number % len(HOT_CATEGORIES)])
        begins, ends = HOT_KINDS[kind]
        extra = _extra(scene, cases, unit, matter, begins, ends)
        frames.extend(_hot_cases(scene, f"hot:{kind}", unit, matter, (begins, ends, extra), rng))
        rows.append((kind, unit, matter, begins, ends, _RATIO, extra))
    names = ["kind", "unit", "matter", "begins", "ends", "ratio", "extra"]
    return pd.DataFrame(rows, columns=names), frames


def _days_before(scene: Scene, cases: pd.DataFrame) -> Ints:
    begin = np.datetime64("2026-11-01", "s")
    return np.asarray((begin - cases["reported_at"].to_numpy()) // np.timedelta64(86_400, "s")) + 1


def _extra(
    scene: Scene, cases: pd.DataFrame, unit: int, matter: int, begins: int, ends: int
) -> int:
    """Count the cases that a grid needs to have `_RATIO` times its share of people.

    With share s of people, n of N cases and ratio r, the extra m solve (n + m) / (N + m) = r s.
    """
    before = _days_before(scene, cases)
    there = (before <= begins) & (before > ends) & (cases["matter"] == matter).to_numpy()
    here = int((there & (cases["unit"] == unit).to_numpy()).sum())
    wanted = min(_RATIO * scene.people[unit] / scene.people.sum(), 0.6)
    return max(round((wanted * int(there.sum()) - here) / (1 - wanted)), 6)


def _hot_cases(
    scene: Scene,
    planted: str,
    unit: int,
    matter: int,
    spell: tuple[int, int, int],
    rng: np.random.Generator,
) -> Iterator[pd.DataFrame]:
    begins, ends, extra = spell
    for source, count in ((PATROL, extra // 2), (HOTLINE, extra - extra // 2)):
        if count:
            before = rng.integers(ends + 1, begins + 1, count)
            day = scene.plan.days - np.minimum(before, scene.plan.days)
            frame = frame_of(scene, source, matter, np.full(count, unit), day, rng)
            yield frame.assign(planted=planted, plain=True)


def _spells(scene: Scene, state: str, rng: np.random.Generator) -> Ints:
    """Return the days on which a place is reported: again some days after each closing."""
    gap = 18 if scene.plan.days > 200 else 9
    days: list[int] = []
    for begins, ends in _STATES[state]:
        day = scene.plan.days - min(begins, scene.plan.days - 2)
        while day < scene.plan.days - ends:
            days.append(day)
            day += gap + int(rng.integers(0, 3))
    return np.array(days)


def _places(
    scene: Scene, hot: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    states = ["chronic"] * scene.plan.chronic
    if scene.plan.days > 200:
        states += ["relapsed", "resolved"] * max(1, scene.plan.chronic // 4)
    table, buildings = scene.library.table, scene.library.buildings
    unit = scene.places.blocks["unit"].to_numpy()[buildings["block"]]
    free = table["delivered"].to_numpy()[buildings["address"]] & ~np.isin(unit, hot["unit"])
    free &= buildings["layout"].isin(["shops", "front", "mall", "towers"]).to_numpy()
    shops = rng.permutation(np.flatnonzero(free))
    covers = scene.components["name"].str.endswith("井盖") & ~scene.components["unit"].isin(
        hot["unit"]
    )
    lids = rng.permutation(np.flatnonzero(covers.to_numpy()))
    rows, frames = [], []
    for number, state in enumerate(states):
        address = int(buildings["address"].to_numpy()[shops[number % len(shops)]])
        matter = number_of(CHRONIC_CATEGORIES[number % len(CHRONIC_CATEGORIES)])
        frames.append(_address_case(scene, state, address, matter, rng))
        rows.append((state, "address", address, matter, len(frames[-1])))
        lid = int(lids[number % len(lids)])
        frames.append(_component_case(scene, state, lid, rng))
        rows.append((state, "component", lid, number_of("井盖破损"), len(frames[-1])))
    if scene.plan.days > 200:
        address = int(buildings["address"].to_numpy()[shops[len(states) % len(shops)]])
        frames.append(_one_event(scene, address, rng))
        rows.append(("one_event", "address", address, number_of("噪声扰民"), len(frames[-1])))
    return pd.DataFrame(rows, columns=["state", "kind", "row", "matter", "reports"]), frames


def _unit_of(scene: Scene, address: int) -> int:
    block = scene.library.table["block"].to_numpy()[address]
    return int(scene.places.blocks["unit"].to_numpy()[block])


def _at_address(
    scene: Scene, address: int, matter: int, day: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    """Return hotline cases at one address, closed after two days."""
    inhabited = int(np.argmax(scene.people))
    frame = frame_of(scene, HOTLINE, matter, np.full(len(day), inhabited), day, rng)
    frame["address"], frame["unit"] = address, _unit_of(scene, address)
    return _closed_after_two_days(frame, rng).assign(plain=True)


def _closed_after_two_days(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    hours = rng.integers(36, 72, len(frame)).astype("timedelta64[h]")
    frame["closed_at"] = (frame["reported_at"].to_numpy() + hours).astype("datetime64[s]")
    frame["first_closed_at"] = frame["reopened_at"] = np.datetime64("NaT", "s")
    frame["is_administrative"], frame["entered_at"] = False, frame["reported_at"]
    return frame


def _address_case(
    scene: Scene, state: str, address: int, matter: int, rng: np.random.Generator
) -> pd.DataFrame:
    day = _spells(scene, state, rng)
    return _at_address(scene, address, matter, day, rng).assign(planted=state)


def _component_case(
    scene: Scene, state: str, component: int, rng: np.random.Generator
) -> pd.DataFrame:
    day = _spells(scene, state, rng)
    frame = frame_of(scene, PATROL, number_of("井盖破损"), np.full(len(day), -1), day, rng)
    put_at_components(scene, frame, np.full(len(day), component))
    return _closed_after_two_days(frame, rng).assign(planted=state)


def _one_event(scene: Scene, address: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return many reports of one night by different people: busy, and not chronic."""
    day = np.full(_EVENT_REPORTS, scene.plan.days - 75)
    frame = _at_address(scene, address, number_of("噪声扰民"), day, rng)
    return frame.assign(planted="one_event", group=1_000_000_000, same_caller=False)


def _chains(scene: Scene, rng: np.random.Generator) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Let single shops be reported for one thing after another."""
    count = max(1, scene.plan.incidents // 4000)
    table, buildings = scene.library.table, scene.library.buildings
    shops = np.flatnonzero(
        buildings["layout"].isin(["shops", "front"]).to_numpy()
        & table["delivered"].to_numpy()[buildings["address"]]
    )
    rows, frames = [], []
    for chain in range(count):
        address = int(buildings["address"].to_numpy()[shops[int(rng.integers(len(shops)))]])
        length = int(rng.integers(4, len(_CHAIN) + 1))
        begin = int(rng.integers(0, max(scene.plan.days - 25 * length, 1)))
        for step, name in enumerate(_CHAIN[:length]):
            day = np.array([min(begin + 25 * step + int(rng.integers(0, 9)), scene.plan.days - 1)])
            frame = _at_address(scene, address, number_of(name), day, rng)
            frames.append(with_fate(frame, scene.faults, rng).assign(planted="chain", chain=chain))
        rows.append((chain, address))
    return pd.DataFrame(rows, columns=["chain", "address"]), frames


def category(matter: int) -> str:
    """Return the name of a matter."""
    return MATTERS[matter].name
