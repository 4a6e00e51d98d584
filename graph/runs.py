"""Runs: which software, model and settings found a paper's facts.

A run is known by what it consists of, not by when it took place: builds with the same software, model and settings are
one run, on any day and any machine. So an atlas that grew in ten builds has the bytes of one that was built at once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """What found facts; nothing of it depends on a clock or a path.

    ``pipeline`` and ``model`` are names (``model`` is empty where none is used), ``checksum`` is the SHA-256 of the
    model's own list of checksums. ``settings`` are the other options, by name. ``fingerprint`` hashes all that
    extraction depends on beside the text, its code included: under one fingerprint one text has the same facts.
    """

    software: str
    version: str
    pipeline: str
    fingerprint: str
    model: str = ""
    checksum: str = ""
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The run's identifier: sixteen digits of the hash of all the rest.

        >>> Run("paperatlas", "0.1.0", "rules", "5e1f").id
        '4bbb11f3d5297f1f'
        """
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """Return the run as a JSON object, without its identifier."""
        return {
            "software": self.software,
            "version": self.version,
            "pipeline": self.pipeline,
            "model": self.model,
            "checksum": self.checksum,
            "settings": dict(self.settings),
            "fingerprint": self.fingerprint,
        }
