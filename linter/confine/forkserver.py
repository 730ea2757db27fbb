"""A small process that has modules loaded and forks a confined child a job: about 10 ms each, where a fresh interpreter
takes half a second.

It is started before this process has threads to disturb it, has none itself, and hears of a job through one socket,
which any number of threads and forked workers may share. What the child says goes straight to the caller; the server
watches time, memory and noise.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from linter.confine import ending, frames
from linter.confine.answers import Answers, OnEvent
from linter.confine.child import end, run_child
from linter.confine.policy import ConfinedError, Outcome, Policy, Reason
from linter.confine.running import listed
from linter.confine.surroundings import ROOT, scratch, variables

BOOT = "import sys; sys.path += {paths!r}; from linter.confine.server import main; main({descriptor}, {preload!r})"
START_SECONDS = 60.0
GRACE_SECONDS = 10.0
"""How long past a job's own time its server is waited for."""
MAX_ORDER = 60_000


class ForkServer:
    """Runs jobs in forks of a process that has `preload` imported. Outside Linux every job gets a fresh interpreter
    instead.
    """

    def __init__(self, preload: Sequence[str] = (), paths: Sequence[str] = ()) -> None:
        """Remember what to load, and folders to find it in beside Python's own; the process is started by `start` or
        the first job.
        """
        self.preload, self.paths = tuple(preload), (ROOT, *paths)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> ForkServer:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def start(self) -> None:
        """Start the process, or start it again where it has ended; raises ConfinedError where it does not come up."""
        with self._lock:
            if sys.platform.startswith("linux") and (self._process is None or self._process.poll() is not None):
                self._close()
                self._open()

    def _open(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            boot = BOOT.format(paths=self.paths, descriptor=theirs.fileno(), preload=self.preload)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", boot],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=variables("/nonexistent"),
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):
            if ours.recv(MAX_ORDER) == b"ready":
                ours.settimeout(GRACE_SECONDS)
                return
        self._close()
        raise ConfinedError(Reason.CRASH, f"the fork server did not start (it loads {', '.join(self.preload)})")

    def close(self) -> None:
        """End the process and all its jobs."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            end(self._process)
        self._process = self._control = None

    def run(self, target: str, job: Mapping[str, Any], policy: Policy, *, on_event: OnEvent | None = None) -> Outcome:
        """Do `target` ("package.module:function") with `job`, and return what it gave; raises ConfinedError as
        `run_child` does.
        """
        if not sys.platform.startswith("linux"):
            return run_child(target, job, policy, preload=self.preload, on_event=on_event)
        with scratch(policy) as bounded:
            ours = self._ordered(bounded)
            request = {"target": target, "job": job, "policy": bounded.to_json(), "preload": []}
            with (
                ours,
                listed(bounded, lambda: ours.shutdown(socket.SHUT_RDWR)),
            ):  # the server ends whose caller has gone
                return _heard(ours, request, bounded, on_event)

    def _ordered(self, policy: Policy) -> socket.socket:
        """Have a child forked; return the socket to it."""
        order = json.dumps(policy.to_json()).encode()
        if len(order) > MAX_ORDER:
            raise ConfinedError(
                Reason.FAILED, f"a job with {len(policy.read):,} paths to read is too long for the fork server"
            )
        for attempt in (1, 2):
            self.start()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    with self._lock:
                        assert self._control is not None
                        socket.send_fds(self._control, [order], [theirs.fileno()])
                    return ours
                except OSError as error:  # it ended since; once more with a new one
                    ours.close()
                    if attempt == 2:
                        raise ConfinedError(Reason.CRASH, f"the fork server takes no jobs: {error}") from None
        raise AssertionError


def _heard(ours: socket.socket, request: Mapping[str, Any], policy: Policy, on_event: OnEvent | None) -> Outcome:
    """Ask the child on the other side of `ours` and listen until it, or the server in its place, has told the end."""
    ours.settimeout(None)
    bell = threading.Timer(policy.seconds + GRACE_SECONDS, ours.shutdown, [socket.SHUT_RDWR])
    bell.daemon = True
    bell.start()
    answers = Answers(policy, on_event)
    inbox = frames.Inbox(ours.fileno(), policy.output)
    try:
        with contextlib.suppress(OSError):  # it ended before it was asked
            frames.send(ours.fileno(), request)
        while not answers.over:
            message = inbox.next()
            if message is None:
                raise ending.crashed(None, "")
            if "end" in message:
                raise _ended(message["end"], policy)
            answers.take(message)
    except frames.TooLongError:
        raise ending.over_output(policy, "") from None
    except (frames.FrameError, OSError) as error:
        raise ConfinedError(Reason.CRASH, f"the confined process answered nonsense: {error}") from None
    finally:
        bell.cancel()
    return answers.result("")


def _ended(how: Any, policy: Policy) -> ConfinedError:
    """Return the error for what the server says of a child's end; it may as well be the child who says so."""
    told = how if isinstance(how, dict) else {}
    noise = str(told.get("noise", ""))
    known = {"time": ending.over_time, "memory": ending.over_memory, "noise": ending.over_noise}.get(
        str(told.get("cause"))
    )
    code = told.get("code")
    return known(policy, noise) if known else ending.crashed(code if isinstance(code, int) else None, noise)
