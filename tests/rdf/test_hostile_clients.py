"""What a real server must bear: clients that speak no HTTP, are slow, leave, or come all at once; and the command line."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

#: Serves with little patience, so that a test need not have much.
SERVER = """
import sys
from paperatlas.export.serve import app, connection
connection.STILL, connection.MOST, app.SLOWEST = float(sys.argv.pop()), 30, 0.8
from paperatlas.__main__ import main
main()
"""
HOST = b"Host: localhost\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/sparql-query\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


class Server:
    """A server that is started, its port, and what it says on stderr once it has ended."""

    def __init__(self, data: Path, still: float) -> None:
        command = [sys.executable, "-c", SERVER, "serve", str(data), "--port", "0", "--timeout", "3", str(still)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        assert self.process.stderr is not None
        line = self.process.stderr.readline().decode()
        found = re.search(r":(\d+)/ explorer", line)
        assert found, line
        self.port = int(found[1])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def talk(self, *parts: bytes) -> bytes:
        """Send parts one after the other, and return all that comes until the server ends the connection."""
        got = b""
        with self.connect() as connection:
            try:
                for part in parts:
                    connection.sendall(part)
                    time.sleep(0.05)
                while content := connection.recv(2**16):
                    got += content
            except ConnectionError:
                pass
        return got

    def lives(self) -> bool:
        return self.talk(ASK[:-2] + b"Connection: close\r\n\r\n").endswith(b'{"head":{},"boolean":true}')

    def holds(self, connection: socket.socket) -> bool:
        """Say whether the server still has its end of a connection open: a system's line on an end that no process has tells inode 0."""
        port = f":{connection.getsockname()[1]:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(there.endswith(port) and inode != "0" for _, _, there, *_, inode in (line[:10] for line in lines))

    def end(self) -> str:
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=15)
        return said.decode()


@contextmanager
def _serving(data: Path, still: float) -> Iterator[Server]:
    server = Server(data, still)
    try:
        yield server
        # Not a word about anything that clients did.
        assert server.end() == "Interrupted; nothing was changed.\n"
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


@pytest.fixture(scope="module")
def server(small_folder: Path) -> Iterator[Server]:
    with _serving(small_folder, 0.6) as started:
        yield started


@pytest.fixture(scope="module")
def calm_server(small_folder: Path) -> Iterator[Server]:
    """A server that leaves nobody who is only slow because the machine is."""
    with _serving(small_folder, 4.0) as started:
        yield started


