"""Methods that pass a base's facts on to a function tell in help() what the function tells."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["told_by"]

F = TypeVar("F", bound=Callable[..., Any])

_OF_THE_BASE = ("session", "config", "day", "as_of")


def told_by(function: Callable[..., Any]) -> Callable[[F], F]:
    """Give a method the docstring of a function, without what the base itself passes on.

    Parameters
    ----------
    function : callable
        With a docstring in numpydoc's form.

    Returns
    -------
    callable
        A decorator.

    Examples
    --------
    >>> from blockdata.views.layers.counts import counts
    >>> @told_by(counts)
    ... def method(self, kind):
    ...     pass
    >>> "session : Session" in method.__doc__, "kind : str" in method.__doc__
    (False, True)
    """
    text = inspect.cleandoc(function.__doc__ or "")
    for name in _OF_THE_BASE:
        text = re.sub(rf"(?m)^{name} : .*\n(?:    .*\n|\n(?=    ))*", "", f"{text}\n")
        text = text.rstrip("\n")

    def decorate(method: F) -> F:
        method.__doc__ = text
        return method

    return decorate
