"""Fetching, from a server on this machine that answers as the real services do, faults and throttling included."""

import email.utils
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperatlas.errors import FetchError, InputError, OutputError
from paperatlas.extract.fetch import SERVICES, Client, File, Request, arxiv, harvest
from paperatlas.extract.fetch.lines import append, as_record
from paperatlas.extract.fetch.markup import plain
from paperatlas.extract.fetch.openalex import KEY, from_inverted
from paperatlas.extract.paper import Paper, clean

from . import services as fake
from .services import QUERY, Services, Watch, abstract, arxiv_number, client_of, feed, fetch, names, read

# What is asked, and what comes of it.


def test_papers_of_a_query_newest_first(services: Services, tmp_path: Path) -> None:
    services.papers = 450
    done = fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl")
    assert (done.new, done.known, done.skipped) == (450, 0, ())
    assert names(tmp_path / "a.jsonl") == [*range(450)]
    paper = read(tmp_path / "a.jsonl")[0]
    assert (paper.key, paper.title, paper.date) == ("arXiv:2401.00000", "Foo0Net: A Network", "2024-06-01")
    assert (paper.abstract, paper.authors, paper.categories) == (abstract(0), ("A. One",), ("cs.CL",))
    assert [asked.params["start"] for asked in services.asked] == ["0", "200", "400"]
    assert {asked.params["sortBy"] for asked in services.asked} == {"submittedDate"}
    assert [*tmp_path.iterdir()] == [tmp_path / "a.jsonl"]


def test_the_service_is_told_who_asks_and_is_given_its_pause(services: Services, tmp_path: Path) -> None:
    services.papers, watch = 450, Watch()
    fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", watch, mailto="me@example.org")
    assert watch.slept == [3.0, 3.0]
    agents = {asked.headers["User-Agent"] for asked in services.asked}
    assert re.fullmatch(r"\{'paperatlas \(mailto:me@example\.org\) python-requests/[\d.]+'\}", str(agents))


@pytest.mark.parametrize(("limit", "asked"), [(1, ["1"]), (250, ["200", "200"])])
def test_no_more_than_is_wanted(limit: int, asked: list[str], services: Services, tmp_path: Path) -> None:
    services.papers = 450
    assert fetch(services, "arxiv", Request(query="x", limit=limit), tmp_path / "a.jsonl").new == limit
    assert names(tmp_path / "a.jsonl") == [*range(limit)]
    assert [question.params["max_results"] for question in services.asked] == asked
    assert [*tmp_path.iterdir()] == [tmp_path / "a.jsonl"]


def test_nothing_older(services: Services, tmp_path: Path) -> None:
    services.papers = 100
    fetch(services, "arxiv", Request(query="a OR b", since="2024-05-31"), tmp_path / "a.jsonl")
    assert services.asked[0].params["search_query"] == "(a OR b) AND submittedDate:[202405310000 TO 999912312359]"
    assert names(tmp_path / "a.jsonl") == [*range(24)]


def test_what_lies_deeper_than_arxiv_answers_is_asked_for_by_date(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv, "DEPTH", 300)
    monkeypatch.setattr(arxiv, "PER_PAGE", 100)
    services.papers = 700
    done = fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl")
    assert done.new == 700
    assert names(tmp_path / "a.jsonl") == [*range(700)]
    assert max(int(asked.params["start"]) for asked in services.asked) < 300


def test_papers_by_number(services: Services, tmp_path: Path) -> None:
    services.papers = 5
    ids = (arxiv_number(3), "9999.99999", arxiv_number(1))
    done = fetch(services, "arxiv", Request(ids=ids), tmp_path / "a.jsonl")
    assert (done.new, [str(s) for s in done.skipped]) == (2, ["arXiv:9999.99999:1: arXiv has no such paper"])
    again = fetch(services, "arxiv", Request(ids=(arxiv_number(1), arxiv_number(2))), tmp_path / "a.jsonl")
    assert (again.new, again.known) == (1, 1)
    assert services.asked[-1].params["id_list"] == arxiv_number(2)
    nothing = fetch(services, "arxiv", Request(ids=(arxiv_number(1),)), tmp_path / "a.jsonl")
    assert (nothing.new, nothing.known, len(services.asked)) == (0, 1, 2)
    assert names(tmp_path / "a.jsonl") == [3, 1, 2]


