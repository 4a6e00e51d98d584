"""``python -m tools.vendor [--latest]``: fetch from npm the browser scripts that the project carries.

A manifest (``vendor.json``) lists packages with their versions and licences, and the files taken of them with their
SHA-256. What npm delivers must have the checksums that the manifest tells; with ``--latest`` the newest versions are
taken and the manifests written anew. Files whose name ends in ``.gz`` are kept compressed; their checksum is that of
what is in them. Needs ``npm``.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MANIFESTS = tuple(
    ROOT / folder / "vendor.json" for folder in ("export/html/data", "export/serve/static/yasgui", "tests/vendor")
)


def fetch(package: str, version: str, folder: Path) -> Path:
    """Return the package as npm delivers it; npm checks it against the registry's own checksum."""
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    )
    return folder / done.stdout.split()[-1]


def content_of(path: Path) -> bytes:
    """Return what is in a file that the project carries."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def take(entry: dict[str, Any], target: Path, *, latest: bool) -> None:
    """Write the files of one package of a manifest beside it; with ``latest`` set what has changed in ``entry``."""
    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(entry["package"], "latest" if latest else entry["version"], Path(folder))
        with tarfile.open(archive) as packed:
            told = json.loads(_member(packed, "package.json"))
            if latest:
                entry |= {"version": told["version"], "licence": told["license"]}
            for file in entry["files"]:
                content = _member(packed, file["from"])
                checksum = hashlib.sha256(content).hexdigest()
                if latest:
                    file["sha256"] = checksum
                elif file["sha256"] != checksum:
                    sys.exit(f"{entry['package']} {entry['version']}: {file['from']} is not what the manifest says")
                path = target / file["to"]
                # A fixed time, so that the same content makes the same file.
                path.write_bytes(gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)
                print(f"wrote {path.relative_to(ROOT)} of {entry['package']} {entry['version']}")


def _member(packed: tarfile.TarFile, name: str) -> bytes:
    found = packed.extractfile(f"package/{name}")
    if found is None:
        sys.exit(f"the package has no {name}")
    return found.read()


def main() -> None:
    """Write all files of all manifests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latest", action="store_true", help="take the newest versions, and note them")
    options = parser.parse_args()
    for manifest in MANIFESTS:
        entries = json.loads(manifest.read_text(encoding="utf-8"))
        for entry in entries:
            take(entry, manifest.parent, latest=options.latest)
        if options.latest:
            manifest.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
