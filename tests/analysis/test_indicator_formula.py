"""Formulas hold sums and one rate of measures, and nothing that could be run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.analysis.indicators import parse_formula
from blockdata.errors import ConfigError

_VALUES = {"a": np.array([4.0, np.nan]), "b": np.array([8.0, 2.0]), "c": np.array([1.0, 1.0])}


@pytest.mark.parametrize(
    ("text", "above", "below", "scale"),
    [
        ("a", 4, None, 1),
        ("a - c + 2 * b", 19, None, 1),
        ("-(a - b)", 4, None, 1),
        ("a / b", 4, 8, 1),
        ("share(a - c, b + c)", 3, 9, 100),
        ("per_1000(a, 0.5 * b)", 4, 4, 1000),
        ("per_km(a, b)", 4, 8, 1000),
    ],
)
def test_amounts_and_rates(text, above, below, scale):
    formula = parse_formula(text)
    one, other = formula.amounts(_VALUES)
    assert one[0] == above
    assert (other is None) if below is None else (other[0] == below)
    assert formula.scale == scale


def test_what_is_not_known_makes_the_amount_unknown():
    one, other = parse_formula("share(a, b)").amounts(_VALUES)
    assert np.isnan(one[1]) and other[1] == 2


@pytest.mark.parametrize(
    "text",
    [
        *("", "3", "a /", "a / 3", "a b", "a ** 2", "a % b", "a // b", "a * b", "a.b", "a[0]"),
        *("share(a)", "share(a, b, c)", "share(a, b / c)", "mean(a, b)", "a + b / c", "a < b"),
        *("share(a, *b)", "share(a, b=c)", "lambda: a", "a if b else c", "[a]", "f'{a}'"),
        *("__import__('os')", "open('x')", "a; b", "a\nb", "a\\b", "a @ b", "not a", "True + a"),
        *("a" * 501, "(" * 240 + "a" + ")" * 240, "1e999 * a", "a := 1", "await a", "a and b"),
    ],
)
def test_all_else_is_refused(text):
    with pytest.raises(ConfigError):
        parse_formula(text)


@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_refused(text):
    try:
        formula = parse_formula(text)
    except ConfigError:
        return
    assert formula.measures


@given(st.text(alphabet="ab+-*/(),.0123 share", max_size=40))
def test_what_is_read_can_be_worked_out(text):
    try:
        formula = parse_formula(text)
    except ConfigError:
        return
    values = {name: np.array([2.0]) for name in formula.measures}
    with np.errstate(over="ignore", invalid="ignore"):
        one, other = formula.amounts(values)
    assert (other is None) == (formula.rate is None)
    assert np.asarray(one).size == 1
