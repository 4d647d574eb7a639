"""Ways of writing an address hold for every number that a large district has."""

import pytest

from data_samples.district.ways import WAYS, Parts

ACTS = {way.name: way.act for way in WAYS}


@pytest.mark.parametrize("part", ["1", "20", "99", "100", "1200"])
@pytest.mark.parametrize("chance", [0.0, 0.3, 0.5, 0.7, 0.95])
def test_a_number_of_an_annex_is_told_whole_however_large(part, chance):
    parts = Parts("", "road_no", ("听涛路", f"12-{part}号", "", "", "", ""), ("", "", "", ""))
    ACTS["annex"](parts, chance)
    assert "12" in parts.road_no
    assert part in parts.road_no or (chance == 0.5 and part in ("1", "20", "99"))
