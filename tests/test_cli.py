"""The command as a person meets it: what it prints, where, and the code it ends with."""

import gzip
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from paperatlas.cli import app
from paperatlas.errors import InputError
from paperatlas.export import FORMATS as OUTPUT_FORMATS
from paperatlas.export.sparql.data import load
from paperatlas.extract.readers import FORMATS as INPUT_FORMATS

from .conftest import EXAMPLES, ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = (
    *("build", "remove", "diff", "verify", "extract", "export", "query", "serve", "validate", "show", "stats"),
    *("top", "paths", "timeline", "leaderboard", "merge", "split", "rename", "review", "evaluate", "train"),
)
RECORD = '{"id": "p1", "title": "FooNet: A Network", "abstract": "We introduce FooNet, a transformer, and evaluate it on ImageNet."}\n'


def one_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Check that a command ended with one line on stderr and nothing else; return it."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.rstrip("\n")


def test_extract_writes_one_object_a_paper(paperatlas: Run, tmp_path: Path) -> None:
    done = paperatlas("extract", "-", "-o", tmp_path / "out.jsonl", stdin=RECORD)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "1 paper; 1 record read, 0 skipped\n"
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    paper = json.loads(line)
    assert paper["id"] == "p1"
    assert {e["name"]: e["type"] for e in paper["entities"]}["ImageNet"] == "Dataset"
    assert {"head": "foonet", "type": "evaluatedOn", "tail": "imagenet"}.items() <= paper["relations"][-1].items()
    assert paperatlas("extract", "-", "-q", stdin=RECORD).stdout == line + "\n"


