"""Processes that work for this one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Mapping

#: Lets a process find what this one finds, whatever was put on the path there.
_PROGRAM = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"


def started(
    module: str, *words: str, stdout: int, stderr: int | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the function ``main`` of a module in a process, with ``words`` as its ``sys.argv[1:]``.

    Its stdin is a pipe that this process alone holds the other end of: when this one is gone, however it went, it reads
    the end. Ctrl-C is told to this process alone, which ends the other.

    Raises:
        OSError: it cannot be started.
    """
    # What is embedded has no interpreter to start, what is frozen would be started itself.
    if not sys.executable or getattr(sys, "frozen", False):
        raise FileNotFoundError(errno.ENOENT, "there is no interpreter to start")
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _PROGRAM.format(path=sys.path, module=module), *words],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, **(environment or {})},
        process_group=0 if os.name == "posix" else None,
    )
