"""Formulas of indicators: sums, differences and multiples of measures, and one rate over them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from blockdata.errors import ConfigError

__all__ = ["RATES", "Formula", "parse_formula"]

Floats = npt.NDArray[np.float64]

RATES = MappingProxyType(
    {"ratio": 1.0, "share": 100.0, "per_1000": 1000.0, "per_10000": 10000.0, "per_km": 1000.0}
)
"""Rates of two amounts, and by what they multiply: a share is in per cent, and `per_km` takes a
denominator in metres."""

_LONGEST = 500
_CHARACTERS = re.compile(r"[A-Za-z0-9_ \t.,+*/()-]+")
_SUMS = (ast.Add, ast.Sub, ast.Mult)


@dataclass(frozen=True)
class Formula:
    """A formula that has been read and found to be one.

    Parameters
    ----------
    text : str
        As it was written.
    rate : str or None
        One of `RATES`; None for an amount.
    numerator, denominator : ast.expr
        Amounts; there is no denominator without a rate.

    Examples
    --------
    >>> formula = parse_formula("share(closed - reopened, closed)")
    >>> formula.measures, formula.scale
    (('closed', 'reopened'), 100.0)
    """

    text: str
    rate: str | None
    numerator: ast.expr
    denominator: ast.expr | None

    @property
    def scale(self) -> float:
        """What the rate multiplies by; 1 for an amount."""
        return 1.0 if self.rate is None else RATES[self.rate]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that it names, sorted."""
        named = set(_names(self.numerator))
        if self.denominator is not None:
            named |= set(_names(self.denominator))
        return tuple(sorted(named))

    def amounts(self, values: Mapping[str, Floats]) -> tuple[Floats, Floats | None]:
        """Return numerator and denominator, not yet multiplied by the scale.

        Parameters
        ----------
        values : mapping of measure to ndarray of float64
            All of one shape; NaN is a measure that is not known, and makes the amount NaN.

        Returns
        -------
        tuple of ndarray
            The denominator is None for an amount.

        Examples
        --------
        >>> one, other = parse_formula("a / (a + b)").amounts(
        ...     {"a": np.array([1.0]), "b": np.array([3.0])})
        >>> one.tolist(), other.tolist()
        ([1.0], [4.0])
        """
        below = None if self.denominator is None else _amount(self.denominator, values)
        return _amount(self.numerator, values), below


def parse_formula(text: str) -> Formula:
    """Read a formula; nothing of it is ever run as code.

    A formula is an amount, or one rate of two amounts that stands outermost: ``a / b``,
    ``ratio(a, b)``, ``share(a, b)`` (per cent), ``per_1000(a, b)``, ``per_10000(a, b)``,
    ``per_km(a, metres)``. An amount is a measure, a number, a sum or a difference of amounts, or
    an amount times a number. A rate inside an amount is refused: what its denominator is could
    not be told beside the value.

    Parameters
    ----------
    text : str
        At most 500 characters.

    Returns
    -------
    Formula

    Raises
    ------
    ConfigError
        If the text is anything else.

    Examples
    --------
    >>> parse_formula("per_1000(cases, people)").rate
    'per_1000'
    >>> parse_formula("mean(a, b)")
    Traceback (most recent call last):
    ...
    blockdata.errors.ConfigError: formula 'mean(a, b)': 'mean' is no rate; allowed: ratio(a, b), \
share(a, b), per_1000(a, b), per_10000(a, b), per_km(a, b) of two amounts
    """
    if len(text) > _LONGEST:
        raise ConfigError(f"{len(text)} characters", where="formula", allowed=f"{_LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refused(
            text, "it cannot be read", "measures, numbers, + - * and one rate"
        ) from error
    rate, parts = None, [tree]
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
        rate, parts = "ratio", [tree.left, tree.right]
    elif isinstance(tree, ast.Call):
        rate, parts = _called(text, tree)
    for part in parts:
        _check(text, part)
    found = Formula(text, rate, parts[0], parts[1] if rate else None)
    if not found.measures or (rate and not list(_names(parts[1]))):
        raise _refused(text, "an amount names no measure", "at least one measure in each amount")
    return found


def _called(text: str, tree: ast.Call) -> tuple[str, list[ast.expr]]:
    allowed = ", ".join(f"{name}(a, b)" for name in RATES) + " of two amounts"
    name = tree.func.id if isinstance(tree.func, ast.Name) else ""
    if name not in RATES:
        raise _refused(text, f"{ast.unparse(tree.func)!r} is no rate", allowed)
    if len(tree.args) != 2 or tree.keywords:
        raise _refused(text, f"{name} has {len(tree.args)} amounts", allowed)
    return name, list(tree.args)


def _check(text: str, node: ast.expr) -> None:
    """Refuse what is no amount."""
    inner: tuple[ast.expr, ...] = ()
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = (node.operand,)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _SUMS):
        inner = (node.left, node.right)
        if isinstance(node.op, ast.Mult) and not any(map(_is_number, inner)):
            raise _refused(text, "measures are multiplied", "a measure times a number")
    elif not isinstance(node, ast.Name) and not _is_number(node):
        shown = ast.unparse(node)
        raise _refused(text, f"{shown!r} is no amount", "measures, numbers, +, -, * by a number")
    for part in inner:
        _check(text, part)


def _is_number(node: ast.expr) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return type(value) in (int, float) and bool(np.isfinite(float(str(value))))


def _refused(text: str, message: str, allowed: str) -> ConfigError:
    return ConfigError(message, where=f"formula {text!r}", allowed=allowed)


def _names(node: ast.expr) -> Iterator[str]:
    return (n.id for n in ast.walk(node) if isinstance(n, ast.Name))


def _amount(node: ast.expr, values: Mapping[str, Floats]) -> Floats:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return np.asarray(node.value, dtype=np.float64)
    if isinstance(node, ast.UnaryOp):
        return -_amount(node.operand, values)
    assert isinstance(node, ast.BinOp)  # parse_formula lets nothing else through
    left, right = _amount(node.left, values), _amount(node.right, values)
    if isinstance(node.op, ast.Add):
        return left + right
    return left - right if isinstance(node.op, ast.Sub) else left * right
