"""A worker as the process that it works for sees it: asked for the facts of papers, and started anew when it dies."""

from __future__ import annotations

import pickle
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Lock
from typing import cast

from paperatlas.errors import WorkerError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, not_extracted
from paperatlas.extract.readers.records import Skipped
from paperatlas.extract.workers.child import OUT_OF_MEMORY
from paperatlas.processes import started

#: One thread a worker: what would share its work among threads is told not to.
_ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
}
#: At how many papers workers may die, one after the other: then it is not the papers.
_PATIENCE = 3

#: How a process ends that is killed; Windows has no such signal.
_SIGKILL = -9

_Process = subprocess.Popen[bytes]


class _DiedError(Exception):
    """A worker is gone; the message says how."""


class Worker:
    """A process that extracts. It starts with the first papers; when it dies, another takes its place.

    The pipes to it are this process' alone: it ends when this one does, however that ends.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._process: _Process | None = None
        self._lock = Lock()
        self._closed = False
        #: The papers that were given up since the last that was not.
        self._given_up = 0

    def ask(self, papers: Sequence[Paper]) -> list[Facts | Skipped]:
        """Return what became of each paper. One at which workers die twice is given up.

        Raises:
            WorkerError: no worker can be started, or they die whatever the paper.
            Exception: as :func:`~paperatlas.extract.pipeline.load`.
        """
        done: list[Facts | Skipped] = []
        died_at, alone = -1, False
        while len(done) < len(papers):
            # Behind a death they come one at a time: of a list nobody knows at which paper a worker dies.
            some = papers[len(done) : len(done) + 1] if alone else papers[len(done) :]
            try:
                for found in _asked(self._running(), some):
                    done.append(found)
                    self._given_up = 0
            except _DiedError as death:
                self._end()
                if died_at == len(done):
                    self._give_up(death)
                    done.append(not_extracted(papers[len(done)], f"its worker died twice, {death}"))
                elif len(some) == 1:
                    died_at = len(done)
                alone = True
        return done

    def close(self) -> None:
        """End the process, amid its work if need be; none is started any more."""
        with self._lock:
            self._closed = True
        self._end()

    def _running(self) -> _Process:
        """Return the process, which has loaded the pipeline."""
        if self._process:
            return self._process
        try:
            return self._begun()
        except _DiedError:
            # Once may be chance.
            self._end()
        try:
            return self._begun()
        except _DiedError as death:
            raise WorkerError(f"a worker died as it began, {death}", hint="--workers 1 does without") from None

    def _begun(self) -> _Process:
        with self._lock:
            if self._closed:
                raise WorkerError("no worker is started any more")
            self._process = process = _started()
        _send(process, self._options)
        refusal = _receive(process)
        if isinstance(refusal, Exception):
            raise refusal
        return process

    def _give_up(self, death: _DiedError) -> None:
        self._given_up += 1
        if self._given_up == _PATIENCE:
            raise WorkerError(
                f"workers die at one paper after the other, the last {death}",
                hint="with fewer --workers there is more memory for each",
            )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # What was still to be sent has nowhere to go.
            with suppress(OSError):
                if pipe:
                    pipe.close()


def _started() -> _Process:
    try:
        return started("paperatlas.extract.workers.child", stdout=subprocess.PIPE, environment=_ONE_THREAD)
    except OSError as error:
        raise WorkerError(f"no worker can be started: {error.strerror}", hint="--workers 1 does without") from error


def _asked(process: _Process, papers: Sequence[Paper]) -> Iterator[Facts | Skipped]:
    _send(process, [*papers])
    for _ in papers:
        yield cast("Facts | Skipped", _receive(process))


def _send(process: _Process, what: object) -> None:
    assert process.stdin  # noqa: S101
    try:
        process.stdin.write(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))
        process.stdin.flush()
    except OSError:
        raise _DiedError(_end_of(process)) from None


def _receive(process: _Process) -> object:
    assert process.stdout  # noqa: S101
    try:
        return pickle.load(process.stdout)  # noqa: S301
    except (EOFError, pickle.UnpicklingError, OSError):
        raise _DiedError(_end_of(process)) from None


def _end_of(process: _Process) -> str:
    """Say how a process has ended, whose pipe is closed."""
    code = process.wait()
    if code == OUT_OF_MEMORY:
        return "out of memory"
    if code == _SIGKILL:
        return "killed (SIGKILL, as the system does for want of memory)"
    if code < 0:
        return f"killed ({signal.Signals(-code).name})"
    return f"with exit code {code}"