def test_openalex_without_and_with_a_key(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services.papers, services.keys = 230, frozenset(("secret-key",))
    request = Request(query="networks", since="2024-01-01")
    fetch(services, "openalex", request, tmp_path / "pages.jsonl", mailto="me@example.org")
    monkeypatch.setenv(KEY, "secret-key")
    fetch(services, "openalex", request, tmp_path / "cursors.jsonl")
    assert (tmp_path / "pages.jsonl").read_bytes() == (tmp_path / "cursors.jsonl").read_bytes()
    assert names(tmp_path / "pages.jsonl") == [*range(230)]
    first, *_, last = services.asked
    assert first.params["filter"] == "has_abstract:true,from_publication_date:2024-01-01"
    assert (first.params["search"], first.params["page"], first.params["mailto"]) == ("networks", "1", "me@example.org")
    assert "api_key" not in first.params
    assert (last.params["cursor"], last.params["api_key"]) == ("c/300", "secret-key")
    paper = read(tmp_path / "pages.jsonl")[7]
    assert (paper.id, paper.doi, paper.arxiv) == ("W1007", "10.1000/foo.7", arxiv_number(7))
    assert (paper.title, paper.abstract, paper.date) == ("Foo7Net: A Network", abstract(7), "2024-05-12")
    assert (paper.authors, paper.categories) == (("A. One",), ("Natural Language Processing",))


def test_openalex_by_number(services: Services, tmp_path: Path) -> None:
    services.papers = 3
    done = fetch(services, "openalex", Request(ids=("W1002", "10.1000/foo.1", "W9")), tmp_path / "o.jsonl")
    assert [str(s) for s in done.skipped] == ["W9:1: OpenAlex has no such work"]
    assert names(tmp_path / "o.jsonl") == [2, 1]


def test_a_volume_of_the_anthology(services: Services, tmp_path: Path) -> None:
    services.pages["/acl/2024.fake.xml"] = lambda _: (200, {}, fake.collection())
    assert fetch(services, "acl", Request(volume="2024.fake-long"), tmp_path / "v.jsonl").new == 3
    paper = read(tmp_path / "v.jsonl")[0]
    assert (paper.id, paper.title, paper.date) == ("2024.fake-long.1", "Foo1Net", "2024-08")
    assert (paper.doi, paper.authors) == ("10.18653/v1/2024.fake-long.1", ("Ada One",))
    short = fetch(services, "acl", Request(volume="2024.fake-short"), tmp_path / "w.jsonl")
    assert (short.new, [s.reason for s in short.skipped]) == (0, ["no abstract"])
    for volume, said in (("2024.fake-none", "there is no volume none"), ("2023.fake-long", "there is no collection")):
        with pytest.raises(FetchError, match=said):
            fetch(services, "acl", Request(volume=volume), tmp_path / "x.jsonl")


def test_dois_wherever_they_are_registered(services: Services, tmp_path: Path) -> None:
    with fake.serving() as agency, fake.serving() as publisher:
        agency.pages["/v1/1"] = lambda _: (200, {}, fake.csl(1))
        services.pages["/doi/10.1000/foo.1"] = lambda _: (302, {"Location": f"{agency.url}/v1/1"}, b"")
        services.pages["/doi/10.1000/foo.2"] = lambda _: (302, {"Location": f"{publisher.url}/page"}, b"")
        services.pages["/doi/10.1000/foo.4"] = lambda _: (200, {}, b'{"DOI": "10.1000/foo.4", "title": ["Bare"]}')
        client = client_of(services, "doi")
        client.service = fake_hosts(client, agency.url)
        request = Request(ids=tuple(f"10.1000/foo.{n}" for n in (1, 2, 3, 4)))
        done = harvest(client, request, File(tmp_path / "d.jsonl"))
        assert services.asked[0].headers["Accept"] == "application/vnd.citationstyles.csl+json"
        assert publisher.asked == []
    host = publisher.url.removeprefix("http://")
    assert [str(s) for s in done.skipped] == [
        f"doi:10.1000/foo.2:1: who registered it tells nothing in this form (sends us on to another host: {host})",
        "doi:10.1000/foo.3:1: there is no such DOI",
        "doi:10.1000/foo.4:1: no abstract",
    ]
    (paper,) = read(tmp_path / "d.jsonl")
    assert (paper.key, paper.title, paper.abstract) == ("doi:10.1000/foo.1", "Foo1Net: A small Network", abstract(1))
    assert (paper.date, paper.authors) == ("2024-05-12", ("Ada One", "The Foo Group"))


def fake_hosts(client: Client, url: str) -> Any:
    from dataclasses import replace

    return replace(client.service, hosts=frozenset((url.removeprefix("http://"),)))


# What goes wrong on the way.

PASSES = {
    "too many": (fake.status(429), "answers 429 Too Many Requests"),
    "server error": (fake.status(500, body=b"<html>oops</html>"), "answers 500 Internal Server Error"),
    "maintenance": (fake.status(503, body=b"Back soon"), "answers 503 Service Unavailable (Back soon)"),
    "cut off": (fake.cut, "an answer that is cut off"),
    "reset": (fake.reset, "cannot be reached: connection reset by peer"),
    "silence": (fake.silent, "silent for too long"),
    "arXiv's own way": (fake.says(b"Rate exceeded."), "answers no feed (Rate exceeded.)"),
    "a page of another kind": (fake.says(b"<!doctype html><title>x</title>"), "answers no feed"),
    "half a feed": (fake.says(feed("", 3)[:-10]), "answers no feed (not well-formed XML"),
    "no feed of papers": (
        fake.says(b"<feed xmlns='http://www.w3.org/2005/Atom'/>"),
        "answers no feed (it does not say",
    ),
    "an empty page": (fake.says(feed("", 3)), "answers an empty page, of 3 papers"),
    "nothing": (fake.says(b""), "answers no feed (nothing)"),
    "an entity bomb": (
        fake.says(b'<!DOCTYPE f [<!ENTITY a "a">]><feed/>'),
        "answers no feed (XML with a document type",
    ),
}


@pytest.mark.parametrize("case", PASSES)
def test_what_passes_is_asked_again(case: str, services: Services, tmp_path: Path) -> None:
    fault, said = PASSES[case]
    services.papers, services.faults = 3, [fault, fault]
    watch, told = Watch(), list[str]()
    done = fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", watch, silence=0.3, say=told.append)
    assert done.new == 3
    assert watch.slept == [6.0, 12.0]
    host = services.url.removeprefix("http://")
    assert [line.startswith(f"arXiv ({host}): {said}") for line in told] == [True, True], told
    assert [line.rpartition("; ")[2] for line in told] == ["asking again in 6 s", "asking again in 12 s"]


def test_a_service_says_when_to_come_again(services: Services, tmp_path: Path) -> None:
    services.papers, watch = 3, Watch()
    then = email.utils.formatdate(time.time() + 60, usegmt=True)
    services.faults = [fake.status(429, after="7"), fake.status(503, after=then), fake.status(429, after="soon")]
    fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", watch)
    assert watch.slept[0] == 7.0
    assert 50 < watch.slept[1] <= 61
    assert watch.slept[2] == 24.0


def test_nobody_waits_for_hours(services: Services, tmp_path: Path) -> None:
    services.faults, watch = [fake.status(429, after="54000", body=b'{"message": "Daily limit exceeded"}')], Watch()
    with pytest.raises(FetchError) as error:
        fetch(services, "openalex", QUERY, tmp_path / "a.jsonl", watch)
    assert error.value.problem == "answers 429 Too Many Requests (Daily limit exceeded); it asks to wait 15 h"
    assert error.value.hint == "the same command goes on from here later"
    assert watch.slept == []


def test_in_the_end_it_gives_up(services: Services, tmp_path: Path) -> None:
    services.faults, watch = [fake.status(500)] * 9, Watch()
    with pytest.raises(FetchError, match=r"answers 500 Internal Server Error \(6 attempts\)"):
        fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", watch)
    assert len(services.asked) == 6
    assert watch.slept == [6.0, 12.0, 24.0, 48.0, 96.0]


LASTS = {
    "a question it does not understand": (
        fake.says(fake.arxiv_error("incorrect id format")),
        "does not understand the question: incorrect id format",
    ),
    "another host": (fake.redirect("http://elsewhere.example/"), "sends us on to another host: elsewhere.example"),
    "no address": (fake.redirect("http://[oops"), "sends us on to another host: none"),
    "a file": (fake.redirect("file:///etc/passwd"), "sends us on to another host: none"),
    "itself": (fake.redirect(""), "sends us round in circles"),
    "refused": (fake.status(403, body=b'{"error": "no"}'), r"answers 403 Forbidden \(no\)"),
    "bad request": (fake.status(400, body=b"<html>"), "answers 400 Bad Request"),
    "bad request, and why": (
        fake.status(400, body=fake.arxiv_error("incorrect id format")),
        r"answers 400 Bad Request \(incorrect id format\)",
    ),
    "nowhere": (lambda handler: handler.answer(302, {}, b""), "sends us on without saying where"),
    "too large": (fake.endless, "an answer of more than 1,048,576 bytes"),
}


@pytest.mark.parametrize("case", LASTS)
def test_what_lasts_is_told_at_once(case: str, services: Services, tmp_path: Path) -> None:
    fault, said = LASTS[case]
    services.faults, watch = [fault] * 9, Watch()
    with pytest.raises(FetchError, match=f"^arXiv .*: {said}"):
        fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", watch, largest=2**20)
    assert watch.slept == ([3.0] * 4 if case == "itself" else [])
    assert [*tmp_path.iterdir()] == []


def test_what_was_encrypted_stays_so(services: Services) -> None:
    client = Client(SERVICES["arxiv"])
    with pytest.raises(FetchError, match="not encrypted"):
        client._next("https://export.arxiv.org/api/query", "http://export.arxiv.org/api/query")
    assert client._next("https://arxiv.org/a", "//export.arxiv.org/b") == "https://export.arxiv.org/b"


def test_a_redirect_within_the_service(services: Services, tmp_path: Path) -> None:
    services.papers, services.faults = 2, [fake.redirect("/arxiv?search_query=x&start=0&max_results=200", 301)]
    assert fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl").new == 2


def test_pages_that_overlap_or_repeat(services: Services, tmp_path: Path) -> None:
    page = feed("".join(map(fake.entry, [0, 1, 1, 2])), 6)
    services.papers, services.faults = 6, [fake.says(page)]
    done = fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl")
    assert (done.new, done.known) == (5, 1)
    assert names(tmp_path / "a.jsonl") == [0, 1, 2, 4, 5]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"meta": [], "results": {}}',
        b"[" * 100_000,
        b'{"meta": {"count": "many", "next_cursor": 3}, "results": null}',
    ],
)
def test_lists_that_are_none(body: bytes, services: Services, tmp_path: Path) -> None:
    services.papers, services.faults = 2, [fake.says(body)]
    assert fetch(services, "openalex", QUERY, tmp_path / "a.jsonl").new == 2


