"""Labelled spans of a text and the exact-match score of one set of spans against another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from blockdata.errors import DeclarationError

__all__ = ["Sentence", "Span", "SpanScore", "checked_sentences", "score_spans"]


class Span(NamedTuple):
    """A labelled piece of a text: characters `start` up to, not including, `end`.

    Examples
    --------
    >>> Span(2, 5, "number")
    Span(start=2, end=5, label='number')
    """

    start: int
    end: int
    label: str


Sentence: TypeAlias = tuple[str, Sequence[tuple[int, int, str]]]


class SpanScore(NamedTuple):
    """How many spans were found, given and right; strict: start, end and label must agree.

    Examples
    --------
    >>> SpanScore(right=1, found=2, given=1).precision
    0.5
    """

    right: int
    found: int
    given: int

    @property
    def precision(self) -> float:
        """Share of the found spans that are right; 1 where none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the given spans that were found; 1 where none was given."""
        return self.right / self.given if self.given else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is nothing to find."""
        both = self.found + self.given
        return 2 * self.right / both if both else 1.0


def score_spans(
    found: Iterable[Iterable[tuple[int, int, str]]],
    given: Iterable[Iterable[tuple[int, int, str]]],
) -> SpanScore:
    """Compare the spans found in each text with those given, by exact match.

    Parameters
    ----------
    found, given : iterable of iterables of (start, end, label)
        The same texts in the same order.

    Returns
    -------
    SpanScore

    Raises
    ------
    ValueError
        If the two differ in the number of texts.

    Examples
    --------
    >>> score_spans([[(0, 2, "road")]], [[(0, 2, "road"), (2, 5, "number")]]).recall
    0.5
    """
    right = found_count = given_count = 0
    for ours, theirs in zip(found, given, strict=True):
        ours_set, theirs_set = {tuple(span) for span in ours}, {tuple(span) for span in theirs}
        right += len(ours_set & theirs_set)
        found_count += len(ours_set)
        given_count += len(theirs_set)
    return SpanScore(right, found_count, given_count)


def checked_sentences(sentences: Iterable[Sentence]) -> list[tuple[str, list[Span]]]:
    """Return the sentences with their spans in order, or raise if spans cannot be right.

    Raises
    ------
    DeclarationError
        If a span is empty, lies outside its text, overlaps another or has no label.

    Examples
    --------
    >>> checked_sentences([("某路12号", [(2, 5, "number"), (0, 2, "road")])])[0][1][0]
    Span(start=0, end=2, label='road')
    """
    checked = []
    for index, (text, spans) in enumerate(sentences):
        ordered = sorted(Span(*span) for span in spans)
        end = 0
        for span in ordered:
            if not (end <= span.start < span.end <= len(text)) or not span.label:
                raise DeclarationError(
                    "a span is empty, unlabelled, overlapping or outside its text",
                    where=f"sentence {index}, characters {span.start} to {span.end}",
                    allowed="half-open, non-empty character ranges that do not overlap",
                )
            end = span.end
        checked.append((text, ordered))
    return checked
