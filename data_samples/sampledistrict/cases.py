"""Incidents without a plan behind them: what is reported anywhere in the district."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sampledistrict.homes import Address, Home, Stock
from sampledistrict.people import Person
from sampledistrict.places import Block, Ground
from sampledistrict.plan import AS_OF, Plan, midnight
from sampledistrict.things import Thing, kerb_point
from sampledistrict.wording import any_style, written

HOTLINE, PATROL = "hotline", "patrol"

HOTLINE_CATEGORIES = {
    "占道经营": 0.34,
    "违规停车": 0.1,
    "物业管理": 0.14,
    "暴露垃圾": 0.12,
    "噪声扰民": 0.1,
    "供水问题": 0.08,
    "油烟扰民": 0.06,
    "道路破损": 0.06,
}
PATROL_CATEGORIES = {
    "占道经营": 0.4,
    "暴露垃圾": 0.15,
    "井盖破损": 0.2,
    "非法小广告": 0.15,
    "路灯故障": 0.1,
}
_HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 9, 7, 6, 6, 8, 9, 8, 7, 7, 8, 8, 6, 4, 2.0])
_EMPTY_SHARE = 0.2
"""How often something happens in a block without dwellings, against the mean of the others."""

_NO_ADDRESS, _ONLY_COMMUNITY, _VAGUE = 0.05, 0.13, 0.16
_CLOSED_EARLY, _NEVER_CLOSED = 0.001, 0.012
_AGAIN = 0.03


@dataclass(frozen=True)
class Case:
    """One incident as it truly happened; what a delivery tells of it depends on its date."""

    origin: str
    category: str
    reported_at: dt.datetime
    closed_at: dt.datetime | None
    block: Block
    text: str = ""
    point: tuple[float, float] | None = None
    component: Thing | None = None
    serial: int = 0

    @property
    def is_located(self) -> bool:
        """Whether the unit grid can be told from what the incident says."""
        return self.point is not None or not self.text.endswith(("-", "社区", "附近"))

    @property
    def number(self) -> str:
        """The case's number in its system."""
        prefix = "RX" if self.origin == HOTLINE else "XC"
        return f"{prefix}{self.reported_at:%Y%m%d}{self.serial:05}"


@dataclass(frozen=True)
class Scene:
    """What incidents are drawn from."""

    plan: Plan
    ground: Ground
    stock: Stock
    persons: tuple[Person, ...]
    components: tuple[Thing, ...]

    @cached_property
    def people(self) -> Counter[tuple[int, int]]:
        """People by column and row of their block; those who are only registered do not count."""
        homes = [p.home.building.block for p in self.persons if p.residence != "空挂"]
        return Counter((block.column, block.row) for block in homes)

    def people_of(self, blocks: Iterable[Block]) -> int:
        """Return how many people live in blocks."""
        return sum(self.people[block.column, block.row] for block in blocks)


def moment(day: dt.datetime, rng: np.random.Generator) -> dt.datetime:
    """Return a moment of a day, by the hours at which people report.

    Parameters
    ----------
    day : datetime
        Midnight.
    rng : numpy Generator

    Returns
    -------
    datetime
    """
    hour = int(rng.choice(24, p=_HOURS / _HOURS.sum()))
    return day + dt.timedelta(hours=hour, seconds=int(rng.integers(3600)))


def closing(reported_at: dt.datetime, rng: np.random.Generator) -> dt.datetime | None:
    """Return when a case is closed: within days, rarely never or by mistake before it began.

    Parameters
    ----------
    reported_at : datetime
    rng : numpy Generator

    Returns
    -------
    datetime or None
    """
    chance = rng.random()
    if chance < _NEVER_CLOSED:
        return None
    if chance < _NEVER_CLOSED + _CLOSED_EARLY:
        return reported_at - dt.timedelta(hours=5)
    days = min(float(rng.lognormal(0.6, 0.7)), 20.0)
    return reported_at + dt.timedelta(seconds=int(days * 86_400))


