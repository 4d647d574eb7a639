"""The section about addresses: what they are known by, when the parser learns from them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blockdata.config.section import Section


class CodeSegment(Section):
    """A part of an address code."""

    name: str
    width: int = Field(ge=1)
    alphabet: str = Field(
        default="digits", min_length=1, description="digits, digits_letters, or the characters."
    )
    level: str | None = Field(default=None, description="What a code is that ends here.")
    filler: Literal["", "*", "0"] = ""
    written: bool = True
    leading_zero: bool = True


class CodeScheme(Section):
    """How the codes of a library are built."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    segments: tuple[CodeSegment, ...] = Field(min_length=1)
    check: Literal["iso7064_mod11_2", "iso7064_mod11_10", "iso7064_mod37_36"] | None = None


class Address(Section):
    """What this city's addresses are known by, and when the parser learns from them."""

    fit_from: int = Field(
        default=50_000, ge=1, description="Addresses from which on the city has its own parser."
    )
    refit_share: float = Field(
        default=0.05, gt=0, description="Share of changed addresses at which it learns anew."
    )
    scheme: str | None = Field(
        default=None, description="Scheme of the library's codes; they are held to it."
    )
    code_schemes: tuple[CodeScheme, ...] = Field(
        default=(), alias="code_scheme", description="Code schemes beside those of the standards."
    )
