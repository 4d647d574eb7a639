"""What must never be found outside the encrypted files, read from the sources themselves."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from blockdata_loaders.reader import read_file

PERSONAL_COLUMNS = {
    *("姓名", "联系电话", "公民身份号码", "身份证号", "户号", "民族"),
    *("来电人", "联系人", "经营者", "法定代表人", "负责人", "IPAddress", "Password"),
}
_BEGINNING = 4
COMMON_WORDS = {"汉族", "满族", "回族", "朝鲜族", "蒙古族"}


@dataclass(frozen=True)
class Canaries:
    """Names, phones, numbers and secrets of the sources."""

    texts: tuple[str, ...]

    def found_in(self, data):
        """Return those that stand in bytes or a text, in UTF-8 or GB18030."""
        blob = data if isinstance(data, bytes) else data.encode()
        found = {t for b, t in self._short.items() if b in blob}
        for place, beginning in self._candidates(blob):
            longer = self._by_beginning.get(beginning, ())
            found |= {text for own, text in longer if blob.startswith(own, place)}
        return sorted(found)

    def _candidates(self, blob):
        """Yield places whose first bytes are those of a canary: a look each would take minutes."""
        wanted = np.array(sorted(self._by_beginning), "<u4")
        first = np.zeros(1 << 16, bool)
        first[wanted & 0xFFFF] = True
        for shift in range(_BEGINNING):
            size = (len(blob) - shift) // _BEGINNING * _BEGINNING
            windows = np.frombuffer(blob, "<u4", size // _BEGINNING, shift) if size > 0 else []
            if len(windows):
                near = np.flatnonzero(first[windows & 0xFFFF])
                near = near[np.isin(windows[near], wanted)]
                places = (shift + _BEGINNING * near).tolist()
                yield from zip(places, windows[near].tolist(), strict=True)

    @cached_property
    def _encoded(self):
        return {t.encode(e): t for t in self.texts for e in ("utf-8", "gb18030")}

    @cached_property
    def _short(self):
        return {b: t for b, t in self._encoded.items() if len(b) < _BEGINNING}

    @cached_property
    def _by_beginning(self):
        groups = {}
        for own, text in self._encoded.items():
            if len(own) >= _BEGINNING:
                beginning = int.from_bytes(own[:_BEGINNING], "little")
                groups.setdefault(beginning, []).append((own, text))
        return groups


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
