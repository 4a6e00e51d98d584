"""``paperatlas review``."""

from __future__ import annotations

from typing import Annotated

import typer

from paperatlas.cli.common import AtlasFolder, Quiet, Verbose, Voice, counted


def review(
    atlas: AtlasFolder,
    again: Annotated[bool, typer.Option("--again", help="Ask once more what was skipped.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Ask no more than N questions.")] = 50,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Walk through the merges that are not sure, and the things that could be one: y, n, s to skip, q to quit.

    Each answer is written to DIR/overrides.toml at once; the atlas is linked anew at the end. What was answered or
    skipped is not asked again.
    """
    from rich.console import Console
    from rich.prompt import Prompt
    from rich.text import Text

    from paperatlas.building import relink
    from paperatlas.errors import Interrupted
    from paperatlas.graph.atlas import open_atlas
    from paperatlas.graph.overrides import read_overrides
    from paperatlas.graph.review import answer, questions, read_skipped, write_skipped

    voice = Voice(quiet=quiet, verbose=verbose)
    console = Console()
    opened = open_atlas(atlas)
    skipped = frozenset() if again else read_skipped(atlas)
    waiting = questions(opened, read_overrides(atlas), skipped)
    answered = 0
    for number, question in enumerate(waiting[:limit], 1):
        console.print(Text(f"\n{number} of {len(waiting)}: {question.one} = {question.other}?", style="bold"))
        now = "taken for one" if question.merged else "kept apart"
        console.print(Text(f"  {now}, sureness {question.sureness:.2f}: {question.note}"))
        for key in question.papers[:3]:
            console.print(Text(f"  in {key}: {opened.papers[f'paper/{key}'].label}"))
        try:
            said = Prompt.ask("  one thing?", choices=["y", "n", "s", "q"], default="s", console=console)
        except EOFError:
            break
        except Interrupted:
            raise Interrupted(
                f"{counted(answered, 'answer')} kept; the next build or review links the atlas anew"
                if answered
                else "nothing was changed"
            ) from None
        if said == "q":
            break
        if said == "s":
            skipped |= {question.id}
            write_skipped(atlas, skipped)
            continue
        answer(atlas, question, same=said == "y")
        answered += 1
    if answered:
        relink(atlas)
    voice.say(f"{atlas}: {counted(answered, 'answer')}, {len(waiting) - answered} left or skipped")
