"""`python -m tests.hostile.watched FOLDER` lints and reports all that lies in FOLDER, one after another, under an audit
hook, and prints what each did beyond reading itself, as JSON: {} is as it should be.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.hostile.watch import Watcher


def seen(folder: Path) -> dict[str, list[str]]:
    """Return, by name, what linting an item did that no static lint may do."""
    import secrets  # noqa: F401 - what is imported late is imported here

    from linter.api import lint
    from linter.reporters import REPORTERS

    items = sorted(folder.iterdir())
    watcher = Watcher(*items)
    for item in (next(i for i in items if i.suffix == suffix) for suffix in {i.suffix for i in items}):
        for render in REPORTERS.values():
            render(lint(item))
    out = {}
    for item in items:
        watcher.allow(item)
        watcher.on = True
        report = lint(item)
        watcher.on = False
        if watcher.seen:
            out[item.name] = sorted(watcher.seen)
        watcher.seen.clear()
        assert report.models or report.errors
    return out


if __name__ == "__main__":
    print(json.dumps(seen(Path(sys.argv[1]))))
