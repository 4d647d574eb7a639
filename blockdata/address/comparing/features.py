"""What two address texts have in common, as numbers that a model weighs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.comparing.measures import (
    gram_sums,
    has,
    numbers_in,
    subsequence,
    substring,
    tail,
)
from blockdata.address.comparing.pieces import (
    covered,
    covered_by_sound,
    likeness,
    mean_run,
    numbers_found,
    numbers_of,
    pieces_of,
    pieces_of_family,
    weight_of,
)
from blockdata.address.comparing.texts import FLAGS, NUMBERED, TextColumns
from blockdata.address.names.keys import sounds_of
from blockdata.address.names.scoring import Characters, characters
from blockdata.address.parsed import ELEMENTS
from blockdata.kernels.jit import jit

__all__ = ["FEATURES", "pair_features"]

_COUNT = len(ELEMENTS)
_SHARD = 1024
_NUMBERED = np.isin(ELEMENTS, NUMBERED)
#: Named elements, whose names are looked for in the whole of the other text.
_NAMED = np.array(
    [
        ELEMENTS.index(n)
        for n in ("district", "town", "zone", "community", "road", "lane", "estate", "place")
    ]
)
_NUMBERS = np.array([ELEMENTS.index(name) for name in NUMBERED])

#: Elements that are often taken for one another: a name may stand on either side under another.
_FAMILIES = np.array(
    [
        [name in family for name in ELEMENTS]
        for family in (
            {"community", "zone", "estate", "place", "remark"},
            {"road", "lane"},
            {"estate"},
            {"district", "town", "zone", "community"},
        )
    ]
)
_NUMBER_FAMILIES = np.array(
    [
        [name in family for name in ELEMENTS]
        for family in (
            {"road_no", "lane_no", "lane"},
            {"building", "lane_no", "road_no"},
            {"unit", "floor", "room"},
        )
    ]
)

_TEXT = (
    "length_a",
    "length_b",
    "local_length_a",
    "local_length_b",
    "length_ratio",
    "subsequence",
    "substring",
    "local_subsequence_a",
    "local_subsequence_b",
    "local_substring",
    "jaccard",
    "cosine",
    "covered_a",
    "covered_b",
    "numbers_common",
    "numbers_only_a",
    "numbers_only_b",
    "last_equal",
    "tail_a",
    "tail_b",
    "head_equal",
    "numbers_a",
    "numbers_b",
    "near_jaccard",
    "weight_left_a",
    "weight_left_b",
    "deepest_a",
    "deepest_b",
)


def _named(pattern: str, elements: Any) -> list[str]:
    return [pattern.format(ELEMENTS[at]) for at in elements]


FEATURES: tuple[str, ...] = (
    *_TEXT,
    *_named("{}_given", range(_COUNT)),
    *_named("{}_alike", range(_COUNT)),
    *_named("{}_substring", range(_COUNT)),
    *_named("{}_a_in_b", _NAMED),
    *_named("{}_b_in_a", _NAMED),
    *_named("{}_no_a_in_b", _NUMBERS),
    *_named("{}_no_b_in_a", _NUMBERS),
    *_named("{}_weight_a", _NAMED),
    *_named("{}_a_sounds_in_b", _NAMED),
    *_named("{}_b_sounds_in_a", _NAMED),
    *(
        f"family_{at}_{what}"
        for at in range(len(_FAMILIES))
        for what in ("alike", "run", "mean_a", "mean_b")
    ),
    *(
        f"numbers_{at}_{what}"
        for at in range(len(_NUMBER_FAMILIES))
        for what in ("common", "only_a", "only_b")
    ),
    *(f"flag_a_{at}" for at in range(len(FLAGS))),
    *(f"flag_b_{at}" for at in range(len(FLAGS))),
)


class _Work(NamedTuple):
    weights: npt.NDArray[np.float32]
    numbered: npt.NDArray[np.bool_]
    named: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    families: npt.NDArray[np.bool_]
    number_families: npt.NDArray[np.bool_]
    known: Characters


@jit
def _text_features(row: Any, whole: Any, local: Any, grams: Any, work: _Work) -> int:
    a, b = whole
    local_a, local_b = local
    most, local_most = max(len(a), len(b), 1), max(len(local_a), len(local_b), 1)
    sums = gram_sums(grams[0], grams[1], work.weights)
    common = subsequence(local_a, local_b)
    count_a, common_a = numbers_in(local_a, local_b)
    count_b, common_b = numbers_in(local_b, local_a)
    row[0], row[1], row[2], row[3] = len(a), len(b), len(local_a), len(local_b)
    row[4] = min(len(a), len(b)) / most
    row[5] = 2 * subsequence(a, b) / max(1, len(a) + len(b))
    row[6] = substring(a, b) / most
    row[7], row[8] = common / max(1, len(local_a)), common / max(1, len(local_b))
    row[9] = substring(local_a, local_b) / local_most
    row[10] = sums[2, 0] / max(1.0, sums[0, 0] + sums[1, 0] - sums[2, 0])
    row[11] = sums[2, 2] / max(1e-9, np.sqrt(sums[0, 2] * sums[1, 2]))
    row[12] = sums[2, 1] / max(1e-9, sums[0, 1])
    row[13] = sums[2, 1] / max(1e-9, sums[1, 1])
    row[14], row[15], row[16] = common_a, count_a - common_a, count_b - common_b
    row[17] = len(a) > 0 and len(b) > 0 and a[-1] == b[-1]
    row[18], row[19] = tail(local_a, local_b), tail(local_b, local_a)
    row[20] = len(local_a) > 1 and len(local_b) > 1 and local_a[0] == local_b[0]
    row[21], row[22] = count_a, count_b
    row[23] = common / max(1, len(local_a) + len(local_b) - common)
    row[24], row[25] = sums[0, 1] - sums[2, 1], sums[1, 1] - sums[2, 1]
    return 26


@jit
def _element_features(row: Any, columns: TextColumns, pair: Any, work: _Work) -> int:
    deepest = np.full(2, -1)
    for element in range(_COUNT):
        ours = pieces_of(columns, pair[0], element)
        theirs = pieces_of(columns, pair[1], element)
        row[2 + element] = (len(ours) > 0) + 2 * (len(theirs) > 0)
        if len(ours) > 0:
            deepest[0] = element
        if len(theirs) > 0:
            deepest[1] = element
        row[2 + _COUNT + element] = row[2 + 2 * _COUNT + element] = -1
        if len(ours) > 0 and len(theirs) > 0:
            best, run = likeness(columns, ours, theirs, work.numbered[element], work.known)
            row[2 + _COUNT + element], row[2 + 2 * _COUNT + element] = best, run
    row[0], row[1] = deepest
    return 2 + 3 * _COUNT


@jit
def _cross_features(row: Any, columns: TextColumns, pair: Any, whole: Any, work: _Work) -> int:
    at = 0
    for side in range(2):
        for element in work.named:
            row[at] = covered(columns, pair[side], element, whole[1 - side])
            at += 1
    for side in range(2):
        for element in work.numbers:
            row[at] = numbers_found(columns, pair[side], element, whole[1 - side])
            at += 1
    for element in work.named:
        row[at] = weight_of(columns, pair[0], element, work.weights)
        at += 1
    for side in range(2):
        other = sounds_of(whole[1 - side], work.known)
        for element in work.named:
            row[at] = covered_by_sound(columns, pair[side], element, other, work.known)
            at += 1
    return at


@jit
def _family_features(row: Any, columns: TextColumns, pair: Any, work: _Work) -> int:
    at = 0
    for family in work.families:
        ours = pieces_of_family(columns, pair[0], family)
        theirs = pieces_of_family(columns, pair[1], family)
        row[at] = row[at + 1] = -1
        if len(ours) > 0 and len(theirs) > 0:
            row[at], row[at + 1] = likeness(columns, ours, theirs, False, work.known)
        row[at + 2] = mean_run(columns, ours, theirs)
        row[at + 3] = mean_run(columns, theirs, ours)
        at += 4
    for family in work.number_families:
        ours = numbers_of(columns, pieces_of_family(columns, pair[0], family))
        theirs = numbers_of(columns, pieces_of_family(columns, pair[1], family))
        common = 0
        for token in ours:
            common += has(theirs, token)
        row[at] = common
        row[at + 1], row[at + 2] = len(ours) - common, len(theirs) - common
        at += 3
    return at


@jit
def _fill(rows: Any, pairs: Any, columns: TextColumns, work: _Work) -> None:
    for index in range(len(pairs)):
        pair, row = pairs[index], rows[index]
        a, b = pair
        whole = (
            columns.tokens[columns.tokens_bounds[a] : columns.tokens_bounds[a + 1]],
            columns.tokens[columns.tokens_bounds[b] : columns.tokens_bounds[b + 1]],
        )
        local = (
            columns.local[columns.local_bounds[a] : columns.local_bounds[a + 1]],
            columns.local[columns.local_bounds[b] : columns.local_bounds[b + 1]],
        )
        grams = (
            columns.grams[columns.grams_bounds[a] : columns.grams_bounds[a + 1]],
            columns.grams[columns.grams_bounds[b] : columns.grams_bounds[b + 1]],
        )
        at = _text_features(row, whole, local, grams, work)
        at += _element_features(row[at:], columns, pair, work)
        at += _cross_features(row[at:], columns, pair, whole, work)
        at += _family_features(row[at:], columns, pair, work)
        count = columns.flags.shape[1]
        row[at : at + count] = columns.flags[a]
        row[at + count : at + 2 * count] = columns.flags[b]


def pair_features(
    columns: TextColumns, pairs: npt.NDArray[np.int64], weights: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return one row of `FEATURES` for each pair of texts.

    Parameters
    ----------
    columns : TextColumns
    pairs : ndarray of int64, shape (n, 2)
        Indices of the two texts.
    weights : ndarray of float32
        From `gram_weights`.

    Returns
    -------
    ndarray of float32, shape (n, len(FEATURES))
    """
    rows = np.zeros((len(pairs), len(FEATURES)), dtype=np.float32)
    masks = (_FAMILIES, _NUMBER_FAMILIES)
    work = _Work(weights, _NUMBERED, _NAMED, _NUMBERS, *masks, characters())

    def fill(first: int) -> None:
        _fill(rows[first : first + _SHARD], pairs[first : first + _SHARD], columns, work)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(fill, range(0, len(pairs), _SHARD)))
    return rows
