"""uvicorn's server, ended by a signal in order and soon, however often it is told to."""

from __future__ import annotations

import logging
import signal
import socket
from types import FrameType

import uvicorn

#: How long requests that are being answered may still take, in seconds.
GRACE = 1


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
        """Serve until a signal comes; then raise it anew, for whoever was prepared for it before."""
        hangup = getattr(signal, "SIGHUP", None)
        before = signal.getsignal(hangup) if hangup else None
        # uvicorn listens to the others.
        if callable(before) and hangup:
            signal.signal(hangup, self.handle_exit)
        try:
            self.run(sockets=[listener])
        finally:
            if callable(before) and hangup:
                signal.signal(hangup, before)
        if self.ended_by is not None:
            signal.raise_signal(self.ended_by)
            # It was ignored before, and yet it was uvicorn that heard of it.
            raise SystemExit(128 + self.ended_by)