def everyday_cases(scene: Scene, rng: np.random.Generator) -> list[Case]:
    """Draw the incidents that follow nothing but where people live.

    Parameters
    ----------
    scene : Scene
    rng : numpy Generator

    Returns
    -------
    list of Case
        Not sorted, without serial numbers.
    """
    days = (AS_OF - midnight(scene.plan.first_day)).days
    hotline = _hotline(scene, scene.plan.hotline * days // 30, days, rng)
    patrol = _patrol(scene, scene.plan.patrol * days // 30, days, rng)
    return [*hotline, *patrol]


def _hotline(scene: Scene, count: int, days: int, rng: np.random.Generator) -> Iterator[Case]:
    names, shares = list(HOTLINE_CATEGORIES), list(HOTLINE_CATEGORIES.values())
    rooms = {(a.building.code, a.unit, a.room): a for a in scene.stock.addresses if a.building}
    for _ in range(count):
        person = scene.persons[int(rng.integers(len(scene.persons)))]
        block = person.home.building.block
        at = moment(midnight(scene.plan.first_day) + dt.timedelta(int(rng.integers(days))), rng)
        case = Case(HOTLINE, str(rng.choice(names, p=shares)), at, closing(at, rng), block)
        text = _place_text(person.home, rooms, rng)
        yield replace(case, text=text)
        if rng.random() < _AGAIN:
            again = at + dt.timedelta(minutes=int(rng.integers(10, 240)))
            if again.date() == at.date():
                yield replace(case, text=text, reported_at=again, closed_at=closing(again, rng))


def _place_text(
    home: Home, rooms: dict[tuple[str, str, str], Address], rng: np.random.Generator
) -> str:
    """Write where a caller says that it is; some say little."""
    community = home.building.block.community
    chance = rng.random()
    if chance < _NO_ADDRESS:
        return "-"
    if chance < _ONLY_COMMUNITY:
        return community.name
    if chance < _VAGUE:
        return f"{home.building.block.road}{home.building.road_no}附近"
    return written(_address_of(home, rooms), any_style(rng))


def _address_of(home: Home, rooms: dict[tuple[str, str, str], Address]) -> Address:
    """Return a home's address, which the library may lack."""
    whole = rooms[home.building.code, "", ""]
    known = rooms.get((home.building.code, home.unit, home.room))
    return known or replace(whole, unit=home.unit, room=home.room)


def _patrol(scene: Scene, count: int, days: int, rng: np.random.Generator) -> Iterator[Case]:
    names, shares = list(PATROL_CATEGORIES), list(PATROL_CATEGORIES.values())
    weights = _block_weights(scene)
    manholes = [c for c in scene.components if c.is_manhole]
    lamps = [c for c in scene.components if c.name == "路灯"]
    for _ in range(count):
        at = moment(midnight(scene.plan.first_day) + dt.timedelta(int(rng.integers(days))), rng)
        category = str(rng.choice(names, p=shares))
        things = {"井盖破损": manholes, "路灯故障": lamps}.get(category)
        if things:
            thing = things[int(rng.integers(len(things)))]
            yield component_case(thing, category, at, closing(at, rng))
        else:
            block = scene.ground.blocks[int(rng.choice(len(weights), p=weights))]
            yield street_case(scene, block, category, at, rng)


def _block_weights(scene: Scene) -> npt.NDArray[np.float64]:
    people = np.array([scene.people_of([b]) for b in scene.ground.blocks], dtype=np.float64)
    people[people == 0] = _EMPTY_SHARE * people[people > 0].mean()
    return np.asarray(people / people.sum())


def component_case(
    thing: Thing, category: str, at: dt.datetime, closed_at: dt.datetime | None
) -> Case:
    """Return a case that a patrol reports about a component.

    Parameters
    ----------
    thing : Thing
    category : str
    at : datetime
    closed_at : datetime or None

    Returns
    -------
    Case
    """
    return Case(
        PATROL, category, at, closed_at, thing.block, point=(thing.x, thing.y), component=thing
    )


def street_case(
    scene: Scene, block: Block, category: str, at: dt.datetime, rng: np.random.Generator
) -> Case:
    """Return a case that a patrol reports from the street south of a block.

    Parameters
    ----------
    scene : Scene
    block : Block
    category : str
    at : datetime
    rng : numpy Generator

    Returns
    -------
    Case
    """
    point = kerb_point(scene.ground, block, float(rng.uniform(0.05, 0.95)))
    return Case(PATROL, category, at, closing(at, rng), block, point=point)


def address_case(
    address: Address, category: str, at: dt.datetime, closed_at: dt.datetime | None, style: str
) -> Case:
    """Return a case that the hotline takes for an address.

    Parameters
    ----------
    address : Address
    category : str
    at : datetime
    closed_at : datetime or None
    style : str
        A way of writing, see `written`.

    Returns
    -------
    Case
    """
    return Case(HOTLINE, category, at, closed_at, address.block, text=written(address, style))


def numbered(cases: list[Case]) -> list[Case]:
    """Sort cases by time and give them serial numbers.

    Parameters
    ----------
    cases : list of Case

    Returns
    -------
    list of Case
    """
    ordered = sorted(cases, key=lambda c: (c.reported_at, c.origin, c.category, c.text))
    return [replace(case, serial=serial) for serial, case in enumerate(ordered, start=1)]
