"""Match address texts against the library: answered, equal, known by another name, structured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from blockdata.address.compare import (
    BUILDING,
    COMMUNITY,
    ESTATE,
    FLOOR,
    REST,
    ROAD,
    ROAD_NO,
    ROOM,
    UNIT,
    conflict,
    evidence,
    level_reached,
    rank,
    structured_score,
)
from blockdata.address.elements import ELEMENT_COLUMNS, Tokens, TokenTable
from blockdata.address.normalise import MISSING_TEXTS, normalise_address, normalise_addresses
from blockdata.address.parts import parse_address, parse_addresses
from blockdata.errors import DeclarationError

# A key that more addresses share than this cannot single one out; the bound keeps a defective
# library (one text on every row) from making matching slow.
_MOST_PER_KEY = 64

_Key = tuple[str | None, ...]


class _Match(NamedTuple):
    address_id: str | None
    match_method: str
    match_score: float
    level: str | None
    evidence: str


def _no_match(reason: str) -> _Match:
    return _Match(None, "none", 0.0, None, reason)


class AddressIndex:
    """The address library, ready to match texts against; made by `AddressIndex.build`.

    Examples
    --------
    >>> texts = ["延安三路105号", "延安三路105号3号楼"]
    >>> index = AddressIndex.build(pd.DataFrame({"id": ["a1", "a2"], "text": texts}))
    >>> index.match(["延安三路１０５号3幢501", "延安三路107号"])["address_id"].tolist()
    ['a2', nan]
    >>> index.match(["延安三路１０５号3幢501"])["evidence"].item()
    'road 延安三路 =; road_no 105 =; building 3 =; room 501 not in library'
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._tokens: list[Tokens] = []
        self._position: dict[str, int] = {}
        self._exact: dict[str, list[int]] = {}
        self._aliases: dict[str, list[int]] = {}
        self._decisions: dict[str, str] = {}
        self._nodes: dict[_Key, list[int]] = {}
        self._table = TokenTable()

    @classmethod
    def build(
        cls,
        library: pd.DataFrame,
        aliases: pd.DataFrame | None = None,
        decisions: Mapping[str, str] | None = None,
    ) -> AddressIndex:
        """Index a library.

        Parameters
        ----------
        library : DataFrame
            Columns ``id`` and ``text``, and any of ``province`` ... ``room`` and ``rest``. Where
            a row gives any element from ``road`` down in columns, those columns alone describe
            it from the road down; otherwise its text is parsed. Missing elements are null or 无.
        aliases : DataFrame, optional
            Columns ``address_id`` and ``text``: other names of whole addresses. Rows that name
            an address outside the library are left out.
        decisions : mapping, optional
            A person's answers: text to address id. They win over everything and are returned
            as given, also when the library no longer has that address.

        Returns
        -------
        AddressIndex

        Raises
        ------
        DeclarationError
            If a required column is missing.
        """
        _require(library, ("id", "text"), "address library")
        index = cls()
        index._add_library(library)
        if aliases is not None:
            _require(aliases, ("address_id", "text"), "address aliases")
            index._add_aliases(aliases)
        index._decisions = {
            normalise_address(text): address_id for text, address_id in (decisions or {}).items()
        }
        return index

    def match(self, texts: Sequence[str | None]) -> pd.DataFrame:
        """Match texts; a text that repeats is matched once.

        Parameters
        ----------
        texts : sequence of str or None
            Addresses as written.

        Returns
        -------
        DataFrame
            As long as `texts` and in its order: ``address_id`` (null without a match),
            ``match_method`` (decision, exact, alias, structured, none), ``match_score`` (0 to 1;
            1 for all but structured), ``level`` (the deepest level that agrees) and
            ``evidence``. A text whose room, unit or building the library lacks reaches the next
            wider one down to its door number or estate. Two addresses that agree equally give
            no match, with the number of candidates as evidence.
        """
        found: dict[str | None, _Match] = {None: _no_match("no text")}
        normalised = normalise_addresses(texts)
        for text in normalised:
            if text not in found:
                found[text] = self._match_one(text or "")
        frame = pd.DataFrame([found[text] for text in normalised], columns=list(_Match._fields))
        names = [name for name in _Match._fields if name != "match_score"]
        return frame.astype({**dict.fromkeys(names, "str"), "match_score": "float64"})

    def _add_library(self, library: pd.DataFrame) -> None:
        texts = normalise_addresses(library["text"].tolist())
        nothing = [None] * len(library)
        columns = [
            library[name].tolist() if name in library.columns else nothing
            for name in ELEMENT_COLUMNS
        ]
        parsed = map(self._table.of_parts, parse_addresses(texts))
        given = map(self._table.of_columns, zip(*columns, strict=True))
        rows = zip(library["id"].tolist(), texts, parsed, given, strict=True)
        for position, (address_id, text, from_text, from_columns) in enumerate(rows):
            tokens = _merged(from_text, from_columns)
            self._ids.append(address_id)
            self._tokens.append(tokens)
            self._position.setdefault(address_id, position)
            if text:
                self._exact.setdefault(text, []).append(position)
            for key in _row_keys(tokens):
                sharing = self._nodes.setdefault(key, [])
                if len(sharing) <= _MOST_PER_KEY:
                    sharing.append(position)

    def _add_aliases(self, aliases: pd.DataFrame) -> None:
        texts = normalise_addresses(aliases["text"].tolist())
        for address_id, text in zip(aliases["address_id"].tolist(), texts, strict=True):
            if text and address_id in self._position:
                self._aliases.setdefault(text, []).append(self._position[address_id])

    def _match_one(self, text: str) -> _Match:
        decided = self._decisions.get(text)
        if decided is not None:
            return _Match(decided, "decision", 1.0, self._level_of(decided), "decided by a person")
        if text in MISSING_TEXTS:
            return _no_match("no text")
        for method, known in (("exact", self._exact), ("alias", self._aliases)):
            if text in known:
                return self._match_whole(known[text], method)
        return self._match_structured(self._table.of_parts(parse_address(text)))

    def _match_whole(self, positions: list[int], method: str) -> _Match:
        ids = {self._ids[position] for position in positions}
        if len(ids) > 1:
            return _no_match(f"ambiguous: {len(ids)} candidates with this text")
        (address_id,) = ids
        return _Match(address_id, method, 1.0, self._level_of(address_id), "same text")

    def _match_structured(self, query: Tokens) -> _Match:
        notes: list[str] = []
        for key in _query_keys(query):
            if len(self._nodes.get(key, ())) > _MOST_PER_KEY:
                return _no_match(f"ambiguous: more than {_MOST_PER_KEY} candidates")
            best = self._best(query, key, notes)
            if len({self._ids[position] for position in best}) == 1:
                return self._structured(query, best[0], notes)
            if best and not self._only_unit_open(query, best):
                return _no_match(f"ambiguous: {len(best)} candidates")
            if best:
                notes.append(f"unit not in text: {len(best)} candidates for the room")
        return _no_match("; ".join(dict.fromkeys(notes)) or _why_none(query))

    def _best(self, query: Tokens, key: _Key, notes: list[str]) -> list[int]:
        """Return the candidates under a key that nothing rules out and that agree most."""
        best: list[int] = []
        best_rank = (-1, 0)
        for position in self._nodes.get(key, ()):
            row = self._tokens[position]
            ruled_out = conflict(query, row)
            if ruled_out is not None:
                notes.append(f"{ruled_out} differs")
                continue
            this_rank = rank(query, row)
            if this_rank > best_rank:
                best, best_rank = [position], this_rank
            elif this_rank == best_rank:
                best.append(position)
        return best

    def _only_unit_open(self, query: Tokens, positions: Iterable[int]) -> bool:
        """Tell whether candidates differ in nothing but a unit that the text leaves out."""
        if query[UNIT] is not None or query[ROOM] is None:
            return False
        rows = [self._tokens[position] for position in positions]
        around = {row[:UNIT] + row[FLOOR:] for row in rows}
        return len(around) == 1 and len({row[UNIT] for row in rows}) == len(rows)

    def _structured(self, query: Tokens, position: int, notes: list[str]) -> _Match:
        row = self._tokens[position]
        open_units = [note for note in notes if note.startswith("unit ")]
        return _Match(
            self._ids[position],
            "structured",
            structured_score(query, row),
            level_reached(query, row),
            "; ".join([evidence(query, row), *open_units]),
        )

    def _level_of(self, address_id: str) -> str | None:
        position = self._position.get(address_id)
        if position is None:
            return None
        tokens = self._tokens[position]
        return level_reached(tokens, tokens)


