"""``paperatlas train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import Quiet, Verbose, Voice


def train(
    config: Annotated[
        Path, typer.Option("--config", "-c", metavar="FILE", help="What to train on, and how.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the model.", show_default=False)
    ],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Train a model on annotated abstracts. Needs the train extra: pip install 'paperatlas[train]'."""
    from paperatlas.errors import ModelError

    voice = Voice(quiet=quiet, verbose=verbose)
    try:
        from paperatlas.extract.training import train as training
    except ModuleNotFoundError as error:
        raise ModelError(f"{error.name} is not installed", hint="pip install 'paperatlas[train]'") from error
    training.train(training.Config.read(config), output, voice.say)
