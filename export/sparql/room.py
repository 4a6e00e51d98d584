"""A thread with room for what calls itself deeply, which Ctrl-C ends while native code runs in it."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

#: In bytes. The stack of a main thread is 8 MiB, or what the user's limits say.
STACK = 64 * 2**20

_Result = TypeVar("_Result")


def with_room(work: Callable[[], _Result]) -> _Result:
    """Return what ``work`` returns, or raise what it raises; it runs in a thread with a large stack.

    Python hears of a signal between two of its own steps, so never while a query runs in the main thread. Here the main
    thread only waits; what it raises on a signal ends the waiting, and the thread ends with the process.
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            _forget(error)
            future.set_exception(error)

    before = threading.stack_size(STACK)
    try:
        threading.Thread(target=run, daemon=True).start()
    finally:
        threading.stack_size(before)
    return future.result()


def _forget(error: BaseException | None) -> None:
    """Let go of what an error's frames hold: answers of Oxigraph must end in the thread that they began in."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
