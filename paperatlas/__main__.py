"""The command ``paperatlas``."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

#: What ends a process unless it says otherwise, and what is said of it.
_ENDING = {"SIGINT": "Interrupted", "SIGTERM": "Stopped", "SIGHUP": "Stopped"}


def main() -> None:
    """Run the command line; whatever goes wrong ends in one line on stderr and an exit code.

    0 done; 1 the work failed; 2 the call cannot be meant; 130 interrupted; 141 whoever read our output has seen enough;
    143 (129) ended by a signal from elsewhere.
    """
    from paperatlas.errors import Interrupted, PaperatlasError
    from paperatlas.files import ClosedPipe, messages, watched

    ending = {getattr(signal, name): word for name, word in _ENDING.items() if hasattr(signal, name)}
    told: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        raise Interrupted

    for number in ending:
        # Somebody may have had one ignored, as nohup does.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    debug = "--debug" in sys.argv or bool(os.environ.get("PAPERATLAS_DEBUG"))
    sys.stdout, sys.stderr = watched(sys.stdout), messages(sys.stderr)
    try:
        _run()
    except Interrupted as stop:
        # It ends already.
        for number in ending:
            signal.signal(number, signal.SIG_IGN)
        print(f"{ending[told[0]]}; {stop.kept}.", file=sys.stderr)
        sys.exit(128 + told[0])
    except ClosedPipe:
        sys.exit(141)
    except PaperatlasError as error:
        if debug:
            raise
        _fail(str(error), error.exit_code)
    except UnicodeEncodeError as error:
        # Bytes of the command line, or of a file's name, that are no text come as halves of characters.
        if debug:
            raise
        around = error.object[max(0, error.start - 20) : error.end]
        _fail(f"{around!a} has bytes that are no text here (the encoding is {error.encoding})", 1)
    except MemoryError:
        if debug:
            raise
        _fail("out of memory: a smaller input, fewer --workers or more memory may do", 1)
    except Exception as error:
        if debug:
            raise
        _fail(f"unexpected {type(error).__name__}: {error} (--debug shows where; please report it)", 1)


def _run() -> None:
    from paperatlas.cli import app

    try:
        app()
    finally:
        # What cannot be written shall come out here, where it is told, and not when the interpreter ends.
        sys.stdout.flush()


def _fail(problem: str, code: int) -> None:
    from paperatlas.errors import one_line

    print(f"Error: {one_line(problem)}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
