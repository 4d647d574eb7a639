"""From examples to a model: vocabulary, epochs of learning, average, packing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.calibration import AS_STATED
from blockdata.address.tagger.corpus import Corpus, build_corpus, cut_share, find_keywords
from blockdata.address.tagger.grammar import LabelGrammar
from blockdata.address.tagger.hashing import build_filter, build_slots
from blockdata.address.tagger.learning import Pace, Weights, learn_epoch, new_bench
from blockdata.address.tagger.model import FORMAT, Model
from blockdata.address.tagger.packing import IMPOSSIBLE, pack_rows, padded_transitions
from blockdata.address.tagger.segments import SEGMENT_ATTRIBUTES, SEGMENT_TEMPLATES
from blockdata.address.tagger.spans import Sentence, checked_sentences
from blockdata.address.tagger.symbols import Alphabet, new_alphabet
from blockdata.address.tagger.templates import TOKEN_TEMPLATES, template_table
from blockdata.address.tagger.vocabulary import build_lexicon, frequent_features
from blockdata.address.tagger.workspace import Reading, new_workspace
from blockdata.errors import DeclarationError

__all__ = ["ACCURATE", "BULK", "Recipe", "fit_model"]

_CUT_ALLOWED = 0.003


class Recipe(NamedTuple):
    """How to learn; the numbers were chosen on the development part of a public set.

    `averaged` of the `epochs` make the weights; `rate` is the first step, `decay` its factor from
    epoch to epoch, `penalty` the strength of L1; for `drop`, `alone` and `keep` see `Pace`, for
    `margin` the decoder. A feature is known that occurs at least so often.
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
    keep: float = 8.0
    margin: float = 2.5
    least_confidence: float = 0.4
    tokens_at_least: int = 2
    segments_at_least: int = 1

    def faster(self) -> Recipe:
        """Leave out whole segments, and the features of tokens that add least."""
        left = tuple(name for name in self.token_templates if name not in _SLOW)
        return self._replace(token_templates=left, segment_templates=())

    def without_terms(self) -> Recipe:
        """Leave out what asks for lists of terms, where none is given."""
        return self._replace(
            token_templates=tuple(name for name in self.token_templates if "term" not in name),
            segment_templates=tuple(name for name in self.segment_templates if "term" not in name),
        )


ACCURATE = Recipe()
# What the fast model does without, beside whole segments: features that add little.
_SLOW = (
    "symbol&symbol+1&symbol+2",
    "string&string+1",
    "symbol-1&symbol+1",
    "symbol&symbol+1&unit_before&unit_before_2",
    "symbol&kind+1&kind+2&kind+3",
    "symbol&kind-1&kind-2&kind-3",
    "symbol&keyword_before&keyword_before_2",
)
BULK = Recipe(epochs=4, averaged=2, decay=0.6, penalty=6.0, tokens_at_least=10, segments_at_least=5)


def fit_model(
    sentences: Iterable[Sentence],
    *,
    seed: int,
    lexicons: Mapping[str, Iterable[str]],
    grammar: LabelGrammar | None,
    recipe: Recipe,
) -> Model:
    """Learn a model from labelled sentences."""
    if not lexicons:
        recipe = recipe.without_terms()
    labels, corpus, alphabet = _lawful_corpus(sentences, grammar)
    keywords = find_keywords(corpus, alphabet, len(labels))
    entry_keys, lexicon = build_lexicon(corpus, len(labels), alphabet, lexicons)
    reading = Reading(
        alphabet,
        keywords,
        lexicon,
        template_table(recipe.token_templates),
        template_table(recipe.segment_templates, SEGMENT_ATTRIBUTES),
    )
    start = _start_transitions(labels, grammar)
    keys, rows, transitions = learn_weights(corpus, reading, start, recipe, seed)
    feature_keys, packed, scale = pack_rows(keys, rows)
    header = {
        "format": FORMAT,
        "labels": labels,
        "digit_runs": alphabet.digit_runs,
        "token_templates": list(recipe.token_templates),
        "segment_templates": list(recipe.segment_templates),
        "scale": scale,
        "confidence_curve": list(AS_STATED),
        "grammar": grammar.plain() if grammar else None,
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


def _lawful_corpus(
    sentences: Iterable[Sentence], grammar: LabelGrammar | None
) -> tuple[list[str], Corpus, Alphabet]:
    """Return labels, sentences as arrays without those that break the grammar, and alphabet."""
    checked = [
        (text, spans)
        for text, spans in checked_sentences(sentences)
        if grammar is None or grammar.admits(span.label for span in spans)
    ]
    labels = sorted({span.label for _, spans in checked for span in spans})
    if not labels:
        raise DeclarationError(
            "there is no labelled span to learn from",
            where="sentences",
            allowed="labels in an order that the grammar admits" if grammar else "",
        )
    alphabet = new_alphabet(cut_share(checked) <= _CUT_ALLOWED)
    corpus = build_corpus(checked, {name: at for at, name in enumerate(labels)}, alphabet)
    if len(corpus.segments) == 0:
        raise DeclarationError(
            "there is no text to learn from", where="sentences", allowed="Chinese, 128 tokens"
        )
    return labels, corpus, alphabet


def _start_transitions(
    labels: Sequence[str], grammar: LabelGrammar | None
) -> npt.NDArray[np.float64]:
    """Return transitions to begin learning with: 0, or beyond reach where not allowed."""
    start = np.zeros((len(labels) + 2, len(labels) + 1))
    if grammar:
        following, _ = grammar.tables(labels)
        rows = [*range(len(labels)), len(labels) + 1]
        start[rows, :-1] = np.where(following, 0.0, IMPOSSIBLE)
    return start


def learn_weights(
    corpus: Corpus,
    reading: Reading,
    start: npt.NDArray[np.float64],
    recipe: Recipe,
    seed: int,
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Go through the sentences epoch by epoch; return features and averaged weights."""
    keys = frequent_features(
        corpus,
        reading,
        new_workspace(reading),
        recipe.tokens_at_least,
        recipe.segments_at_least,
    )
    weights = _zero_weights(keys, start)
    bench = new_bench(reading, weights)
    sentences = np.flatnonzero(np.diff(corpus.segment_bounds))
    random = np.random.default_rng(seed)
    state = random.integers(2**63, size=1, dtype=np.uint64)
    rows, transitions = np.zeros_like(weights.rows), np.zeros_like(weights.transitions)
    spent = 0.0
    for epoch in range(recipe.epochs):
        rate = recipe.rate * recipe.decay**epoch
        penalty = rate * recipe.penalty / len(sentences)
        pace = Pace(rate, penalty, spent, recipe.drop, recipe.alone, recipe.keep, state)
        learn_epoch(corpus, random.permutation(sentences), reading, weights, pace, bench)
        spent += penalty * len(sentences)
        if epoch >= recipe.epochs - recipe.averaged:
            rows += weights.rows
            transitions += weights.transitions
    return keys, rows / np.float32(recipe.averaged), transitions / recipe.averaged


def _zero_weights(keys: npt.NDArray[np.uint64], start: npt.NDArray[np.float64]) -> Weights:
    lanes = -(-(2 * start.shape[1] - 1) // 16) * 16
    return Weights(
        build_slots(keys),
        build_filter(keys),
        np.zeros((len(keys), lanes), np.float32),
        np.zeros((len(keys), lanes), np.float32),
        start.copy(),
    )
