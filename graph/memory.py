"""How the work with many objects is kept from costing more than it must."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: Of how many names it is remembered what was made of them. Linking goes through all names again and again: were there
#: more, each time would forget what the next one asks for, and all be made anew.
_NAMES = 2**22

_FORGET: list[Callable[[], None]] = []


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of objects that all stay: it would take half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def remembered(make: Callable[_P, _T]) -> Callable[_P, _T]:
    """Remember what the function ``make`` made of names, until :func:`forget` is called."""
    known = lru_cache(maxsize=_NAMES)(make)
    _FORGET.append(known.cache_clear)
    return cast("Callable[_P, _T]", known)


def forget() -> None:
    """Forget what was made of names: when a store is written, it is not asked for again."""
    for clear in _FORGET:
        clear()