def test_works_that_are_none_are_skipped(services: Services, tmp_path: Path) -> None:
    works = [1, {}, {"id": [], "authorships": 3, "locations": [3], "topics": {}, "abstract_inverted_index": {"a": 3}}]
    good = {"id": "https://openalex.org/W5", "abstract_inverted_index": {"Foo5Net": [0, "x", -1, 10**9], "is": [1]}}
    body = {"meta": {"count": 4}, "results": [*works, good]}
    services.faults = [fake.says(json.dumps(body).encode())]
    done = fetch(services, "openalex", QUERY, tmp_path / "a.jsonl")
    assert (done.new, [s.reason for s in done.skipped]) == (1, ["no work", "no abstract", "no abstract"])
    assert read(tmp_path / "a.jsonl")[0].abstract == "Foo5Net is"


def test_a_key_is_told_to_nobody_else(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "secret-key")
    services.papers, services.keys = 150, frozenset(("secret-key",))
    told: list[str] = []
    fetch(services, "openalex", Request(query="x", limit=110), tmp_path / "a.jsonl", say=told.append)
    services.faults = [fake.reset, fake.cut, fake.status(500), fake.status(400)]
    with pytest.raises(FetchError) as error:
        fetch(services, "openalex", QUERY, tmp_path / "b.jsonl", say=told.append)
    with pytest.raises(FetchError) as unreachable:
        harvest(Client(SERVICES["openalex"], "http://127.0.0.1:9", sleep=lambda _: None), QUERY, File(tmp_path / "c"))
    assert unreachable.value.problem == "cannot be reached: connection refused (6 attempts)"
    everything = [*told, repr(error.value), repr(unreachable.value), *(p.read_text() for p in tmp_path.iterdir())]
    assert len(told) == 3
    assert "secret-key" not in " ".join(everything)


