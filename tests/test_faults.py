"""When the world fails (a full disk, a closed pipe, Ctrl-C, no home), a command ends in a clear line and loses nothing."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from paperatlas.__main__ import main
from paperatlas.errors import OutputError
from paperatlas.extract.workers.pool import WORTH
from paperatlas.files import put_in_place, watched

Run = Callable[..., subprocess.CompletedProcess[str]]


def record(number: int) -> str:
    text = f"We introduce Foo{number}Net, a transformer, and evaluate it on Bar{number}Set."
    return json.dumps({"id": f"p{number}", "abstract": text}) + "\n"


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script, in which ``paperatlas`` is the command and ``mnt`` a folder to mount something on."""
    (folder / "mnt").mkdir(exist_ok=True)
    (folder / "one.jsonl").write_text(record(1))
    (folder / "two.jsonl").write_text(record(1) + record(2))
    prelude = f'set -u; paperatlas() {{ "{sys.executable}" -m paperatlas "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", prelude + script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def mounted(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script that may mount, where a user may make a name space of his own; else skip."""
    unshare = shutil.which("unshare")
    trial = [unshare or "false", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(trial, capture_output=True, check=False).returncode:
        pytest.skip("nobody may mount here")
    (folder / "inner.sh").write_text(
        f'set -u; paperatlas() {{ "{sys.executable}" -m paperatlas "$@"; }}\n{script}', encoding="utf-8"
    )
    return shell("unshare -rm bash inner.sh", folder)


def test_a_full_disk_leaves_the_atlas_as_it_was(tmp_path: Path) -> None:
    done = mounted(
        """
        mount -t tmpfs -o size=4m tmpfs mnt
        paperatlas build one.jsonl -o mnt/atlas --pipeline rules -q; echo $?
        before=$(cat mnt/atlas/* | sha256sum)
        head -c 9m /dev/zero > mnt/fill 2>/dev/null
        paperatlas build two.jsonl -o mnt/atlas --pipeline rules -q; echo $?
        paperatlas extract two.jsonl -o mnt/facts --pipeline rules -q; echo $?
        rm mnt/fill
        [ "$before" = "$(cat mnt/atlas/* | sha256sum)" ] && echo same
        ls mnt mnt/atlas
        paperatlas stats mnt/atlas -q
        """,
        tmp_path,
    )
    *told, summary = done.stdout.splitlines()
    assert told == ["0", "1", "1", "same", "mnt:", "atlas", "", "mnt/atlas:", "atlas.db", "atlas.html", "atlas.ttl"]
    assert summary.startswith("1 papers")
    errors = done.stderr.splitlines()
    assert len(errors) == 2, done.stderr
    for line in errors:
        assert re.fullmatch(r"Error: mnt/.*(?:No space left on device|disk is full).*", line), line


def test_a_folder_that_can_only_be_read(tmp_path: Path) -> None:
    done = mounted(
        """
        mount -t tmpfs tmpfs mnt
        paperatlas build one.jsonl -o mnt/atlas --pipeline rules -q; echo $?
        mount -o remount,ro mnt
        paperatlas build two.jsonl -o mnt/atlas --pipeline rules -q; echo $?
        paperatlas extract two.jsonl -o mnt/facts --pipeline rules -q; echo $?
        paperatlas fetch arxiv --id 2205.06175 -o mnt/papers --url http://127.0.0.1:9 -q; echo $?
        paperatlas stats mnt/atlas -q
        """,
        tmp_path,
    )
    assert done.stdout.splitlines()[:4] == ["0", "1", "1", "1"]
    assert done.stdout.splitlines()[4].startswith("1 papers")
    assert done.stderr.splitlines() == [
        "Error: mnt/atlas: cannot be written to: Read-only file system",
        "Error: mnt/facts: cannot be written: Read-only file system",
        "Error: mnt/papers: cannot be written: Read-only file system",
    ]


@pytest.mark.parametrize(
    "command",
    [
        "query EXAMPLES 'SELECT * { ?s ?p ?o }' -f csv",
        # More than anybody has memory for.
        "query EXAMPLES 'SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }' -f csv",
        "export EXAMPLES -f graphml",
        "extract EXAMPLES.jsonl --pipeline rules -q",
    ],
)
def test_a_closed_pipe(command: str, example_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "EXAMPLES.jsonl").write_text("".join(map(record, range(600))))
    (tmp_path / "EXAMPLES").symlink_to(example_folder)
    done = shell(f"paperatlas {command} | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.stdout, done.stderr) == ("141\n", "")


@pytest.mark.parametrize("command", ["stats EXAMPLES", "--help"])
def test_output_onto_a_full_disk(command: str, example_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "EXAMPLES").symlink_to(example_folder)
    done = shell(f"paperatlas {command} > /dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Error: <stdout>: cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "command",
    ["stats EXAMPLES", "--help", "query EXAMPLES 'ASK {}' -f csv", "export EXAMPLES -f json", "extract one.jsonl -q"],
)
def test_a_closed_output(command: str, example_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "EXAMPLES").symlink_to(example_folder)
    (tmp_path / "one.jsonl").write_text(record(1))
    done = shell(f"paperatlas {command} >&-", tmp_path)
    assert (done.returncode, done.stderr) == (1, "Error: <stdout>: is closed\n")


@pytest.mark.parametrize("to", ["pipe", "file"])
def test_ctrl_c_ends_a_query_that_is_being_printed(to: str, example_folder: Path, tmp_path: Path) -> None:
    asked = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    command = [sys.executable, "-m", "paperatlas", "query", str(example_folder), asked, "-f", "csv"]
    with (
        (tmp_path / "out").open("wb") as file,
        subprocess.Popen(
            command, stdout=subprocess.PIPE if to == "pipe" else file, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        # Into a pipe that nobody reads from, or a file that grows.
        if process.stdout:
            assert process.stdout.read(1) == "a"
        else:
            deadline = time.monotonic() + 30
            while not (tmp_path / "out").stat().st_size:
                assert time.monotonic() < deadline
                time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read() == "Interrupted; nothing was changed.\n"


@pytest.mark.parametrize("to", ["2>&-", "2>/dev/full", "2> >(true)"])
def test_that_nobody_hears_what_is_said_is_no_failure(to: str, tmp_path: Path) -> None:
    done = shell(
        f"""
        paperatlas build two.jsonl -o atlas --pipeline rules --workers 1 {to}; echo $?
        paperatlas verify atlas {to}; echo $?; paperatlas show atlas nothing {to}; echo $?
        """,
        tmp_path,
    )
    assert done.stdout == "0\n0\n1\n"


def test_what_is_no_text_is_told_and_what_is_said_is_one_line(example_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(example_folder, tmp_path / "atlas")
    done = shell(
        r"""
        paperatlas rename atlas ImageNet $'x\xff'; echo $?
        paperatlas rename atlas ImageNet $'Image\n\e[2JNet'; echo $?
        paperatlas extract one.jsonl --gazetteer $'\xff'; echo $?
        """,
        tmp_path,
    )
    assert done.stdout == "2\n0\n1\n"
    first, second, third = done.stderr.splitlines()
    assert first == "Error: 'x\\udcff' is no text"
    assert second == "image-2jnet is called Image \ufffd[2JNet"
    assert third == "Error: '\\udcff' has bytes that are no text here (the encoding is utf-8)"


def test_an_output_that_is_no_file_is_written_to_as_it_is(example_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "EXAMPLES").symlink_to(example_folder)
    done = shell(
        """
        mkfifo pipe; cat pipe > read & paperatlas extract one.jsonl -o pipe --pipeline rules -q; wait
        echo old > target; ln -s target link; ln -s nowhere dangling
        for out in link dangling /dev/stdout; do paperatlas extract one.jsonl -o $out --pipeline rules -q; done > out
        mkdir fd; for n in 1 2; do paperatlas extract one.jsonl -o fd/out --pipeline rules -q; done; cmp read fd/out
        test -p pipe && test -L link && test -L dangling && cmp read target && cmp read nowhere && cmp read out && wc -l < out
        { echo one; paperatlas extract one.jsonl -o /dev/stdout --pipeline rules -q; echo two; } > all; sed -n '1p;3p' all
        mkfifo other; head -c 1 other > /dev/null & paperatlas export EXAMPLES -f json -o other; echo $?
        """,
        tmp_path,
    )
    assert (done.stdout, done.stderr) == ("1\none\ntwo\n141\n", "")


@pytest.mark.parametrize(("told", "code"), [("TERM", 143), ("HUP", 129)])
def test_a_signal_from_elsewhere_ends_it_as_ctrl_c_does(tmp_path: Path, told: str, code: int, patience: None) -> None:
    done = shell(
        f"""
        mkfifo papers; sleep 60 > papers & writer=$!
        "{sys.executable}" -m paperatlas extract papers -o out --from jsonl --pipeline rules -q & it=$!
        until grep -q S /proc/$it/stat && ls -l /proc/$it/fd | grep -q papers; do sleep 0.05; done
        kill -{told} $it; wait $it; echo $?; kill $writer; ls -A | tr '\\n' ' '
        """,
        tmp_path,
    )
    assert (done.stdout, done.stderr) == (f"{code}\nmnt one.jsonl papers two.jsonl ", "Stopped; nothing was changed.\n")


def test_out_of_memory_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> None:
        raise MemoryError

    monkeypatch.setattr("paperatlas.__main__._run", run)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert capsys.readouterr().err == "Error: out of memory: a smaller input, fewer --workers or more memory may do\n"


@pytest.mark.parametrize("links", [True, False])
def test_files_take_their_places_all_or_none(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    if not links:
        monkeypatch.setattr("os.link", no_link)
    (tmp_path / "folder" / "in").mkdir(parents=True)
    (tmp_path / "a").write_text("old")
    made = [tmp_path / f"{name}.new" for name in "abc"]
    for path in made:
        path.write_text("new")
    with pytest.raises(OutputError, match="cannot be written: Is a directory"):
        put_in_place([*zip(made, (tmp_path / "a", tmp_path / "b", tmp_path / "folder"), strict=True)])
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c.new", "folder"]


def test_a_signal_waits_until_all_files_are_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [tmp_path / f"{name}.new" for name in "abc"]
    for path in made:
        path.write_text("new")
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_in_place([(path, path.with_suffix("")) for path in made])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_ctrl_c_while_reading_changes_nothing(tmp_path: Path, patience: None) -> None:
    assert shell("paperatlas build one.jsonl -o atlas --pipeline rules -q", tmp_path).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "atlas").iterdir()}
    command = [sys.executable, "-m", "paperatlas", "build", "-", "-o", "atlas", "--pipeline", "rules"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        # More than a pipe holds: once it is written, somebody is reading.
        process.stdin.write("".join(map(record, range(3000))).encode())
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, complaint = process.communicate(timeout=30)
    assert (process.returncode, out, complaint) == (130, b"", b"Interrupted; nothing was changed.\n")
    assert {path.name: path.read_bytes() for path in (tmp_path / "atlas").iterdir()} == before


def test_an_old_locale_and_no_home(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(record(1).replace("Bar1Set", "Fr\u00e9chetSet"), encoding="utf-8")
    done = shell(
        """
        paperatlas build in.jsonl -o atlas --pipeline rules || exit
        paperatlas show atlas foo1net || exit
        paperatlas show atlas FréchetSet -q || exit
        paperatlas timeline atlas fréchetset || exit
        paperatlas query atlas evaluated-on --dataset FréchetSet || exit
        paperatlas show atlas Frächet
        paperatlas query atlas 'SELECT ?n { id:frechetset rdfs:label ?n }' -f csv
        paperatlas export atlas -f cypher | grep -c Fréchet
        """,
        tmp_path,
        LC_ALL="C",
        PYTHONCOERCECLOCALE="0",
        PYTHONUTF8="0",
        HOME="/nonexistent",
        TERM="dumb",
    )
    assert done.stderr.splitlines() == [
        "atlas: 1 papers, 3 things (1 Dataset, 2 Method), 4 edges, 0 results; 1 record read, 0 skipped",
        "Error: nothing here is called 'Fr\\xe4chet' (did you mean Fr\\xe9chetSet?)",
    ]
    assert "Fr\u00e9chetSet" in done.stdout
    assert "n\r\nFr\u00e9chetSet\r\n" in done.stdout.replace("\n", "\r\n").replace("\r\r\n", "\r\n")


def test_a_terminal_that_does_not_know_a_character_shows_its_number(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as stream:
        out = watched(stream)
        out.write("Fr\u00e9chet")
        out.flush()
    assert (tmp_path / "out").read_bytes() == b"Fr\\xe9chet"


#: Runs the command where a component of the pipeline fails at some texts.
FAILING = """
import sys
from spacy.language import Language
make_doc = Language.make_doc
def fail(self, text):
    if "BOOM" in text:
        raise IndexError("no token 7\\nin it")
    return make_doc(self, text)
Language.make_doc = fail
from paperatlas.__main__ import main
main()
"""


def failing(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", FAILING, *arguments, "--pipeline", "rules"]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_a_text_that_cannot_be_extracted_is_passed_over_and_told(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(record(1) + record(2).replace("Foo2Net", "BOOM") + record(3))
    told = "in.jsonl:2: p2 could not be extracted: IndexError: no token 7 in it"
    done = failing("extract", "in.jsonl", cwd=tmp_path)
    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["p1", "p3"]
    assert done.stderr.splitlines() == [f"skipped {told}", "2 papers; 3 records read, 1 skipped"]
    built = failing("build", "in.jsonl", "-o", "atlas", cwd=tmp_path)
    assert built.returncode == 0
    first, last = built.stderr.splitlines()
    assert first == f"skipped {told}"
    assert last.startswith("atlas: 2 papers")
    assert last.endswith("; 3 records read, 1 skipped")


def test_where_nothing_may_be_skipped_or_nothing_is_left_it_stops(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(record(1) + record(2).replace("Foo2Net", "BOOM"))
    (tmp_path / "bad.jsonl").write_text(record(2).replace("Foo2Net", "BOOM"))
    told = "p2 could not be extracted: IndexError: no token 7 in it"
    strict = failing("build", "in.jsonl", "-o", "atlas", "--strict", cwd=tmp_path)
    assert (strict.returncode, strict.stderr) == (1, f"Error: in.jsonl:2: {told} (without --strict it is skipped)\n")
    nothing = failing("build", "bad.jsonl", "-o", "none", cwd=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (1, f"Error: bad.jsonl:1: {told} (and no other paper could be)\n")
    assert [*tmp_path.rglob("atlas.db")] == []


#: Runs the command while the clock goes backwards, a day at every look.
BACKWARDS = """
import itertools, sys, time
days = itertools.count()
now = time.time()
time.time = lambda: now - 86_400 * next(days)
from paperatlas.__main__ import main
main()
"""


def test_a_clock_that_goes_backwards(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(record(1) + record(2))
    for name, command in (("plain", ["-m", "paperatlas"]), ("backwards", ["-c", BACKWARDS])):
        arguments = ["build", "in.jsonl", "-o", name, "--pipeline", "rules", "-q"]
        subprocess.run([sys.executable, *command, *arguments], cwd=tmp_path, check=True)
    for path in (tmp_path / "plain").iterdir():
        assert path.read_bytes() == (tmp_path / "backwards" / path.name).read_bytes(), path.name


#: What takes long to import.
HEAVY = frozenset(
    "spacy thinc numpy pandas networkx igraph rdflib pyoxigraph lxml requests urllib3 onnxruntime tokenizers starlette "
    "uvicorn bibtexparser torch".split()
)


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("--help", ""),
        ("show EXAMPLES vq-vae", ""),
        ("paths EXAMPLES vq-vae imagenet", "igraph networkx numpy"),
        ("verify EXAMPLES", "igraph numpy"),
        ("stats EXAMPLES", "networkx"),
        ("timeline EXAMPLES", "networkx"),
        ("query EXAMPLES names-of --thing vq-vae", "pyoxigraph"),
        # What is extracted by workers, this process need not know how to extract.
        ("build many.jsonl -o atlas --workers 2 --model fast", "igraph networkx numpy pyoxigraph"),
    ],
)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(
    command: str, needed: str, example_folder: Path, tmp_path: Path
) -> None:
    """What starting takes is what is imported; how quick that is exactly is measured in bench/."""
    (tmp_path / "EXAMPLES").symlink_to(example_folder)
    (tmp_path / "many.jsonl").write_text("".join(map(record, range(2 * WORTH))))
    python = [sys.executable, "-X", "importtime", "-m", "paperatlas"]
    done = subprocess.run([*python, *command.split()], cwd=tmp_path, capture_output=True, text=True, check=True)
    modules = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in modules}
    assert "paperatlas" in loaded
    assert loaded & HEAVY == set(needed.split())
    if command == "--help":
        assert len(modules) < 400


#: What stands for PyTorch, for a package that has parts for spaCy, and for somebody who has installed both.
TORCH = "print('PyTorch is loaded')"
PART = "import torch\n\ndef create(nlp, name): return lambda doc: doc\n"


@pytest.mark.parametrize("foreign", [False, True], ids=["alone", "beside-another"])
@pytest.mark.parametrize("command", ["extract in.jsonl", "build in.jsonl -o atlas", "evaluate gold.jsonl"])
def test_a_command_that_extracts_loads_pytorch_only_for_who_needs_it(
    command: str, foreign: bool, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(record(1))
    gold = {"id": "a", "text": "We propose Foo.", "entities": [], "relations": [], "results": []}
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold))
    (tmp_path / "torch.py").write_text(TORCH)
    if foreign:
        (tmp_path / "another.py").write_text(PART)
        (tmp_path / "another-1.0.dist-info").mkdir()
        (tmp_path / "another-1.0.dist-info" / "METADATA").write_text("Name: another\nVersion: 1.0\n")
        (tmp_path / "another-1.0.dist-info" / "entry_points.txt").write_text(
            "[spacy_factories]\nanother = another:create\n"
        )
    python = [sys.executable, "-m", "paperatlas", *command.split(), "--pipeline", "rules"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(python, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ("PyTorch is loaded" in done.stdout) == foreign
