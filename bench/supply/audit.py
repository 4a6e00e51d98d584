"""``python -m bench.supply.audit``: ask pip-audit for what is known against the packages that running needs.

Ends with 1 if there is something. Where the service cannot be reached, or does not know the packages (an index of one's
own), it says so and ends with 0: nothing was found, and nothing was looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench.supply.licences import packages


def main() -> int:
    """Audit; return the exit code."""
    pinned = "".join(f"{one.name}=={version(one.name)}\n" for one in packages())
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text(pinned)
        options = ["--no-deps", "--disable-pip", "-r", str(listed), "-f", "json", "--progress-spinner", "off"]
        command = [sys.executable, "-m", "pip_audit", *options, "--timeout", "10"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        except subprocess.TimeoutExpired:
            print("not audited: the service does not answer")
            return 0
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"not audited: {(done.stderr.strip().splitlines() or ['no answer'])[-1]}")
        return 0
    looked_at = [one for one in found if "vulns" in one]
    known = [(one["name"], one["version"], flaw["id"]) for one in looked_at for flaw in one["vulns"]]
    for name, installed, flaw in known:
        print(f"{name} {installed}: {flaw}")
    print(f"{len(looked_at)} of {len(found)} packages audited, {len(known)} flaws known")
    if not looked_at:
        print("not audited: the service knows none of them, or cannot be reached")
    return int(bool(known))


if __name__ == "__main__":
    sys.exit(main())