# The file.


@pytest.mark.parametrize("name", ["arxiv", "openalex"])
def test_a_second_call_goes_on_where_the_first_was_cut_off(name: str, services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / "a.jsonl"
    pages = iter(range(9))

    def stop_at_the_third(_seconds: float) -> None:
        if next(pages) == 1:
            raise KeyboardInterrupt

    client = client_of(services, name)
    client.sleep = stop_at_the_third
    with pytest.raises(KeyboardInterrupt):
        harvest(client, QUERY, File(path))
    size = {"arxiv": 200, "openalex": 100}[name]
    assert names(path) == [*range(2 * size)]
    with path.open("ab") as file:
        file.write(b'{"id": "half a li')
    services.asked.clear()
    done = fetch(services, name, QUERY, path)
    assert (done.new, done.known) == (450 - 2 * size, 0)
    assert names(path) == [*range(450)]
    assert (
        services.asked[0].params.get("start", services.asked[0].params.get("page"))
        == {"arxiv": "400", "openalex": "3"}[name]
    )
    assert [*tmp_path.iterdir()] == [path]


def test_another_request_begins_at_its_beginning(services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / "a.jsonl"
    services.faults = []
    client = client_of(services, "arxiv")
    client.sleep = lambda _: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        harvest(client, QUERY, File(path))
    assert (tmp_path / ".a.jsonl.fetch").exists()
    done = fetch(services, "arxiv", Request(query="other"), path)
    assert (done.new, done.known, services.asked[1].params["start"]) == (250, 200, "0")
    assert names(path) == [*range(450)]


@pytest.mark.parametrize("kept", [b"", b"[]", b"{}", b'{"request": 1, "mark": 3, "seen": []}', b"\xff", b"[" * 99_999])
def test_a_mark_that_cannot_be_read_is_none(kept: bytes, services: Services, tmp_path: Path) -> None:
    services.papers = 3
    (tmp_path / ".a.jsonl.fetch").write_bytes(kept)
    assert fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl").new == 3


def test_a_mark_that_somebody_wrote(services: Services, tmp_path: Path) -> None:
    services.papers = 3
    for name, mark in (("arxiv", "-1"), ("openalex", "page=x"), ("openalex", "what")):
        request = {"service": SERVICES[name].name, **QUERY.as_json()}
        (tmp_path / ".a.jsonl.fetch").write_text(json.dumps({"request": request, "mark": mark, "seen": 0}))
        assert fetch(services, name, QUERY, tmp_path / "a.jsonl").new + 3 in (3, 6)


def test_lines_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "mine", "abstract": "We ..."}\nnot JSON\n{"id": "last", "abstract": "no line end"}')
    before = path.read_bytes()
    append(path, b'{"id": "new", "abstract": "x"}\n')
    assert path.read_bytes() == before + b'\n{"id": "new", "abstract": "x"}\n'
    assert File(path).keys() == {"mine", "last", "new"}


@pytest.mark.parametrize("content", [b"@article{a, title={x}}\n", b"PK\x03\x04", bytes(range(256))])
def test_a_file_of_another_kind_is_left_alone(content: bytes, services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError):
        fetch(services, "arxiv", QUERY, path)
    assert (path.read_bytes(), services.asked) == (content, [])


def test_places_that_cannot_be_written_to(services: Services, tmp_path: Path) -> None:
    services.papers = 1
    with pytest.raises(InputError, match="what is packed cannot grow"):
        fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl.gz")
    with pytest.raises(OutputError, match="No space left on device"):
        append(Path("/dev/full"), b"x")
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "a.jsonl", tmp_path):
        with pytest.raises(OutputError, match="cannot be written"):
            fetch(services, "arxiv", QUERY, path)
    assert services.asked == []


