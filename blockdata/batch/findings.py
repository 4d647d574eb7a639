"""What a run has to tell: warnings with a code, a place and a sentence in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from blockdata.store import derived
from blockdata.store.derived import result_table
from blockdata.store.session import Session

_FINDING = result_table("finding")


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know.

    Parameters
    ----------
    code : str
        Short name of the rule.
    subject : str
        Source, table or place it is about; never a value from a source.
    zh, en : str
        The sentence.
    count : int, optional
        How many rows it concerns.
    warns : bool, default True
        Whether the run ends with the code for "published with warnings".
    """

    code: str
    subject: str
    zh: str
    en: str
    count: int | None = None
    warns: bool = True

    def as_dict(self) -> dict[str, object]:
        """Return the finding for a manifest."""
        return {
            "code": self.code,
            "subject": self.subject,
            "count": self.count,
            "zh": self.zh,
            "en": self.en,
            "warns": self.warns,
        }


@dataclass
class Findings:
    """The findings of one run, in the order in which they arose."""

    items: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Add a finding."""
        self.items.append(finding)

    def add_once(self, finding: Finding) -> None:
        """Add a finding unless the same one is there already."""
        if finding not in self.items:
            self.items.append(finding)

    @property
    def warns(self) -> bool:
        """Whether any finding is a warning."""
        return any(f.warns for f in self.items)


def write_findings(session: Session, step: str, findings: Sequence[Finding]) -> None:
    """Write what a step has to tell as part of its result, in place of what it told before."""
    derived.forget_findings(session, step)
    if not findings:
        return
    rows = [
        {"step": step, "code": f.code, "subject": f.subject, "count": f.count, "zh": f.zh}
        | {"en": f.en, "warns": f.warns}
        for f in findings
    ]
    session.append("finding", pa.Table.from_pylist(rows, _FINDING.arrow_schema()))


def told_by_steps(session: Session) -> list[Finding]:
    """Return what the steps have to tell, whether they ran this time or their results stand."""
    return [
        Finding(r["code"], r["subject"], r["zh"], r["en"], r["count"], r["warns"])
        for r in session.read("finding").to_pylist()
    ]
