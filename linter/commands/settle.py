"""What becomes of one model, whatever happens while it is linted: a report, an unreadable file, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from linter.finding import ModelReport, Unreadable
from linter.live.errors import RunError
from linter.read.discover import Target
from linter.read.errors import NotAModelError, UnreadableError

Outcome = ModelReport | Unreadable | None


def settled(target: Target, work: Callable[[], Outcome]) -> Outcome:
    """Return what `work` says of a model; None for a file that a folder walk passes over."""
    name = str(target.path)
    try:
        return work()
    except NotAModelError as error:
        return None if target.found else Unreadable(name, str(error))
    except UnreadableError as error:
        return Unreadable(name, str(error))
    except OSError as error:
        return Unreadable(name, f"cannot be opened: {error.strerror or error}")
    except MemoryError:
        return Unreadable(name, "needs more memory than there is")
    except RunError as error:
        return Unreadable(name, str(error))
    except Exception as error:  # the other files must still be linted
        return Unreadable(
            name, f"cannot be linted: {type(error).__name__}: {error} (a defect of keras-lint, please report it)"
        )
