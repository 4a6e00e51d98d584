"""Jena's riot, where it is: on the path, under JENA_HOME, or as Debian packages it (libapache-jena-java)."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

_DEBIAN = Path("/usr/share/java")
#: The jars that riot needs; Debian has one folder for everybody's.
_JARS = (
    "jena-*.jar commons-*.jar slf4j-api.jar slf4j-nop.jar dexx.collection.jar guava.jar gson.jar http*.jar jackson-*.jar "
    "jakarta.json*.jar jsonld-java.jar jsr305.jar protobuf.jar thrift.jar titanium-json-ld.jar jcl-over-slf4j.jar"
).split()


def command(scratch: Path) -> list[str] | None:
    """Return how riot is called here, or ``None``."""
    home = os.environ.get("JENA_HOME", "")
    found = shutil.which("riot") or (shutil.which("riot", path=f"{home}/bin") if home else None)
    if found:
        return [found]
    java = shutil.which("java")
    if java is None or not (_DEBIAN / "jena-cmds.jar").exists():
        return None
    jars = sorted(str(jar) for pattern in _JARS for jar in _DEBIAN.glob(pattern))
    return [java, "-cp", os.pathsep.join([str(_messages(scratch)), *jars]), "riotcmd.riot"]


def _messages(scratch: Path) -> Path:
    """Put the messages of Jena's XML parser where it looks for them: Debian's jar has them under their old name."""
    with zipfile.ZipFile(_DEBIAN / "jena-core.jar") as jar:
        for name in jar.namelist():
            if name.startswith("org/apache/jena/ext/xerces/") and name.endswith(".properties"):
                target = scratch / name.removeprefix("org/apache/jena/ext/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(jar.read(name))
    return scratch


def read(riot: list[str], file: Path, to: str) -> bytes:
    """Return a file as riot writes it in another format; what it only warns of is an error."""
    # Debian's Jena has no reader of JSON that JSON-LD 1.1 would need; ours is 1.0 as well.
    syntax = ["--syntax=jsonld10"] if file.suffix == ".jsonld" else []
    done = subprocess.run([*riot, *syntax, f"--output={to}", str(file)], capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    return done.stdout
