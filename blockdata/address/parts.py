"""The elements of an address: typed parts, and a parser by the grammar of levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from blockdata.address.grammar import (
    BARE_CHAIN,
    BARE_DOOR_NUMBER,
    DIVISIONS,
    DOOR_NUMBER,
    ESTATE,
    NAMED_BUILDING,
    NUMBERED,
    NUMBERED_START,
    PLAIN_NAME,
    RELATIVE,
    ROAD_HERE,
    ROAD_LATER,
)

#: Every level of an address, widest first.
LEVELS = (
    "province",
    "city",
    "district",
    "town",
    "community",
    "road",
    "road_no",
    "estate",
    "building",
    "unit",
    "floor",
    "room",
)

_COUNTRY = "中国"
_REMARK = re.compile(r"\(([^()]*)\)")
_BARE_ROOM_DIGITS = 3
_PAIR = 2


@dataclass(frozen=True, slots=True)
class AddressParts:
    """What an address text names, level by level; None where it names nothing.

    Every element is text as it stands in the normalised address. `rest` holds what the grammar
    does not place: remarks, relative descriptions, names of shops; its pieces are separated by
    one space, and each piece stands in the text.

    Examples
    --------
    >>> AddressParts(road="延安三路", road_no="105号").level
    'road_no'
    """

    province: str | None = None
    city: str | None = None
    district: str | None = None
    town: str | None = None
    community: str | None = None
    road: str | None = None
    road_no: str | None = None
    estate: str | None = None
    building: str | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    rest: str | None = None

    @property
    def level(self) -> str | None:
        """The deepest level that the text names, or None."""
        return next((level for level in reversed(LEVELS) if getattr(self, level)), None)

    def values(self) -> tuple[str | None, ...]:
        """All elements in the order of `LEVELS`, then the rest."""
        values: tuple[str | None, ...] = _values_of(self)
        return values


_values_of = attrgetter(*LEVELS, "rest")


def parse_address(normalised: str) -> AddressParts:
    """Split a normalised address into its elements.

    Parameters
    ----------
    normalised : str
        A text from `normalise_address`.

    Returns
    -------
    AddressParts
        Never an element that the text does not contain. Bare numbers read as
        building-unit-room (3-2-501) or building-room (3-501) after a place; a single bare
        number as a room after a building, unit or floor, or, with three digits or more, after
        a door number. Text in brackets and after a word such as 旁 or 对面 goes to `rest`.

    Examples
    --------
    >>> parts = parse_address("延安三路105号3号楼2单元501室")
    >>> parts.road, parts.road_no, parts.building, parts.unit, parts.room
    ('延安三路', '105号', '3号楼', '2单元', '501室')
    >>> parse_address("重庆路8号").city is None
    True
    """
    return _Reading(normalised).parts()


def parse_addresses(texts: Sequence[str | None]) -> list[AddressParts]:
    """Parse many normalised addresses; a text that repeats is parsed once.

    Parameters
    ----------
    texts : sequence of str or None
        Normalised texts; None gives empty parts.

    Returns
    -------
    list of AddressParts
        As long as `texts` and in its order.

    Examples
    --------
    >>> [parts.level for parts in parse_addresses(["延安三路105号", None])]
    ['road_no', None]
    """
    done: dict[str | None, AddressParts] = {None: AddressParts()}
    for text in texts:
        if text is not None and text not in done:
            done[text] = parse_address(text)
    return [done[text] for text in texts]


class _Reading:
    """One pass over a text: what was found so far, and which spans it took."""

    def __init__(self, normalised: str) -> None:
        # A remark becomes one blank, so that nothing is read across it.
        self.remarks = _REMARK.findall(normalised) if "(" in normalised else []
        text = _REMARK.sub(" ", normalised) if self.remarks else normalised
        relative = RELATIVE.search(text)
        self.text = text if relative is None else text[: relative.start()]
        self.description = "" if relative is None else text[relative.start() :]
        self.found: dict[str, str] = {}
        self.spans: list[tuple[int, int]] = []

    def parts(self) -> AddressParts:
        position = self.read_divisions()
        position = self.read_road(position)
        position = self.read_estate(position)
        self.read_numbered(position)
        return AddressParts(rest=self.rest(), **self.found)

    def take(self, level: str, match: re.Match[str], group: int | str = 0) -> int:
        """Keep one group of a match as the element of a level; return where it ends."""
        start, end = match.span(group)
        if start < end:
            self.found[level] = match[group]
            self.spans.append((start, end))
        return end

    def read_divisions(self) -> int:
        position = len(_COUNTRY) if self.text.startswith(_COUNTRY) else 0
        for level, pattern in DIVISIONS:
            position = self.skip_repeated(position)
            match = pattern.match(self.text, position)
            if match is not None:
                position = self.take(level, match, 1)
        return self.skip_repeated(position)

    def skip_repeated(self, position: int) -> int:
        """Step over divisions written twice (甲省乙市甲省乙市丙区)."""
        for start, _ in self.spans:
            repeated = self.text[start:position]
            if self.text.startswith(repeated, position):
                end = position + len(repeated)
                self.spans.append((position, end))
                return end
        return position

    def read_road(self, position: int) -> int:
        match = ROAD_HERE.match(self.text, position) or ROAD_LATER.search(self.text, position)
        if match is None:
            return self.read_door_number(position, after_road=False)
        # 建国路红旗巷12号: the number belongs to the lane that stands next to it.
        lane = ROAD_HERE.match(self.text, match.end())
        if lane is not None and DOOR_NUMBER.match(self.text, lane.end()):
            match = lane
        if match.start() > position:
            self.read_place(position, match.start())
        return self.read_door_number(self.take("road", match), after_road=True)

    def read_door_number(self, position: int, *, after_road: bool) -> int:
        match = DOOR_NUMBER.match(self.text, position)
        if match is None and after_road:
            match = BARE_DOOR_NUMBER.match(self.text, position)
        return position if match is None else self.take("road_no", match)

    def read_estate(self, position: int) -> int:
        """Read the named place before the numbered part; return where the latter begins."""
        if self.text.startswith("-", position):  # a chain goes on after its door number
            return position
        numbered = NUMBERED_START.search(self.text, position)
        end = len(self.text) if numbered is None else numbered.start()
        if end > position and not self.read_place(position, end) and numbered is not None:
            return self.read_plain_name(position, end)
        return end

    def read_place(self, start: int, end: int) -> bool:
        match = ESTATE.match(self.text, start, end)
        if match is None or "estate" in self.found:
            return False
        self.take("estate", match)
        return True

    def read_plain_name(self, start: int, end: int) -> int:
        """Take a name without a word of its kind by what follows it.

        寰宇天下3号楼: an estate and its building. 下村张家104号: a hamlet and its door number.
        """
        match = PLAIN_NAME.match(self.text, start, end)
        if match is None or match.end() != end or "estate" in self.found:
            return end
        if NAMED_BUILDING.match(self.text, end):
            return self.take("estate", match)
        if "community" in self.found and "road" not in self.found:
            return self.read_door_number(self.take("estate", match), after_road=False)
        return end

    def read_numbered(self, position: int) -> None:
        if not {"estate", "road_no"} & self.found.keys():
            position = self.read_door_number(position, after_road=False)
        match = NUMBERED.match(self.text, position)
        if match is not None and match.end() > position:
            for level in ("building", "unit", "floor", "room"):
                position = max(position, self.take(level, match, level))
        if "room" not in self.found:
            self.read_bare_chain(position)

    def read_bare_chain(self, position: int) -> None:
        match = BARE_CHAIN.match(self.text, position) if self.found else None
        if match is None:
            return
        groups = [group for group in range(1, 5) if match[group] is not None]
        levels = self.bare_levels(match[groups[0]], len(groups))
        for group, level in zip(groups, levels, strict=False):
            self.take(level, match, group)

    def bare_levels(self, first: str, count: int) -> tuple[str, ...]:
        """Say which levels so many bare numbers stand for; none when that would be a guess."""
        if "unit" in self.found or "floor" in self.found:
            return ("room",) if count == 1 else ()
        if "building" in self.found:
            return {1: ("room",), 2: ("unit", "room")}.get(count, ())
        if count == 1:
            long_enough = "road_no" in self.found and len(first) >= _BARE_ROOM_DIGITS
            return ("room",) if long_enough else ()
        return ("building", "unit", "room") if count > _PAIR else ("building", "room")

    def rest(self) -> str | None:
        pieces: list[str] = []
        position = 0
        for start, end in sorted(self.spans):
            pieces.append(self.text[position:start])
            position = end
        pieces += [self.text[position:], self.description, *self.remarks]
        return " ".join(piece.strip(" -") for piece in pieces if piece.strip(" -")) or None
