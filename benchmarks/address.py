"""How well addresses are read, matched and compared: `python -m benchmarks.address [FOLDER]`.

FOLDER (or the variable ADDRESS_DATA) holds `naacl2019/train.txt`, `naacl2019/dev.txt`,
`ccks2021_ner/train.conll` and `ccks2021_match/train_even.jsonl`, public sets that are no part of
the project. What is fitted is fitted on one part and measured on another, and not kept. `--only`
runs single parts: taggers (naacl, fast, ccks, transfer, peers), the shipped parser (shipped),
pairs (compare), the sample district (district), a million texts against a million (matching).

Spans count when start, end and label agree. Speed is the best of five runs over the columns of
60,000 texts in one process, after a first call that compiles or loads the kernels (its time is
printed) and one run to warm up.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.address_peers import (
    Row,
    crf_spans,
    elements_table,
    peers_of_regions,
    values_of_spans,
)
from blockdata.address.tagger import Span, Tagger, read_conll, score_spans

Result = TypeVar("Result")
Sentences = list[tuple[str, list[Span]]]

REGIONS = ("prov", "city", "district")
PARTS = {
    "road": ("road",),
    "road number": ("roadno",),
    "building parts": ("houseno", "cellno", "floorno", "roomno"),
}
THREADS = 2
PLACES, BANDS = ("text", "start", "end", "label"), 10
SPEED_TEXTS, RUNS = 60_000, 5
FOLDS = 5
PARTS_OF_RUN = ("naacl", "fast", "ccks", "transfer", "peers")
SURE_REGION = 0.6


def read(path: Path) -> Sentences:
    """Read a labelled file; the sets differ in the case of their labels."""
    return [
        (text, [Span(start, end, label.lower()) for start, end, label in spans])
        for text, spans in read_conll(path)
    ]


def masked(text: str) -> str:
    return re.sub(r"\d", "0", text)


def without(sentences: Sentences, others: Iterable[tuple[str, list[Span]]]) -> Sentences:
    """Leave out the sentences whose text, digits masked, stands among others."""
    known = {masked(text) for text, _ in others}
    return [sentence for sentence in sentences if masked(sentence[0]) not in known]


def part_accuracy(
    found: Sequence[Sequence[Span]], given: Sequence[Sequence[Span]], labels: Iterable[str]
) -> float:
    """Return the share of the given elements that were found, in percent."""
    wanted = right = 0
    for ours, theirs in zip(found, given, strict=True):
        spans = {span for span in theirs if span.label in labels}
        wanted += len(spans)
        right += len(spans & set(ours))
    return 100 * right / wanted


def spurious_share(
    found: Sequence[Sequence[Span]], given: Sequence[Sequence[Span]], *, copies: bool
) -> float:
    """Return the share of addresses given a province, city or district they lack, in percent.

    With `copies`, a region that is given as redundant (a repetition, in these sets: which of two
    copies is the redundant one was labelled either way) is in the text and not counted.
    """
    spurious = 0
    for ours, theirs in zip(found, given, strict=True):
        labels = {span.label for span in theirs}
        places = {span[:2] for span in theirs if copies and span.label in (*REGIONS, "redundant")}
        named = [span for span in ours if span.label in REGIONS and span.label not in labels]
        spurious += any(span[:2] not in places for span in named)
    return 100 * spurious / len(given)


def addresses_per_second(read: Callable[..., object], texts: Sequence[str]) -> float:
    """Return the speed of a reader with columnar output on two threads, best of several runs."""
    many = [texts[at % len(texts)] for at in range(SPEED_TEXTS)]
    read(many, threads=THREADS)
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        read(many, threads=THREADS)
        seconds.append(time.perf_counter() - start)
    return SPEED_TEXTS / min(seconds)


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    start = time.perf_counter()
    return call(), time.perf_counter() - start


def report(name: str, tagger: Tagger, held_out: Sentences) -> tuple[list[list[Span]], float]:
    """Print F1 and speed of a tagger on sentences it has not seen; return spans and speed."""
    texts, given = [text for text, _ in held_out], [spans for _, spans in held_out]
    _, warm_up = timed(lambda: tagger.tag(texts[:1]))
    found = tagger.tag(texts)
    score = score_spans(found, given)
    speed = addresses_per_second(tagger.tag_columns, texts)
    print(
        f"{name}: F1 {100 * score.f1:.2f} (P {100 * score.precision:.2f}, "
        f"R {100 * score.recall:.2f}) on {len(texts):,} addresses; {speed:,.0f} addresses/s on "
        f"{THREADS} threads; first call {warm_up:.1f} s, not counted",
        flush=True,
    )
    return found, speed


def row(name: str, found: Iterable[list[Span]], speed: float, held_out: Sentences) -> Row:
    """Return what `elements_table` shows of one tagger."""
    texts = [text for text, _ in held_out]
    values = [values_of_spans(*pair) for pair in zip(texts, found, strict=True)]
    return name, values, [values_of_spans(*sentence) for sentence in held_out], speed


def report_parts(found: Sequence[Sequence[Span]], held_out: Sentences) -> None:
    given = [spans for _, spans in held_out]
    for name, labels in PARTS.items():
        print(f"  {name:15} {part_accuracy(found, given, labels):6.2f} % right")
    for name, copies in (("spurious region", True), ("same, strictly", False)):
        print(f"  {name:15} {spurious_share(found, given, copies=copies):6.2f} % of addresses")


def report_reliability(tagger: Tagger, held_out: Sentences) -> None:
    """Print how often spans of a stated confidence are right, and the mean distance of the two."""
    columns = tagger.tag_columns([text for text, _ in held_out])
    given = [set(spans) for _, spans in held_out]
    rows = zip(*(getattr(columns, name).tolist() for name in PLACES), strict=True)
    right = np.array([(s, e, columns.labels[k]) in given[text] for text, s, e, k in rows])
    place = np.minimum((columns.confidence * BANDS).astype(int), BANDS - 1)
    distance = 0.0
    print("  stated confidence, right, spans:")
    for band in np.unique(place):
        stated, was = columns.confidence[place == band], right[place == band]
        print(f"    {100 * stated.mean():5.1f} % {100 * was.mean():5.1f} % {len(was):7,}")
        distance += len(was) / len(right) * abs(stated.mean() - was.mean())
    print(f"  mean distance {100 * distance:.2f} %")


def report_labels(found: Sequence[Sequence[Span]], held_out: Sentences) -> None:
    counts = Counter(span.label for _, spans in held_out for span in spans)
    for label, count in counts.most_common():
        ours = [[span for span in spans if span.label == label] for spans in found]
        theirs = [[span for span in spans if span.label == label] for _, spans in held_out]
        print(f"  {label:15} {100 * score_spans(ours, theirs).f1:6.2f} F1, {count:,} spans")


def measure_naacl(folder: Path, *, fast: bool) -> Row:
    train, held_out = read(folder / "train.txt"), read(folder / "dev.txt")
    tagger, seconds = timed(lambda: Tagger.fit(train, fast=fast, calibrate=True))
    name = "NAACL dev, fast model" if fast else "NAACL dev, accurate model"
    print(f"{name}: fitted on {len(train):,} addresses in {seconds:.0f} s, one thread")
    found, speed = report(name, tagger, held_out)
    report_parts(found, held_out)
    careful = tagger.tag(
        [text for text, _ in held_out], least_confidence=dict.fromkeys(REGIONS, SURE_REGION)
    )
    f1 = score_spans(careful, [spans for _, spans in held_out]).f1
    print(f"  with regions at least {SURE_REGION} sure: F1 {100 * f1:.2f}")
    report_parts(careful, held_out)
    report_reliability(tagger, held_out)
    if not fast:
        report_labels(found, held_out)
    return row("ours, fast" if fast else "ours", found, speed, held_out)


def measure_peers(folder: Path) -> None:
    """Print the elements found by the tagger, by a plain CRF and by libraries for regions."""
    rows = [measure_naacl(folder, fast=False), measure_naacl(folder, fast=True)]
    train, held_out = read(folder / "train.txt"), read(folder / "dev.txt")
    plain = crf_spans(train, held_out)
    if plain:
        report_parts(plain[0], held_out)
        rows.append(row("plain CRF", *plain, held_out))
    print(elements_table([*rows, *peers_of_regions(held_out)]))


def measure_ccks(path: Path) -> None:
    """Fit on four fifths of the train file, measure on every fifth address."""
    sentences = read(path)
    held_out = sentences[FOLDS - 1 :: FOLDS]
    train = without(
        [sentence for at, sentence in enumerate(sentences) if at % FOLDS != FOLDS - 1], held_out
    )
    report("CCKS, every fifth address", Tagger.fit(train), held_out)


def measure_transfer(folder: Path) -> None:
    """Fit on one set, measure on the other: what a model meets in a city it has not seen."""
    held_out = read(folder / "naacl2019" / "dev.txt")
    # CCKS masks its digits; as they say nothing there, the same is done to both.
    train = without(read(folder / "ccks2021_ner" / "train.conll"), held_out)
    shared = {span.label for _, spans in train for span in spans}
    shared &= {span.label for _, spans in held_out for span in spans}
    held_out = [(masked(text), spans) for text, spans in held_out]
    found = Tagger.fit(train).tag([text for text, _ in held_out])
    given = [spans for _, spans in held_out]
    both = [
        [[span for span in spans if span.label in shared] for spans in side]
        for side in (found, given)
    ]
    print(
        f"CCKS to NAACL dev: F1 {100 * score_spans(found, given).f1:.2f} on all labels, "
        f"{100 * score_spans(*both).f1:.2f} on the {len(shared)} shared ones"
    )


# Parts with a command of their own.
ELSEWHERE = {
    "shipped": ("benchmarks.address_shipped", "{folder}"),
    "compare": ("benchmarks.address_compare", "{folder}"),
    "district": ("benchmarks.address_matching", "--district", "data_samples"),
    "matching": ("benchmarks.address_matching", "--speed", "100000", "300000", "1000000"),
}
USUAL = ("peers", "ccks", "transfer", *ELSEWHERE)


def measure_elsewhere(name: str, folder: Path) -> None:
    """Run a part in a process of its own, so that its peak memory is its own."""
    print(f"\n{name}:", flush=True)
    module, *rest = ELSEWHERE[name]
    command = [sys.executable, "-m", module, *(word.format(folder=folder) for word in rest)]
    subprocess.run(command, check=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.address", description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("ADDRESS_DATA"))
    parser.add_argument("--only", choices=("naacl", "fast", *USUAL), action="append", default=[])
    options = parser.parse_args(arguments)
    if options.folder is None:
        parser.error("give the folder of the address sets, or set ADDRESS_DATA")
    folder = Path(options.folder)
    parts: dict[str, Callable[[], object]] = {
        "naacl": lambda: measure_naacl(folder / "naacl2019", fast=False),
        "fast": lambda: measure_naacl(folder / "naacl2019", fast=True),
        "ccks": lambda: measure_ccks(folder / "ccks2021_ner" / "train.conll"),
        "transfer": lambda: measure_transfer(folder),
        "peers": lambda: measure_peers(folder / "naacl2019"),
    }
    for name in options.only or USUAL:
        if name in parts:
            parts[name]()
        else:
            measure_elsewhere(name, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
