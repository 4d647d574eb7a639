"""How well pairs of addresses are compared: `python -m benchmarks.address_compare [FOLDER]`.

FOLDER (or the variable ADDRESS_DATA) holds `ccks2021_match/train_even.jsonl` (texts, each with
labelled candidates) and `naacl2019/train.txt`, public sets that are no part of the project.
Everything fitted is fitted on some of the texts and measured on the others, in five parts, and
nothing is kept. The elements come from the shipped parser or from a tagger fitted on NAACL.

Accuracy and F1 are over the three kinds. P@1 is the share of texts with an exact candidate whose
best-ranked candidate is exact; ties count by their share. The order of the candidates in the file
is never used (the first of each list is exact for four texts in five that have one: the list is a
search engine's ranking). Scores of peers are cut in three by the two thresholds that are best on
the other texts.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from blockdata.address.comparing import KINDS, Comparer, TaggerParser
from blockdata.address.comparing.parsing import ElementParser
from blockdata.address.parsed import Parsed
from blockdata.address.parser import Parser
from blockdata.address.tagger import Tagger, read_conll

LABELS = {"完全匹配": "exact", "部分匹配": "partial", "不匹配": "none"}
FOLDS = 5
LEVELS = np.linspace(0, 1, 41)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


class Pairs(NamedTuple):
    """Pairs with the number of their text and their kind."""

    left: list[str]
    right: list[str]
    text: Codes
    kind: Codes

    def part(self, chosen: npt.NDArray[np.bool_]) -> Pairs:
        """Return the chosen pairs."""
        at = np.flatnonzero(chosen)
        return Pairs(
            [self.left[i] for i in at], [self.right[i] for i in at], self.text[at], self.kind[at]
        )


class NoElements:
    """A parser that finds nothing, for comparing by characters alone."""

    def parse(self, texts: Sequence[Any], /) -> Parsed:
        """Return texts without pieces."""
        none = np.zeros(0, np.int32)
        reasons = np.zeros(len(texts), np.uint8)
        return Parsed(list(texts), none, none, none, none, np.zeros(0, np.float32), reasons)


def read_pairs(path: Path) -> Pairs:
    left, right, text, kind = [], [], [], []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        row = json.loads(line)
        for candidate in row["candidate"]:
            left.append(row["query"])
            right.append(candidate["text"])
            text.append(number)
            kind.append(KINDS.index(LABELS[candidate["label"]]))
    return Pairs(left, right, np.array(text), np.array(kind))


def f1_of_kinds(kind: Codes, named: Codes) -> list[float]:
    return [
        2 * np.sum((kind == at) & (named == at)) / max(1, np.sum(kind == at) + np.sum(named == at))
        for at in range(len(KINDS))
    ]


def first_is_exact(pairs: Pairs, score: Floats) -> float:
    hits = []
    for text in np.unique(pairs.text[pairs.kind == 0]):
        own = np.flatnonzero(pairs.text == text)
        best = own[score[own] == score[own].max()]
        hits.append(np.mean(pairs.kind[best] == 0))
    return float(np.mean(hits))


def report(name: str, pairs: Pairs, named: Codes, score: Floats, seconds: float) -> None:
    f1 = f1_of_kinds(pairs.kind, named)
    print(
        f"{name:44} accuracy {np.mean(named == pairs.kind):.3f}  macro-F1 {np.mean(f1):.3f} "
        f"({', '.join(f'{kind} {value:.2f}' for kind, value in zip(KINDS, f1, strict=True))})  "
        f"P@1 {first_is_exact(pairs, score):.3f}  {len(pairs.kind) / seconds:,.0f} pairs/s",
        flush=True,
    )


def folds_of(pairs: Pairs) -> Codes:
    texts = int(pairs.text.max()) + 1
    return np.random.default_rng(0).integers(0, FOLDS, texts)[pairs.text]


def measure_fitted(name: str, pairs: Pairs, parser: ElementParser) -> None:
    fold, seconds = folds_of(pairs), 0.0
    named, score = np.zeros(len(fold), np.int64), np.zeros(len(fold))
    for at in range(FOLDS):
        known, held_out = pairs.part(fold != at), pairs.part(fold == at)
        labels = [KINDS[kind] for kind in known.kind]
        comparer = Comparer.fit(zip(known.left, known.right, strict=True), labels, parser=parser)
        start = time.perf_counter()
        found = comparer.compare_many(held_out.left, held_out.right)
        seconds += time.perf_counter() - start
        named[fold == at] = found["kind"].cat.codes
        score[fold == at] = found["exact"]
    report(name, pairs, named, score, seconds)


def measure_unfitted(name: str, pairs: Pairs, parser: ElementParser) -> None:
    comparer = Comparer(parser)
    comparer.compare_many(pairs.left[:9], pairs.right[:9])
    start = time.perf_counter()
    found = comparer.compare_many(pairs.left, pairs.right)
    seconds = time.perf_counter() - start
    report(name, pairs, np.asarray(found["kind"].cat.codes), np.asarray(found["exact"]), seconds)


def cut(score: Floats, kind: Codes) -> tuple[float, float]:
    """Return the thresholds of exact and of partial that give the best macro-F1."""
    choices = [(high, low) for high in LEVELS for low in LEVELS if low <= high]
    return max(choices, key=lambda two: np.mean(f1_of_kinds(kind, by_cut(score, two))))


def by_cut(score: Floats, thresholds: tuple[float, float]) -> Codes:
    return np.where(score >= thresholds[0], 0, np.where(score >= thresholds[1], 1, 2))


def measure_score(name: str, pairs: Pairs, scored: Callable[[Pairs], Floats]) -> None:
    start = time.perf_counter()
    score = scored(pairs)
    seconds = time.perf_counter() - start
    fold, named = folds_of(pairs), np.zeros(len(score), np.int64)
    for at in range(FOLDS):
        thresholds = cut(score[fold != at], pairs.kind[fold != at])
        named[fold == at] = by_cut(score[fold == at], thresholds)
    report(name, pairs, named, score, seconds)


def ratio(pairs: Pairs) -> Floats:
    both = zip(pairs.left, pairs.right, strict=True)
    return np.array([fuzz.ratio(left, right) / 100 for left, right in both])


def grams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def jaccard(pairs: Pairs) -> Floats:
    both = [(grams(a), grams(b)) for a, b in zip(pairs.left, pairs.right, strict=True)]
    return np.array([len(a & b) / max(1, len(a | b)) for a, b in both])


def cosine(pairs: Pairs) -> Floats:
    texts = {text: grams(text) for text in {*pairs.left, *pairs.right}}
    counts: dict[str, int] = {}
    for own in texts.values():
        for gram in own:
            counts[gram] = counts.get(gram, 0) + 1
    squares = {gram: np.log(len(texts) / count) ** 2 for gram, count in counts.items()}
    norm = {text: np.sqrt(sum(squares[gram] for gram in own)) for text, own in texts.items()}
    both = list(zip(pairs.left, pairs.right, strict=True))
    common = [sum(squares[gram] for gram in texts[a] & texts[b]) for a, b in both]
    lengths = [max(1e-9, norm[a] * norm[b]) for a, b in both]
    cosines: Floats = np.array(common) / np.array(lengths)
    return cosines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("ADDRESS_DATA"))
    parser.add_argument("--tagger", type=Path, help="a tagger fitted on NAACL before")
    given = parser.parse_args()
    if given.folder is None:
        parser.error("name the folder, or set ADDRESS_DATA")
    folder = Path(given.folder)
    pairs = read_pairs(folder / "ccks2021_match" / "train_even.jsonl")
    print(f"{len(pairs.kind):,} pairs of {pairs.text.max() + 1:,} texts, {FOLDS} parts", flush=True)
    measure_score("rapidfuzz ratio", pairs, ratio)
    measure_score("Jaccard of character bigrams", pairs, jaccard)
    measure_score("tf-idf cosine of character bigrams", pairs, cosine)
    measure_unfitted("unfitted, shipped parser", pairs, Parser.shipped())
    measure_fitted("text features and boosting, no elements", pairs, NoElements())
    measure_fitted("fitted, shipped parser", pairs, Parser.shipped())
    if given.tagger:
        tagger = Tagger.load(given.tagger)
    else:
        tagger = Tagger.fit(read_conll(folder / "naacl2019" / "train.txt"))
    measure_unfitted("unfitted, tagger fitted on NAACL", pairs, TaggerParser(tagger))
    measure_fitted("fitted, tagger fitted on NAACL", pairs, TaggerParser(tagger))


if __name__ == "__main__":
    main()
