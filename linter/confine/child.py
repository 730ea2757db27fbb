"""A fresh interpreter for one job: started without an environment, confined, watched, and ended when it takes too much
of anything.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from linter.confine import ending, frames
from linter.confine.answers import Answers, OnEvent
from linter.confine.policy import ConfinedError, Outcome, Policy, Reason
from linter.confine.running import listed
from linter.confine.surroundings import ROOT, scratch, variables

TICK = 0.02
KEPT_NOISE = 8 << 10
BOOT = "import sys; sys.path.append({root!r}); from linter.confine.work import main; main()"


def run_child(
    target: str,
    job: Mapping[str, Any],
    policy: Policy,
    *,
    preload: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    on_event: OnEvent | None = None,
) -> Outcome:
    """Do `target` ("package.module:function") with `job` in a process of its own, and return what it gave.

    preload: modules imported before files are confined. environment: beside the fixed variables, for libraries that
    want more. Raises ConfinedError on the end of time, memory or patience, on a crash, and where the work itself
    failed.
    """
    with scratch(policy) as bounded:
        process = _started(bounded, environment or {})
        watch = _Watch(process, bounded, on_event)
        request = {"target": target, "job": job, "policy": bounded.to_json(), "preload": list(preload)}
        try:
            with listed(bounded, process.kill):
                return watch.until_over(request)
        finally:
            end(process)
            watch.close()


def _started(policy: Policy, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-c", BOOT.format(root=ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        close_fds=True,
        cwd=policy.scratch,
        env={**variables(policy.scratch), **environment},
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all its kin, whatever it is at, and wait for it."""
    if process.poll() is None and hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


class _Watch:
    """Listens to one child on both pipes and looks at its time and memory in between."""

    def __init__(self, process: subprocess.Popen[bytes], policy: Policy, on_event: OnEvent | None) -> None:
        self.process, self.policy = process, policy
        self.answers = Answers(policy, on_event)
        self.messages: queue.Queue[dict[str, Any] | Exception | None] = queue.Queue(maxsize=64)
        self.printed = 0
        self.kept = bytearray()
        self.closing = False
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._hear, self._drain)]

    def until_over(self, request: Mapping[str, Any]) -> Outcome:
        """Ask, wait for the answer, and return it; raises ConfinedError."""
        deadline = time.monotonic() + self.policy.seconds
        for thread in self.threads:
            thread.start()
        asking = threading.Thread(
            target=self._ask, args=(request,), daemon=True
        )  # a child that does not listen must not hold us
        asking.start()
        self.threads.append(asking)
        while not self.answers.over:
            self._look(deadline)
            with contextlib.suppress(queue.Empty):
                self._take(self.messages.get(timeout=TICK))
        return self.answers.result(self.noise)

    @property
    def noise(self) -> str:
        """The beginning of what the child printed."""
        return bytes(self.kept).decode("utf-8", "backslashreplace")

    def _look(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise ending.over_time(self.policy, self.noise)
        if ending.resident(self.process.pid) > self.policy.memory:
            raise ending.over_memory(self.policy, self.noise)
        if self.printed > self.policy.noise:
            raise ending.over_noise(self.policy, self.noise)

    def _take(self, message: dict[str, Any] | Exception | None) -> None:
        if isinstance(message, frames.TooLongError):
            raise ending.over_output(self.policy, self.noise)
        if isinstance(message, Exception):
            raise ConfinedError(Reason.CRASH, f"the confined process answered nonsense: {message}", self.noise)
        if message is None:
            raise ending.crashed(self._code(), self.noise)
        self.answers.take(message)

    def _code(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(timeout=1)
        return None

    def _ask(self, request: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            frames.send(self.process.stdin.fileno(), request)

    def _hear(self) -> None:
        assert self.process.stdout is not None
        inbox = frames.Inbox(self.process.stdout.fileno(), self.policy.output)
        while not self.closing:
            try:
                message = inbox.next()
            except (frames.FrameError, OSError) as error:
                self._put(error)
                return
            self._put(message)
            if message is None:
                return

    def _put(self, message: dict[str, Any] | Exception | None) -> None:
        while not self.closing:
            with contextlib.suppress(queue.Full):
                return self.messages.put(message, timeout=TICK)
        return None

    def _drain(self) -> None:
        assert self.process.stderr is not None
        while self.printed <= self.policy.noise:
            try:
                part = os.read(self.process.stderr.fileno(), frames.CHUNK)
            except OSError:
                return
            if not part:
                return
            self.printed += len(part)
            self.kept += part[: KEPT_NOISE - len(self.kept)]

    def close(self) -> None:
        """Close the pipes of a child that has ended."""
        self.closing = True
        for thread in self.threads:
            thread.join(timeout=1)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
