"""What all sections of the configuration have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section: what it does not know is refused, and nothing in it changes."""

    # An input in an error's text could be a parameter of a local coordinate system.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
