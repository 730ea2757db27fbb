"""Fuzzing: `python -m tests.hostile.fuzz [--inputs N] [--seed S] [--processes P]` mutates valid models, lints each.

A crash, a hang, memory past the limit, a file opened that is not the input, anything written, a socket, a program
started or a module imported is a failure, and is printed with the seed that makes it again. The share of inputs that
got past each stage (container, configuration, weights, rules) is printed, by format.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.tally import Tally

MEMORY_MIB = 1024
PART = 5000
"""Inputs of one process: its memory at the end is the peak of all of them."""
STILL = 900.0
"""Seconds of wall time after which a process that is at the same input hangs, however busy the machine."""


@dataclass
class Part:
    """A running worker."""

    process: subprocess.Popen[bytes]
    place: Path
    start: int
    count: int
    at: int = -1
    since: float = 0.0

    def seed(self) -> int:
        """The seed it is at."""
        stored = self.place.read_bytes()[:20] if self.place.exists() else b""
        return int(stored) if stored.strip().isdigit() else self.start

    def others(self) -> list[tuple[int, int]]:
        """The inputs before and after the one that ended it, which are run again."""
        at = self.seed()
        return [(s, n) for s, n in ((at + 1, self.start + self.count - at - 1), (self.start, at - self.start)) if n > 0]

    def stands_still(self) -> bool:
        """Whether it has been at one input for too long."""
        if (at := self.seed()) != self.at:
            self.at, self.since = at, time.monotonic()
        return time.monotonic() - self.since > STILL

    def tally(self) -> Tally:
        """What it saw; a process that died is a failure at the seed it was at."""
        if self.process.returncode == 0:
            return Tally.stored(json.loads(self.place.read_text()))
        hung = -self.process.returncode in (signal.SIGPROF, signal.SIGTERM)
        what = "took too long" if hung else f"the process ended with {self.process.returncode}"
        return Tally(failures=[f"seed {self.seed()}: {what}"], crashes=int(not hung), hangs=int(hung))


def parts(seed: int, inputs: int, processes: int) -> Iterator[Tally]:
    """Yield the tallies of workers; where one dies, the rest of its part goes on."""
    waiting = [(start, min(PART, seed + inputs - start)) for start in range(seed, seed + inputs, PART)][::-1]
    running: list[Part] = []
    with tempfile.TemporaryDirectory() as folder:
        bases = Path(folder) / "models"
        subprocess.run([sys.executable, "-m", "tests.hostile.models", str(bases)], check=True, capture_output=True)
        while waiting or running:
            while waiting and len(running) < processes:
                running.append(_begun(bases, Path(folder), *waiting.pop()))
            for part in [part for part in running if _ended(part)]:
                running.remove(part)
                if part.process.returncode:
                    waiting += part.others()
                yield part.tally()
            time.sleep(0.05)


def _begun(bases: Path, folder: Path, start: int, count: int) -> Part:
    place = folder / str(start)
    command = [sys.executable, "-B", "-m", "tests.hostile.worker", str(bases), str(place), str(start), str(count)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Part(process, place, start, count)


def _ended(part: Part) -> bool:
    if part.process.poll() is None and part.stands_still():
        part.process.terminate()
        part.process.wait()
    return part.process.returncode is not None


def main() -> int:
    """Run in processes of their own, print what was seen, and return 1 on any failure."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    tally = Tally()
    for part in parts(given.seed, given.inputs, given.processes):
        tally.add(part)
        print(f"{sum(tally.inputs.values()):>8} inputs, {len(tally.failures)} failures", file=sys.stderr, flush=True)
        for failure in part.failures[:5]:
            print(f"  {failure}", file=sys.stderr, flush=True)
    print(tally.text())
    if tally.peak_mib > MEMORY_MIB:
        print(f"  memory past the limit of {MEMORY_MIB} MiB")
    return int(bool(tally.failures) or tally.peak_mib > MEMORY_MIB)


if __name__ == "__main__":
    sys.exit(main())
