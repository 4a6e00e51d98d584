"""onnxruntime, which tells nobody of its use."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType


def onnxruntime(part: str = "") -> ModuleType:
    """Return the module, or a part of it such as ".quantization". It is to be imported here and nowhere else.

    Since 1.29 it looks up its maker's server once it is imported, sends events there, and writes an identifier to the
    home folder and a file to that for temporary ones. What keeps it from all that is read when it is imported
    (https://github.com/microsoft/onnxruntime/pull/27379).
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return import_module(f"onnxruntime{part}")
