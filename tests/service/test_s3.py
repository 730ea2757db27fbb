"""Uploads and reports in S3: on a real server of its protocol, over a socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.service.parts import wait_for
from tests.service.server import Server, free_port, model, running
from tests.service.test_api import codes

BUCKET = "lint"
LARGE = 12 << 20
"""More than two of the parts that an upload is sent in."""

pytestmark = pytest.mark.skipif(
    find_spec("moto") is None or find_spec("s3fs") is None, reason="S3 is tried with moto's server and s3fs"
)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An S3 server with an empty bucket, which this process and those it starts know by the usual variables."""
    import s3fs

    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        system = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
        system.mkdir(BUCKET)
        yield system
    finally:
        process.kill()
        process.wait()


def held(files: Any) -> list[str]:
    """Return the names of all objects."""
    files.invalidate_cache()
    return sorted(files.find(BUCKET))


def test_uploads_and_reports_lie_in_s3(files: Any, tmp_path: Path) -> None:
    with running(tmp_path, storage_url=f"s3://{BUCKET}/own", jobs="1") as server:
        content = model(seed=1)
        audit = server.post(content, "mine.keras", wait=60).json()
        assert audit["state"] == "done"
        assert "OUT501" in codes(audit["report"])
        assert held(files) == [f"{BUCKET}/own/reports/{audit['id']}.json"]  # the upload is no longer needed
        assert not (tmp_path / "artefacts").exists()
        again = server.post(content, "again.keras").json()
        assert again["cached"]
        for one in (audit, again):
            assert server.get(one["links"]["report"]).status_code == 200
            assert server.send("DELETE", one["links"]["self"]).status_code == 204
        assert held(files) == []
        large_one(server, files)


def large_one(server: Server, files: Any) -> None:
    """See that what is sent in several parts arrives whole, and leaves nothing."""
    content = b"no model" * (LARGE // 8)
    audit = server.until_over(server.post(content, "large.bin").json()["id"])
    assert audit["model"]["size"] == LARGE
    assert audit["summary"]["unreadable"]
    assert server.send("DELETE", audit["links"]["self"]).status_code == 204
    assert held(files) == []
