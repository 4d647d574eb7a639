"""Where the rows of a delivery go, and how the sources of the kind rank."""

from __future__ import annotations

from dataclasses import dataclass

from blockdata.records import Kind
from blockdata.records.tables import Column, content_columns
from blockdata.store import schema
from blockdata.store.batch import Delivery
from blockdata.store.connection import quote
from blockdata.store.reshapes import Reshape
from blockdata.store.session import Session


@dataclass(frozen=True)
class Target:
    """Where the rows of a delivery go, and how the sources of the kind rank.

    Parameters
    ----------
    kind : Kind
    delivery : Delivery
    sources : tuple of str
        All sources of the kind, most trusted first.
    precedence : mapping of field name to tuple of str
        Fields for which the sources rank differently.
    overrides : tuple of (id, field, value)
        Decided values, typed, that stand above what sources deliver.
    reshapes : tuple of Reshape
        Decided geometries; each stands above the one delivered geometry that it was decided of.
    """

    kind: Kind
    delivery: Delivery
    sources: tuple[str, ...]
    precedence: dict[str, tuple[str, ...]]
    overrides: tuple[tuple[str, str, object], ...] = ()
    reshapes: tuple[Reshape, ...] = ()

    @property
    def merges(self) -> bool:
        """Whether rows of several sources become one."""
        return schema.merges(self.kind, self.sources)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that a delivery fills in the kind's table."""
        return content_columns(self.kind)

    @property
    def content(self) -> tuple[str, ...]:
        """Names of the columns that a delivery fills in the kind's table."""
        return tuple(c.name for c in self.columns)

    def current(self, session: Session) -> str:
        """Return the quoted name of the table of current rows."""
        return quote(session.part_of(self.kind), self.kind.name)

    def registry(self, session: Session) -> str:
        """Return the quoted name of the table of ids."""
        return quote(session.part_of(self.kind), "id_registry")

    def contributions(self, session: Session) -> str:
        """Return the quoted name of the table of what each source says."""
        return quote(session.part_of(self.kind), schema.contribution_table(self.kind).name)
