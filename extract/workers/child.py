"""What runs in a worker: it loads the pipeline once, then turns papers into facts until nobody wants more.

Papers come in on the standard input, a list at a time, and are read together; what became of each goes out. Both are
pickles between a process and its own child. Whatever else is printed goes to stderr.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import suppress
from itertools import chain
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, NoReturn

from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, leave_out_large_packages, load, outcomes, remembering

#: What a worker ends with that is out of memory and can still tell.
OUT_OF_MEMORY = 75


def main() -> NoReturn:
    """Serve the process that started this one, until it has no more papers or is gone."""
    # Ctrl-C is the parent's to judge.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        with suppress(BrokenPipeError):
            _serve(sys.stdin.buffer, answers)
    except MemoryError:
        # Without memory there is no orderly end.
        os._exit(OUT_OF_MEMORY)
    os._exit(0)


def _serve(stream: BinaryIO, answers: BinaryIO) -> None:
    def tell(what: object) -> None:
        answers.write(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))
        answers.flush()

    options: Options = pickle.load(stream)  # noqa: S301
    waiting: SimpleQueue[list[Paper]] = SimpleQueue()
    Thread(target=_receive, args=(stream, waiting), daemon=True).start()
    leave_out_large_packages(options)
    try:
        nlp = load(options.pipeline, model=options.model, gazetteer=options.gazetteer)
    except MemoryError:
        raise
    except Exception as error:
        tell(_portable(error))
        return
    tell(None)
    for group in remembering(iter(waiting.get, None), nlp, options):
        for found in chain.from_iterable(outcomes(papers, nlp, options) for papers in group):
            tell(found)


def _receive(stream: BinaryIO, waiting: SimpleQueue[list[Paper]]) -> None:
    """Take papers in; when the parent is gone, end the process, whatever it is at.

    No error may end this thread alone: nobody would ever hear of what was sent.
    """
    try:
        while True:
            waiting.put(pickle.load(stream))  # noqa: S301
    except (EOFError, pickle.UnpicklingError, OSError):
        os._exit(0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:
        os._exit(1)


def _portable(error: Exception) -> Exception:
    """Return an error as it can be told to another process: itself, or its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
