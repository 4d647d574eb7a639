"""Tag texts in bulk, coarse to fine: token scores first, whole segments where they can win.

Scores of tokens alone rule out every segment whose best segmentation is worse than the best by
more than a margin. What is left, a dozen segments a text, is scored with its own features; sums
over all paths through it give each segment's probability, and the spans that are right most often
by these are the answer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.chains import (
    likely_labels,
    new_chains,
    run_backward,
    run_forward,
    turned_transitions,
)
from blockdata.address.tagger.context import PAD
from blockdata.address.tagger.hashing import find, may_have
from blockdata.address.tagger.lattice import (
    Lattice,
    Order,
    best_path,
    cover_tokens,
    keep_segments,
    lawful_path,
    new_lattice,
    sum_paths,
)
from blockdata.address.tagger.lexicon import Lexicon
from blockdata.address.tagger.segments import (
    BLOCK,
    describe_segment,
    hash_segments,
    note_labels,
)
from blockdata.address.tagger.templates import hash_features, stride_of
from blockdata.address.tagger.workspace import Reading, Workspace, read_text
from blockdata.kernels.jit import jit_finite

__all__ = ["LINE", "PackedWeights", "tag_shard"]

Hashes = npt.NDArray[np.uint64]

# Bytes in a cache line; rows added at once.
LINE = 64
_GROUP = 8


class PackedWeights(NamedTuple):
    """Weights for decoding: an int8 row for each feature in cache lines; the last row is 0."""

    slots: npt.NDArray[np.uint64]
    filter: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int8]
    scale: np.float32
    transitions: npt.NDArray[np.float32]
    margin: np.float32
    least: npt.NDArray[np.float32]
    order: Order


@jit_finite
def tag_shard(
    codes: npt.NDArray[np.uint32],
    bounds: npt.NDArray[np.int64],
    reading: Reading,
    work: Workspace,
    weights: PackedWeights,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Tag texts; return text, start, end and label of each span, and its confidence."""
    labels, transitions = reading.lexicon.labels, weights.transitions
    chains = new_chains(weights.rows.shape[1], transitions.shape[1])
    lattice = new_lattice()
    sums = np.zeros(weights.rows.shape[1], np.int16)
    turned = turned_transitions(transitions, labels)
    factors = np.exp(transitions.astype(np.float64))
    size = bounds[-1] - bounds[0]
    spans, confidences = np.zeros((size, 4), np.int32), np.zeros(size, np.float32)
    filled = 0
    for text in range(bounds.size - 1):
        count = read_text(codes[bounds[text] : bounds[text + 1]], reading, work)
        if count == 0:
            continue
        score_tokens(reading, work, weights, sums, chains.scores[:count])
        best = run_forward(chains, transitions, count, labels)
        run_backward(chains, turned, count, labels)
        found = keep_segments(chains, lattice, best - float(weights.margin), count, labels)
        if reading.segment_templates.shape[0]:
            cover_tokens(lattice, found, count)
            likely_labels(chains, count, labels, work.likely)
            note_labels(work, count, labels)
            score_segments(reading, work, weights, lattice, found, sums)
        best_path(lattice, transitions, count, labels)
        sum_paths(lattice, factors, count, labels)
        final = lawful_path(lattice, count, labels, weights.least, weights.order)
        first = filled
        filled += count_spans(lattice, final)
        spans[first:filled, 0] = text
        write_spans(lattice, final, work.tokens.end, spans[first:filled], confidences[first:filled])
    return spans[:filled], confidences[:filled]


@jit_finite
def score_tokens(
    reading: Reading,
    work: Workspace,
    weights: PackedWeights,
    sums: npt.NDArray[np.int16],
    scores: npt.NDArray[np.float32],
) -> None:
    """Add up each token's rows; whole numbers, so the order does not matter."""
    count = scores.shape[0]
    hash_features(reading.token_templates, work.attributes, PAD, count, 0, work.hashes)
    stride, templates = stride_of(count), reading.token_templates.shape[0]
    for at in range(count):
        add_rows(weights, work.hashes[at : templates * stride : stride], work.picked, sums)
        for lane in range(sums.size):
            scores[at, lane] = np.float32(sums[lane]) * weights.scale


