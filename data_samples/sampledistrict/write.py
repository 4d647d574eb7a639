"""Writes a whole district: its sources, its configuration and the truths planted in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from sampledistrict.case_files import case_files, rule_files
from sampledistrict.cases import Case, Scene, everyday_cases, numbered
from sampledistrict.formats import File, write_files
from sampledistrict.holder_files import (
    bench_file,
    camera_file,
    component_files,
    entity_files,
    person_files,
    premises_file,
    safety_files,
)
from sampledistrict.homes import build
from sampledistrict.people import incorporate, settle
from sampledistrict.place_files import place_files
from sampledistrict.places import lay_out
from sampledistrict.plan import AS_OF, HOT_DAYS, PLANS, Plan, Size
from sampledistrict.planted import HOT_CATEGORY, MANHOLE, NOISE, Truth, choose, planted_cases
from sampledistrict.things import furnish, watch

_TEMPLATE = Path(__file__).parent / "city.template.toml"
_FOLDERS = {
    "demo": {"@BASE@": "../build/demo.base", "@KEYS@": "../build/keys"},
    "tiny": {"@BASE@": "city.base", "@KEYS@": "keys"},
}
_ONLY_IN_DEMO = frozenset(
    {
        *("address_alias", "bench", "hazard", "incident_step", "intervention"),
        *("land_water", "matter", "resource", "responsibility", "shanty", "street"),
    }
)
"""Sources that the tiny district does without: tests run it again and again."""
_MONTH_ONLY_IN_DEMO = ("address/标准地址_20260930", "component/城市部件_20260930")
_BOOKS_OF_TINY = frozenset({"address", "premises"})
"""Sources that the tiny district delivers as workbooks; opening one takes longer than reading it."""
_WRONG = (
    ("entity_market", "bad_identifier"),
    ("incident_patrol", "unreadable"),
    ("camera", "ragged"),
    ("resource", "outside_extent"),
    ("premises", "conflicting_key"),
)


def write_district(folder: Path, size: Size, seed: int) -> None:
    """Write the sources of the invented district, its `city.toml` and `truth.json`.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names in it are replaced.
    size : "demo" or "tiny"
    seed : int
        The same seed gives the same bytes.
    """
    plan = PLANS[size]
    scene = _scene(plan, seed)
    truth = choose(scene)
    rng = _stream(seed, "cases")
    everyday = everyday_cases(scene, rng)
    cases = numbered(everyday + planted_cases(scene, truth, everyday, rng))
    files = _files(scene, truth, cases, seed)
    write_files(
        folder / "sources", files if size == "demo" else map(_as_text, filter(_in_tiny, files))
    )
    _write(folder / "city.toml", _config(size, plan))
    told = json.dumps(_truth(scene, truth, cases, size), ensure_ascii=False, indent=2)
    _write(folder / "truth.json", told + "\n")


def _source_of(file: File) -> str:
    return file.path.split("/", maxsplit=1)[0]


def _in_tiny(file: File) -> bool:
    return _delivers("tiny", _source_of(file)) and not file.path.startswith(_MONTH_ONLY_IN_DEMO)


def _as_text(file: File) -> File:
    if _source_of(file) in _BOOKS_OF_TINY:
        return file
    return replace(file, path=re.sub(r"\.xlsx$", ".csv", file.path))


def _delivers(size: Size, source: str) -> bool:
    return size == "demo" or source not in _ONLY_IN_DEMO


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _stream(seed: int, part: str) -> np.random.Generator:
    """Return random numbers of a part's own, so that one part's change leaves the others alone."""
    return np.random.default_rng([seed, *part.encode()])


def _scene(plan: Plan, seed: int) -> Scene:
    ground = lay_out(plan, _stream(seed, "ground"))
    stock = build(plan, ground, _stream(seed, "stock"))
    persons = settle(plan, stock, _stream(seed, "persons"))
    return Scene(plan, ground, stock, persons, furnish(plan, ground, _stream(seed, "things")))


def _files(scene: Scene, truth: Truth, cases: list[Case], seed: int) -> Iterator[File]:
    entities = incorporate(scene.plan, scene.stock, _stream(seed, "entities"))
    cameras = watch(scene.plan, scene.ground, _stream(seed, "cameras"))
    yield from place_files(scene.ground, scene.stock)
    yield from person_files(scene.persons)
    yield from entity_files(entities, scene.stock)
    yield from component_files(scene.components, truth.manhole)
    yield camera_file(cameras, _stream(seed, "camera file"))
    yield premises_file(entities, scene.stock, _stream(seed, "premises"))
    yield from safety_files(scene.ground, scene.stock)
    yield from rule_files(scene.ground)
    yield bench_file(scene.ground)
    yield from case_files(cases, _stream(seed, "said"))


def _config(size: Size, plan: Plan) -> str:
    text = _TEMPLATE.read_text(encoding="utf-8")
    for mark, value in (_FOLDERS[size] | {"@RECUR_DAYS@": str(plan.recur_days)}).items():
        text = text.replace(mark, value)
    # A source is a block between blank lines that begins with its comment.
    blocks = text.split("\n\n")
    delivered = (b for b in blocks if _delivers(size, _name_of(b)))
    return "\n\n".join(b if size == "demo" else _text_pattern(b) for b in delivered)


def _text_pattern(block: str) -> str:
    return block if _name_of(block) in _BOOKS_OF_TINY else block.replace("/*.xlsx", "/*.csv")


def _name_of(block: str) -> str:
    found = re.search(r'^\[\[source\]\]\nname = "(\w+)"', block, re.MULTILINE)
    return found.group(1) if found else ""


def _truth(scene: Scene, truth: Truth, cases: list[Case], size: Size) -> dict[str, object]:
    noisy = sum(c.category == NOISE and c.block == truth.noisy.block for c in cases)
    broken = sum(c.component == truth.manhole for c in cases)
    return {
        "as_of": f"{AS_OF:%Y-%m-%d}",
        "hot_spot": {
            "unit_grid": truth.hot_blocks[0].unit_grid,
            "category": HOT_CATEGORY,
            "window_days": HOT_DAYS,
            "ratio": scene.plan.hot_ratio,
        },
        "chronic": [
            {"kind": "address", "code": truth.noisy.code, "category": NOISE, "reports": noisy},
            {
                "kind": "component",
                "code": truth.manhole.code,
                "category": MANHOLE,
                "reports": broken,
            },
        ],
        "wrong_rows": [
            {"source": source, "reason": reason}
            for source, reason in _WRONG
            if _delivers(size, source)
        ],
    }
