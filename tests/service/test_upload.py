"""Uploads are streamed: however large, they take no memory of the server, and leave nothing behind when torn."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

from tests.service.server import Server, running
from tests.service.wait import until

SIZE = 200 << 20
ALLOWED = 32 << 20
CHUNK = 1 << 20
BOUNDARY = b"--b\r\n"
HEAD = BOUNDARY + b'Content-Disposition: form-data; name="model"; filename="m.keras"\r\n\r\n'
TAIL = b"\r\n--b--\r\n"


def pieces(size: int) -> Iterator[bytes]:
    """Yield a form with a model of `size` zeros."""
    yield HEAD
    for _ in range(size // CHUNK):
        yield bytes(CHUNK)
    yield TAIL


def peak(pid: int) -> int:
    """Return the most memory that a process and its children ever had."""
    most = 0
    for item in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        for line in Path(f"/proc/{item}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                most = max(most, int(line.split()[1]) << 10)
    return most


def send(server: Server, size: int) -> int:
    """Send a form piece by piece, and return the answer's status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    headers["Content-Length"] = str(len(HEAD) + size + len(TAIL))
    with contextlib.closing(connection):
        connection.request("POST", "/v1/audits", body=pieces(size), headers=headers)
        with connection.getresponse() as answer:
            return answer.status


def test_a_large_upload_takes_no_memory(tmp_path: Path) -> None:
    with running(tmp_path, web_workers="1", max_upload=str(2 * SIZE)) as server:
        web = server.children()["web"]
        assert send(server, CHUNK) == 202
        before = peak(web)
        assert send(server, SIZE) == 202
        assert peak(web) - before <= ALLOWED


def test_a_torn_upload_leaves_nothing(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.putrequest("POST", "/v1/audits")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(10 * CHUNK))
    connection.endheaders()
    connection.send(HEAD + bytes(CHUNK))
    connection.close()
    until(lambda: not server.uploads(), server.told)
