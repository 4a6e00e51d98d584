"""The command ``fetch``, in processes of its own; and that nothing else uses the network."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from paperatlas import __version__
from paperatlas.extract.fetch import SERVICES

from .conftest import ROOT
from .services import Services, arxiv_number, csl, names

Run = Callable[..., subprocess.CompletedProcess[str]]


# The command.


def test_the_command_ends_where_build_begins(services: Services, paperatlas: Run, tmp_path: Path) -> None:
    services.papers = 3
    arguments = ("fetch", "arxiv", "--query", "cat:cs.CL", "--url", f"{services.url}/arxiv", "-o", tmp_path / "a.jsonl")
    done = paperatlas(*arguments, "-v")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "3 of 3\n3 new papers; 0 skipped\n")
    assert services.asked[0].headers["User-Agent"].startswith(f"paperatlas/{__version__} python-requests/")
    again = paperatlas(*arguments, "--pause", "0")
    assert (again.returncode, again.stderr) == (0, "0 new papers, 3 already there; 0 skipped\n")
    printed = paperatlas(*arguments[:-2], "-q")
    assert (printed.stdout, printed.stderr) == ((tmp_path / "a.jsonl").read_text(), "")
    built = paperatlas("extract", tmp_path / "a.jsonl", "--pipeline", "rules", "-q")
    assert [json.loads(line)["id"] for line in built.stdout.splitlines()] == [
        f"arXiv:{arxiv_number(n)}" for n in range(3)
    ]


def test_numbers_from_a_file(services: Services, paperatlas: Run, tmp_path: Path) -> None:
    services.papers = 3
    (tmp_path / "ids").write_text(f"{arxiv_number(1)}\n\narXiv:{arxiv_number(2)}v3\n")
    url = ("--url", f"{services.url}/arxiv", "-q")
    done = paperatlas("fetch", "arxiv", "--ids", tmp_path / "ids", "--id", arxiv_number(1), *url)
    assert [json.loads(line)["arxiv_id"] for line in done.stdout.splitlines()] == [arxiv_number(1), arxiv_number(2)]
    piped = paperatlas("fetch", "arxiv", "--ids", "-", *url, stdin=arxiv_number(1))
    assert len(piped.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("arxiv",), "which papers? (give --id or --ids, or else --query)"),
        (("arxiv", "--query", "x", "--id", "2205.06175"), "which papers?"),
        (("arxiv", "--id", "W123"), "'W123' is no arXiv number (such as 2205.06175"),
        (("arxiv", "--query", "x", "--since", "last week"), "'last week' is no date (such as 2024"),
        (("arxiv", "--query", "x", "--since", "2024-13"), "'2024-13' is no date"),
        (("arxiv", "--query", "x", "--pause", "1"), "arXiv asks for 3 s between two questions"),
        (("arxiv", "--ids", "nowhere.txt"), "nowhere.txt: cannot be read: No such file"),
        (("openalex", "--id", "x"), "'x' is no work of OpenAlex"),
        (("acl", "--volume", "../../etc"), "'../../etc' is no volume of the ACL Anthology (such as 2024.acl-long"),
        (("doi", "--id", "x"), "'x' is no DOI"),
        (("arxiv", "--id", "٢٢٠٥.٠٦١٧٥"), "'٢٢٠٥.٠٦١٧٥' is no arXiv number"),
        (("openalex", "--id", "W١٢"), "'W١٢' is no work of OpenAlex"),
        (("doi", "--id", "10.١٠٠٠/x"), "'10.١٠٠٠/x' is no DOI"),
        (("arxiv", "--query", "x", "--since", "٢٠٢٤"), "'٢٠٢٤' is no date"),
        (("arxiv", "--id", "2205.06175", "--since", "2024"), "--since is for --query"),
        (("openalex", "--id", "W1", "--since", "2024"), "--since is for --query"),
        (("arxiv", "--query", b"\xff"), "--query is not UTF-8"),
        (("doi", "--id", b"10.1000/\xff"), "a number is not UTF-8"),
        (("arxiv", "--query", "x", "--url", b"http://\xff/"), "--url is not UTF-8"),
        (("arxiv", "--query", "x", "--mailto", "中@x"), "--mailto '中@x' is no e-mail address in ASCII (such as me@"),
        (("arxiv", "--query", "x", "--mailto", "a@b\nX: 1"), "--mailto 'a@b\\nX: 1' is no e-mail address"),
        *(
            (("arxiv", "--query", "x", "--url", url), "--url is no address of a service (--url https://HOST/PATH)")
            for url in (
                "what",
                "http://",
                "http://[::1",
                "http://me:word@a..b/",
                f"https://{'a' * 64}.org/",
                "http://x:99999/",
                "ftp://x/",
                "http://a b/",
            )
        ),
        *(
            (("arxiv", "--query", "x", "--url", "http://x", "--pause", pause), f"--pause {pause} is no time to wait")
            for pause in ("inf", "1e+300", "86401")
        ),
    ],
)
def test_calls_that_cannot_be_meant(
    arguments: tuple[str | bytes, ...], complaint: str, paperatlas: Run, tmp_path: Path
) -> None:
    done = paperatlas("fetch", *map(os.fsdecode, arguments), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {complaint}")
    assert done.stderr.count("\n") == 1


def test_numbers_without_an_answer_fail_it_in_the_end(services: Services, paperatlas: Run, tmp_path: Path) -> None:
    services.pages["/doi/10.1000/foo.1"] = lambda _: (403, {}, b"")
    services.pages["/doi/10.1000/foo.2"] = lambda _: (200, {}, csl(2))
    ids = [argument for number in (1, 2, 3) for argument in ("--id", f"10.1000/foo.{number}")]
    done = paperatlas(
        "fetch", "doi", *ids, "--url", f"{services.url}/doi", "--pause", "0", "-o", "d.jsonl", cwd=tmp_path
    )
    assert (done.returncode, names(tmp_path / "d.jsonl")) == (1, [2])
    host = services.url.removeprefix("http://")
    assert done.stderr.splitlines() == [
        "skipped doi:10.1000/foo.3:1: there is no such DOI",
        "skipped doi:10.1000/foo.1:1: answers 403 Forbidden",
        "1 new paper; 1 skipped",
        f"Error: doi.org ({host}): no answer for 1 number (the same command asks again)",
    ]


def test_nothing_found_makes_no_file(services: Services, paperatlas: Run, tmp_path: Path) -> None:
    url = ("--url", f"{services.url}/arxiv")
    done = paperatlas("fetch", "arxiv", "--query", "x", *url, "-o", "a.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "0 new papers; 0 skipped; a.jsonl was not made\n")
    assert [*tmp_path.iterdir()] == []


def test_stdout_by_its_name_or_closed(services: Services, paperatlas: Run) -> None:
    services.papers = 1
    arguments = ("fetch", "arxiv", "--query", "x", "--url", f"{services.url}/arxiv", "-q")
    named = paperatlas(*arguments, "-o", "/dev/stdout")
    assert (named.returncode, named.stdout.count("\n"), named.stderr) == (0, 1, "")
    command = f"{shlex.join([sys.executable, '-m', 'paperatlas', *arguments])} >&-"
    closed = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (closed.returncode, closed.stderr) == (1, "Error: <stdout>: is closed\n")


def test_interrupted_or_killed_it_goes_on(services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / "a.jsonl"
    command = [sys.executable, "-m", "paperatlas", "fetch", "arxiv", "--query", "x", "--url", f"{services.url}/arxiv"]
    command += ["-o", str(path), "-q"]
    for sign, code, said in (
        (signal.SIGINT, 130, f"Interrupted; {path} has what came; the same command goes on from there.\n"),
        (signal.SIGKILL, -9, ""),
    ):
        services.asked.clear()
        with subprocess.Popen([*command, "--pause", "60"], stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 60
            while not (services.asked and (tmp_path / ".a.jsonl.fetch").exists()):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            before, soon = path.stat().st_size if path.exists() else 0, time.monotonic() + 1
            # What was asked for may have come before we looked.
            while path.stat().st_size == before and time.monotonic() < soon:
                time.sleep(0.02)
            process.send_signal(sign)
            _, complaint = process.communicate(timeout=30)
        assert (process.returncode, complaint) == (code, said)
    assert len(names(path)) in (200, 400)
    subprocess.run([*command, "--pause", "0"], check=True)
    assert names(path) == [*range(450)]
    assert not (tmp_path / ".a.jsonl.fetch").exists()


@pytest.mark.parametrize("name", SERVICES)
def test_every_option_is_documented(name: str, paperatlas: Run) -> None:
    page = (ROOT / "docs" / "fetch.md").read_text(encoding="utf-8")
    help_text = paperatlas("fetch", name, "--help").stdout
    assert f"paperatlas fetch {name}" in page
    for option in ("-q", "--quiet", "-v", "--verbose", "-h, --help"):
        assert option in help_text
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", help_text)) - {"--help", "--quiet", "--verbose"}
    assert {option for option in options if option not in page} == set()
    assert paperatlas("fetch", name).returncode == 2


def test_a_closed_pipe_ends_it(services: Services) -> None:
    services.papers = 450
    url = f"{services.url}/arxiv"
    command = f"{sys.executable} -m paperatlas fetch arxiv --query x --url {url} --pause 0 -q | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout.count("\n"), done.stderr) == (2, "")
    assert done.stdout.endswith("\n141\n")


# Nothing else uses the network.

#: Runs commands, one after the other, in a process that ends at once when anything so much as looks up a name.
OFFLINE = """
import json, os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        os.write(2, f"network: {event} {arguments[1:]}".encode())
        os._exit(99)