def test_the_summary_ends_with_the_skipped_records(paperatlas: Run, tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(RECORD + "{oops\n" + '{"title": "T"}\n')
    done = paperatlas("extract", source, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"skipped {source}:2: not JSON: expecting property name enclosed in double quotes (column 2)",
        f"skipped {source}:3: no abstract",
        "1 paper; 1 record read, 2 skipped",
    ]
    assert paperatlas("extract", source, "-q", "-o", tmp_path / "out.jsonl").stderr == ""
    strict = paperatlas("extract", source, "--strict", "-o", tmp_path / "none.jsonl")
    assert one_line(strict, 1).startswith(f"Error: {source}:2: not JSON")
    assert not (tmp_path / "none.jsonl").exists()


def test_many_skipped_records_are_counted_and_listed_on_demand(paperatlas: Run, tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(RECORD + "{}\n" * 30)
    lines = paperatlas("extract", source, "-o", tmp_path / "o").stderr.splitlines()
    assert (len(lines), lines[10]) == (12, "skipped 20 more (-v lists them)")
    assert len(paperatlas("extract", source, "-v", "-o", tmp_path / "o").stderr.splitlines()) == 31


def test_build_show_stats_and_query(paperatlas: Run, tmp_path: Path) -> None:
    done = paperatlas("build", "-", "-o", tmp_path / "atlas", "-v", "--pipeline", "rules", stdin=RECORD)
    assert done.returncode == 0
    assert "1 papers, 3 things" in done.stderr
    assert sorted(p.name for p in (tmp_path / "atlas").iterdir()) == ["atlas.db", "atlas.html", "atlas.ttl"]
    shown = paperatlas("show", tmp_path / "atlas", "foonet").stdout
    assert shown.startswith("FooNet (Model, foonet)\n  named in 1 paper\n")
    assert "    “We introduce FooNet, a transformer, and evaluate it on ImageNet.” (p1)\n" in shown
    portrait = json.loads(paperatlas("show", tmp_path / "atlas", "FooNet", "--json").stdout)
    assert {s["other"] for s in portrait["statements"]} == {"imagenet", "transformer", "paper/p1"}
    stats = json.loads(paperatlas("stats", tmp_path / "atlas", "--json").stdout)
    assert (stats["papers"], stats["things"]) == (1, {"Dataset": 1, "Method": 1, "Model": 1})
    assert "evaluatedOn" in paperatlas("stats", tmp_path / "atlas").stdout


QUERY = "SELECT ?name { ?s pa:evaluatedOn id:imagenet ; rdfs:label ?name } ORDER BY ?name LIMIT 1"


@pytest.mark.parametrize(
    ("format", "printed"),
    [
        ("table", "name\n────\nBYOL\n"),
        ("csv", "name\r\nBYOL\r\n"),
        ("tsv", '?name\n"BYOL"\n'),
        ("json", '{"head":{"vars":["name"]},"results":{"bindings":[{"name":{"type":"literal","value":"BYOL"}}]}}'),
        ("xml", "<literal>BYOL</literal>"),
    ],
)
def test_answers_in_every_format(format: str, printed: str, example_folder: Path) -> None:
    command = [sys.executable, "-m", "paperatlas", "query", str(example_folder), QUERY, "--format", format]
    answer = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert printed in re.sub(r" +$", "", answer, flags=re.M)


def test_queries_of_other_kinds(paperatlas: Run, example_folder: Path) -> None:
    assert "yes" in paperatlas("query", example_folder, "ASK { id:vq-vae a pa:Method }").stdout
    made = paperatlas(
        "query", example_folder, "CONSTRUCT { ?a ?b ?c } WHERE { VALUES ?a { id:vq-vae } ?a ?b ?c }"
    ).stdout
    assert '"VQ-VAE"' in made
    assert (
        paperatlas("query", example_folder, "-", stdin=QUERY).stdout
        == paperatlas("query", example_folder, QUERY).stdout
    )
    assert "BYOL" in paperatlas("query", example_folder / "atlas.ttl", QUERY).stdout
    assert "BYOL" in paperatlas("query", example_folder / "atlas.db", QUERY).stdout


def test_a_query_may_bring_a_file_of_its_own(paperatlas: Run, tmp_path: Path) -> None:
    (tmp_path / "x.nt").write_text("<http://a> <http://b> <http://c> .\n")
    assert "http://c" in paperatlas("query", tmp_path / "x.nt", "SELECT ?o { ?s ?p ?o }").stdout


@pytest.mark.parametrize("format", [name for name in OUTPUT_FORMATS if name != "csv"])
def test_export_to_stdout_and_to_a_file(format: str, paperatlas: Run, example_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / f"graph{OUTPUT_FORMATS[format].suffix}"
    done = paperatlas("export", example_folder, "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"wrote {target}\n")
    printed = paperatlas("export", example_folder, "--format", format)
    assert printed.stdout == target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("build", "nowhere.txt", "-o", "atlas"), 1, "Error: nowhere.txt: no such file or folder"),
        (("build", "empty.txt", "-o", "atlas"), 1, "Error: empty.txt: empty file"),
        (("build", "binary.bin", "-o", "atlas"), 1, "Error: binary.bin: binary file, not text"),
        (("build", "cut.jsonl.gz", "-o", "atlas"), 1, "Error: cut.jsonl.gz: compressed data is cut off or broken"),
        (
            ("extract", "latin.txt"),
            1,
            "Error: latin.txt:1: not UTF-8 (byte 0xE9 behind 'We study caf') (no other paper was read)",
        ),
        (("extract", "bomb.xml"), 1, "Error: bomb.xml:1: XML with a document type declaration is not read"),
        (("extract", "external.xml"), 1, "Error: external.xml:1: XML with a document type declaration is not read"),
        (
            ("extract", "long.jsonl"),
            1,
            "Error: long.jsonl:1: line longer than 16,777,216 characters (no other paper was read)",
        ),
        (
            ("extract", "long.txt"),
            1,
            "Error: long.txt:1: line longer than 16,777,216 characters (is this a file of papers?)",
        ),
        (("extract", "good.jsonl", "-o", "good.jsonl/x"), 1, "Error: good.jsonl/x: cannot be written: File exists"),
        (("extract", "good.jsonl", "-o", "."), 1, "Error: .: is a folder"),
        (("build", "good.jsonl", "-o", "good.jsonl"), 1, "Error: good.jsonl: is no folder"),
        (
            ("extract", "good.jsonl", "--from", "word"),
            2,
            "Error: no format 'word' (one of atom, anthology, jsonl, json",
        ),
        (
            ("show", "nowhere", "x"),
            1,
            "Error: nowhere: no such folder (make an atlas with 'paperatlas build INPUT... -o DIR')",
        ),
        (("stats", "."), 1, "Error: .: no atlas here (make one with 'paperatlas build INPUT... -o DIR')"),
        (("export", "atlas", "--format", "owl"), 2, "Error: no format 'owl' (one of turtle, ntriples"),
        (("export", "atlas"), 2, "Error: which format? (--format one of turtle"),
        (("query", "nowhere.ttl", "ASK {}"), 1, "Error: nowhere.ttl: no such folder"),
        (("query", "good.jsonl", "ASK {}"), 1, "Error: good.jsonl: not readable as RDF"),
    ],
)
def test_what_goes_wrong_is_one_line(
    arguments: tuple[str, ...], code: int, complaint: str, paperatlas: Run, bad_inputs: Path
) -> None:
    before = {path.name: path.read_bytes() for path in bad_inputs.iterdir()}
    line = one_line(paperatlas(*arguments, cwd=bad_inputs), code)
    assert line.startswith(complaint)
    assert {path.name: path.read_bytes() for path in bad_inputs.iterdir()} == before


@pytest.fixture(scope="module")
def bad_inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><summary>&x;</summary></entry></feed>'
    files: dict[str, bytes] = {
        "good.jsonl": RECORD.encode(),
        "empty.txt": b"",
        "binary.bin": bytes(range(256)) * 10,
        "cut.jsonl.gz": gzip.compress(RECORD.encode() * 100)[:60],
        "latin.txt": "Abstract:We study café society.".encode("latin-1"),
        "bomb.xml": ('<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY x "&a;&a;&a;&a;">]>' + feed).encode(),
        "external.xml": ('<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + feed).encode(),
        "long.jsonl": b'{"abstract": "' + b"a" * 50_000_000 + b'"}\n',
        "long.txt": b"Abstract:" + b"a" * 50_000_000,
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_syntax_error_in_a_query(paperatlas: Run, example_folder: Path) -> None:
    assert one_line(paperatlas("query", example_folder, "SELECT ?x {"), 1).startswith(
        "Error: query:1:12: ends too early ({ is not closed)"
    )
    assert one_line(paperatlas("query", example_folder, "ASK {}", "-f", "pdf"), 2).startswith("Error: no format 'pdf'")


def test_a_name_that_is_not_there(paperatlas: Run, example_folder: Path) -> None:
    line = one_line(paperatlas("show", example_folder, "ImageNett"), 1)
    assert line == "Error: nothing here is called 'ImageNett' (did you mean ImageNet, ImageNet-R, ImageNet-1K?)"


def test_a_misspelt_command_gets_a_suggestion(paperatlas: Run) -> None:
    done = paperatlas("biuld")
    assert done.returncode == 2
    assert "Did you mean 'build'?" in done.stderr


def test_no_space_left_is_one_line_and_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    (tmp_path / "in.jsonl").write_text(RECORD * 1)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    command = [sys.executable, "-m", "paperatlas", "extract", "in.jsonl", "-o", "out.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert one_line(done, 1) == "Error: out.jsonl: cannot be written: File too large"
    assert target.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_interrupting_ends_with_130_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        "".join(RECORD.replace("p1", f"p{n}").replace("FooNet", f"Foo{n}Net") for n in range(3000))
    )
    command = [sys.executable, "-m", "paperatlas", "extract", "in.jsonl", "-o", "out.jsonl"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not [*tmp_path.glob(".out.jsonl.*")]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=30)
    assert (process.returncode, complaint) == (130, "Interrupted; nothing was changed.\n")
    assert [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("command", ["build - -o {}/x", "extract -", "query - 'ASK {{}}'", "query {} -", "validate -"])
def test_a_closed_stdin(command: str, example_folder: Path) -> None:
    shell = f"{sys.executable} -m paperatlas {command.format(example_folder)} <&-"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert one_line(done, 1) == "Error: <stdin>: is closed"


def test_options_that_need_papers(paperatlas: Run, example_folder: Path, tmp_path: Path) -> None:
    atlas = tmp_path / "atlas"
    shutil.copytree(example_folder, atlas)
    before = (atlas / "atlas.db").read_bytes()
    for options in (["--model", "fast"], ["--strict"], ["--from", "csv"], ["--workers", "2"], ["--gazetteer", "x.csv"]):
        assert "without INPUT" in one_line(paperatlas("build", "-o", atlas, *options), 2)
    assert "nowhere.csv" in one_line(paperatlas("build", "-o", atlas, "--link", "nowhere.csv"), 1)
    assert (atlas / "atlas.db").read_bytes() == before
    (tmp_path / "list.csv").write_text("id,name,type\nhttp://list.example/1,ImageNet,Dataset\n")
    done = paperatlas("build", "-o", atlas, "--link", tmp_path / "list.csv", "--with-sparql")
    assert (done.returncode, (atlas / "atlas.html").stat().st_size > 2**21) == (0, True)
    assert b"http://list.example/1" in (atlas / "atlas.ttl").read_bytes()


@pytest.mark.parametrize(
    "before", ["", '<?xml version="1.0"?>\n', "<!-- Mine. -->\n", '<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]>']
)
def test_rdf_xml_on_stdin(before: str, paperatlas: Run) -> None:
    rdf = (
        f'{before}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
        '<rdf:Description rdf:about="http://e/a"><e:b>found</e:b></rdf:Description></rdf:RDF>'
    )
    done = paperatlas("query", "-", "SELECT ?o { ?s ?p ?o }", "-f", "csv", stdin=rdf)
    assert (done.returncode, done.stdout.split()) == (0, ["o", "found"])


def test_rdf_on_stdin_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paperatlas.rdf._LARGEST", 1000)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"<http://e/a> <http://e/a> <http://e/a> .\n" * 30)))
    with pytest.raises(InputError, match="stdin: more than 1,000 bytes from what is no file"):
        load(Path("-"))


def test_what_an_atlas_says_does_nothing_to_the_terminal(paperatlas: Run, tmp_path: Path) -> None:
    (tmp_path / "e.ttl").write_text(
        '<http://e/a> <http://e/b> "\\u001b]0;pwned\\u0007 \\u009b2Jgone" .', encoding="utf-8"
    )
    done = paperatlas("query", tmp_path / "e.ttl", "SELECT ?o { ?s ?p ?o }")
    assert "\ufffd]0;pwned\ufffd \ufffd2Jgone" in done.stdout
    assert not set(done.stdout) & {"\x1b", "\x07", "\x9b"}


def test_a_reader_that_has_seen_enough(example_folder: Path) -> None:
    command = f"{sys.executable} -m paperatlas export {example_folder} -f ntriples | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_an_unexpected_error_is_one_line_too_and_debug_shows_more(example_folder: Path) -> None:
    code = (
        "import sys; from paperatlas.graph import atlas\n"
        "def fail(_): raise KeyError('x')\n"
        "atlas.open_atlas = fail\n"
        "from paperatlas.__main__ import main; main()"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run([*command, "stats", str(example_folder)], capture_output=True, text=True, check=False)
    assert one_line(done, 1) == "Error: unexpected KeyError: 'x' (--debug shows where; please report it)"
    loud = subprocess.run(
        [*command, "--debug", "stats", str(example_folder)], capture_output=True, text=True, check=False
    )
    assert loud.returncode == 1
    assert "Traceback" in loud.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_knows_the_common_options(command: str, paperatlas: Run) -> None:
    for flag in ("-h", "--help"):
        help_text = paperatlas(command, flag).stdout
        for option in ("-q", "--quiet", "-v", "--verbose", "-h, --help"):
            assert option in help_text
    assert paperatlas(command).returncode == 2


def test_help_and_version(paperatlas: Run) -> None:
    help_text = paperatlas("--help").stdout
    assert all(command in help_text for command in COMMANDS)
    assert paperatlas("--version").stdout == "paperatlas 0.1.0\n"
    assert {c.callback.__name__ for c in app.registered_commands if c.callback} == set(COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['paperatlas', '--help']\ntry:\n import paperatlas.__main__ as m; m.main()\nfinally:\n print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {
        "spacy",
        "numpy",
        "networkx",
        "rdflib",
        "pyvis",
        "lxml",
        "igraph",
        "pyoxigraph",
        "rich",
        "bibtexparser",
    }


def options() -> Iterator[str]:
    for command in COMMANDS:
        help_text = subprocess.run(
            [sys.executable, "-m", "paperatlas", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        yield from re.findall(r"(?<![\w-])--[a-z-]+", help_text)


def test_commands_formats_and_options_are_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documented = readme + "".join(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("*.md")))
    assert all(f"paperatlas {command}" in readme for command in COMMANDS)
    assert all(f"`{name}`" in readme for name in (*INPUT_FORMATS, *OUTPUT_FORMATS))
    common = {"--help", "--quiet", "--verbose", "--output"}
    assert {option for option in options() if option not in common and option not in documented} == set()


def test_no_home_and_no_locale(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent"}
    command = [sys.executable, "-m", "paperatlas", "build", str(EXAMPLES / "generative.txt"), "-o", str(tmp_path / "a")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    shown = subprocess.run(
        [sys.executable, "-m", "paperatlas", "show", str(tmp_path / "a"), "Fréchet Inception Distance"],
        env=environment,
        check=True,
        capture_output=True,
    )
    assert "Fréchet Inception Distance (Metric".encode() in shown.stdout
