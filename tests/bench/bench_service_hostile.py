"""The whole hostile corpus over HTTP: right findings, health throughout, no stray file, memory before and after.

    python -m tests.bench.bench_service_hostile [--passes 3]

Every pass sends every attack and its twin; memory (proportional share, all processes of the server) is taken after the
first pass and after the last.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from pathlib import Path

from tests.service.hostile import memory, sent, strays
from tests.service.server import running

MIB = 1 << 20
ALLOWED = 32 * MIB


def main() -> int:
    """Send it all, print what was seen, and return 1 where anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=3)
    given = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's deprecations
        from tests.hostile.attacks import ATTACKS
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "temporary").mkdir()
        os.environ["TMPDIR"] = str(Path(name, "temporary"))  # of the server and its children
        with running(Path(name, "deep", "own")) as server:
            assert server.process is not None
            levels, passes = [], []
            for number in range(given.passes):
                passes.append(sent(server, ATTACKS, number))
                levels.append(memory(server.process.pid))
                seen = passes[-1]
                print(f"pass {number}: {seen.sent} files, wrong {seen.wrong}, memory {levels[-1] / MIB:.0f} MiB")
                print(f"  healthz: asked {seen.asked} times, failed {len(seen.sick)}, slowest {seen.slowest:.2f} s")
            stray = strays(Path(name), server)
            print(f"stray files {stray}; memory grew by {(levels[-1] - levels[0]) / MIB:.1f} MiB", flush=True)
    bad = stray or any(seen.wrong or seen.sick for seen in passes) or levels[-1] - levels[0] > ALLOWED
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
