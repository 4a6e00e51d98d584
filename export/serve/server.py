"""uvicorn's server, ended by a signal in order and soon, however often it is told to."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

#: How long requests that are being answered may still take, in seconds.
GRACE = 1
#: What ends a process at once unless it says otherwise, and with it what would tidy up.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Server(uvicorn.Server):
    """A server that remembers which signal has ended it."""

    ended_by: int | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End: uvicorn's own would break off at a second Ctrl-C, in the middle of its ending."""
        self.ended_by = self.ended_by or sig
        self.should_exit = True
        # That requests are broken off now is no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    def run_until_told(self, listener: socket.socket) -> None:
        """Serve until a signal comes; then raise what it is to raise: what Ctrl-C does here, or ``SystemExit``."""
        for number in _ENDING:
            # uvicorn listens to one of them, and to Ctrl-C.
            if signal.getsignal(number) is _leave:
                signal.signal(number, self.handle_exit)
        self.run(sockets=[listener])
        if self.ended_by == signal.SIGINT:
            signal.raise_signal(signal.SIGINT)
        elif self.ended_by is not None:
            raise SystemExit(128 + self.ended_by)


@contextmanager
def in_order() -> Iterator[None]:
    """Let signals that end a process raise ``SystemExit`` meanwhile, so that what is temporary is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    # Somebody may have had one ignored, as nohup does.
    changed = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    try:
        for number in changed:
            signal.signal(number, _leave)
        yield
    finally:
        for number in changed:
            signal.signal(number, before[number])


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
