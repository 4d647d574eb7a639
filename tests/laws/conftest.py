"""What must never be found outside the encrypted files, read from the sources themselves."""

from dataclasses import dataclass

import pytest

from blockdata_loaders.reader import read_file

PERSONAL_COLUMNS = {
    *("姓名", "联系电话", "公民身份号码", "身份证号", "户号", "民族"),
    *("来电人", "联系人", "经营者", "法定代表人", "负责人", "IPAddress", "Password"),
}
COMMON_WORDS = {"汉族", "满族", "回族", "朝鲜族", "蒙古族"}


@dataclass(frozen=True)
class Canaries:
    """Names, phones, numbers and secrets of the sources."""

    texts: tuple[str, ...]

    def found_in(self, data):
        """Return those that stand in bytes or a text, in UTF-8 or GB18030."""
        blob = data if isinstance(data, bytes) else data.encode()
        return [c for c in self.texts if c.encode() in blob or c.encode("gb18030") in blob]


@pytest.fixture(scope="session")
def canaries(tiny_sources):
    """Names, phones, numbers and secrets that stand in the sources, read from the sources."""
    found = set()
    for path in (tiny_sources / "district" / "sources").rglob("*.*"):
        if path.suffix not in (".csv", ".xlsx"):
            continue
        columns = read_file(path).columns
        for name in set(columns.column_names) & PERSONAL_COLUMNS:
            found |= {v for v in columns[name].to_pylist() if v and len(v) > 1}
    return Canaries(tuple(sorted(found - COMMON_WORDS)))