def _require(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DeclarationError(
            f"column {', '.join(absent)} is missing",
            where=where,
            allowed=f"a frame with {', '.join(columns)}",
            next_step="Rename the column or map it in the source's configuration.",
        )


def _merged(from_text: Tokens, from_columns: Tokens) -> Tokens:
    """Take elements from the road down from one side only; mixing them would invent addresses."""
    local = from_columns if any(from_columns[ROAD:REST]) else from_text
    wide = (given or read for given, read in zip(from_columns[:ROAD], from_text, strict=False))
    return (*wide, *local[ROAD:REST], from_columns[REST] or local[REST])


def _anchors(tokens: Tokens) -> list[_Key]:
    """Return what an address hangs on: its door number, its estate, or its road or community."""
    road, number, estate = tokens[ROAD], tokens[ROAD_NO], tokens[ESTATE]
    if number is not None and road is None:
        place = estate or tokens[COMMUNITY]
        return [] if place is None else [("place", place, number)]
    anchors: list[_Key] = [] if number is None else [("road", road, number)]
    if estate is not None:
        anchors.append(("estate", estate, None))
    if not anchors and road is not None:
        anchors.append(("road", road, None))
    if not anchors and tokens[COMMUNITY] is not None:
        anchors.append(("place", tokens[COMMUNITY], None))
    return anchors


def _row_keys(tokens: Tokens) -> Iterator[_Key]:
    building, unit, floor, room = tokens[BUILDING : ROOM + 1]
    for anchor in _anchors(tokens):
        yield (*anchor, building, unit, floor if room is None else None, room, tokens[REST])
        if room is not None and unit is not None:
            # For texts that leave the unit out.
            yield (*anchor, building, None, None, room, tokens[REST])


def _query_keys(tokens: Tokens) -> Iterator[_Key]:
    """Yield the keys under which an address may stand, deepest first.

    What the grammar could not place in a library address (a shop's name) is part of its key, so
    that such an address answers only a text that says the same.
    """
    building, unit, floor, room = tokens[BUILDING : ROOM + 1]
    tails: list[_Key] = []
    if room is not None:
        tails += [(building, unit, None, room), (building, None, None, room)]
    if floor is not None:
        tails.append((building, unit, floor, None))
    tails += [(building, unit, None, None), (building, None, None, None), (None,) * 4]
    anchors = _anchors(tokens)
    rests = dict.fromkeys((tokens[REST], None))
    for tail in dict.fromkeys(tails):
        for anchor in anchors:
            for rest in rests:
                yield (*anchor, *tail, rest)


def _why_none(query: Tokens) -> str:
    if not _anchors(query):
        return "no road with a number, estate or community in the text"
    return "nothing in the library at this road, door number or estate"
