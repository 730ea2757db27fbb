"""The hostile corpus, sent file by file: what the reports say, and what became of the server meanwhile."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.hostile.attack import Attack, Content, Link
from tests.service.server import Server
from tests.service.test_api import codes

HARMLESS = {"SEC011"}


@dataclass
class Seen:
    """What one pass over the corpus showed."""

    sent: int = 0
    wrong: list[str] = field(default_factory=list)
    sick: list[str] = field(default_factory=list)
    asked: int = 0
    slowest: float = 0.0


def one_file(content: Content) -> bytes:
    """Return what can be sent: a SavedModel's folder as a zip, its links as links."""
    if isinstance(content, bytes):
        return content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, held in content.items():
            info = zipfile.ZipInfo(f"model/{name}")
            info.external_attr = (stat.S_IFLNK if isinstance(held, Link) else stat.S_IFREG) << 16
            archive.writestr(info, str(held.target) if isinstance(held, Link) else held)
    return out.getvalue()


def sent(server: Server, attacks: Iterable[Attack], number: int = 0) -> Seen:
    """Send every attack and its twin, and ask for the server's health all the while.

    number: makes options of their own, so that no earlier report is taken.
    """
    seen, stop = Seen(), threading.Event()
    doctor = threading.Thread(target=_ask, args=(server, seen, stop))
    doctor.start()
    try:
        for attack in attacks:
            for kind, content in (("hostile", attack.hostile()), ("benign", attack.benign())):
                seen.sent += 1
                said = _judged(server, one_file(content), number)
                right = attack.code in said if kind == "hostile" else said <= HARMLESS
                if not right:
                    seen.wrong.append(f"{kind} {attack.code} {attack.name}: {sorted(said)}")
    finally:
        stop.set()
        doctor.join()
    return seen


def _judged(server: Server, content: bytes, number: int) -> set[str]:
    options = json.dumps({"input_range": [0, number + 1]})
    audit = server.until_over(server.post(content, "model.keras", options=options).json()["id"])
    if audit["state"] != "done":
        return {f"{audit['state']}: {audit['failure']}"}
    report = server.get(audit["links"]["report"]).json()
    return {code for code in codes(report) if code.startswith("SEC")}


def _ask(server: Server, seen: Seen, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        began = time.monotonic()
        try:
            answer = server.get("/healthz")
            if answer.status_code != 200:
                seen.sick.append(str(answer.status_code))
        except requests.RequestException as error:
            seen.sick.append(str(error))
        seen.asked += 1
        seen.slowest = max(seen.slowest, time.monotonic() - began)


def memory(pid: int) -> int:
    """Return the bytes that a process and all that it has started hold in memory."""
    total = 0
    for child in _kin(pid):
        try:
            fields = Path(f"/proc/{child}/smaps_rollup").read_text().split()
            total += int(fields[fields.index("Pss:") + 1]) << 10
        except (OSError, ValueError):
            continue
    return total


def _kin(pid: int) -> list[int]:
    found = [pid]
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in tasks.read_text().split():
            found += _kin(int(child))
    return found


def strays(folder: Path, server: Server) -> list[str]:
    """Return files below `folder` that are not where a server keeps its own."""
    own = [server.folder / name for name in ("artefacts/uploads", "artefacts/reports", "metrics")]
    known = ("audits.sqlite", "audits.sqlite-wal", "audits.sqlite-shm", "supervisor.lock", "log")
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            at = Path(place, name)
            if at.parent not in own and not (at.parent == server.folder and name in known):
                found.append(str(at))
    return found
