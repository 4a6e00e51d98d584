"""Papers handed to workers in lists, outcomes taken back in order, and never more ahead than keeps all busy."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import chain, islice
from queue import SimpleQueue

from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import PIPELINES, Options, extract_facts
from paperatlas.extract.readers.records import Skipped
from paperatlas.extract.workers.process import Worker

#: How many papers a worker is handed at once: half a second of the default model's work, of which little is lost when
#: a build is stopped, and a hundred times what handing them over takes.
CHUNK = 16
#: How many papers a worker must have for itself to be worth its start, which takes as long as reading them does.
WORTH = 64
#: How many lists there are for each worker, those in work among them. A list that takes long holds up those behind it;
#: meanwhile the other workers have these.
_AHEAD = 4

_Outcomes = list[Facts | Skipped]


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def extracting(
    options: Options, *, workers: int | None = None, skip: Callable[[Skipped], None]
) -> Iterator[Callable[[Iterable[Paper]], Iterator[Facts]]]:
    """Give what yields the facts of papers, in order, found by up to ``workers`` processes as long as this lasts.

    Without ``workers`` there are as many as cores, or one where the pipeline is not one of the package's: its parts may
    be known to this process alone. With one, or where there are too few papers for two, the work is done in this
    process. The facts are the same. ``skip`` is told of papers that cannot be extracted, in their order; also of one at
    which a worker has died twice.
    """
    most = workers or (usable_cores() if options.pipeline in PIPELINES else 1)
    with ExitStack() as pools:

        def extract(papers: Iterable[Paper]) -> Iterator[Facts]:
            rest = iter(papers)
            first = [*islice(rest, most * WORTH)] if most > 1 else []
            count = len(first) // WORTH
            papers = chain(first, rest)
            del first
            if count < 2:
                yield from extract_facts(papers, options=options, skip=skip)
                return
            pool = pools.enter_context(closing(_Pool(options, count)))
            for found in pool.outcomes(papers):
                if isinstance(found, Skipped):
                    skip(found)
                else:
                    yield found

        yield extract


class _Pool:
    """Workers, each with a thread of this process that waits for it."""

    def __init__(self, options: Options, count: int) -> None:
        self._workers = [Worker(options) for _ in range(count)]
        self._threads = ThreadPoolExecutor(count)
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def outcomes(self, papers: Iterable[Paper]) -> Iterator[Facts | Skipped]:
        """Yield what becomes of each paper, in order."""
        ahead: deque[Future[_Outcomes]] = deque()
        rest = iter(papers)
        while chunk := [*islice(rest, CHUNK)]:
            ahead.append(self._threads.submit(self._ask, chunk))
            if len(ahead) == len(self._workers) * _AHEAD:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()

    def close(self) -> None:
        """End all workers; what they were at is lost."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(cancel_futures=True)

    def _ask(self, chunk: list[Paper]) -> _Outcomes:
        worker = self._idle.get()
        try:
            return worker.ask(chunk)
        finally:
            self._idle.put(worker)
