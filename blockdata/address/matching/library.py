"""A library made ready: its addresses in comparable form, its vocabulary, and their tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from blockdata.address.matching.codes import encode, hashes_of
from blockdata.address.matching.fields import (
    BUILDING,
    ESTATE,
    FIELDS,
    NAMED,
    REST,
    ROAD,
    ROOM,
    UNIT,
    WIDTH,
    Bools,
    Bytes,
    Ints,
    Small,
)
from blockdata.address.matching.filling import fill
from blockdata.address.matching.keys import KEYS_A_ROW, keys_of_rows
from blockdata.address.matching.normal import normalise_all
from blockdata.address.matching.reading import CHUNKS, new_scratch, read_text
from blockdata.address.matching.rows import NameFields, Names, canonical, delivered_fields
from blockdata.address.matching.table import Lookup, lookup_of
from blockdata.address.matching.vocabulary import Vocabulary, vocabulary_of
from blockdata.address.parsed import ELEMENTS
from blockdata.address.parts import parse_addresses
from blockdata.kernels.jit import jit

if TYPE_CHECKING:
    from blockdata.address.parser import Parser

__all__ = ["Library", "Searched", "learn_texts", "make_library", "merged_fields"]

_HAS_DIGIT = re.compile(r"[0-9]")
_TAIL = re.compile(r"(?:[0-9A-Z]{1,6}(?:号楼|单元|层|室))+$")
_ROAD_END = re.compile(r"(?:路|街|巷|道|胡同|弄)$")
#: From so many rooms of a building on, numbers that come in two units say that rooms need a unit.
_TELLING_ROOMS = 3
#: So many rooms of which none has another's number are numbered through.
_MANY_ROOMS = 8


class Searched(NamedTuple):
    """What the search kernels read of a library, in this order.

    Parameters
    ----------
    fields : ndarray of int64, shape (rows, 13)
    ids : ndarray of int64
        Rows of one id have one number.
    slots, first, size, rows
        See `Lookup`: rows by key.
    unit_needed : ndarray of int8
        Whether a room of this row's building says nothing without its unit: 1 for the building
        as its road's, 2 as its estate's.
    """

    fields: Ints
    ids: Ints
    slots: Ints
    first: Small
    size: Small
    rows: Small
    unit_needed: Bytes


@dataclass(frozen=True)
class Library:
    """Addresses ready to be searched.

    Parameters
    ----------
    ids : list of str
        Id of each row.
    texts : list of str
        Normalised text of each row.
    searched : Searched
    names : dict
        Every name and what it says.
    uses : dict
        How many addresses use a way to write a name of a field.
    from_text : ndarray of bool
        Rows that are known by their text alone.
    alias_texts : list of str
    vocabulary : Vocabulary
    exact, aliases : Lookup
        Rows by the hash of a whole text.
    """

    ids: list[str]
    texts: list[str]
    searched: Searched
    names: NameFields
    uses: dict[tuple[str, int], int]
    from_text: Bools
    alias_texts: list[str]
    vocabulary: Vocabulary
    exact: Lookup
    aliases: Lookup


@jit
def read_fields(codes: Any, offsets: Ints, vocabulary: Any, fields: Ints, wanted: Bools) -> None:
    """Write the first reading of texts."""
    s = new_scratch()
    for text in range(len(offsets) - 1):
        if wanted[text]:
            read_text(codes, offsets[text], offsets[text + 1], vocabulary, s)
            fill(s, 0, False, fields[text])


@jit
def _unknown_pieces(codes: Any, offsets: Ints, vocabulary: Any, pieces: Ints) -> None:
    """Write where the last piece of each text begins and ends that no name explains."""
    s = new_scratch()
    for text in range(len(offsets) - 1):
        read_text(codes, offsets[text], offsets[text + 1], vocabulary, s)
        last = s.state[CHUNKS]
        pieces[text, 0] = s.chunks[2 * last - 2] - offsets[text] if last else -1
        pieces[text, 1] = s.chunks[2 * last - 1] - offsets[text] if last else -1


def make_library(
    library: pd.DataFrame, aliases: pd.DataFrame | None, parser: Parser | None
) -> Library:
    """Make a library ready; see `AddressIndex.build`."""
    texts = normalise_all(library["text"].tolist())
    learned = Names()
    given = delivered_fields(library, learned)
    from_text = ~(given[:, ROAD:REST] != 0).any(axis=1)
    learn_texts([t for t, f in zip(texts, from_text, strict=True) if f and t], learned, parser)
    names = learned.said
    fields = merged_fields(texts, given, from_text, names)
    ids = ["" if value is None else str(value) for value in library["id"].tolist()]
    alias_rows, alias_texts = _known_aliases(aliases, ids)
    _alias_names(alias_rows, alias_texts, fields, names)
    codes, offsets = encode(texts)
    whole = lookup_of(hashes_of(codes, offsets))
    other = lookup_of(hashes_of(*encode(alias_texts)), alias_rows)
    return Library(
        ids, texts, _searched(fields, ids), names, learned.uses, from_text, alias_texts,
        vocabulary_of(names), whole, other,
    )  # fmt: skip


def learn_texts(texts: list[str], names: Names, parser: Parser | None) -> None:
    """Learn the names of addresses that have no columns."""
    shapes = Counter(map(_shape, texts))
    uses = list(shapes.values())
    found = _parsed_names if parser is None else partial(_named, parser)
    for number, field, name in found(list(shapes)):
        names.learn(field, name, uses[number])


def _shape(text: str) -> str:
    """Return a text without the rooms and buildings at its end: they hold no names."""
    tail = _TAIL.search(text)
    if tail is None:
        return text
    return text[: tail.start()] + ("1号楼" if "号楼" in tail[0] else "101室")


def _parsed_names(texts: list[str]) -> Iterator[tuple[int, int, str]]:
    for number, parts in enumerate(parse_addresses(texts)):
        for field in NAMED:
            value = getattr(parts, FIELDS[field])
            if value:
                yield number, field, value


def _named(parser: Parser, texts: list[str]) -> Iterator[tuple[int, int, str]]:
    parsed = parser.parse(texts)
    field_of = [FIELDS.index(name) if name in FIELDS else -1 for name in ELEMENTS]
    columns = (parsed.text, parsed.start, parsed.end, parsed.element)
    for text, start, end, element in zip(*(c.tolist() for c in columns), strict=True):
        whole = parsed.texts[text]
        if field_of[element] in NAMED and whole is not None:
            yield text, field_of[element], whole[start:end]


def merged_fields(texts: list[str], given: Ints, from_text: Bools, names: NameFields) -> Ints:
    """Take elements from the road down from one side only; mixing them would invent addresses."""
    read = np.zeros((len(texts), WIDTH), np.int64)
    codes, offsets = encode(texts)
    if from_text.any():
        read_fields(codes, offsets, tuple(vocabulary_of(names)), read, from_text)
    fields = canonical(given)
    wide = np.where(fields[:, :ROAD] != 0, fields[:, :ROAD], read[:, :ROAD])
    local = np.where(from_text[:, None], read[:, ROAD:], fields[:, ROAD:])
    return np.ascontiguousarray(np.concatenate([wide, local], axis=1))


def _searched(fields: Ints, ids: list[str]) -> Searched:
    keys = np.zeros((len(fields), KEYS_A_ROW), np.int64)
    buildings = np.zeros((len(fields), 2), np.int64)
    keys_of_rows(fields, keys, buildings)
    rows = np.repeat(np.arange(len(fields), dtype=np.int32), KEYS_A_ROW)
    found = lookup_of(keys.ravel(), rows)
    numbers, _ = pd.factorize(pd.Series(ids, dtype=object))
    return Searched(fields, numbers.astype(np.int64), *found, _units_needed(fields, buildings))


def _units_needed(fields: Ints, buildings: Ints) -> Bytes:
    """Tell of rows with a unit whether rooms of their building say nothing without it.

    So it is where a building has several units, unless its room numbers, being many, never come
    twice. One bit for the building as its road's, one as its estate's, as `buildings` has them.
    """
    needed = np.zeros(len(fields), np.int8)
    rows = np.flatnonzero(fields[:, UNIT] != 0)
    for bit in range(2):
        frame = pd.DataFrame(
            {"at": buildings[rows, bit], "unit": fields[rows, UNIT], "room": fields[rows, ROOM]}
        ).drop_duplicates()
        rooms = frame[frame["room"] != 0].groupby("at", sort=False)["room"]
        counted = pd.DataFrame(
            {
                "units": frame.groupby("at", sort=False)["unit"].nunique(),
                "rooms": rooms.size(),
                "distinct": rooms.nunique(),
            }
        ).fillna(0)
        through = (counted["rooms"] == counted["distinct"]) & (counted["rooms"] >= _MANY_ROOMS)
        several = (counted["units"] > 1) & (counted["distinct"] >= _TELLING_ROOMS) & ~through
        telling = counted.index[several].to_numpy(dtype=np.int64)
        needed[rows] |= np.isin(buildings[rows, bit], telling).astype(np.int8) << bit
    return needed


def _known_aliases(aliases: pd.DataFrame | None, ids: list[str]) -> tuple[Small, list[str]]:
    """Return rows and normalised texts of the aliases of addresses that the library has."""
    if aliases is None or not len(aliases):
        return np.zeros(0, np.int32), []
    position: dict[str, int] = {}
    for row, address_id in enumerate(ids):
        position.setdefault(address_id, row)
    texts = normalise_all(aliases["text"].tolist())
    rows = [position.get(address_id, -1) for address_id in aliases["address_id"].tolist()]
    known = [n for n, (row, text) in enumerate(zip(rows, texts, strict=True)) if row >= 0 and text]
    return np.array([rows[n] for n in known], np.int32), [texts[n] for n in known]


def _alias_names(rows: Small, texts: list[str], fields: Ints, names: NameFields) -> None:
    """Learn other names of roads and estates from other names of addresses.

    The piece of an alias that no name explains is another name of its address's road, if it ends
    like one or a number follows, else of its estate. A piece that would name two is left out.
    """
    if not texts:
        return
    pieces = np.zeros((len(texts), 2), np.int64)
    _unknown_pieces(*encode(texts), tuple(vocabulary_of(names)), pieces)
    said: dict[str, set[tuple[int, int]]] = {}
    for row, text, (begin, end) in zip(rows.tolist(), texts, pieces.tolist(), strict=True):
        if begin < 0:
            continue
        piece, followed = text[begin:end], _HAS_DIGIT.match(text[end : end + 1]) is not None
        is_road = _ROAD_END.search(piece) is not None
        field = ROAD if is_road and followed else ESTATE
        if fields[row, field] and not (field == ESTATE and (is_road or fields[row, BUILDING])):
            said.setdefault(piece, set()).add((field, int(fields[row, field])))
    for piece, meant in sorted(said.items()):
        if len(meant) == 1 and piece not in names:
            names[piece] = dict(meant)
