"""Names of places and people, from the package's own list or from a file of the user's."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

_DEFAULTS = Path(__file__).with_name("names.toml")
_ONE = frozenset({"province", "province_code", "city", "city_code"})


@dataclass(frozen=True)
class Names:
    """All names that the generator may use; the keys of `names.toml`, where each is explained."""

    province: str
    province_code: str
    city: str
    city_code: str
    districts: tuple[str, ...]
    town_first: tuple[str, ...]
    town_second: tuple[str, ...]
    town_ending: tuple[str, ...]
    community_first: tuple[str, ...]
    community_second: tuple[str, ...]
    community_ending: tuple[str, ...]
    road_first: tuple[str, ...]
    road_second: tuple[str, ...]
    road_traps: tuple[str, ...]
    road_ending: tuple[str, ...]
    lane_ending: tuple[str, ...]
    estate_first: tuple[str, ...]
    estate_second: tuple[str, ...]
    estate_ending: tuple[str, ...]
    village_ending: tuple[str, ...]
    factory_ending: tuple[str, ...]
    campus_ending: tuple[str, ...]
    park_ending: tuple[str, ...]
    mall_ending: tuple[str, ...]
    school_ending: tuple[str, ...]
    surnames: tuple[str, ...]
    given_first: tuple[str, ...]
    given_second: tuple[str, ...]
    ethnicities: tuple[str, ...]
    trades: tuple[str, ...]
    firms: tuple[str, ...]

    def district(self, number: int) -> str:
        """Return the name of a district by its number in the city."""
        turn, place = divmod(number, len(self.districts))
        return self.districts[place] if not turn else f"第{turn + 1}{self.districts[place]}"

    def district_code(self, number: int) -> str:
        """Return the six digits of a district; 02 is the first.

        Examples
        --------
        >>> load_names().district_code(0)
        '990102'
        """
        return f"{self.city_code[:4]}{number + 2:02}"

    def people(self, count: int, rng: np.random.Generator) -> list[str]:
        """Return names of people, chosen independently."""
        lists = (self.surnames, self.given_first, self.given_second)
        parts = [
            np.array(part, dtype=object)[rng.integers(len(part), size=count)] for part in lists
        ]
        return list(parts[0] + parts[1] + parts[2])


def load_names(path: Path | None = None) -> Names:
    """Read the names.

    Parameters
    ----------
    path : Path, optional
        TOML or JSON (by its suffix) whose keys replace those of the package's own list.

    Returns
    -------
    Names

    Raises
    ------
    ValueError
        If a key is unknown, a list is empty, or a value is of the wrong type; it names the key.
    """
    given = tomllib.loads(_DEFAULTS.read_text(encoding="utf-8"))
    if path is not None:
        text = path.read_text(encoding="utf-8-sig")
        own = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
        given |= own
    known = {field.name for field in fields(Names)}
    if unknown := sorted(set(given) - known):
        raise ValueError(
            f"{path}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}"
        )
    return Names(**{key: _checked(key, value) for key, value in given.items()})  # type: ignore[arg-type]


def _checked(key: str, value: object) -> str | tuple[str, ...]:
    if key in _ONE:
        if not isinstance(value, str) or not value:
            raise ValueError(f"names: {key} must be a text")
        return value
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise ValueError(f"names: {key} must be a list of texts, at least one")
    return tuple(value)


def pairs(first: Sequence[str], second: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield every pair of a first and a second part once, in a random order, then numbered ones.

    Examples
    --------
    >>> sorted(next(pairs("a", "b", np.random.default_rng(0))))
    ['a', 'b']
    """
    words = sorted({a + b for a in first for b in second if a != b})
    order = rng.permutation(len(words))
    turn = 0
    while True:
        for place in order:
            yield words[place] if not turn else f"{words[place]}{'东西南北中'[turn % 5]}"
        turn += 1


def with_ending(
    words: Iterator[str], endings: Sequence[str], rng: np.random.Generator
) -> Iterator[str]:
    """Yield words with a random ending each."""
    for word in words:
        yield word + endings[int(rng.integers(len(endings)))]