NO_HTTP: dict[str, tuple[int, Sequence[bytes]]] = {
    "zeros": (400, [b"\0" * 100 + b"\r\n\r\n"]),
    "TLS": (400, [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xa5" * 200]),
    "HTTP/2": (400, [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
    "no host": (400, [b"GET / HTTP/1.1\r\n\r\n"]),
    "two hosts": (400, [b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"]),
    "a host with a path": (400, [b"GET /sparql HTTP/1.1\r\nHost: localhost:1/../x?\r\n\r\n"]),
    "bytes in the address": (400, [b"GET /sparql?query=\xff HTTP/1.1\r\n" + HOST + b"\r\n"]),
    "two lengths": (400, [POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nASK"]),
    "a length below zero": (400, [POST + b"Content-Length: -1\r\n\r\n"]),
    "a broken chunk": (400, [CHUNKED, b"ZZ\r\nASK"]),
    "a broken second chunk": (400, [CHUNKED + b"3\r\nASK\r\n", b"ZZ\r\n"]),
    "a broken chunk after the answer": (404, [CHUNKED.replace(b"/sparql", b"/nowhere"), b"ZZ\r\nASK"]),
    "noise after a request": (200, [ASK + b"\0\xff\r\n\r\n"]),
    "noise while answering": (200, [ASK, b"\0\xff\r\n\r\n"]),
    "a head without end": (400, [b"GET / HTTP/1.1\r\n" + HOST, *[b"X: " + b"a" * 9000 + b"\r\n"] * 8]),
    "a body without end": (413, [CHUNKED, *[b"40000\r\n" + b"A" * 0x40000 + b"\r\n"] * 6]),
    "a body that is not sent": (408, [POST + b"Content-Length: 100\r\n\r\nASK"]),
    "a body that is cut off": (408, [CHUNKED + b"5\r\nAS"]),
    "a web socket": (200, [ASK[:-2] + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"]),
    "many ranges": (200, [b"GET /atlas.ttl HTTP/1.1\r\n" + HOST + b"Range: bytes=" + b"0-1," * 9000 + b"\r\n\r\n"]),
    "a path out": (404, [b"GET /static/..%2f..%2f..%2fapp.py HTTP/1.1\r\n" + HOST + b"\r\n"]),
    "a path with a zero": (404, [b"GET /static/%00 HTTP/1.1\r\n" + HOST + b"\r\n"]),
    "another server": (404, [b"GET http://localhost/sparql HTTP/1.1\r\n" + HOST + b"\r\n"]),
    "a tunnel": (404, [b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n"]),
}


@pytest.mark.parametrize("case", NO_HTTP)
def test_what_is_no_request_is_refused_and_the_next_is_answered(server: Server, case: str, patience: None) -> None:
    status, parts = NO_HTTP[case]
    got = server.talk(*parts)
    assert got.startswith(f"HTTP/1.1 {status} ".encode()), got[:200]
    assert b"Traceback" not in got
    assert server.lives()


def test_a_head_that_is_too_long_is_told_what_to_do(server: Server) -> None:
    got = server.talk(*NO_HTTP["a head without end"][1])
    assert got.endswith(b"more than 65,536 bytes before the body: send a long query by POST\n")


def test_who_says_nothing_or_too_slowly_is_not_waited_for(server: Server, patience: None) -> None:
    for first, after in ((b"", b""), (b"GET /sparql HTTP/1.1\r\n", b"X: y\r\n"), (ASK + b"GET /", b"a")):
        with server.connect() as connection:
            connection.sendall(first)
            started = time.monotonic()
            try:
                while time.monotonic() - started < 10:
                    connection.sendall(after)
                    connection.settimeout(0.2)
                    try:
                        if not connection.recv(2**16):
                            break
                    except TimeoutError:
                        continue
            except ConnectionError:
                pass
            # A connection is looked at every 0.6 s here, and ended at the second look that sees nothing new.
            assert 0.4 < time.monotonic() - started < 5
    assert server.lives()


def test_who_goes_on_asking_is_kept(calm_server: Server) -> None:
    with calm_server.connect() as connection:
        for _ in range(8):
            connection.sendall(ASK)
            got = b""
            while not got.endswith(b"true}"):
                got += connection.recv(2**16) or pytest.fail("the connection has ended")
            time.sleep(1.1)


def test_who_does_not_take_the_answer_is_left(server: Server, patience: None) -> None:
    query = b"SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 90000"
    with server.connect() as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(query) + query)
        # The answer has more than any buffer of the system holds, and nobody reads it.
        assert connection.recv(20).startswith(b"HTTP/1.1 200 ")
        assert server.holds(connection)
        while server.holds(connection):
            time.sleep(0.1)
    assert server.lives()


def test_too_many_are_told_so_and_later_answered(calm_server: Server, patience: None) -> None:
    with ExitStack() as held:
        idle = [held.enter_context(calm_server.connect()) for _ in range(30)]
        got = calm_server.talk(ASK)
        assert got.startswith(b"HTTP/1.1 503 "), got
        assert got.endswith(b"\r\n\r\nbusy: too many connections; try again\n")
        # Who says nothing has to go.
        assert [connection.recv(1) if not _reset(connection) else b"" for connection in idle] == [b""] * 30
    assert calm_server.lives()


def _reset(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except ConnectionError:
        return True


# The command line.

Run = Callable[..., subprocess.CompletedProcess[str]]
ENDLESS = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(" ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9)))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("ASK {\udcff}", "query: has bytes that are not UTF-8"),
        ("ASK " + "{" * 50_000, "query: nested too deep: more than 100 brackets in one another"),
        ("LOAD <file:///etc/passwd>", "query:1:1: LOAD is an update, and this only reads"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> {} }", "query: SERVICE asks another server"),
        ("ASK {\x1b[2J}", "query:1:6: not understood from '\\x1b[2J}'"),
        ("-", "query: has bytes that are not UTF-8"),
    ],
)
def test_hostile_queries_on_the_command_line(small_folder: Path, query: str, told: str) -> None:
    command = [sys.executable, "-m", "paperatlas", "query", str(small_folder), query]
    done = subprocess.run(command, input=b"ASK {\xff}", capture_output=True, check=False, timeout=60)
    complaint = done.stderr.decode()
    assert (done.returncode, done.stdout) == (1, b"")
    assert complaint.startswith(f"Error: {told}"), complaint
    assert complaint.count("\n") == 1


def test_a_format_that_is_none_ends_in_one_line(small_folder: Path, paperatlas: Run) -> None:
    done = paperatlas("query", small_folder, "SELECT * {}", "-f", "bogus")
    assert (done.returncode, done.stderr) == (2, "Error: no format 'bogus' (one of table, csv, tsv, json, xml)\n")


def test_ctrl_c_ends_a_query_that_would_take_hours(small_folder: Path) -> None:
    command = [sys.executable, "-m", "paperatlas", "query", str(small_folder), ENDLESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # Once it has taken a second of a core it is at the query.
        while _seconds(process.pid) < 1.5:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        try:
            out, complaint = process.communicate(timeout=15)
        finally:
            process.kill()
    assert (process.returncode, out, complaint) == (130, b"", b"Interrupted; nothing was changed.\n")


def _seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
