"""Which words and which features the model knows: collected from the corpus before learning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.context import PAD
from blockdata.address.tagger.corpus import Corpus, forget
from blockdata.address.tagger.hashing import build_slots
from blockdata.address.tagger.lexicon import LONGEST_ENTRY, Lexicon, roll, substring_hash
from blockdata.address.tagger.segments import describe_segment, hash_segments, note_labels
from blockdata.address.tagger.symbols import Alphabet, encode_texts
from blockdata.address.tagger.templates import hash_features, stride_of
from blockdata.address.tagger.tokens import Tokens, cut_text, new_tokens
from blockdata.address.tagger.workspace import Reading, Workspace, read_text
from blockdata.kernels.jit import jit_finite

__all__ = ["build_lexicon", "frequent_features"]

_BLOCK = 4096
Hashes = npt.NDArray[np.uint64]


def build_lexicon(
    corpus: Corpus,
    labels: int,
    alphabet: Alphabet,
    lexicons: Mapping[str, Iterable[str]],
) -> tuple[Hashes, Lexicon]:
    """Return the words of all spans with their labels, and the terms of the lists given.

    Each gold segment of the corpus learns the number of its entry.
    """
    entries = _entry_hashes(corpus, alphabet, new_tokens())
    term_hashes = [_term_hashes(sorted(set(terms)), alphabet) for terms in lexicons.values()]
    keys = np.unique(np.concatenate([entries[entries != 0], *term_hashes]))
    counts = np.zeros((len(keys), labels + len(term_hashes)), dtype=np.int32)
    rows = np.searchsorted(keys, entries[entries != 0])
    np.add.at(counts, (rows, corpus.segments[entries != 0, 2]), 1)
    for column, hashes in enumerate(term_hashes, start=labels):
        counts[np.searchsorted(keys, hashes), column] = 1
    corpus.segments[entries != 0, 3] = rows
    return keys, Lexicon(build_slots(keys), counts, labels)


@jit_finite
def _entry_hashes(corpus: Corpus, alphabet: Alphabet, tokens: Tokens) -> Hashes:
    hashes = np.zeros(corpus.segments.shape[0], np.uint64)
    rolling = np.zeros((2, tokens.end.size + 1), np.uint64)
    for sentence in range(corpus.bounds.size - 1):
        text = corpus.codes[corpus.bounds[sentence] : corpus.bounds[sentence + 1]]
        count = cut_text(text, alphabet, tokens)
        roll(tokens.string, count, rolling)
        for place in range(corpus.segment_bounds[sentence], corpus.segment_bounds[sentence + 1]):
            start, end = corpus.segments[place, :2]
            if 1 < end - start <= LONGEST_ENTRY:
                hashes[place] = substring_hash(rolling, start, end)
    return hashes


def _term_hashes(terms: list[str], alphabet: Alphabet) -> Hashes:
    hashes = _hash_terms(*encode_texts(terms), alphabet, new_tokens())
    return np.asarray(np.unique(hashes[hashes != 0]))


@jit_finite
def _hash_terms(
    codes: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64], alphabet: Alphabet, tokens: Tokens
) -> Hashes:
    hashes = np.zeros(bounds.size - 1, np.uint64)
    rolling = np.zeros((2, tokens.end.size + 1), np.uint64)
    for term in range(hashes.size):
        text = codes[bounds[term] : bounds[term + 1]]
        count = cut_text(text, alphabet, tokens)
        if 1 < count <= LONGEST_ENTRY:
            roll(tokens.string, count, rolling)
            hashes[term] = substring_hash(rolling, 0, count)
    return hashes


def frequent_features(
    corpus: Corpus, reading: Reading, work: Workspace, at_least: int, segments_at_least: int
) -> Hashes:
    """Return the features that occur often enough: of tokens, and of gold segments."""
    token_keys, segment_keys = np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    token_counts, segment_counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    sentences = len(corpus.bounds) - 1
    for first in range(0, sentences, _BLOCK):
        tokens, segments = _hashes(corpus, first, min(first + _BLOCK, sentences), reading, work)
        token_keys, token_counts = _merged(token_keys, token_counts, tokens)
        segment_keys, segment_counts = _merged(segment_keys, segment_counts, segments)
    return np.concatenate(
        [token_keys[token_counts >= at_least], segment_keys[segment_counts >= segments_at_least]]
    )


def _merged(
    keys: Hashes, counts: npt.NDArray[np.int64], more: Hashes
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    new_keys, new_counts = np.unique(more, return_counts=True)
    joined, place = np.unique(np.concatenate([keys, new_keys]), return_inverse=True)
    weights = np.concatenate([counts, new_counts])
    return joined, np.bincount(place, weights=weights).astype(np.int64)


@jit_finite
def _hashes(
    corpus: Corpus, first: int, last: int, reading: Reading, work: Workspace
) -> tuple[Hashes, Hashes]:
    templates = reading.token_templates.shape[0]
    segment_templates = reading.segment_templates.shape[0]
    size = (corpus.bounds[last] - corpus.bounds[first]) * templates
    segment_first, segment_last = corpus.segment_bounds[first], corpus.segment_bounds[last]
    tokens = np.zeros(size, np.uint64)
    segments = np.zeros((segment_last - segment_first, segment_templates), np.uint64)
    filled = 0
    for sentence in range(first, last):
        begin, end = corpus.segment_bounds[sentence], corpus.segment_bounds[sentence + 1]
        if begin == end:
            continue
        forget(corpus, sentence, reading.lexicon.counts, -1)
        text = corpus.codes[corpus.bounds[sentence] : corpus.bounds[sentence + 1]]
        count = read_text(text, reading, work)
        hash_features(reading.token_templates, work.attributes, PAD, count, 0, work.hashes)
        for template in range(templates):
            keys = work.hashes[template * stride_of(count) :][:count]
            tokens[filled : filled + count] = keys
            filled += count
        for place in range(begin, end):
            start, stop, label = corpus.segments[place, :3]
            work.likely[start:stop] = label
        note_labels(work, count, reading.lexicon.labels)
        for place in range(begin, end):
            start, stop = corpus.segments[place, 0], corpus.segments[place, 1]
            describe_segment(work, start, stop, reading.lexicon, 0)
            hash_segments(work, reading.segment_templates, 1)
            segments[place - segment_first] = work.segment_hashes[:: stride_of(1)][
                :segment_templates
            ]
        forget(corpus, sentence, reading.lexicon.counts, 1)
    return tokens[:filled], segments.ravel()
