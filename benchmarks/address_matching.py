"""How well and how fast texts are matched with a library: `python -m benchmarks.address_matching`.

- `--district FOLDER ...` matches every record's text of sample districts (written by
  `python -m data_samples.generate`) with the library that they deliver, and sets the answers
  against `truth/address_of_record.parquet`: the right answer of a text is `library_code`. Texts
  that a source puts on what it cannot place (relation `default`) mean no place of their own and
  are told apart. Matches in which a number or a division differs are counted.
- `--speed ROWS ...` makes a library of so many rooms and as many texts by hand, and prints seconds
  and the peak of memory for building and matching, beside rapidfuzz on a part of them.
- `--calibrate` fits the weights by which answers become probabilities, on made libraries.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.address_texts import Made, made_city
from blockdata.address.matching import AddressIndex, Calibration

SOURCES = {
    "person": ("公民身份号码", "现住址"),
    "incident_app": ("案件编号", "位置"),
    "incident_hotline": ("工单编号", "事发地址"),
    "entity_market": ("统一社会信用代码", "住所"),
    "entity_tax": ("社会信用代码", "经营场所"),
    "premises": ("场所编号", "场所地址"),
    "building": ("建筑物编码", "坐落"),
}
COLUMNS = {
    "标准地址编码": "id", "标准地址": "text", "市": "city", "区县": "district",
    "街道乡镇": "town", "社区": "community", "道路": "road", "门牌号": "road_no", "小区": "estate",
    "楼栋": "building", "单元": "unit", "户室": "room",
}  # fmt: skip
BANDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
FUZZ_TEXTS, FUZZ_ROWS = 200, 20_000


def delivered(folder: Path, source: str) -> pd.DataFrame:
    """Return the rows of all files of a source, in the order of their delivery."""
    from blockdata_loaders.reader.open import read_file

    files = sorted(p for p in (folder / "sources" / source).iterdir())
    return pd.concat([read_file(file).columns.to_pandas() for file in files], ignore_index=True)


def district(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return texts with their truth, the library and its aliases."""
    truth = pd.read_parquet(folder / "truth" / "address_of_record.parquet")
    parts = []
    for source, (key, text) in SOURCES.items():
        rows = delivered(folder, source)[[key, text]].drop_duplicates(key, keep="last")
        parts.append(rows.set_axis(["key", "text"], axis=1).assign(source=source))
    told = truth.merge(pd.concat(parts), on=["source", "key"], how="left")
    library = (
        delivered(folder, "address").rename(columns=COLUMNS).drop_duplicates("id", keep="last")
    )
    aliases = delivered(folder, "address_alias").rename(
        columns={"地址编码": "address_id", "别名": "text"}
    )
    return told, library[list(COLUMNS.values())], aliases[["address_id", "text"]]


