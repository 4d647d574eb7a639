"""From examples to a model: vocabulary, epochs of learning, average, packing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.corpus import Corpus, build_corpus, cut_share, find_keywords
from blockdata.address.tagger.hashing import build_filter, build_slots
from blockdata.address.tagger.learning import Pace, Weights, learn_epoch, new_bench
from blockdata.address.tagger.model import FORMAT, Model
from blockdata.address.tagger.packing import pack_rows, padded_transitions
from blockdata.address.tagger.segments import SEGMENT_ATTRIBUTES, SEGMENT_TEMPLATES
from blockdata.address.tagger.spans import Sentence, checked_sentences
from blockdata.address.tagger.symbols import new_alphabet
from blockdata.address.tagger.templates import TOKEN_TEMPLATES, template_table
from blockdata.address.tagger.vocabulary import build_lexicon, frequent_features
from blockdata.address.tagger.workspace import Reading, new_workspace
from blockdata.errors import DeclarationError

__all__ = ["ACCURATE", "FAST", "Recipe", "fit_model"]

_CUT_ALLOWED = 0.003
_TOKENS_AT_LEAST, _SEGMENTS_AT_LEAST = 2, 1


class Recipe(NamedTuple):
    """How to learn; the numbers were chosen on the development part of a public set.

    `averaged` of the `epochs` make the weights; `rate` is the first step, `decay` its factor from
    epoch to epoch, `penalty` the strength of L1; for `drop` and `alone` see `Pace`, for `margin`
    the decoder.
    """

    token_templates: tuple[str, ...] = TOKEN_TEMPLATES
    segment_templates: tuple[str, ...] = SEGMENT_TEMPLATES
    epochs: int = 20
    averaged: int = 9
    rate: float = 0.05
    decay: float = 0.9
    penalty: float = 1.4
    drop: float = 0.25
    alone: float = 0.05
    margin: float = 3.5
    least_confidence: float = 0.4

    def without_terms(self) -> Recipe:
        """Leave out what asks for lists of terms, where none is given."""
        return self._replace(
            token_templates=tuple(name for name in self.token_templates if "term" not in name),
            segment_templates=tuple(name for name in self.segment_templates if "term" not in name),
        )


ACCURATE = Recipe()
FAST = Recipe(segment_templates=())


def fit_model(
    sentences: Iterable[Sentence],
    *,
    seed: int,
    lexicons: Mapping[str, Iterable[str]],
    recipe: Recipe,
) -> Model:
    """Learn a model from labelled sentences."""
    checked = checked_sentences(sentences)
    if not lexicons:
        recipe = recipe.without_terms()
    labels = sorted({span.label for _, spans in checked for span in spans})
    if not labels:
        raise DeclarationError("there is no labelled span to learn from", where="sentences")
    alphabet = new_alphabet(cut_share(checked) <= _CUT_ALLOWED)
    corpus = build_corpus(checked, {name: at for at, name in enumerate(labels)}, alphabet)
    if len(corpus.segments) == 0:
        raise DeclarationError(
            "there is no text to learn from", where="sentences", allowed="Chinese, 128 tokens"
        )
    keywords = find_keywords(corpus, alphabet, len(labels))
    entry_keys, lexicon = build_lexicon(corpus, len(labels), alphabet, lexicons)
    reading = Reading(
        alphabet,
        keywords,
        lexicon,
        template_table(recipe.token_templates),
        template_table(recipe.segment_templates, SEGMENT_ATTRIBUTES),
    )
    keys, rows, transitions = learn_weights(corpus, reading, recipe, seed)
    feature_keys, packed, scale = pack_rows(keys, rows)
    header = {
        "format": FORMAT,
        "labels": labels,
        "digit_runs": alphabet.digit_runs,
        "token_templates": list(recipe.token_templates),
        "segment_templates": list(recipe.segment_templates),
        "scale": scale,
        "margin": recipe.margin,
        "least_confidence": recipe.least_confidence,
    }
    return Model(
        header,
        keywords,
        entry_keys,
        lexicon.counts,
        feature_keys,
        packed,
        padded_transitions(transitions),
    )


def learn_weights(
    corpus: Corpus, reading: Reading, recipe: Recipe, seed: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Go through the sentences epoch by epoch; return features and averaged weights."""
    keys = frequent_features(
        corpus, reading, new_workspace(reading), _TOKENS_AT_LEAST, _SEGMENTS_AT_LEAST
    )
    weights = _zero_weights(keys, reading.lexicon.labels)
    bench = new_bench(reading, weights)
    sentences = np.flatnonzero(np.diff(corpus.segment_bounds))
    random = np.random.default_rng(seed)
    state = random.integers(2**63, size=1, dtype=np.uint64)
    rows, transitions = np.zeros_like(weights.rows), np.zeros_like(weights.transitions)
    spent = 0.0
    for epoch in range(recipe.epochs):
        rate = recipe.rate * recipe.decay**epoch
        penalty = rate * recipe.penalty / len(sentences)
        pace = Pace(rate, penalty, spent, recipe.drop, recipe.alone, state)
        learn_epoch(corpus, random.permutation(sentences), reading, weights, pace, bench)
        spent += penalty * len(sentences)
        if epoch >= recipe.epochs - recipe.averaged:
            rows += weights.rows
            transitions += weights.transitions
    return keys, rows / np.float32(recipe.averaged), transitions / recipe.averaged


def _zero_weights(keys: npt.NDArray[np.uint64], labels: int) -> Weights:
    lanes = -(-(2 * labels + 1) // 16) * 16
    return Weights(
        build_slots(keys),
        build_filter(keys),
        np.zeros((len(keys), lanes), np.float32),
        np.zeros((len(keys), lanes), np.float32),
        np.zeros((labels + 2, labels + 1)),
    )
