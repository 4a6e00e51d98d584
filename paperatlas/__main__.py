"""The command ``paperatlas``."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; whatever goes wrong ends in one line on stderr and an exit code.

    0 done; 1 the work failed; 2 the call cannot be meant; 130 interrupted; 141 whoever read our output has seen enough.
    """
    from paperatlas.errors import Interrupted, PaperatlasError
    from paperatlas.files import ClosedPipe, watched

    signal.signal(signal.SIGINT, _interrupted)
    debug = "--debug" in sys.argv or bool(os.environ.get("PAPERATLAS_DEBUG"))
    if sys.stdout is not None:
        sys.stdout = watched(sys.stdout)
    try:
        _run()
    except Interrupted as stop:
        # Whoever presses twice wants it to end, not to hear of what ends with it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print(f"Interrupted; {stop.kept}.", file=sys.stderr)
        sys.exit(130)
    except ClosedPipe:
        sys.exit(141)
    except PaperatlasError as error:
        if debug:
            raise
        _fail(str(error), error.exit_code)
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
        if sys.stdout is not None:
            sys.stdout.flush()


def _fail(problem: str, code: int) -> None:
    from paperatlas.errors import one_line

    print(f"Error: {one_line(problem)}", file=sys.stderr)
    sys.exit(code)


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    from paperatlas.errors import Interrupted

    raise Interrupted


if __name__ == "__main__":
    main()
