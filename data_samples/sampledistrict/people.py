"""Who is there: invented persons, and legal entities with valid credit codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from blockdata.records.identifiers import (
    identity_check_character,
    organisation_check_character,
    uscc_check_character,
)
from sampledistrict.homes import Building, Home, Stock
from sampledistrict.plan import DISTRICT_CODE, Plan

# Rare on purpose: a test that looks for these names must not find them by chance.
SURNAMES = tuple("闻甄卞邝晏翟詹褚戚奚")
GIVEN = tuple(a + b for a in "璟琛昱翊珩" for b in "雯祺瑄澍玥桉")
ETHNICITIES = ("汉族", "畲族", "回族", "满族")
RESIDENCES = ("人户一致", "流动", "空挂", "境外")
HOUSEHOLD_SIZES = (1, 2, 3, 4, 5)
FIRST_BIRTH, LAST_BIRTH = dt.date(1935, 1, 1), dt.date(2025, 6, 30)

TRADES = ("小吃店", "便利店", "理发店", "五金店", "水果店")
FIRMS = ("机械有限公司", "科技有限公司", "物业服务有限公司", "餐饮有限公司", "商贸有限公司")
_ORGANISATION_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_STAYS = 99


@dataclass(frozen=True)
class Person:
    """A row of the population register; what must never be taken is here on purpose.

    `since` and `until` are numbers of deliveries: the first that has the person, and the first
    that no longer has. From delivery `moves` on the person lives in `second_home`.
    """

    name: str
    identity_number: str
    phone: str
    ethnicity: str
    sex: str
    birth_year: int
    residence: str
    household: str
    home: Home
    second_home: Home
    since: int = 0
    until: int = _STAYS
    moves: int = _STAYS

    def home_at(self, delivery: int) -> Home:
        """Return where the person lives in a delivery."""
        return self.second_home if delivery >= self.moves else self.home


@dataclass(frozen=True)
class Entity:
    """A legal entity as the market register and the tax office know it."""

    uscc: str
    name: str
    is_trader: bool
    representative: str
    phone: str
    staff: int
    founded_on: dt.date
    building: Building


def phone_number(serial: int, prefix: str = "1380000") -> str:
    """Return an invented mobile number.

    Parameters
    ----------
    serial : int
    prefix : str, optional
        First seven digits; each group of people has its own.

    Returns
    -------
    str
        Eleven digits.

    Examples
    --------
    >>> phone_number(12)
    '13800000012'
    """
    return f"{prefix}{serial % 10000:04}"


def invented_name(rng: np.random.Generator) -> str:
    """Return a name that nobody is meant by.

    Parameters
    ----------
    rng : numpy Generator

    Returns
    -------
    str
    """
    return SURNAMES[rng.integers(len(SURNAMES))] + GIVEN[rng.integers(len(GIVEN))]


def settle(plan: Plan, stock: Stock, rng: np.random.Generator) -> tuple[Person, ...]:
    """Let people live in the homes, household by household.

    Parameters
    ----------
    plan : Plan
    stock : Stock
    rng : numpy Generator

    Returns
    -------
    tuple of Person
        `plan.persons` of them, some of whom come, go or move between the deliveries.
    """
    sizes: list[int] = []
    while sum(sizes) < plan.persons:
        sizes.append(int(rng.choice(HOUSEHOLD_SIZES, p=(0.2, 0.3, 0.3, 0.15, 0.05))))
    households = np.repeat(np.arange(len(sizes)), sizes)[: plan.persons]
    return tuple(
        _person(serial, int(household), stock, rng) for serial, household in enumerate(households)
    )


def _person(serial: int, household: int, stock: Stock, rng: np.random.Generator) -> Person:
    # Day of the week by the thousands and sequence by the rest: so no number occurs twice.
    thousands, sequence = divmod(serial, 1000)
    weeks = int(rng.integers((LAST_BIRTH - FIRST_BIRTH).days // 7))
    birth = FIRST_BIRTH + dt.timedelta(days=7 * weeks + thousands)
    body = f"{DISTRICT_CODE}{birth:%Y%m%d}{sequence:03}"
    fate = rng.random()
    return Person(
        name=invented_name(rng),
        identity_number=body + identity_check_character(body),
        phone=phone_number(serial),
        ethnicity=str(rng.choice(ETHNICITIES, p=(0.9, 0.05, 0.03, 0.02))),
        sex="男" if sequence % 2 else "女",
        birth_year=birth.year,
        residence=str(rng.choice(RESIDENCES, p=(0.78, 0.15, 0.06, 0.01))),
        household=f"{DISTRICT_CODE}H{household + 1:05}",
        home=stock.homes[household],
        second_home=stock.homes[-1 - household],
        since=1 + serial % 2 if fate < 0.01 else 0,
        until=1 + serial % 2 if 0.01 <= fate < 0.02 else _STAYS,
        moves=1 + serial % 2 if 0.02 <= fate < 0.03 else _STAYS,
    )


def incorporate(plan: Plan, stock: Stock, rng: np.random.Generator) -> tuple[Entity, ...]:
    """Found companies and sole traders in buildings, most of them outside the estates.

    Parameters
    ----------
    plan : Plan
    stock : Stock
    rng : numpy Generator

    Returns
    -------
    tuple of Entity
    """
    shops = [b for b in stock.buildings if b.block.use != "residential"]
    homes = [b for b in stock.buildings if b.block.use == "residential"]
    return tuple(_entities(plan.entities, shops, homes, rng))


def _entities(
    count: int, shops: list[Building], homes: list[Building], rng: np.random.Generator
) -> Iterator[Entity]:
    for serial in range(count):
        is_trader = bool(rng.random() < 0.4)
        where = shops if rng.random() < 0.75 else homes
        owner = invented_name(rng)
        # A sole trader's registered name often is a person's: it must not become public.
        kind = (TRADES if is_trader else FIRMS)[serial % 5]
        firm = "".join(rng.choice(list("云帆海岳恒泰瑞丰"), 2, replace=False))
        yield Entity(
            uscc=credit_code("92" if is_trader else "91", serial, rng),
            name=f"滨河区{owner}{kind}" if is_trader else f"云海{firm}{serial + 1}{kind}",
            is_trader=is_trader,
            representative=owner,
            phone=phone_number(serial, "1370000"),
            staff=int(rng.integers(1, 4 if is_trader else 200)),
            founded_on=dt.date(2005, 1, 1) + dt.timedelta(int(rng.integers(7000))),
            building=where[int(rng.integers(len(where)))],
        )


def credit_code(kind: str, serial: int, rng: np.random.Generator) -> str:
    """Return an invented unified social credit code with right check characters.

    Parameters
    ----------
    kind : str
        First two characters: 91 for a company, 92 for a sole trader.
    serial : int
        Makes the code the entity's own.
    rng : numpy Generator

    Returns
    -------
    str
        Eighteen characters.
    """
    letters = "".join(rng.choice(list(_ORGANISATION_LETTERS), 2))
    organisation = f"MA{letters}{serial:04}"
    body = f"{kind}{DISTRICT_CODE}{organisation}{organisation_check_character(organisation)}"
    return body + uscc_check_character(body)
