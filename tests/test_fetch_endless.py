"""Fetching from services that never come to an end, or of which one number brings nothing: others are not kept waiting."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from paperatlas.errors import FetchError
from paperatlas.extract.fetch import SERVICES, Client, File, Request, arxiv, harvest
from paperatlas.extract.fetch.openalex import KEY
from paperatlas.extract.fetch.paging import STALE

from . import services as fake
from .services import QUERY, Asked, Services, Watch, arxiv_number, client_of, entry, feed, fetch, names

Answered = tuple[int, dict[str, str], bytes]


# An answer without an end.

OK = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "the status": b"HTTP/1.",
    "the headers": OK + b"X-Foo: ",
    "a body": OK + b"Content-Length: 99999\r\n\r\n<feed>",
    "a body without a length": OK + b"Connection: close\r\n\r\n<feed>",
    "a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n10000\r\n",
    "a chunk's length": OK + b"Transfer-Encoding: chunked\r\n\r\n000",
    "what is to be continued": b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + b"HTTP/1.1 100 Continue\r\nX: ",
}


@pytest.mark.parametrize("case", DRIPS)
def test_a_whole_answer_has_its_time(case: str, services: Services, tmp_path: Path, patience: None) -> None:
    services.papers, services.faults = 3, [fake.dripping(DRIPS[case])]
    told, started = list[str](), time.monotonic()
    assert fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", whole=0.3, say=told.append).new == 3
    assert time.monotonic() - started < 5
    host = services.url.removeprefix("http://")
    assert told == [f"arXiv ({host}): no end of an answer within 0 s; asking again in 6 s"]


def test_a_connection_that_was_in_time_is_kept(services: Services, tmp_path: Path) -> None:
    services.papers = 450
    fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", whole=5)
    assert {asked.headers["Connection"] for asked in services.asked} == {"keep-alive"}


@pytest.mark.parametrize("length", [b"-5", b"zz", b"9" * 5000])
def test_a_chunk_of_no_length(length: bytes, services: Services, tmp_path: Path) -> None:
    def answer(handler: fake.Handler) -> None:
        handler.wfile.write(OK + b"Transfer-Encoding: chunked\r\n\r\n" + length + b"\r\nhello\r\n0\r\n\r\n")
        handler.close_connection = True

    services.papers, services.faults = 3, [answer]
    assert fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl").new == 3


# Pages without an end.


def works(numbers: Iterable[int], cursor: object, count: int = 10**9) -> Answered:
    body = {"meta": {"count": count, "next_cursor": cursor}, "results": [fake.work(n) for n in numbers]}
    return 200, {}, json.dumps(body).encode()


def test_the_same_cursor_again(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "secret-key")
    services.pages["/openalex/works"] = lambda _: works(range(100), "again")
    with pytest.raises(FetchError, match="sends us round in circles: it gives a cursor that it gave before"):
        fetch(services, "openalex", QUERY, tmp_path / "a.jsonl")
    assert [asked.params["cursor"] for asked in services.asked] == ["*", "again"]
    assert names(tmp_path / "a.jsonl") == [*range(100)]


def test_the_same_works_under_new_cursors(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "secret-key")
    services.pages["/openalex/works"] = lambda _: works(range(100), f"c{len(services.asked)}")
    with pytest.raises(FetchError, match=f"{STALE} pages running with nothing but what came before"):
        fetch(services, "openalex", QUERY, tmp_path / "a.jsonl")
    assert len(services.asked) == 1 + STALE


@pytest.mark.parametrize("cursor", ["\ud800", "a b", "x" * 3000, "ü"])
def test_a_cursor_that_no_address_holds(
    cursor: str, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "secret-key")
    services.keys, services.papers = frozenset(("secret-key",)), 3
    services.faults = [lambda handler: handler.answer(*works(range(3), cursor))]
    told: list[str] = []
    assert fetch(services, "openalex", QUERY, tmp_path / "a.jsonl", say=told.append).new == 3
    assert [line.partition(": ")[2] for line in told] == [
        "answers a cursor that no address can hold; asking again in 1 s"
    ]


def test_the_same_page_of_arxiv_again(services: Services, tmp_path: Path) -> None:
    page = feed("".join(map(entry, range(200))), 30_000)
    services.pages["/arxiv"] = lambda _: (200, {}, page)
    with pytest.raises(FetchError, match="sends us round in circles"):
        fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl")
    assert len(services.asked) == 1 + STALE
    assert names(tmp_path / "a.jsonl") == [*range(200)]


def test_days_that_do_not_go_back(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv, "DEPTH", 4)

    def answer(asked: Asked) -> Answered:
        # Always newer ones: as if the days that are asked for meant nothing to it.
        number = 500 - 24 * len(services.asked)
        return 200, {}, feed("".join(map(entry, range(number, number + 4))), 30_000)

    services.pages["/arxiv"] = answer
    with pytest.raises(FetchError, match=r"answers papers of 2024-\d\d-\d\d where none after 2024-\d\d-\d\d"):
        fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl")
    assert len(services.asked) == 2
    assert len(names(tmp_path / "a.jsonl")) == 8


def test_pages_that_a_file_has_already_are_walked_through(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv, "PER_PAGE", 2)
    services.papers, path = 2 * STALE + 20, tmp_path / "a.jsonl"
    fetch(services, "arxiv", Request(query="x", limit=2 * STALE + 10), path)
    done = fetch(services, "arxiv", QUERY, path)
    assert (done.new, done.known) == (10, 2 * STALE + 10)


@pytest.mark.parametrize("total", ["9" * 5000, "-1", "٢", ""])
def test_counts_that_are_none(total: str, services: Services, tmp_path: Path) -> None:
    page = feed(entry(0), 1).replace(b"totalResults>1<", f"totalResults>{total}<".encode())
    services.papers, services.faults = 1, [fake.says(page)]
    told: list[str] = []
    assert fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", say=told.append).new == 1
    assert "answers no feed (it does not say how many papers there are)" in told[0]


# Numbers without an answer.

REFUSALS: dict[str, tuple[Callable[[Asked], Answered], str]] = {
    "bad request": (lambda _: (400, {}, b"no"), "answers 400 Bad Request (no)"),
    "forbidden": (lambda _: (403, {}, b"no"), "answers 403 Forbidden (no)"),
    "in no such form": (lambda _: (406, {}, b""), "answers 406 Not Acceptable"),
    "no content": (lambda _: (204, {}, b""), "answers 204 No Content"),
    "a page": (lambda _: (200, {}, b"<html>"), "answers what is no JSON (6 attempts)"),
    "a list": (lambda _: (200, {}, b"[1]"), "answers JSON that is no object (6 attempts)"),
    "a server's own failure": (lambda _: (500, {}, b""), "answers 500 Internal Server Error (6 attempts)"),
    "itself": (lambda asked: (302, {"Location": asked.path}, b""), "sends us round in circles"),
    "nowhere": (lambda _: (302, {}, b""), "sends us on without saying where"),
    "too much": (lambda _: (200, {}, b" " * 2**20 + b"{}"), "an answer of more than 1,048,576 bytes"),
}


@pytest.mark.parametrize("case", REFUSALS)
@pytest.mark.parametrize("name", ["doi", "openalex"])
def test_one_number_does_not_keep_others_waiting(name: str, case: str, services: Services, tmp_path: Path) -> None:
    answer, said = REFUSALS[case]
    ids = tuple(f"10.1000/foo.{n}" for n in (1, 2, 3))
    if name == "doi":
        services.pages[f"/doi/{ids[0]}"] = lambda _: (200, {}, fake.csl(1))
        services.pages[f"/doi/{ids[2]}"] = lambda _: (200, {}, fake.csl(3))
        services.pages[f"/doi/{ids[1]}"] = answer
    else:
        services.papers = 4
        services.pages[f"/openalex/works/doi:{ids[1]}"] = answer
    done = fetch(services, name, Request(ids=ids), tmp_path / "a.jsonl", largest=2**20)
    assert (done.new, done.skipped) == (2, ())
    assert [str(failed) for failed in done.failed] == [f"{'doi:' if name == 'doi' else ''}{ids[1]}:1: {said}"]
    assert names(tmp_path / "a.jsonl") == [1, 3]


def test_many_numbers_in_vain_are_asked_for_once(services: Services, tmp_path: Path) -> None:
    ids = tuple(f"10.1000/foo.{n}" for n in range(9))
    services.pages |= {f"/doi/{number}": lambda _: (500, {}, b"") for number in ids[:8]}
    services.pages[f"/doi/{ids[8]}"] = lambda _: (200, {}, fake.csl(8))
    done = fetch(services, "doi", Request(ids=ids), tmp_path / "a.jsonl")
    assert (done.new, len(done.failed), len(services.asked)) == (1, 8, 3 * 6 + 5 + 1)
    assert done.failed[7].reason == "answers 500 Internal Server Error"


@pytest.mark.parametrize("status", [401, 429, 503])
def test_what_is_about_all_numbers_ends_it(status: int, services: Services, tmp_path: Path) -> None:
    services.faults = [fake.status(status)] * 9
    with pytest.raises(FetchError, match=f"answers {status}"):
        fetch(services, "doi", Request(ids=("10.1000/foo.1", "10.1000/foo.2")), tmp_path / "a.jsonl")
    assert {asked.path for asked in services.asked} == {"/doi/10.1000/foo.1"}


def test_without_a_connection_it_ends(tmp_path: Path) -> None:
    told: list[str] = []
    client = Client(SERVICES["doi"], "http://127.0.0.1:9", sleep=lambda _: None, say=told.append)
    with pytest.raises(FetchError, match=r"cannot be reached: connection refused \(6 attempts\)"):
        harvest(client, Request(ids=("10.1000/foo.1", "10.1000/foo.2")), File(tmp_path / "a.jsonl"))
    assert len(told) == 5


def test_one_number_that_arxiv_takes_offence_at(services: Services, tmp_path: Path) -> None:
    services.papers = 5
    ids = (arxiv_number(0), arxiv_number(1), "2413.00001", arxiv_number(2), arxiv_number(3))

    def answer(asked: Asked) -> Answered:
        if "2413.00001" in asked.params["id_list"]:
            return 400, {}, fake.arxiv_error("incorrect id format for 2413.00001")
        return 200, {}, fake.arxiv(services, asked.params)

    services.pages["/arxiv"] = answer
    done = fetch(services, "arxiv", Request(ids=ids), tmp_path / "a.jsonl")
    assert names(tmp_path / "a.jsonl") == [0, 1, 2, 3]
    assert [str(failed) for failed in done.failed] == [
        "arXiv:2413.00001:1: answers 400 Bad Request (incorrect id format for 2413.00001)"
    ]


# Redirects.


def test_a_redirect_is_a_question_too(services: Services, tmp_path: Path) -> None:
    services.papers, watch = 2, Watch()
    services.faults = [fake.redirect("/arxiv?search_query=x&start=0&max_results=200", 301)]
    fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl", watch)
    assert watch.slept == [3.0]


def test_a_host_is_told_without_whose_name_is_before_it(services: Services, tmp_path: Path) -> None:
    host = services.url.removeprefix("http://")
    services.papers = 2
    services.faults = [fake.redirect("http://me:word@elsewhere.example/")]
    client = client_of(services, "arxiv")
    client.url = f"http://user:pass%21@{host}/arxiv"
    with pytest.raises(FetchError) as error:
        harvest(client, QUERY, File(tmp_path / "a.jsonl"))
    assert str(error.value) == f"arXiv ({host}): sends us on to another host: elsewhere.example"
    services.faults = [fake.status(400, body=b"what is pass! or pass%21?")]
    with pytest.raises(FetchError) as error:
        harvest(client, QUERY, File(tmp_path / "a.jsonl"))
    assert str(error.value) == f"arXiv ({host}): answers 400 Bad Request (what is *** or ***?)"
    services.faults = [fake.redirect(f"http://other:word@{host}/arxiv?start=0&max_results=9&search_query=x")]
    assert harvest(client, QUERY, File(tmp_path / "a.jsonl")).new == 2
    assert len({asked.headers["Authorization"] for asked in services.asked}) == 1


def test_where_two_readings_of_an_address_part(services: Services) -> None:
    client = client_of(services, "arxiv")
    host = services.url.removeprefix("http://")
    assert client._next(services.url, f"http://evil.example\\@{host}/x") == f"http://{host}/x"


def test_a_key_that_comes_back_is_not_told(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "secret/key")
    told: list[str] = []
    echo = b"no such page: /works?api_key=secret%2Fkey&" + b"x" * 150 + b"secret/key"
    services.faults = [fake.status(500, body=echo), fake.status(403, body=echo)]
    with pytest.raises(FetchError) as error:
        fetch(services, "openalex", QUERY, tmp_path / "a.jsonl", say=told.append)
    for text in (*told, str(error.value)):
        assert "no such page: /works?api_key=***&xxx" in text
        assert "secret" not in text
    services.faults = [fake.redirect("http://secret%2Fkey.example/")]
    with pytest.raises(FetchError, match=r"another host: \*\*\*\.example"):
        fetch(services, "openalex", QUERY, tmp_path / "a.jsonl")
