"""How well addresses are parsed as shipped: `python -m benchmarks.address_shipped [FOLDER]`.

FOLDER (or the variable ADDRESS_DATA) holds the sets that `benchmarks.address` reads. The parser
that comes with the package has seen none of them; its elements are written in the labels of each
set by fixed rules, which say no more than how that set cuts and names the same things.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.address import (
    THREADS,
    Sentences,
    addresses_per_second,
    masked,
    read,
    report_labels,
    report_parts,
    timed,
    without,
)
from blockdata.address.parsed import ParsedAddress, ParsedSpan
from blockdata.address.parser import Parser
from blockdata.address.tagger import Span, score_spans

FOLDS = 5
PLAIN = {
    "province": "prov",
    "city": "city",
    "district": "district",
    "town": "town",
    "community": "community",
    "building": "houseno",
    "unit": "cellno",
    "floor": "floorno",
    "room": "roomno",
    "relative": "assist",
    "road_no": "roadno",
    "lane_no": "subroadno",
}
NUMBERED = ("unit", "floor", "room")
_ZONE = re.compile(r"(?:开发区|新区|高新区|度假区|保税区|加工区|集聚区|经开区|新城区)$")
_GROUP = re.compile(r"(?:组|队|社|屯)$")
_FILLER = re.compile(r"[-_一—－/?？#\s,，、.()（）]+")
_MEETING = re.compile(r"交|路口")
_METRES = re.compile(r"米")


def as_naacl(address: ParsedAddress) -> list[Span]:
    """Write the elements of an address in the labels of the NAACL 2019 set."""
    spans: list[Span] = []
    roads = things = 0
    inside = False
    for at, span in enumerate(address.spans):
        follower = address.spans[at + 1].element if at + 1 < len(address.spans) else ""
        if span.element in PLAIN:
            label = PLAIN[span.element]
            inside |= span.element in NUMBERED
        elif span.element == "road":
            roads, label = roads + 1, "subroad" if roads else "road"
        elif span.element == "lane":
            label = _lane(span, roads, follower)
            roads += label == "road"
        elif span.element == "remark":
            label = "country" if span.value == "中国" else "redundant"
        elif span.element == "zone" and _ZONE.search(span.value):
            label = "devzone"
        else:
            things, label = things + 1, "poi" if not things else "subpoi"
            label = "person" if things > 1 and inside else label
        spans.append(Span(span.start, span.end, label))
    return sorted([*spans, *_fillers(address)])


def _lane(span: ParsedSpan, roads: int, follower: str) -> str:
    if _GROUP.search(span.value) or not roads:
        return "road"
    return "subroad" if follower == "lane_no" or not span.value.endswith("弄") else "roadno"


def _fillers(address: ParsedAddress) -> list[Span]:
    """Return what stands between the elements: in this set signs are redundant."""
    text, found, end = address.text or "", [], 0
    for span in address.spans:
        if span.start > end and _FILLER.fullmatch(text[end : span.start]):
            found.append(Span(end, span.start, "redundant"))
        end = span.end
    if end < len(text) and _FILLER.fullmatch(text[end:]):
        found.append(Span(end, len(text), "redundant"))
    return found


def as_ccks(address: ParsedAddress) -> list[Span]:
    """Write the elements of an address in the labels of the CCKS 2021 set."""
    spans: list[Span] = []
    things = 0
    for span in address.spans:
        label = PLAIN.get(span.element, "")
        if span.element == "road":
            label = "road"
        elif span.element == "lane":
            label = "village_group" if _GROUP.search(span.value) else "road"
            label = "roadno" if span.value.endswith("弄") else label
        elif span.element == "lane_no":
            label = "houseno"
        elif span.element == "zone":
            label = "devzone"
        elif span.element == "relative":
            label = "distance" if _METRES.search(span.value) else "assist"
            label = "intersection" if _MEETING.search(span.value) else label
            label = "" if span.value in ("与", "和", "跟", "及", "交") else label
        elif span.element in ("estate", "place"):
            things, label = things + 1, "subpoi" if things else "poi"
        if label and label != "roomno":
            spans.append(Span(span.start, span.end, label))
    return spans


def found_by(
    parser: Parser, sentences: Sentences, write: Callable[[ParsedAddress], list[Span]]
) -> list[list[Span]]:
    """Parse the texts and write the elements in a set's labels."""
    return [write(address) for address in parser.parse([text for text, _ in sentences])]


def report(name: str, found: list[list[Span]], sentences: Sentences) -> None:
    """Print strict span F1 on all labels of a set."""
    score = score_spans(found, [spans for _, spans in sentences])
    print(
        f"{name}, as shipped: F1 {100 * score.f1:.2f} (P {100 * score.precision:.2f}, "
        f"R {100 * score.recall:.2f}) on {len(sentences):,} addresses",
        flush=True,
    )


def report_shared(found: list[list[Span]], sentences: Sentences, shared: set[str]) -> None:
    """Print strict span F1 on some labels."""
    both = [
        [[span for span in spans if span.label in shared] for spans in side]
        for side in (found, [spans for _, spans in sentences])
    ]
    print(f"  F1 {100 * score_spans(*both).f1:.2f} on the {len(shared)} shared labels")


def labels_of(sentences: Sentences) -> set[str]:
    return {span.label for _, spans in sentences for span in spans}


def measure_shipped(folder: Path, *, split: str = "dev", parser: Parser | None = None) -> None:
    """Print what the shipped parser reaches on both sets."""
    if parser is None:
        parser, seconds = timed(Parser.shipped)
        print(f"the shipped parser was read in {seconds:.2f} s")
    naacl = read(folder / "naacl2019" / f"{split}.txt")
    ccks = without(read(folder / "ccks2021_ner" / "train.conll")[FOLDS - 1 :: FOLDS], naacl)
    shared = labels_of(naacl) & labels_of(ccks)
    found = found_by(parser, naacl, as_naacl)
    report(f"NAACL {split}", found, naacl)
    report_shared(found, naacl, shared)
    report_parts(found, naacl)
    report_labels(found, naacl)
    hidden = [(masked(text), spans) for text, spans in naacl]
    found = found_by(parser, hidden, as_naacl)
    report_shared(found, hidden, shared)
    found = found_by(parser, ccks, as_ccks)
    report("CCKS, every fifth address", found, ccks)
    report_shared(found, ccks, shared)
    speed = addresses_per_second(parser.parse, [text for text, _ in naacl])
    print(f"  {speed:,.0f} addresses/s to all elements on {THREADS} threads")


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="benchmarks.address_shipped", description=__doc__)
    options.add_argument("folder", nargs="?", default=os.environ.get("ADDRESS_DATA"))
    options.add_argument("--split", default="dev", choices=("dev", "train"))
    options.add_argument("--model", help="another parser's file")
    given = options.parse_args(arguments)
    if given.folder is None:
        options.error("give the folder of the address sets, or set ADDRESS_DATA")
    parser = Parser.load(given.model) if given.model else None
    measure_shipped(Path(given.folder), split=given.split, parser=parser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