@jit_finite
def add_rows(
    weights: PackedWeights, keys: Hashes, picked: Hashes, sums: npt.NDArray[np.int16]
) -> None:
    """Add up the rows of those keys that have one.

    First all keys are tried on the filter, then the few left are looked up, then rows are added
    eight at a time: three loops whose branches the processor foresees. A key that only the filter
    has gets the row of zeros at the end.
    """
    hopeful = np.uint64(0)
    for place in range(keys.size):
        key = keys[place]
        picked[hopeful] = key
        hopeful += may_have(weights.filter, key)
    lanes, nothing = np.uint64(sums.size), np.uint64(weights.rows.size - sums.size)
    count = np.int64(hopeful)
    for place in range(count):
        row = find(weights.slots, picked[place])
        picked[place] = np.uint64(row) * lanes if row >= 0 else nothing
    for place in range(count, count + _GROUP - 1):
        picked[place] = nothing
    sums[:] = 0
    flat = weights.rows.ravel()
    for first in range(0, count, _GROUP):
        for lane in range(0, sums.size, LINE):
            _add_group(flat, picked[first : first + _GROUP], np.uint64(lane), sums)


@jit_finite
def _add_group(
    flat: npt.NDArray[np.int8], begins: Hashes, lane: np.uint64, sums: npt.NDArray[np.int16]
) -> None:
    one, two, three, four = begins[0] + lane, begins[1] + lane, begins[2] + lane, begins[3] + lane
    five, six, seven, last = begins[4] + lane, begins[5] + lane, begins[6] + lane, begins[7] + lane
    for at in range(LINE):
        step = np.uint64(at)
        sums[lane + step] += (
            np.int16(flat[one + step])
            + np.int16(flat[two + step])
            + np.int16(flat[three + step])
            + np.int16(flat[four + step])
            + np.int16(flat[five + step])
            + np.int16(flat[six + step])
            + np.int16(flat[seven + step])
            + np.int16(flat[last + step])
        )


@jit_finite
def score_segments(
    reading: Reading,
    work: Workspace,
    weights: PackedWeights,
    lattice: Lattice,
    found: int,
    sums: npt.NDArray[np.int16],
) -> None:
    """Add the scores of whole segments, a block of them at a time."""
    place, templates = 0, reading.segment_templates.shape[0]
    while place < found:
        first = place
        place, columns = describe_block(work, lattice, first, found, reading.lexicon)
        hash_segments(work, reading.segment_templates, columns)
        stride, scored = stride_of(columns), -1
        for other in range(first, place):
            column = lattice.column[other]
            if column < 0:
                continue
            # Labels of one place share the look-up.
            if column != scored:
                keys = work.segment_hashes[column : templates * stride : stride]
                add_rows(weights, keys, work.picked, sums)
                scored = column
            lattice.score[other] += np.float64(sums[lattice.label[other]]) * weights.scale


@jit_finite
def describe_block(
    work: Workspace, lattice: Lattice, first: int, found: int, lexicon: Lexicon
) -> tuple[int, int]:
    """Describe segments from `first` on, a column each; return the next one, and the columns.

    A segment on every path has no column (-1): its score would change no choice.
    """
    columns, last_start, last_end = 0, -1, -1
    for place in range(first, found):
        start, end = lattice.start[place], lattice.end[place]
        lattice.column[place] = -1
        if lattice.cover[start] == 1 or lattice.cover[end - 1] == 1:
            continue
        if start != last_start or end != last_end:
            if columns == BLOCK:
                return place, columns
            describe_segment(work, start, end, lexicon, columns)
            columns, last_start, last_end = columns + 1, start, end
        lattice.column[place] = columns - 1
    return found, columns


@jit_finite
def count_spans(lattice: Lattice, final: int) -> int:
    """Return how many spans were chosen."""
    size, place = 0, final
    while place >= 0:
        size += 1
        place = lattice.before[place]
    return size


@jit_finite
def write_spans(
    lattice: Lattice,
    final: int,
    token_ends: npt.NDArray[np.int32],
    spans: npt.NDArray[np.int32],
    confidences: npt.NDArray[np.float32],
) -> None:
    """Write the spans chosen, from the last back to the first, with ends in characters."""
    place = final
    for row in range(confidences.size - 1, -1, -1):
        start, end = lattice.start[place], lattice.end[place]
        spans[row, 1] = token_ends[start - 1] if start else 0
        spans[row, 2] = token_ends[end - 1]
        spans[row, 3] = lattice.label[place]
        confidences[row] = min(1.0, lattice.probability[place])
        place = lattice.before[place]
