"""What a large upload costs the server's memory.

    python -m tests.bench.bench_service_upload [--megabytes 500]

Prints the most memory that the web processes ever had, before and after.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.service.server import running
from tests.service.test_upload import ALLOWED, CHUNK, peak, send

MIB = 1 << 20


def main() -> int:
    """Send a small file and a large one; return 1 where the large one took too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    size = parser.parse_args().megabytes * MIB
    with tempfile.TemporaryDirectory() as name, running(Path(name), max_upload=str(2 * size)) as server:
        web = server.children()["web"]
        assert send(server, CHUNK) == 202
        before, began = peak(web), time.monotonic()
        assert send(server, size) == 202
        rate, grown = size / MIB / (time.monotonic() - began), peak(web) - before
        print(f"{size / MIB:.0f} MiB at {rate:.0f} MiB/s: {before / MIB:.1f} MiB before, {grown / MIB:+.1f} MiB after")
    return int(grown > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
