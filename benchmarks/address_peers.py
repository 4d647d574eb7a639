"""The peers of `benchmarks.address`: libraries that read regions, and a plain character CRF.

Each is asked in the same run as the tagger, on the same addresses, and scored by the same
functions. What is not installed is named as missing: `pip install cpca jionlp cnloc
python-crfsuite` gets all of them. A peer that fails on an address is given an empty answer there.
"""

from __future__ import annotations

import importlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from blockdata.address.tagger import Span, score_spans

__all__ = ["Row", "Values", "crf_spans", "elements_table", "peers_of_regions", "values_of_spans"]

Values: TypeAlias = Mapping[str, str]
Sentences: TypeAlias = Sequence[tuple[str, Sequence[Span]]]
Row: TypeAlias = tuple[str, Sequence[Values], Sequence[Values], float]
"""Name, values found and given, addresses a second."""

REGIONS = ("prov", "city", "district")
ELEMENTS = (*REGIONS, "town", "road", "roadno", "houseno", "cellno", "floorno", "roomno")
SLOW_TEXTS = 500
"""How many addresses a peer gets that needs milliseconds for each."""
ROUNDS = 100
_SUFFIX = re.compile(
    "(特别行政区|(维吾尔|壮族|回族)?自治区|自治州|自治县|自治旗|地区|省|市|区|县|旗|盟|镇|乡|街道)$"
)


def values_of_spans(text: str, spans: Iterable[Span]) -> dict[str, str]:
    """Return label and text, the pieces of one label joined."""
    values: dict[str, str] = {}
    for start, end, label in spans:
        values[label] = values.get(label, "") + text[start:end]
    return values


def stem(name: str) -> str:
    """Leave out the word for the kind of a region, so that 浙江 and 浙江省 are one."""
    short = _SUFFIX.sub("", name)
    return short if len(short) > 1 else name


def same(label: str, ours: str, theirs: str) -> bool:
    return stem(ours) == stem(theirs) if label in (*REGIONS, "town") else ours == theirs


def accuracy(found: Sequence[Values], given: Sequence[Values], label: str) -> float | None:
    """Return the share in percent of addresses with this element for which it was found right.

    None for a peer that never names the element.
    """
    pairs = [
        (ours.get(label, ""), theirs[label])
        for ours, theirs in zip(found, given, strict=True)
        if label in theirs
    ]
    if not any(ours for ours, _ in pairs):
        return None
    return 100 * sum(same(label, *pair) for pair in pairs) / len(pairs)


def spurious(found: Sequence[Values], given: Sequence[Values]) -> float:
    """Return the share in percent of addresses given a region they do not name.

    A region that stands in the text as the copy of another (labelled redundant), or on another
    level of the three, is no invention and not counted.
    """
    count = 0
    for ours, theirs in zip(found, given, strict=True):
        named = "".join(theirs.get(label, "") for label in (*REGIONS, "redundant"))
        count += any(
            ours.get(label) and label not in theirs and stem(ours[label]) not in named
            for label in REGIONS
        )
    return 100 * count / len(given)


def elements_table(rows: Iterable[Row]) -> str:
    """Return a table: name, addresses a second, accuracy of each element, spurious regions."""
    lines = [f"{'':12}{'addr/s':>9}" + "".join(f"{label:>9}" for label in ELEMENTS) + " spurious"]
    for name, found, given, speed in rows:
        shares = [accuracy(found, given, label) for label in ELEMENTS]
        cells = "".join(f"{'-':>9}" if share is None else f"{share:9.1f}" for share in shares)
        lines.append(f"{name:12}{speed:>9,.0f}{cells}{spurious(found, given):9.2f}")
    return "\n".join(lines)


def peers_of_regions(sentences: Sentences) -> list[Row]:
    """Ask each library that is installed; print the names of those that are missing."""
    rows: list[Row] = []
    for name, (prepare, most) in PEERS.items():
        chosen = sentences[:most]
        try:
            ask = prepare(importlib.import_module(name))
        except ImportError:
            print(f"  {name}: missing, not measured", flush=True)
            continue
        texts = [text for text, _ in chosen]
        ask(texts[:10])
        start = time.perf_counter()
        found = ask(texts)
        speed = len(texts) / (time.perf_counter() - start)
        rows.append((name, found, [values_of_spans(*sentence) for sentence in chosen], speed))
    return rows