# Texts.

_line = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40).map(
    lambda text: " ".join(clean(text).split())
)


@given(
    st.builds(
        Paper,
        abstract=_line.filter(bool).map(lambda text: f"We {text}"),
        title=_line,
        date=st.dates().map(str),
        arxiv=st.sampled_from(["", "2205.06175", "hep-th/9901001"]),
        doi=st.sampled_from(["", "10.1000/x-y"]),
        authors=st.lists(_line.filter(bool), max_size=3).map(tuple),
        comment=_line,
    )
)
def test_a_line_is_read_back_to_the_same_paper(paper: Paper) -> None:
    from paperatlas.extract.paper import Source
    from paperatlas.extract.readers.records import paper_from

    back = paper_from(json.loads(as_record(paper)), Source("x", 1))
    assert isinstance(back, Paper)
    assert back.__class__(**{**{f: getattr(back, f) for f in Paper.__slots__}, "sources": ()}) == paper


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Zl", "Zp", "Cc"]), min_size=1).flatmap(
        lambda w: st.lists(st.sampled_from([w, "a", "b"]), min_size=1)
    )
)
def test_an_inverted_index_is_turned_back(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert from_inverted(index) == " ".join(words)


@given(st.text())
def test_any_text_may_stand_for_an_abstract(text: str) -> None:
    assert isinstance(plain(text), str)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("<p>One.</p><p>Two &lt; three.</p>", "One. Two < three."),
        ("<jats:sec><jats:title>Background</jats:title><jats:p>We</jats:p></jats:sec>", "Background We"),
        ("<b>Abstract:</b> We <i>do</i>", "We do"),
        ("if a<b and b>c", "if a<b and b>c"),
        ("<script>alert(1)</script><p>We</p>", "We"),
        ("<p><![CDATA[We introduce <b>FooNet</b>]]> and more</p>", "We introduce FooNet and more"),
        ("<p><![CDATA[if a<b & b>c]]></p><![CDATA[ open", "if a<b & b>c open"),
        ("<i>" * 3000 + "We do" + "</i>" * 3000, "We do"),
        ("<sec>" * 3000 + "We <b class='x'>do</b>" + "</sec>" * 3000, "We do"),
        ("<alternatives><tex-math>$x$</tex-math> <mml:math>y</mml:math></alternatives>", "$x$"),
        (
            "<alternatives><tex-math>\\documentclass{x}</tex-math><math><mi>y</mi></math></alternatives> is",
            "y is",
        ),
        ("Abstract", "Abstract"),
    ],
)
def test_markup_of_abstracts(marked: str, said: str) -> None:
    assert plain(marked) == said


