"""Truths planted among the incidents, which the base should find again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sampledistrict.cases import (
    Case,
    Scene,
    address_case,
    component_case,
    moment,
    street_case,
)
from sampledistrict.homes import Address
from sampledistrict.places import Block
from sampledistrict.plan import AS_OF, HOT_DAYS, midnight
from sampledistrict.things import Thing
from sampledistrict.wording import STYLES

HOT_CATEGORY, NOISE, MANHOLE = "占道经营", "噪声扰民", "井盖破损"
_PATROL_SHARE = 0.6
_LAST_QUIET_DAYS = 4


@dataclass(frozen=True)
class Truth:
    """What was planted where.

    Parameters
    ----------
    hot_blocks : tuple of Block
        Their unit grid is the hot spot of `HOT_CATEGORY` in the last `HOT_DAYS` days.
    noisy : Address
        Where `NOISE` is closed and reported again.
    manhole : Thing
        Whose cover breaks again and again.
    """

    hot_blocks: tuple[Block, ...]
    noisy: Address
    manhole: Thing


def choose(scene: Scene) -> Truth:
    """Choose the places of the truths.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    Truth
        The hot unit grid is the one of a single block with most people: where few live, six times
        a share is still a handful, which no test can tell from chance.
    """
    grids: dict[str, list[Block]] = {}
    for block in scene.ground.blocks:
        grids.setdefault(block.unit_grid, []).append(block)
    homes = [blocks for blocks in grids.values() if len(blocks) == 1 and blocks[0].estate]
    hot = max(homes, key=lambda blocks: (scene.people_of(blocks), blocks[0].unit_grid))
    shop = next(b for b in scene.stock.buildings if b.block.use == "commercial")
    manholes = (c for c in scene.components if c.is_manhole and c.block.estate)
    return Truth(tuple(hot), scene.stock.of_building[shop.code], next(manholes))


def planted_cases(
    scene: Scene, truth: Truth, everyday: list[Case], rng: np.random.Generator
) -> list[Case]:
    """Return the incidents that make the truths true.

    Parameters
    ----------
    scene : Scene
    truth : Truth
    everyday : list of Case
        The incidents that there are already.
    rng : numpy Generator

    Returns
    -------
    list of Case
    """
    return [
        *_hot(scene, truth, everyday, rng),
        *_noise(scene, truth, rng),
        *_broken(scene, truth, rng),
    ]


def hot_cases_needed(scene: Scene, truth: Truth, everyday: list[Case]) -> int:
    """Count the cases that the hot spot needs to have `hot_ratio` times its share of people.

    With share s of people, n of N located cases and ratio r, the extra cases m solve
    (n + m) / (N + m) = r s.

    Parameters
    ----------
    scene : Scene
    truth : Truth
    everyday : list of Case

    Returns
    -------
    int
    """
    begin = AS_OF - dt.timedelta(HOT_DAYS)
    recent = [
        c
        for c in everyday
        if c.category == HOT_CATEGORY and c.reported_at >= begin and c.is_located
    ]
    here = sum(c.block in truth.hot_blocks for c in recent)
    people = scene.people.total()
    wanted = scene.plan.hot_ratio * scene.people_of(truth.hot_blocks) / people
    return round((wanted * len(recent) - here) / (1 - wanted))


def _hot(
    scene: Scene, truth: Truth, everyday: list[Case], rng: np.random.Generator
) -> Iterator[Case]:
    buildings = [b for b in scene.stock.buildings if b.block in truth.hot_blocks]
    for _ in range(hot_cases_needed(scene, truth, everyday)):
        day = AS_OF - dt.timedelta(int(rng.integers(1, HOT_DAYS + 1)))
        at = moment(day, rng)
        if rng.random() < _PATROL_SHARE:
            block = truth.hot_blocks[int(rng.integers(len(truth.hot_blocks)))]
            yield street_case(scene, block, HOT_CATEGORY, at, rng)
        else:
            address = scene.stock.of_building[buildings[int(rng.integers(len(buildings)))].code]
            yield address_case(address, HOT_CATEGORY, at, at + dt.timedelta(hours=20), "standard")


def _returns(scene: Scene, rng: np.random.Generator) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Yield report and closing of a problem that comes back some days after each closing."""
    day = midnight(scene.plan.first_day) + dt.timedelta(2)
    while day < AS_OF - dt.timedelta(_LAST_QUIET_DAYS):
        at = moment(day, rng)
        yield at, at + dt.timedelta(days=2, hours=int(rng.integers(24)))
        day += dt.timedelta(scene.plan.chronic_days + int(rng.integers(2)))


def _noise(scene: Scene, truth: Truth, rng: np.random.Generator) -> Iterator[Case]:
    for number, (at, closed_at) in enumerate(_returns(scene, rng)):
        yield address_case(truth.noisy, NOISE, at, closed_at, STYLES[number % 4])


def _broken(scene: Scene, truth: Truth, rng: np.random.Generator) -> Iterator[Case]:
    for at, closed_at in _returns(scene, rng):
        yield component_case(truth.manhole, MANHOLE, at, closed_at)
