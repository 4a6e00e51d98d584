"""``python -m paperatlas.export.serve.vendor``: fetch YASGUI anew from npm into ``export/serve/static/yasgui``.

Needs npm. The package is taken only if it has the checksum that is written here, and the folder gets a README that
says what lies in it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE, VERSION = "@zazuko/yasgui", "4.6.2"
#: What npm calls its integrity: SHA-512 of the package.
INTEGRITY = "sha512-Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw=="
_FILES = ("yasgui.min.js", "yasgui.min.css")

_LICENCE = """## The MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> None:
    """Fetch, check and unpack.

    Raises:
        SystemExit: the package is not the one that is expected.
    """
    target = Path(__file__).parent / "static" / "yasgui"
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed")
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - names of our own
        (archive,) = Path(scratch).glob("*.tgz")
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != INTEGRITY:
            raise SystemExit(f"{PACKAGE} {VERSION} is {found}, expected is {INTEGRITY}")
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        package = Path(scratch) / "package"
        described = json.loads((package / "package.json").read_text(encoding="utf-8"))
        target.mkdir(parents=True, exist_ok=True)
        sums = []
        for name in _FILES:
            # Without the address of a map that is not here.
            content = (package / "build" / name).read_text(encoding="utf-8")
            lines = [line for line in content.split("\n") if "sourceMappingURL=" not in line]
            (target / name).write_text("\n".join(lines), encoding="utf-8")
            sums.append(f"{hashlib.sha256((target / name).read_bytes()).hexdigest()}  {name}\n")
    (target / "checksums.txt").write_text("".join(sums), encoding="utf-8")
    if described["license"] != "MIT":
        raise SystemExit(f"its licence is now {described['license']}")
    (target / "README.md").write_text(
        f"# YASGUI\n\n{PACKAGE} {VERSION} from npm ({INTEGRITY}), without its source maps.\n"
        f"By {described['author']} and Zazuko GmbH; {described['homepage']}.\n\n"
        "`python -m paperatlas.export.serve.vendor` fetches it anew; `checksums.txt` has the SHA-256 of the files.\n\n"
        f"{_LICENCE}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
