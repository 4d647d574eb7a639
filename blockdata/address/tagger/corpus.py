"""Labelled sentences as arrays: gold segments in tokens, and the keywords that close them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.segments import LONGEST_SEGMENT
from blockdata.address.tagger.spans import Span
from blockdata.address.tagger.symbols import Alphabet, encode_texts
from blockdata.address.tagger.tokens import Tokens, cut_text, new_tokens
from blockdata.kernels.jit import jit_finite

__all__ = ["MOST_TOKENS", "Corpus", "build_corpus", "cut_share", "find_keywords", "forget"]

# Sums over all segmentations stay inside the range of a float for texts no longer than this.
MOST_TOKENS = 128
_CODES = 0x10000
_KEYWORD_COUNT, _KEYWORD_SHARE = 5, 0.5


class Corpus(NamedTuple):
    """Sentences end to end: code points, and gold segments in tokens with their lexicon entry."""

    codes: npt.NDArray[np.uint32]
    bounds: npt.NDArray[np.int64]
    segments: npt.NDArray[np.int32]
    segment_bounds: npt.NDArray[np.int64]


def build_corpus(
    sentences: Sequence[tuple[str, Sequence[Span]]], labels: Mapping[str, int], alphabet: Alphabet
) -> Corpus:
    """Return the sentences as arrays; those too long to learn from are left out."""
    codes, bounds = encode_texts([text for text, _ in sentences])
    owner = np.full(codes.size, -1, dtype=np.int64)
    names = [labels[span.label] for _, spans in sentences for span in spans]
    number = 0
    for base, (_, spans) in zip(bounds[:-1].tolist(), sentences, strict=True):
        for span in spans:
            owner[base + span.start : base + span.end] = number
            number += 1
    span_labels = np.array(names, dtype=np.int64)
    found, counts = _segments(codes, bounds, owner, span_labels, alphabet, new_tokens())
    found[found[:, 2] < 0, 2] = len(labels)
    segment_bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Corpus(codes, bounds, found, segment_bounds)


@jit_finite
def _segments(
    codes: npt.NDArray[np.uint32],
    bounds: npt.NDArray[np.int64],
    owner: npt.NDArray[np.int64],
    span_labels: npt.NDArray[np.int64],
    alphabet: Alphabet,
    tokens: Tokens,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """A token belongs to the span that holds its first character."""
    found = np.zeros((codes.size, 4), np.int32)
    counts = np.zeros(bounds.size - 1, np.int64)
    total = 0
    for sentence in range(counts.size):
        first = total
        text = codes[bounds[sentence] : bounds[sentence + 1]]
        count = cut_text(text, alphabet, tokens)
        span, begin, longest = -1, 0, 0
        for at in range(count):
            own = owner[bounds[sentence] + begin]
            begin = tokens.end[at]
            if own >= 0 and own == span:
                found[total - 1, 1] = at + 1
            else:
                found[total, 0], found[total, 1] = at, at + 1
                found[total, 2] = span_labels[own] if own >= 0 else -1
                found[total, 3] = -1
                total += 1
            span = own
            longest = max(longest, found[total - 1, 1] - found[total - 1, 0])
        if count > MOST_TOKENS or longest > LONGEST_SEGMENT:
            total = first
        counts[sentence] = total - first
    return found[:total].copy(), counts


def cut_share(sentences: Iterable[tuple[str, Sequence[Span]]]) -> float:
    """Return the share of spans with an end inside a run of digits."""
    cut = total = 0
    for text, spans in sentences:
        total += len(spans)
        cut += sum(
            any(0 < at < len(text) and text[at - 1 : at + 1].isdecimal() for at in span[:2])
            for span in spans
        )
    return cut / total if total else 0.0


def find_keywords(corpus: Corpus, alphabet: Alphabet, labels: int) -> npt.NDArray[np.uint16]:
    """Return for each code the label (plus one) that it closes most often; 0 for no keyword.

    A keyword closes a span in at least half of its places, and at least five times.
    """
    seen, closing = np.zeros(_CODES, np.int64), np.zeros((_CODES, labels), np.int32)
    _count_closing(corpus, alphabet, new_tokens(), seen, closing)
    closed = closing.sum(axis=1)
    keyword = (closed >= _KEYWORD_COUNT) & (closed >= _KEYWORD_SHARE * seen)
    return np.where(keyword, 1 + closing.argmax(axis=1), 0).astype(np.uint16)


@jit_finite
def _count_closing(
    corpus: Corpus,
    alphabet: Alphabet,
    tokens: Tokens,
    seen: npt.NDArray[np.int64],
    closing: npt.NDArray[np.int32],
) -> None:
    labels = closing.shape[1]
    for sentence in range(corpus.bounds.size - 1):
        text = corpus.codes[corpus.bounds[sentence] : corpus.bounds[sentence + 1]]
        count = cut_text(text, alphabet, tokens)
        for at in range(count):
            if tokens.symbol[at] < seen.size:
                seen[tokens.symbol[at]] += 1
        for place in range(corpus.segment_bounds[sentence], corpus.segment_bounds[sentence + 1]):
            start, end, label = corpus.segments[place, :3]
            symbol = tokens.symbol[end - 1]
            if label < labels and end - start > 1 and symbol < seen.size:
                closing[symbol, label] += 1


@jit_finite
def forget(corpus: Corpus, sentence: int, counts: npt.NDArray[np.int32], amount: int) -> None:
    """Take a sentence's own spans out of the lexicon (amount -1), or put them back (1)."""
    for place in range(corpus.segment_bounds[sentence], corpus.segment_bounds[sentence + 1]):
        entry, label = corpus.segments[place, 3], corpus.segments[place, 2]
        if entry >= 0:
            counts[entry, label] += amount
