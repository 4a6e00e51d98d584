"""A connection to a client that may be slow, broken, or one of too many.

uvicorn waits without end for a request to arrive, and for an answer to be taken, and trips over what is no HTTP once it
has answered.
"""

from __future__ import annotations

import asyncio
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Connections at once. Each takes a file of the process; more are told to come again.
MOST = 400
#: How long nothing may move, in seconds. A connection is looked at so often, and closed if nothing has moved since.
STILL = 10.0
#: The first line and the headers may have so many bytes.
LONGEST_HEAD = 2**16
_BUSY = b"busy: too many connections; try again\n"


class Connection(H11Protocol):
    """uvicorn's connection, with bounds."""

    #: What was seen at the last look: the request, and how much of its answer was still to be taken.
    _seen: tuple[object, int] | None = None
    _look_again: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to watch the connection; turn it away if there are too many."""
        super().connection_made(cast("asyncio.Transport", transport))
        if len(self.connections) > MOST:
            head = f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: {len(_BUSY)}\r\n"
            self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + _BUSY)
            self.transport.close()
            return
        self._look_again = self.loop.call_later(STILL, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._look_again is not None:
            self._look_again.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; if something is answered already, there is nothing more to say."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        received, _ = self.conn.trailing_data
        if self.cycle is None and len(received) > LONGEST_HEAD:
            msg = f"more than {LONGEST_HEAD:,} bytes before the body: send a long query by POST"
        super().send_400_response(f"{msg}\n")

    def _look(self) -> None:
        to_take = self.transport.get_write_buffer_size()
        answering = self.cycle is not None and not self.cycle.response_complete
        # What answers has a limit of its own.
        if (answering and not to_take) or (self.cycle, to_take) != self._seen:
            self._seen = (self.cycle, to_take)
            self._look_again = self.loop.call_later(STILL, self._look)
        else:
            self.transport.abort()
