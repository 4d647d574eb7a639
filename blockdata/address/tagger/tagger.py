"""The sequence tagger: learn labelled spans from examples, find them in other texts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.calibration import AS_STATED, Calibration, measure_calibration
from blockdata.address.tagger.spans import Sentence, Span
from blockdata.errors import DeclarationError

if TYPE_CHECKING:
    from blockdata.address.tagger.fitting import Recipe
    from blockdata.address.tagger.grammar import LabelGrammar
    from blockdata.address.tagger.model import Model

__all__ = ["TaggedColumns", "Tagger"]

_SHARD = 2048
_ENOUGH, _FOLDS = 2000, 5
Shard: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class TaggedColumns:
    """Spans of many texts as columns, in order of text and place.

    Parameters
    ----------
    text : ndarray of int32
        Index of the text.
    start, end : ndarray of int32
        Half-open range of characters.
    label : ndarray of int32
        Index into `labels`.
    confidence : ndarray of float32
        How likely the span is right, in [0, 1]: its probability under the model (the sum over all
        segmentations that have it, among those that the coarse step kept), made true by what was
        right of held-out sentences.
    labels : tuple of str
        Names of the labels.
    """

    text: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    label: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float32]
    labels: tuple[str, ...]


class Tagger:
    """A linear model over labelled segments, fitted to examples.

    Get one by `fit` or `load`.

    Examples
    --------
    >>> examples = [(f"{name}路{n}号", [(0, 2, "road"), (2, 3 + len(str(n)), "number")])
    ...             for name in "甲乙丙丁" for n in (3, 12, 507)]
    >>> tagger = Tagger.fit(examples)
    >>> tagger.tag(["戊路88号"])
    [[Span(start=0, end=2, label='road'), Span(start=2, end=5, label='number')]]
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._reading = model.reading()
        self._weights = model.weights()
        self._calibration = Calibration(*model.header.get("confidence_curve", AS_STATED))

    @classmethod
    def fit(
        cls,
        sentences: Iterable[Sentence],
        *,
        seed: int = 0,
        lexicons: Mapping[str, Iterable[str]] | None = None,
        grammar: LabelGrammar | None = None,
        fast: bool = False,
        bulk: bool = False,
        epochs: int | None = None,
        calibrate: bool = False,
    ) -> Tagger:
        """Learn from labelled texts.

        The same sentences in the same order with the same seed give the same tagger, to the byte.
        Texts of more than 128 tokens and spans of more than 36 are not learned from.

        Parameters
        ----------
        sentences : iterable of (str, list of (start, end, label))
            Half-open character ranges that do not overlap; characters outside of them have no
            label. Any labels. A span that ends within a run of digits is widened or narrowed to
            the run, unless such spans are frequent: then each digit is a token of its own.
        seed : int, default 0
            Order of the sentences and of the features left out at random.
        lexicons : mapping of str to iterable of str, optional
            Lists of terms (roads, estates) that need not occur in the sentences.
        grammar : LabelGrammar, optional
            Which label may follow which, and which may come only once:
            ``LabelGrammar(follows={"": ["city", "road"], "road": ["number"]}, once=["number"])``.
            No answer of the tagger breaks it, also across characters without label; tagging is as
            fast as without. Sentences that break it are not learned from.
        fast : bool, default False
            Leave out the features of whole segments: a little less accurate, faster to fit and to
            tag.
        bulk : bool, default False
            For a hundred thousand sentences and more, such as generated ones: few rounds, and
            only features that occur several times, so that a fit takes minutes.
        epochs : int, optional
            How often to go through the sentences; by default what the recipe says.
        calibrate : bool, default False
            Fit a second tagger to four fifths of the sentences and see on the others how often it
            is right, so that confidences come true on texts like these: nearly twice the time.
            Without it, or with less than 2,000 sentences, confidences are the model's own
            probabilities, which are too high: of spans called 85 % sure 72 % were right.

        Returns
        -------
        Tagger

        Raises
        ------
        DeclarationError
            If there is no labelled span, or spans are empty, overlap or lie outside their text.

        References
        ----------
        Sarawagi, S. and Cohen, W. (2004). Semi-Markov conditional random fields for information
        extraction. Tsuruoka, Y., Tsujii, J. and Ananiadou, S. (2009). Stochastic gradient descent
        training for L1-regularized log-linear models with cumulative penalty.

        Examples
        --------
        >>> Tagger.fit([("甲路3号", [(0, 2, "road")])], epochs=2).labels
        ('road',)
        """
        # The kernels stay out of the way of those who only read files.
        from blockdata.address.tagger.fitting import ACCURATE, BULK, fit_model

        recipe = BULK if bulk else ACCURATE
        if fast:
            recipe = recipe.faster()
        if epochs is not None:
            recipe = recipe._replace(epochs=epochs, averaged=min(epochs, recipe.averaged))

        known = list(sentences)
        terms = {name: list(entries) for name, entries in (lexicons or {}).items()}

        def learned(some: list[Sentence], recipe: Recipe) -> Model:
            return fit_model(some, seed=seed, lexicons=terms, grammar=grammar, recipe=recipe)

        model = learned(known, recipe)
        if calibrate and len(known) >= _ENOUGH:
            part = [sentence for at, sentence in enumerate(known) if at % _FOLDS]
            draft = cls(learned(part, recipe))
            model.header["confidence_curve"] = list(measure_calibration(draft, known[::_FOLDS]))
        return cls(model)

    @classmethod
    def load(cls, path: str | Path) -> Tagger:
        """Read a tagger from a file that `save` wrote.

        Raises
        ------
        StoreError
            If the file is missing, no model of a tagger, or of another version.
        """
        from blockdata.address.tagger.model import load_model

        return cls(load_model(path))

    def save(self, path: str | Path) -> None:
        """Write the tagger to one ``.npz`` file without pickled objects.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        from blockdata.address.tagger.model import save_model

        save_model(self._model, path)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels, sorted."""
        return self._model.labels

    def tag(
        self, texts: Iterable[Any], *, least_confidence: Mapping[str, float] | None = None
    ) -> list[list[Span]]:
        """Find the spans of each text.

        Parameters
        ----------
        texts : iterable of str
            Whatever is no string, has no Chinese character or more than 1,000 characters has no
            spans. Width, radicals and letter case make no difference; offsets are those of the
            text as given.
        least_confidence : mapping of str to float, optional
            For some labels, how likely a span must be to be named, in [0, 1]; for all others what
            gave nearly the best F1. Lower finds more, higher is right more often.

        Returns
        -------
        list of list of Span
            For each text its spans in order, apart.

        Raises
        ------
        DeclarationError
            If `least_confidence` names an unknown label or is no probability.

        Examples
        --------
        >>> examples = [("甲路3号", [(0, 2, "road")]), ("乙路", [(0, 2, "road")])] * 9
        >>> tagger = Tagger.fit(examples)
        >>> tagger.tag(["丙路", None])
        [[Span(start=0, end=2, label='road')], []]
        """
        texts = list(texts)
        columns = self.tag_columns(texts, least_confidence=least_confidence)
        spans: list[list[Span]] = [[] for _ in texts]
        rows = (columns.text, columns.start, columns.end, columns.label)
        for text, start, end, label in zip(*(row.tolist() for row in rows), strict=True):
            spans[text].append(Span(start, end, columns.labels[label]))
        return spans

    def tag_columns(
        self,
        texts: Sequence[Any],
        *,
        least_confidence: Mapping[str, float] | None = None,
        threads: int | None = None,
    ) -> TaggedColumns:
        """Find the spans of many texts, as columns: several times as fast as lists of tuples.

        Parameters
        ----------
        texts : sequence of str
            As for `tag`.
        least_confidence : mapping of str to float, optional
            As for `tag`.
        threads : int, optional
            How many to use, by default one for each processor. The answer does not depend on it.

        Returns
        -------
        TaggedColumns

        Raises
        ------
        DeclarationError
            If `least_confidence` names an unknown label or is no probability.

        Examples
        --------
        >>> examples = [("甲路3号", [(0, 2, "road")]), ("乙路", [(0, 2, "road")])] * 9
        >>> tagger = Tagger.fit(examples)
        >>> columns = tagger.tag_columns(["丙路", "丁路8号"])
        >>> columns.text.tolist(), columns.end.tolist()
        ([0, 1], [2, 2])
        """
        from blockdata.address.tagger.decoding import tag_shard
        from blockdata.address.tagger.symbols import encode_texts
        from blockdata.address.tagger.workspace import new_workspace

        weights = self._weights._replace(least=self._least(least_confidence or {}))
        codes, bounds = encode_texts([text if isinstance(text, str) else "" for text in texts])

        def shard(first: int) -> Shard:
            spans, confidences = tag_shard(
                codes,
                bounds[first : first + _SHARD + 1],
                self._reading,
                new_workspace(self._reading),
                weights,
            )
            spans[:, 0] += first
            return spans, self._calibration.apply(confidences)

        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
            shards = list(pool.map(shard, range(0, len(texts), _SHARD)))
        places = np.concatenate([np.zeros((0, 4), np.int32), *(found for found, _ in shards)])
        confidences = np.concatenate([np.zeros(0, np.float32), *(found for _, found in shards)])
        text, start, end, label = np.ascontiguousarray(places.T)
        return TaggedColumns(text, start, end, label, confidences, self.labels)

    def _least(self, least_confidence: Mapping[str, float]) -> npt.NDArray[np.float32]:
        least = self._calibration.apply(self._weights.least)
        for label, share in least_confidence.items():
            if label not in self.labels or not 0 <= share <= 1:
                raise DeclarationError(
                    f"least confidence {share} for label {label!r}",
                    allowed=f"numbers from 0 to 1 for {', '.join(self.labels)}",
                )
            least[self.labels.index(label)] = share
        return self._calibration.stated(least)