Ask: TypeAlias = Callable[[list[str]], list[dict[str, str]]]


def _cpca(module: Any) -> Ask:
    return lambda texts: _records(module.transform(texts), ("省", "市", "区"))


def _cnloc(module: Any) -> Ask:
    columns = ("province_name", "city_name", "county_name")
    return lambda texts: _records(module.getlocation(texts), columns)


def _jionlp(module: Any) -> Ask:
    names = {"prov": "province", "city": "city", "district": "county", "town": "town"}

    def ask(texts: list[str]) -> list[dict[str, str]]:
        found = []
        for text in texts:
            try:
                place = module.parse_location(text, town_village=True)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                place = {}
            found.append({label: place.get(name) or "" for label, name in names.items()})
        return found

    return ask


def _records(frame: Any, columns: Sequence[str]) -> list[dict[str, str]]:
    rows = frame[list(columns)].fillna("").astype(str).to_numpy().tolist()
    return [dict(zip(REGIONS, row, strict=True)) for row in rows]


PEERS: dict[str, tuple[Callable[[Any], Ask], int | None]] = {
    "cpca": (_cpca, None),
    "cnloc": (_cnloc, None),
    "jionlp": (_jionlp, SLOW_TEXTS),
}


def crf_spans(train: Sentences, held_out: Sentences) -> tuple[list[list[Span]], float] | None:
    """Fit a plain character CRF and tag with it; return the spans and addresses a second.

    None, and a word of it, where python-crfsuite is missing.
    """
    try:
        crfsuite: Any = importlib.import_module("pycrfsuite")
    except ImportError:
        print("  python-crfsuite: missing, no plain CRF measured", flush=True)
        return None
    trainer = crfsuite.Trainer(verbose=False)
    for text, spans in train:
        trainer.append(_characters(text), _bio(text, spans))
    trainer.set_params({"c1": 0.1, "c2": 0.1, "max_iterations": ROUNDS})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "plain.crfsuite"))
        trainer.train(path)
        tagger = crfsuite.Tagger()
        tagger.open(path)
        start = time.perf_counter()
        found = [_spans(tagger.tag(_characters(text))) for text, _ in held_out]
        speed = len(held_out) / (time.perf_counter() - start)
        tagger.close()
    score = score_spans(found, [spans for _, spans in held_out])
    print(f"  plain CRF: F1 {100 * score.f1:.2f}, {speed:,.0f} addresses/s", flush=True)
    return found, speed


def _characters(text: str) -> list[list[str]]:
    """Return the features of each character: it and its neighbours, pairs, digits."""
    padded = "##" + text + "##"
    digits = "".join("d" if c.isdigit() else "l" if c.isascii() else "w" for c in padded)
    rows = []
    for at in range(2, len(padded) - 2):
        singles = [f"{step}={padded[at + step]}" for step in range(-2, 3)]
        pairs = [f"{step}:={padded[at + step : at + step + 2]}" for step in range(-2, 2)]
        triples = [f"{step}::={padded[at + step : at + step + 3]}" for step in range(-2, 1)]
        kinds = [f"k={digits[at - 1 : at + 2]}", f"K={digits[at - 2 : at + 3]}"]
        rows.append(["bias", *singles, *pairs, *triples, *kinds])
    return rows


def _bio(text: str, spans: Iterable[Span]) -> list[str]:
    tags = ["O"] * len(text)
    for start, end, label in spans:
        tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return tags


def _spans(tags: Sequence[str]) -> list[Span]:
    """Read tags as the CoNLL scorer does: what continues nothing is a beginning."""
    spans: list[Span] = []
    for at, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if prefix == "I" and spans and spans[-1].end == at and spans[-1].label == label:
            spans[-1] = spans[-1]._replace(end=at + 1)
        elif label:
            spans.append(Span(at, at + 1, label))
    return spans
