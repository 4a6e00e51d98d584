"""The command ``paperatlas``."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; whatever goes wrong ends in one line on stderr and an exit code.

    0 done; 1 the work failed; 2 the call cannot be meant; 130 interrupted.
    """
    signal.signal(signal.SIGINT, _interrupted)
    from paperatlas.cli import app
    from paperatlas.errors import PaperatlasError

    debug = "--debug" in sys.argv or bool(os.environ.get("PAPERATLAS_DEBUG"))
    try:
        app()
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except PaperatlasError as error:
        if debug:
            raise
        _fail(str(error), error.exit_code)
    except Exception as error:
        if debug:
            raise
        _fail(f"unexpected {type(error).__name__}: {error} (--debug shows where; please report it)", 1)


def _fail(problem: str, code: int) -> None:
    print(f"Error: {' '.join(problem.split())}", file=sys.stderr)
    sys.exit(code)


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    print("Interrupted; nothing was changed.", file=sys.stderr)
    sys.exit(130)


if __name__ == "__main__":
    main()
