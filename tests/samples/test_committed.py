"""The samples in the repository are what the generator writes, and small enough to lie there."""

from pathlib import Path

import pytest

from data_samples.district.write import Options, write_sample

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
COMMITTED = {
    "small": (SAMPLES, Options("small", base="../build/demo.base", keys="../build/keys")),
    "tiny": (SAMPLES / "tiny", Options("tiny")),
}
TEXTS = (".csv", ".tsv", ".toml", ".json", ".geojson", ".kml", ".dxf", ".prj", ".cpg")


def _files(folder):
    """Return the bytes of what a sample consists of, by name."""
    parts = [folder / "city.toml", folder / "truth.json"]
    parts += [p for name in ("sources", "rasters", "truth") for p in (folder / name).rglob("*")]
    return {p.relative_to(folder).as_posix(): p for p in parts if p.is_file()}


@pytest.mark.parametrize("size", COMMITTED)
def test_what_lies_here_is_what_the_generator_writes(size, tmp_path):
    """Text files to the byte; others differ with the library that packs them."""
    folder, options = COMMITTED[size]
    write_sample(tmp_path, options)
    written, committed = _files(tmp_path), _files(folder)
    assert set(written) == set(committed)
    texts = [name for name in written if name.endswith(TEXTS)]
    assert len(texts) > 10
    assert [n for n in texts if written[n].read_bytes() != committed[n].read_bytes()] == []


def test_the_samples_are_small_enough_to_commit():
    small = sum(p.stat().st_size for p in _files(SAMPLES).values())
    assert small < 15_000_000
    assert sum(p.stat().st_size for p in _files(SAMPLES / "tiny").values()) < small / 10
