"""The processes that answer queries: each has one at a time, is ended when that takes too long, and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take: seconds, rows (or triples), bytes of answer; and how many queries run at once.

    ``memory`` is what one process may hold, in bytes.
    """

    seconds: float = 30.0
    rows: int = 100_000
    bytes: int = 64 * 2**20
    memory: int = 4 * 2**30
    workers: int = 10


#: Within how many seconds a process has to be ready; it takes a third of one.
_STARTING = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the client."""

    status: int
    type: str
    body: bytes


class _EndedError(Exception):
    """A process has ended that was asked something."""


class Pool:
    """Answers queries over an index, in as many processes as are needed, up to a limit."""

    def __init__(self, index: Path, limits: Limits) -> None:
        self.limits = limits
        self._index = index
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._free = asyncio.Semaphore(limits.workers)

    async def ask(self, asked: dict[str, Any]) -> Reply:
        """Answer a request (see :func:`paperatlas.export.serve.worker.answer`) within the limits."""
        limits = self.limits
        try:
            async with asyncio.timeout(limits.seconds):
                await self._free.acquire()
        except TimeoutError:
            return Reply(503, "text/plain", b"busy: all workers have had long queries for too long; try again")
        try:
            return await self._answered(asked | {"rows": limits.rows, "bytes": limits.bytes, "seconds": limits.seconds})
        finally:
            self._free.release()

    async def _answered(self, asked: dict[str, Any]) -> Reply:
        try:
            if worker := self._waiting():
                with suppress(_EndedError):
                    return await self._answered_by(worker, asked)
                # It may have ended before it was asked.
            return await self._answered_by(await self._start(), asked)
        except OSError as error:
            reason = error.strerror or str(error) or "it takes too long"
            return Reply(503, "text/plain", f"no process can be started: {reason}; try again".encode())
        except _EndedError:
            return Reply(503, "text/plain", b"the query took more memory than it may, and was stopped")

    async def _answered_by(self, worker: Process, asked: dict[str, Any]) -> Reply:
        finished = False
        self._busy.add(worker)
        try:
            async with asyncio.timeout(self.limits.seconds):
                reply = await _exchange(worker, asked)
            finished = True
            return reply
        except TimeoutError:
            text = f"the query took longer than {self.limits.seconds:g} seconds and was stopped"
            return Reply(503, "text/plain", text.encode())
        except (asyncio.IncompleteReadError, ConnectionError, json.JSONDecodeError) as error:
            raise _EndedError from error
        finally:
            # Also when the client has gone and this task is cancelled: nobody waits for the answer.
            if finished:
                self._idle.append(worker)
            else:
                await asyncio.shield(_end(worker))
            # Until it has ended, so that who closes the pool waits for that.
            self._busy.discard(worker)

    def _waiting(self) -> Process | None:
        """Return a process that has nothing to do, and lives: the system may have ended one meanwhile."""
        while self._idle:
            worker = self._idle.pop()
            if worker.returncode is None:
                return worker
        return None

    async def _start(self) -> Process:
        command = [sys.executable, "-m", "paperatlas.export.serve.worker", str(self._index), str(self.limits.memory)]
        # What Oxigraph says when memory ends is no message for who started the server.
        said = None if os.environ.get("PAPERATLAS_DEBUG") else DEVNULL
        # A session of its own: Ctrl-C is for the server, which ends its workers.
        worker = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=said, start_new_session=True
        )
        try:
            # What it takes to start is not the query's time.
            async with asyncio.timeout(_STARTING):
                ready = worker.stdout and await worker.stdout.readline()
            if not ready:
                raise OSError("it ends at once")
        except BaseException:
            await asyncio.shield(_end(worker))
            raise
        return worker

    async def close(self) -> None:
        """End all processes, also those that are at a query."""
        for worker in [*self._idle, *self._busy]:
            await _end(worker)
        self._idle.clear()


async def _exchange(worker: Process, asked: dict[str, Any]) -> Reply:
    if worker.stdin is None or worker.stdout is None:
        raise ConnectionError("a worker without pipes")
    worker.stdin.write(json.dumps(asked).encode() + b"\n")
    await worker.stdin.drain()
    head = json.loads(await worker.stdout.readline() or b"")
    return Reply(head["status"], head["type"], await worker.stdout.readexactly(head["length"]))


async def _end(worker: Process) -> None:
    if worker.returncode is None:
        with suppress(ProcessLookupError):
            # Its own kill() looks first whether it has ended, and so takes its end from asyncio, which waits for it.
            os.kill(worker.pid, signal.SIGKILL) if hasattr(signal, "SIGKILL") else worker.kill()
    await worker.wait()
