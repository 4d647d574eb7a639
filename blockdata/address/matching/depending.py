"""What an answer depends on in the library, and what a change of the library can touch."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from blockdata.address.matching.codes import encode, hashes_of, pair
from blockdata.address.matching.fields import BUILDING, REST, ROAD, Bools, Ints
from blockdata.address.matching.keys import MOST_ANCHORS, building_key, row_anchors
from blockdata.address.matching.library import Library, learn_texts, merged_fields
from blockdata.address.matching.normal import normalise_all
from blockdata.address.matching.passes import Found
from blockdata.address.matching.reading import MOST_NAMES
from blockdata.address.matching.rows import NameFields, Names, delivered_fields
from blockdata.address.matching.searching import MOST_DEPENDS
from blockdata.address.matching.vocabulary import longest_name, prefix_hashes, vocabulary_of
from blockdata.kernels.jit import jit

__all__ = ["ANCHORS_A_TEXT", "anchors_of_rows", "id_anchor", "text_anchors"]

#: That it is a text, the text itself, what it hangs on, the names in it.
ANCHORS_A_TEXT = 2 + MOST_DEPENDS + MOST_NAMES
_ANY, _OF_NAME, _OF_TEXT, _OF_ID = 1, 11, 13, 17
_HAN = range(0x3400, 0xA000)


@jit
def _spaced(hashes: Ints, space: int, out: Ints) -> None:
    for number in range(len(hashes)):
        out[number] = pair(space, hashes[number]) if hashes[number] != 0 else 0


def _in_space(hashes: Ints, space: int) -> Ints:
    flat = np.ascontiguousarray(hashes).reshape(-1)
    out = np.zeros(len(flat), np.int64)
    _spaced(flat, space, out)
    return out.reshape(hashes.shape)


def id_anchor(address_id: str) -> int:
    """Return what a text depends on that a person gave an address."""
    return int(_of_texts([address_id], _OF_ID)[0])


def _of_texts(texts: list[str], space: int) -> Ints:
    return _in_space(hashes_of(*encode(texts)), space)


def text_anchors(hashes: Ints, found: Found) -> Ints:
    """Return what each text depends on.

    Parameters
    ----------
    hashes : ndarray of int64, shape (n,)
        Of the whole normalised texts.
    found : Found

    Returns
    -------
    ndarray of int64, shape (n, ANCHORS_A_TEXT)
        0 is nothing.
    """
    names = _in_space(found.depends[:, MOST_DEPENDS:], _OF_NAME)
    own = _in_space(hashes, _OF_TEXT)[:, None]
    any_text = np.full((len(hashes), 1), _ANY, np.int64)
    return np.concatenate([any_text, own, found.depends[:, :MOST_DEPENDS], names], axis=1)


@jit
def _hang_on(fields: Ints, out: Ints) -> None:
    hung = np.zeros(MOST_ANCHORS, np.int64)
    for number in range(len(fields)):
        for at in range(row_anchors(fields[number], hung)):
            out[number, at] = building_key(hung[at], fields[number, BUILDING])


def _places(fields: Ints) -> Ints:
    out = np.zeros((len(fields), MOST_ANCHORS), np.int64)
    _hang_on(fields, out)
    return out.ravel()


def anchors_of_rows(library: Library, rows: pd.DataFrame, aliases: pd.DataFrame | None) -> Ints:
    """Return what texts depend on that a change of rows can touch.

    See `AddressIndex.anchors_of`. Where a name comes or goes, texts with a name that begins it
    are touched too, and addresses known by their text alone that contain it are read with it
    and without it.
    """
    texts = normalise_all(rows["text"].tolist())
    learned = Names()
    given = delivered_fields(rows, learned)
    from_text = ~(given[:, ROAD:REST] != 0).any(axis=1)
    learn_texts([t for t, f in zip(texts, from_text, strict=True) if f and t], learned, None)
    touched = _touched(library, learned)
    other = [] if aliases is None else normalise_all(aliases["text"].tolist())
    parts = [
        _of_texts(texts, _OF_TEXT),
        _of_texts([str(value) for value in rows["id"].tolist()], _OF_ID),
        _of_texts(other, _OF_TEXT),
        _name_anchors(touched, _pieces_of([*other, *_containing(library.alias_texts, touched)])),
    ]
    readings = _readings(library, learned.said, touched)
    parts += [_places(merged_fields(texts, given, from_text, names)) for names in readings]
    parts += _reread(library, touched, readings)
    found: Ints = np.setdiff1d(np.concatenate(parts), [0])
    return found


def _touched(library: Library, learned: Names) -> set[str]:
    """Return the names that may have come, gone or changed what they say."""
    return {
        name
        for name, said in learned.said.items()
        if any(
            library.names.get(name, {}).get(field) != value
            or library.uses.get((name, field), 0) <= learned.uses[name, field]
            for field, value in said.items()
        )
    }


def _readings(
    library: Library, said: NameFields, touched: set[str]
) -> tuple[NameFields, NameFields, NameFields]:
    """Return the names with which texts were or are read: as now, with all touched, without."""
    without = {name: value for name, value in library.names.items() if name not in touched}
    together = {name: dict(value) for name, value in library.names.items()}
    for name in sorted(touched):
        together.setdefault(name, {}).update(said[name])
    return library.names, together, without


def _containing(texts: Collection[str], touched: set[str]) -> list[str]:
    return [text for text in texts if any(name in text for name in touched)]


def _pieces_of(texts: list[str]) -> list[str]:
    """Return every end of texts; their beginnings are every piece."""
    return [text[begin:] for text in texts for begin in range(len(text))]


def _name_anchors(touched: set[str], pieces: list[str]) -> Ints:
    names = [*sorted(touched), *pieces]
    hashes = _in_space(prefix_hashes(names), _OF_NAME)
    odd = any(ord(name[0]) not in _HAN for name in names)
    return np.append(hashes, _ANY) if odd else hashes


@jit
def _count_names(codes: Any, offsets: Ints, slots: Ints, entries: Any, out: Ints) -> None:
    for text in range(len(out)):
        for position in range(offsets[text], offsets[text + 1]):
            entry, _ = longest_name(codes, position, offsets[text + 1], slots, entries)
            out[text] += entry >= 0


def _reread(library: Library, touched: set[str], readings: tuple[NameFields, ...]) -> list[Ints]:
    """Return the places, old and new, of addresses known by text that contain touched names."""
    if not touched or not library.from_text.any():
        return []
    names = vocabulary_of({name: {0: 1} for name in touched}, with_words=False)
    codes, offsets = encode(library.texts)
    count = np.zeros(len(library.texts), np.int64)
    _count_names(codes, offsets, names.slots, names.entries, count)
    which: Bools = library.from_text & (count > 0)
    texts = [library.texts[row] for row in np.flatnonzero(which).tolist()]
    given = np.zeros((len(texts), library.searched.fields.shape[1]), np.int64)
    every = np.ones(len(texts), np.bool_)
    parts = [_places(merged_fields(texts, given, every, said)) for said in readings]
    several = bool((count[which] > 1).any())
    return [*parts, np.array([_ANY], np.int64)] if several else parts