sys.addaudithook(watch)
from paperatlas.__main__ import main
for arguments in json.loads(sys.argv[1]):
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as end:
        if end.code:
            sys.exit(f"{arguments}: {end.code}")
"""


def offline(*commands: tuple[str | Path, ...]) -> subprocess.CompletedProcess[str]:
    listed = json.dumps([[*map(str, arguments)] for arguments in commands])
    command = [sys.executable, "-c", OFFLINE, listed]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_only_fetch_uses_the_network(services: Services, example_folder: Path, tmp_path: Path) -> None:
    source, gold = tmp_path / "in.jsonl", tmp_path / "gold.jsonl"
    source.write_text('{"id": "p1", "abstract": "We introduce FooNet, a transformer, and evaluate it on ImageNet."}\n')
    gold.write_text('{"id": "p1", "text": "We introduce FooNet.", "entities": [], "relations": [], "results": []}\n')
    done = offline(
        ("build", source, "-o", tmp_path / "atlas"),
        ("extract", source, "--pipeline", "rules"),
        ("export", example_folder, "-f", "jsonld"),
        ("export", example_folder, "-o", tmp_path / "page.html"),
        ("query", example_folder, "ASK {}"),
        ("show", example_folder, "vq-vae"),
        ("stats", example_folder),
        ("evaluate", gold, "--pipeline", "rules"),
    )
    assert done.returncode == 0, done.stderr
    caught = offline(("fetch", "arxiv", "--query", "x", "--url", f"{services.url}/arxiv"))
    assert (caught.returncode, caught.stderr.startswith("network: socket.")) == (99, True)


def test_the_runtime_of_the_models_tells_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would begin with an identifier in the home folder and a file among the temporary ones, then look up a server."""
    (tmp_path / "in.jsonl").write_text(
        "".join(f'{{"id": "p{n}", "abstract": "We introduce Foo{n}Net, a transformer."}}\n' for n in range(140))
    )
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    for workers in ("1", "2"):
        command = [sys.executable, "-m", "paperatlas", "extract", "in.jsonl", "--model", "fast", "--workers", workers]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.count("\n") == 140
        assert [path for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME") for path in (tmp_path / name).rglob("*")] == []


def test_only_its_modules_know_how() -> None:
    network = r"^\s*(?:import|from) (?:requests|urllib3|urllib\.request|http\.client|socket|ssl|httpx|aiohttp)\b"
    for folder in ("paperatlas", "extract", "graph", "export"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.is_relative_to(ROOT / "export" / "serve"):
                continue  # It listens, on this machine only; it asks nobody.
            inside = path.is_relative_to(ROOT / "extract" / "fetch") or "fetch" in path.parts
            if not inside and not any(part.is_symlink() for part in path.parents if part != ROOT):
                assert not re.search(network, path.read_text(encoding="utf-8"), re.M), path
