"""Learn labelled spans from examples and find them in bulk: a sequence tagger for addresses."""

from blockdata.address.tagger.conll import read_conll
from blockdata.address.tagger.grammar import LabelGrammar
from blockdata.address.tagger.spans import Sentence, Span, SpanScore, score_spans
from blockdata.address.tagger.tagger import TaggedColumns, Tagger

__all__ = [
    "LabelGrammar",
    "Sentence",
    "Span",
    "SpanScore",
    "TaggedColumns",
    "Tagger",
    "read_conll",
    "score_spans",
]