def test_formulas_are_read_in_time(patience: None) -> None:
    formulas = "<tex-math>x</tex-math><math>y</math>" * 10_000
    assert plain(f"<alternatives>{formulas}</alternatives>") == "x" * 10_000
    assert plain("<![CDATA[" * 40_000) == ""
    assert plain("<b x" * 100_000 + "</p>") == ""


def test_markup_beyond_measure_is_not_looked_into(services: Services, tmp_path: Path) -> None:
    work = {"DOI": "10.1000/foo.1", "abstract": "<p>We</p>" * 50_000}
    services.pages["/doi/10.1000/foo.1"] = lambda _: (200, {}, json.dumps(work).encode())
    done = fetch(services, "doi", Request(ids=("10.1000/foo.1",)), tmp_path / "a.jsonl")
    assert [skipped.reason for skipped in done.skipped] == ["an abstract of 450,000 characters, with its markup"]


def test_titles_of_openalex_have_no_markup(services: Services, tmp_path: Path) -> None:
    work = {**fake.work(1), "title": "A <i>small</i> Network &amp; more"}
    services.pages["/openalex/works/W1001"] = lambda _: (200, {}, json.dumps(work).encode())
    fetch(services, "openalex", Request(ids=("W1001",)), tmp_path / "a.jsonl")
    assert read(tmp_path / "a.jsonl")[0].title == "A small Network & more"
