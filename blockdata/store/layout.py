"""Where things lie in a base's directory, and how its numbers are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from blockdata.errors import SnapshotError, StoreError
from blockdata.store import files

PARTS = ("duckdb", "people", "text")
"""Endings of a snapshot's files: open data, steward's part, analyst's part."""

_NUMBER = re.compile(r"(\d{6})\b")


@dataclass(frozen=True)
class Layout:
    """The paths of one base.

    Parameters
    ----------
    root : Path
        The base's directory.
    """

    root: Path

    @property
    def current(self) -> Path:
        """The file that names the published snapshot."""
        return self.root / "CURRENT"

    @property
    def snapshots(self) -> Path:
        """Folder of the numbered snapshots."""
        return self.root / "snapshots"

    @property
    def runs(self) -> Path:
        """Folder of the manifests."""
        return self.root / "runs"

    @property
    def attempts(self) -> Path:
        """Runs that published nothing, one JSON object a line."""
        return self.runs / "attempts.jsonl"

    @property
    def reports(self) -> Path:
        """Folder of the reports."""
        return self.root / "reports"

    @property
    def decisions(self) -> Path:
        """Folder in which decisions wait for, and outlive, the runs that apply them."""
        return self.root / "decisions"

    @property
    def work(self) -> Path:
        """Folder of the run that is going on."""
        return self.root / "work"

    @property
    def lock(self) -> Path:
        """The file that a run locks."""
        return self.root / "run.lock"

    def part(self, number: int, part: str = "duckdb") -> Path:
        """Return the path of one part of a numbered snapshot."""
        return self.snapshots / f"{number:06d}.{part}"

    def manifest(self, number: int) -> Path:
        """Return the path of a run's manifest."""
        return self.runs / f"{number:06d}.json"

    def report(self, number: int) -> Path:
        """Return the folder of a run's report."""
        return self.reports / f"{number:06d}"

    def create(self) -> None:
        """Make the folders of a base that does not exist yet."""
        for folder in (self.snapshots, self.runs, self.reports, self.decisions):
            folder.mkdir(parents=True, exist_ok=True)

    def current_number(self) -> int | None:
        """Return the number of the published snapshot, or None before the first.

        Raises
        ------
        StoreError
            If CURRENT does not hold a number.
        """
        try:
            text = self.current.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        if not re.fullmatch(r"\d{6}", text):
            raise StoreError("CURRENT does not name a snapshot", where=str(self.current))
        return int(text)

    def kept_numbers(self) -> list[int]:
        """Return the numbers of the published snapshots that are kept, oldest first."""
        current = self.current_number()
        found = (int(p.stem) for p in self.snapshots.glob("[0-9]" * 6 + ".duckdb"))
        # A file above CURRENT was never published: its run died between naming and publishing.
        return sorted(n for n in found if current is not None and n <= current)

    def next_number(self) -> int:
        """Return a number that no snapshot, manifest or report has ever had."""
        used = [0]
        for folder in (self.snapshots, self.runs, self.reports):
            if folder.exists():
                used += [int(m.group(1)) for p in folder.iterdir() if (m := _NUMBER.match(p.name))]
        return max(used) + 1

    def publish(self, number: int) -> None:
        """Name a snapshot as the published one, in one step."""
        files.write_durably(self.current, f"{number:06d}\n")

    def require_current(self) -> int:
        """Return the number of the published snapshot.

        Raises
        ------
        SnapshotError
            If nothing has been published here.
        """
        number = self.current_number()
        if number is None:
            raise SnapshotError(
                "no base has been published here",
                where=str(self.root),
                next_step="Run 'blockdata nightly CITY.toml' first.",
            )
        return number

    def clear_unpublished(self) -> None:
        """Remove what runs that died have left behind."""
        files.remove(self.work)
        current = self.current_number() or 0
        for folder in (self.snapshots, self.reports):
            for path in folder.glob("[0-9]" * 6 + "*"):
                if int(path.name[:6]) > current:
                    # The number was given; the mark keeps it from being given again.
                    (self.runs / f"{path.name[:6]}.abandoned").touch()
                    files.remove(path)
