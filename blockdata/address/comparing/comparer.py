"""Compare address texts: the same place, a part of it or near it, or another."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.comparing.beside import beside_features
from blockdata.address.comparing.comparison import KINDS, Comparison
from blockdata.address.comparing.conflicts import number_conflicts
from blockdata.address.comparing.evidence import element_evidence, state_codes, state_texts
from blockdata.address.comparing.features import FEATURES, pair_features
from blockdata.address.comparing.model import ComparisonModel, fit_model, load_model, save_model
from blockdata.address.comparing.parsing import ElementParser, as_parser, cleaned
from blockdata.address.comparing.rules import rule_shares
from blockdata.address.comparing.texts import GRAM_CLASSES, TextColumns, columns_of, gram_weights
from blockdata.address.normalise import normalise_address
from blockdata.address.parsed import REASONS, Parsed
from blockdata.address.tagger import Tagger
from blockdata.errors import DeclarationError, StoreError

__all__ = ["Comparer", "compare", "compare_many"]

_EXACT, _PARTIAL, _NONE = range(len(KINDS))
_SURE = 0.99
#: Numbers are mistyped, too: what learning may say for one place against its numbers.
_MOST_AGAINST_NUMBERS = 1 / 3
_JACCARD = FEATURES.index("jaccard")
_LIKE = 0.3


class _Read(NamedTuple):
    """Distinct texts with their elements, and which two of them each pair is."""

    texts: list[str | None]
    parsed: Parsed
    columns: TextColumns
    pairs: npt.NDArray[np.int64]


class _Judged(NamedTuple):
    """For each pair the kind, the probabilities of the kinds, and the features."""

    kinds: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]
    features: npt.NDArray[np.float32]


class Comparer:
    """Tells whether two address texts name the same place.

    Get one by `shipped`, `fit` or `load`. The shipped one follows hand-set rules and has learned
    from no pairs.

    Examples
    --------
    >>> comparer = Comparer.shipped()
    >>> comparer.compare("延安三路105号3号楼501室", "延安三路１０５号3幢五〇一室").kind
    'exact'
    >>> comparer.compare("延安三路105号3号楼501室", "延安三路105号3号楼502室").kind
    'partial'
    """

    def __init__(self, parser: ElementParser, model: ComparisonModel | None = None) -> None:
        self._parser = parser
        self._model = model

    @classmethod
    def shipped(cls) -> Comparer:
        """Return the comparer that comes with the package."""
        return _shipped()

    @classmethod
    def fit(
        cls,
        pairs: Iterable[tuple[Any, Any]],
        labels: Iterable[str],
        *,
        parser: ElementParser | Tagger | None = None,
        seed: int = 0,
    ) -> Comparer:
        """Learn from labelled pairs.

        Pairs with the same left text are taken for the candidates for it: what sets one of them
        apart from the others is learned, too. The same pairs in the same order with the same seed
        give the same comparer.

        Parameters
        ----------
        pairs : iterable of (str, str)
        labels : iterable of str
            One of `KINDS` for each pair; each must occur.
        parser : object with ``parse(texts) -> Parsed``, or Tagger, optional
            What names the elements; by default the shipped parser. A tagger's labels are read
            as in `LABEL_ELEMENTS`.
        seed : int, default 0

        Returns
        -------
        Comparer

        Raises
        ------
        DeclarationError
            If labels are unknown, lacking, or not as many as pairs.
        """
        left, right, kinds = _checked(pairs, labels)
        reader = as_parser(parser)
        read = _read(left, right, reader)
        weights = gram_weights(read.columns, len(read.texts))
        features = pair_features(read.columns, read.pairs, weights)
        model = fit_model(
            features,
            beside_features(features, read.pairs[:, 0]),
            kinds,
            weights=weights,
            parser=_version(reader),
            seed=seed,
        )
        return cls(reader, model)

    def save(self, path: str | Path) -> None:
        """Write what was learned to one file; the parser is kept apart, by its own `save`.

        Raises
        ------
        DeclarationError
            If this comparer has learned nothing.
        StoreError
            If the file cannot be written.
        """
        if self._model is None:
            raise DeclarationError(
                "this comparer has learned nothing that could be saved", allowed="a fitted one"
            )
        save_model(self._model, path)

    @classmethod
    def load(cls, path: str | Path, *, parser: ElementParser | Tagger | None = None) -> Comparer:
        """Read a comparer that `save` wrote.

        Parameters
        ----------
        path : str or Path
        parser : optional
            The parser that it was fitted with, as for `fit`.

        Returns
        -------
        Comparer

        Raises
        ------
        StoreError
            If the file is missing, no comparer, of another version, or fitted with another
            parser.
        """
        model, reader = load_model(path), as_parser(parser)
        if model.parser != _version(reader):
            raise StoreError(
                "the comparer was fitted with another parser",
                where=str(path),
                next_step="load it with that parser, or fit it again",
            )
        return cls(reader, model)

    def compare(self, left: object, right: object) -> Comparison:
        """Compare two texts.

        Parameters
        ----------
        left, right : str
            Anything else counts as missing.

        Returns
        -------
        Comparison
            Texts of one normalised form are exact. Where a building, unit, floor, room or, on one
            road, a door number differs the kind is never exact. The shipped comparer says the
            same of (right, left).
        """
        read = _read([left], [right], self._parser)
        judged = self._judged(read, beside=False)
        evidence = element_evidence(read.parsed, read.pairs[0], judged.features[0])
        probability = dict(zip(KINDS, judged.shares[0].tolist(), strict=True))
        return Comparison(KINDS[judged.kinds[0]], probability, evidence, REASONS[_reasons(read)[0]])

    def compare_many(
        self, left: Sequence[Any], right: Sequence[Any], *, together: bool = True
    ) -> pd.DataFrame:
        """Compare many pairs of texts.

        Parameters
        ----------
        left, right : sequence of str
            As many of each; missing values are allowed.
        together : bool, default True
            Take pairs with the same left text for the candidates for it and judge each beside
            the others, whatever their order. False judges each pair by itself, as `compare` does.
            The shipped comparer always does.

        Returns
        -------
        DataFrame
            A row a pair: kind, exact, partial, none (probabilities), evidence ("road equal, room
            conflict"), reason. A fitted comparer names rare kinds somewhat more readily than
            their probability alone would.

        Raises
        ------
        DeclarationError
            If the two differ in length.

        Examples
        --------
        >>> pairs = ["延安三路105号", "延安三路105号"], ["延安三路105号", "延安四路105号"]
        >>> Comparer.shipped().compare_many(*pairs)["kind"].tolist()[0]
        'exact'
        """
        if len(left) != len(right):
            raise DeclarationError(
                f"{len(left)} left texts and {len(right)} right texts", allowed="as many of each"
            )
        read = _read(left, right, self._parser)
        judged = self._judged(read, beside=together)
        reasons = [REASONS[at] for at in _reasons(read).tolist()]
        kinds = [KINDS[at] for at in judged.kinds.tolist()]
        return pd.DataFrame(
            {
                "kind": pd.Categorical(kinds, categories=list(KINDS)),
                **{kind: judged.shares[:, at] for at, kind in enumerate(KINDS)},
                "evidence": state_texts(state_codes(judged.features)),
                "reason": pd.Categorical(reasons, categories=list(REASONS)),
            }
        )

    def _judged(self, read: _Read, *, beside: bool) -> _Judged:
        if self._model is None:
            weights = np.ones(GRAM_CLASSES, dtype=np.float32)
            features = pair_features(read.columns, read.pairs, weights)
            turned = pair_features(read.columns, read.pairs[:, ::-1].copy(), weights)
            shares, most = (rule_shares(features) + rule_shares(turned)) / 2, 0.0
        else:
            features = pair_features(read.columns, read.pairs, self._model.weights)
            shares = self._learned(features, read.pairs[:, 0], self._model, beside=beside)
            most = _MOST_AGAINST_NUMBERS
        same = _same(read, features)
        barred = number_conflicts(read.columns, read.pairs) & ~same
        above = np.maximum(shares[:, _EXACT] - most, 0) * barred
        shares[:, _PARTIAL] += above
        shares[:, _EXACT] -= above
        shares[same] = [_SURE, 1 - _SURE, 0]
        shares[_reasons(read) > 0] = np.eye(len(KINDS))[_NONE]
        votes = shares * (1 if self._model is None else self._model.votes)
        votes[barred, _EXACT] = 0
        return _Judged(votes.argmax(axis=1), shares, features)

    @staticmethod
    def _learned(
        features: npt.NDArray[np.float32],
        groups: npt.NDArray[np.int64],
        model: ComparisonModel,
        *,
        beside: bool,
    ) -> npt.NDArray[np.float64]:
        shares = model.shares(features, beside=False)
        if beside:
            shared = np.bincount(groups, minlength=1)[groups] > 1
            rows = beside_features(features[shared], groups[shared])
            # Two views that err differently: together they are better than either.
            shares[shared] = (shares[shared] + model.shares(rows, beside=True)) / 2
        return shares


def compare(left: object, right: object) -> Comparison:
    """Tell whether two address texts name the same place, by the shipped comparer.

    Parameters
    ----------
    left, right : str
        Anything else counts as missing.

    Returns
    -------
    Comparison
        As from `Comparer.compare`.

    Examples
    --------
    >>> answer = compare("延安三路105号3号楼501室", "延安三路105号3号楼502室")
    >>> answer.kind, [e.state for e in answer.evidence if e.element == "room"]
    ('partial', ['conflict'])
    """
    return Comparer.shipped().compare(left, right)


def compare_many(left: Sequence[Any], right: Sequence[Any]) -> pd.DataFrame:
    """Compare many pairs of texts by the shipped comparer.

    Parameters
    ----------
    left, right : sequence of str
        As many of each.

    Returns
    -------
    DataFrame
        As from `Comparer.compare_many`.

    Examples
    --------
    >>> compare_many(["延安三路105号"], [None])["reason"].tolist()
    ['missing']
    """
    return Comparer.shipped().compare_many(left, right)


@functools.cache
def _shipped() -> Comparer:
    return Comparer(as_parser(None))


def _checked(
    pairs: Iterable[tuple[Any, Any]], labels: Iterable[str]
) -> tuple[list[Any], list[Any], npt.NDArray[np.int64]]:
    given, kinds = list(pairs), list(labels)
    if len(given) != len(kinds) or set(kinds) != set(KINDS):
        raise DeclarationError(
            f"{len(given)} pairs and {len(kinds)} labels of {len(set(kinds))} kinds",
            allowed=f"a label for each pair; each of {', '.join(KINDS)} at least once",
        )
    codes = np.array([KINDS.index(kind) for kind in kinds], dtype=np.int64)
    return [pair[0] for pair in given], [pair[1] for pair in given], codes


def _read(left: Sequence[Any], right: Sequence[Any], parser: ElementParser) -> _Read:
    ours, theirs = [cleaned(text) for text in left], [cleaned(text) for text in right]
    number = {text: at for at, text in enumerate(dict.fromkeys([*ours, *theirs]))}
    texts = list(number)
    parsed = parser.parse(texts)
    pairs = np.array(
        [[number[a], number[b]] for a, b in zip(ours, theirs, strict=True)], dtype=np.int64
    ).reshape(len(ours), 2)
    return _Read(texts, parsed, columns_of([text or "" for text in texts], parsed), pairs)


def _same(read: _Read, features: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tell which pairs are written the same once normalised; only like ones are looked at."""
    like = features[:, _JACCARD] >= _LIKE
    same: npt.NDArray[np.bool_] = (read.pairs[:, 0] == read.pairs[:, 1]) | like
    for at in np.flatnonzero(same):
        first, second = (read.texts[text] or "" for text in read.pairs[at])
        same[at] = first == second or normalise_address(first) == normalise_address(second)
    return same


def _reasons(read: _Read) -> npt.NDArray[np.uint8]:
    """Return for each pair why it could not be compared: one of its texts is none."""
    bare = read.parsed.reasons.copy()
    # Texts in which nothing was found are still texts.
    bare[bare == REASONS.index("nothing_found")] = 0
    first, second = bare[read.pairs[:, 0]], bare[read.pairs[:, 1]]
    reasons: npt.NDArray[np.uint8] = np.where(first > 0, first, second)
    return reasons


def _version(parser: ElementParser) -> str:
    return str(getattr(parser, "version", ""))