def figures(answers: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return precision and recall by a column."""
    has_truth, matched = answers["library_code"] != "", answers["address_id"].notna()
    right = matched & (answers["address_id"] == answers["library_code"])
    counts = pd.DataFrame({"texts": 1, "have an address": has_truth, "matched": matched})
    table = counts.assign(right=right).groupby(answers[by]).sum().astype(int)
    table["precision"] = (table["right"] / table["matched"]).round(4)
    table["recall"] = (table["right"] / table["have an address"]).round(4)
    return table


def reliability(score: pd.Series, right: pd.Series) -> pd.DataFrame:
    """Return how often answers of a probability are right."""
    band = pd.cut(score, BANDS, include_lowest=True)
    groups = pd.DataFrame({"stated": score, "right": right.astype(float)}).groupby(
        band, observed=True
    )
    return groups.agg(answers=("right", "size"), stated=("stated", "mean"), right=("right", "mean"))


def conflicts(answers: pd.DataFrame) -> int:
    """Count the matches in whose evidence a number or a division differs."""
    never = "province|city|district|town|road_no|building|unit|floor|room"
    return int(answers["evidence"].str.contains(rf"(?:^|; )(?:{never}) differs").sum())


def measure_district(folder: Path) -> None:
    told, library, aliases = district(folder)
    started = time.perf_counter()
    index = AddressIndex.build(library, aliases)
    texts = told["text"].where(told["text"].notna(), None).tolist()
    found = index.match(texts)
    seconds = time.perf_counter() - started
    answers = pd.concat([told.reset_index(drop=True), found.drop(columns="level")], axis=1)
    placed = answers["relation"] != "default"
    print(f"\n{folder}: {len(texts):,} texts, {len(library):,} addresses, {seconds:.1f} s")
    print(f"at a default location: {int((~placed).sum())} texts, left out below")
    own = answers[placed].assign(all="all records")
    for by in ("all", "source", "level", "relation"):
        print("\n" + figures(own, by).to_string())
    matched = own[own["address_id"].notna()]
    right = matched["address_id"] == matched["library_code"]
    print(f"\nmatches across a conflicting number: {conflicts(own)}")
    print("\n" + reliability(matched["match_score"], right).round(4).to_string())


def measure_speed(rows: int) -> None:
    """Measure in a process of its own, so that its peak of memory is its own."""
    command = [sys.executable, "-m", "benchmarks.address_matching", "--one", str(rows)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def speed_of(rows: int) -> None:
    warm = made_city(2_000, seed=1)
    AddressIndex.build(warm.library, warm.aliases).match(warm.texts)
    made = made_city(rows, seed=7)
    before = peak_gib()
    started = time.perf_counter()
    index = AddressIndex.build(made.library, made.aliases)
    built = time.perf_counter()
    found = index.match_columns(made.texts)
    ended = time.perf_counter()
    address = np.array([*found.ids, ""], dtype=object)[found.address]
    is_matched = found.address >= 0
    right = int(((address == np.array(made.truth, dtype=object)) & is_matched).sum())
    matched, meant = int(is_matched.sum()), sum(map(bool, made.truth))
    print(
        f"{rows:>9,} addresses, {len(made.texts):>9,} texts: build {built - started:6.1f} s, "
        f"match {ended - built:6.1f} s, together {ended - started:6.1f} s; "
        f"peak {peak_gib():.2f} GiB (input {before:.2f}); "
        f"precision {right / max(matched, 1):.4f}, recall {right / meant:.4f}",
        flush=True,
    )


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure_peers() -> None:
    """Match a part with the best of rapidfuzz's ratios, whatever its numbers say."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        print("rapidfuzz is not installed")
        return
    made = made_city(FUZZ_ROWS, seed=7)
    texts, truth = made.texts[:FUZZ_TEXTS], made.truth[:FUZZ_TEXTS]
    whole, ids = made.library["text"].tolist(), made.library["id"].tolist()
    index = AddressIndex.build(made.library, made.aliases)
    index.match(texts)
    for name, answer in (
        ("rapidfuzz ratio", lambda t: ids[process.extractOne(t, whole, scorer=fuzz.ratio)[2]]),
        ("rapidfuzz WRatio", lambda t: ids[process.extractOne(t, whole, scorer=fuzz.WRatio)[2]]),
        ("blockdata", None),
    ):
        started = time.perf_counter()
        found = [answer(text) for text in texts] if answer else index.match(texts)["address_id"]
        seconds = time.perf_counter() - started
        right = sum(a == b for a, b in zip(found, truth, strict=True))
        print(
            f"{name:>18}: {right / len(texts):6.1%} right, {len(texts) / seconds:10,.0f} texts/s "
            f"against {len(ids):,} addresses"
        )


def calibrate() -> None:
    """Fit the shipped weights and print them, with how they hold on another made city."""
    signs, right = [], []
    for seed in (11, 12, 13):
        made: Made = made_city(60_000, seed=seed, hardness=2.0)
        index = AddressIndex.build(made.library, made.aliases)
        this = index.calibration_signs(made.texts, made.truth)
        signs.append(this[0])
        right.append(this[1])
    fitted = Calibration.of_signs(np.concatenate(signs), np.concatenate(right))
    print(fitted.weights)
    other = made_city(60_000, seed=14, hardness=2.0)
    index = AddressIndex.build(other.library, other.aliases)
    that, was_right = index.calibration_signs(other.texts, other.truth)
    stated = pd.Series(fitted.probability(that))
    print(reliability(stated, pd.Series(was_right)).round(4).to_string())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--district", type=Path, nargs="*", default=[])
    parser.add_argument("--speed", type=int, nargs="*", default=[])
    parser.add_argument("--one", type=int)
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    if options.one:
        speed_of(options.one)
        return
    for folder in options.district:
        measure_district(folder)
    for rows in options.speed:
        measure_speed(rows)
    if options.speed or options.peers:
        measure_peers()
    if options.calibrate:
        calibrate()


if __name__ == "__main__":
    main()
